//! Changes of lines as inputs, and how events name lines.

use std::collections::BTreeSet;

use domain::operations::operation::Operation;
use domain::operations::task::Task;
use domain::rules::ids::LineId;
use domain::rules::ledger::Entry;
use domain::rules::line_change::{LineChangeInput, LineUpdateInput};
use domain::rules::shipment::LineSelectionInput;
use domain::rules::violation::Violations;

use super::common::amount_input;
use super::draft::{json, line};
use super::order::warning;
use super::shipment::selections;
use crate::proto;

const FIELDS: &str = "category, name, quantity, quantity_unit, unit_price, discount_amount, total_amount, vat_rate, vat_amount, sku, \
                      image_url, product_url, metadata";

/// The order as an answer to a change of its lines: after its own warnings come those of the change.
pub fn warned(mut answer: proto::Order, operations: &[Operation]) -> proto::Order {
    for operation in operations {
        if let Task::ManageLines(task) = &operation.task {
            answer.warnings.extend(task.changes.warnings.iter().map(warning));
            let more = i32::try_from(task.changes.warnings_left_out).unwrap_or(i32::MAX);
            answer.warnings_left_out = answer.warnings_left_out.saturating_add(more);
        }
    }
    answer
}

/// One operation of several, and the path at which it stands.
pub fn operation(
    operation: proto::LineOperation,
    path: &str,
    faults: &mut Violations,
) -> Option<(String, LineChangeInput)> {
    use proto::line_operation::Operation;
    match operation.operation {
        Some(Operation::Add(draft)) => {
            let path = format!("{path}.add");
            let line = line(draft, &path, faults);
            Some((path, LineChangeInput::Add(Box::new(line))))
        }
        Some(Operation::Update(given)) => {
            let path = format!("{path}.update");
            let (values, mask) = (given.line.unwrap_or_default(), given.update_mask);
            let update = LineUpdateInput {
                line_id: given.line_id,
                ..update(values, mask, &format!("{path}."), faults)
            };
            Some((path, LineChangeInput::Update(Box::new(update))))
        }
        Some(Operation::Cancel(selection)) => {
            let selection = selections(vec![selection]).into_iter().next();
            let cancel = |selection: LineSelectionInput| {
                (format!("{path}.cancel"), LineChangeInput::Cancel(selection))
            };
            selection.map(cancel)
        }
        None => {
            faults.add(path, "lines.operation", "one of add, update, cancel", "none");
            None
        }
    }
}

/// What the mask names of a line's new values. `before`: what comes before the paths of its fields.
pub fn update(
    given: proto::OrderLineUpdate,
    mask: Option<prost_types::FieldMask>,
    before: &str,
    faults: &mut Violations,
) -> LineUpdateInput {
    let mut update = LineUpdateInput::default();
    let paths = mask.unwrap_or_default().paths;
    if paths.is_empty() {
        faults.add(
            format!("{before}update_mask"),
            "update.mask",
            format!("at least one of {FIELDS}"),
            "nothing",
        );
    }
    for (n, path) in paths.iter().enumerate() {
        let at = format!("{before}line.{path}");
        let mut amount = |given: &Option<proto::Amount>| {
            if given.is_none() {
                faults.missing(&at, "update.value");
            }
            given.clone().map(amount_input)
        };
        match path.as_str() {
            "category" => update.category = Some(given.category.clone()),
            "name" => update.name = Some(given.name.clone()),
            "quantity" => update.quantity = Some(given.quantity),
            "quantity_unit" => update.quantity_unit = Some(given.quantity_unit.clone()),
            "unit_price" => update.unit_price = amount(&given.unit_price),
            "discount_amount" => {
                update.discount_amount = Some(given.discount_amount.clone().map(amount_input))
            }
            "total_amount" => update.total_amount = amount(&given.total_amount),
            "vat_rate" => update.vat_rate = Some(given.vat_rate.clone()),
            "vat_amount" => update.vat_amount = amount(&given.vat_amount),
            "sku" => update.sku = Some(given.sku.clone()),
            "image_url" => update.image_url = Some(given.image_url.clone()),
            "product_url" => update.product_url = Some(given.product_url.clone()),
            "metadata" => {
                let metadata = json(given.metadata.as_ref(), &at, faults);
                // To Mollie null says nothing, and nothing can be taken away.
                if given.metadata.is_none() || metadata == Some(serde_json::Value::Null) {
                    faults.missing(&at, "update.value");
                }
                update.metadata = metadata;
            }
            _ => {
                let expected = format!("one of {FIELDS}");
                faults.add(format!("{before}update_mask.paths[{n}]"), "update.mask", expected, path);
            }
        }
    }
    update
}

/// Lines as events name them: these, and those of which units move.
pub fn named(lines: impl Iterator<Item = LineId>, entries: &[Entry]) -> Vec<String> {
    let moved = entries.iter().filter_map(|entry| entry.line_id);
    let all: BTreeSet<_> = lines.chain(moved).map(LineId::number).collect();
    all.into_iter().map(|id| format!("lines/{id}")).collect()
}
