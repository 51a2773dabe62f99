//! Whether the lines of an order can be changed as a caller asks, and what is sent then.

use std::collections::HashSet;

use super::amended::amended;
use super::{
    AMOUNTS, LineChangeInput, LineChanges, LineChangesInput, LineUpdateInput, UpdatedLine, together,
};
use crate::rules::ids::LineId;
use crate::rules::line::LineInput;
use crate::rules::order::{Line, Order};
use crate::rules::precondition::{FailedPrecondition, PreconditionReason, Unmet};
use crate::rules::request_error::{AMOUNT_BOUNDS, AVAILABLE, RequestError};
use crate::rules::shipment::{LineSelectionInput, Misfit, ShipmentLine, measured};
use crate::rules::status::{LineStatus, OrderStatus};
use crate::rules::violation::Violations;

/// Decides what changes, on the order as it is. `None`: it is all so already.
///
/// # Errors
/// [`RequestError`], naming every fault and every line that cannot be changed at once.
pub fn plan(order: &Order, request: &LineChangesInput) -> Result<Option<LineChanges>, RequestError> {
    changeable_order(order)?;
    let mut plan = Plan {
        order,
        faults: Violations::under(request.agreements.clone()),
        unmet: Vec::new(),
        named: HashSet::new(),
        references: together::references(order),
        next: order.next_line_id(),
        changes: LineChanges::default(),
    };
    for (path, change) in &request.changes {
        match change {
            LineChangeInput::Add(line) => plan.add(path, line),
            LineChangeInput::Update(update) => plan.update(path, update),
            LineChangeInput::Cancel(selection) => plan.cancel(path, selection),
        }
    }
    plan.end(request.path)
}

/// Refuses to change the lines of an order that Mollie does not let be changed (manage order lines: created, pending, authorized), or
/// of which goods have left or are under way. One change of lines at a time is under way, because each is decided on the lines as they are.
fn changeable_order(order: &Order) -> Result<(), RequestError> {
    let of = |reason, text: String| FailedPrecondition::of_order(reason, text);
    if !order.is_understood() {
        let text =
            "Mollie reports a status this release does not know; update the service before moving money.";
        return Err(RequestError::State(of(PreconditionReason::StatusNotUnderstood, text.to_owned())));
    }
    let Some(status) = order.facts.status else {
        let text = format!("The order is {}: Mollie has not confirmed it.", order.placement.as_str());
        return Err(RequestError::State(of(PreconditionReason::OrderNotPlaced, text)));
    };
    // The shipment may be known before the status that it leads to.
    let has_left = order.lines.iter().any(|line| line.shipped.quantity > 0);
    if let Some(why) = unchangeable(status).or_else(|| has_left.then_some(LEFT)) {
        let text = format!(
            "The order's status is \"{}\": {why}. Lines are changed while the order is created, pending or authorized.",
            status.as_str()
        );
        return Err(RequestError::State(of(PreconditionReason::OrderNotChangeable, text)));
    }
    if let Some(change) = &order.line_change {
        let id = change.operation_id;
        let text = format!(
            "Operation {id} changes lines of this order, and Mollie's answer is not known yet: wait for it."
        );
        return Err(RequestError::Blocked(of(PreconditionReason::LinesChanging, text)));
    }
    if order.lines.iter().any(|line| line.canceling.quantity > 0) {
        let text = "A cancellation of lines is under way, and Mollie's answer is not known yet: wait for it.";
        return Err(RequestError::Blocked(of(PreconditionReason::LinesChanging, text.to_owned())));
    }
    let is_leaving = |line: &Line| line.reserved.quantity > 0 || order.held_of(line.id).quantity > 0;
    if order.lines.iter().any(is_leaving) {
        let text =
            "Goods of this order have left: once Mollie has registered them, its lines stay as they are.";
        return Err(RequestError::Blocked(of(PreconditionReason::OrderNotChangeable, text.to_owned())));
    }
    Ok(())
}

const LEFT: &str = "goods have left; cancel what is not wanted with CancelOrderLines, and sell what else is wanted by another order";

const fn unchangeable(status: OrderStatus) -> Option<&'static str> {
    match status {
        OrderStatus::Created | OrderStatus::Pending | OrderStatus::Authorized => None,
        OrderStatus::Paid => Some(
            "it was paid; refund what is not wanted with CreateRefund, and sell what else is wanted by another order",
        ),
        OrderStatus::Shipping => Some(LEFT),
        OrderStatus::Completed | OrderStatus::Canceled | OrderStatus::Expired => Some("it has ended"),
    }
}

/// What is planned so far.
struct Plan<'a> {
    order: &'a Order,
    faults: Violations,
    unmet: Vec<(PreconditionReason, Unmet)>,
    /// Each line is named once: what two changes of one line mean depends on their order.
    named: HashSet<LineId>,
    references: HashSet<String>,
    next: LineId,
    changes: LineChanges,
}

impl<'a> Plan<'a> {
    fn add(&mut self, path: &str, input: &LineInput) {
        if !input.reference.is_empty() && !self.references.insert(input.reference.clone()) {
            let expected = "a reference that no other line has";
            self.faults.add(format!("{path}.reference"), "order.references", expected, &input.reference);
        }
        let currency = self.order.terms.amount.currency();
        let read = input.clone().parse(path, Some(currency), &mut self.faults);
        let Some(draft) = read.draft else { return };
        self.changes.added.push(Line::from_draft(self.next, draft));
        self.next = LineId::new(self.next.number().saturating_add(1));
    }

    fn update(&mut self, path: &str, update: &LineUpdateInput) {
        let Some(line) = self.line(path, &update.line_id) else { return };
        if !is_changeable(line) {
            return self.refuse(line, PreconditionReason::LineNotChangeable, not_changeable(line));
        }
        let Some(updated) = amended(line, update, &within(path, "line"), &mut self.faults) else { return };
        let changes_amounts = updated.fields.iter().any(|field| AMOUNTS.contains(field));
        if changes_amounts && line.canceled.quantity > 0 {
            let text = format!(
                "Line {}: {} of its {} units are canceled, and what they were worth stays as it is. Add a line with other amounts, and \
                 cancel what is left of this one.",
                line.id, line.canceled.quantity, line.quantity
            );
            return self.refuse(line, PreconditionReason::LineNotChangeable, text);
        }
        let UpdatedLine { line, fields } = updated;
        self.changes.updated.extend((!fields.is_empty()).then_some(UpdatedLine { line, fields }));
    }

    fn cancel(&mut self, path: &str, selection: &LineSelectionInput) {
        let Some(line) = self.line(path, &selection.line_id) else { return };
        let by_id = LineSelectionInput { line_id: line.id.to_string(), ..selection.clone() };
        let Some(selection) = by_id.parse(path, &mut self.faults) else { return };
        if line.status == Some(LineStatus::Canceled) {
            return;
        }
        if !is_changeable(line) {
            return self.refuse(line, PreconditionReason::LineNotChangeable, not_changeable(line));
        }
        match measured(line, &selection, line.available().quantity) {
            Ok(part) => self.changes.canceled.push(ShipmentLine { line_id: line.id, part }),
            Err(Misfit::State(reason, text)) => self.refuse(line, reason, text),
            Err(Misfit::Amount { expected, got }) => {
                self.faults.add(within(path, "amount"), AMOUNT_BOUNDS, expected, got);
            }
        }
    }

    /// The line that a change names, if it is the first to name it.
    fn line(&mut self, path: &str, text: &str) -> Option<&'a Line> {
        let path = within(path, "line_id");
        let Some(line) = self.order.line_named(text) else {
            let expected = format!("a line of the order: {}", self.order.line_ids());
            self.faults.add(path, "selection.line_id", expected, text);
            return None;
        };
        if !self.named.insert(line.id) {
            self.faults.add(path, "selection.once", "each line once", text);
            return None;
        }
        Some(line)
    }

    fn refuse(&mut self, line: &Line, reason: PreconditionReason, description: String) {
        self.unmet.push((reason, Unmet { subject: line.path(), description }));
    }

    fn end(mut self, path: &str) -> Result<Option<LineChanges>, RequestError> {
        if !self.faults.is_empty() {
            for (_, unmet) in self.unmet {
                self.faults.add(unmet.subject, AVAILABLE, "a line that can be changed", unmet.description);
            }
            return Err(RequestError::Invalid(self.faults.into_findings().violations));
        }
        if let Some((reason, _)) = self.unmet.first() {
            let reason = *reason;
            let unmet = self.unmet.into_iter().map(|(_, unmet)| unmet).collect();
            return Err(RequestError::State(FailedPrecondition::new(reason, unmet)));
        }
        if self.changes.is_empty() {
            return Ok(None);
        }
        together::check(self.order, &self.changes, path, &mut self.faults);
        let found = self.faults.into_findings();
        if !found.violations.is_empty() {
            return Err(RequestError::Invalid(found.violations));
        }
        together::check_capture(self.order, &self.changes).map_err(RequestError::State)?;
        Ok(Some(self.changes.warned(found.warnings)))
    }
}

fn within(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
}

const fn is_changeable(line: &Line) -> bool {
    matches!(line.status, Some(LineStatus::Created | LineStatus::Authorized))
}

fn not_changeable(line: &Line) -> String {
    let status = line.status.map_or("not placed", LineStatus::as_str);
    format!("Line {} is {status}; only created and authorized lines are changed.", line.id)
}
