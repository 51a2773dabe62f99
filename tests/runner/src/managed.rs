//! Changes of lines in Mollie's books beside those that are wanted. Mollie knows no key of them: each is told by the name that it gives a
//! line, which no other gives.

use domain::operations::operation::Operation;
use domain::operations::task::Task;
use domain::rules::amount_input::AmountInput;
use domain::rules::line::{LineInput, LineType};
use domain::rules::line_change::{LineChangeInput, LineChangesInput, LineUpdateInput};
use domain::rules::money::Money;
use domain::rules::order::Order;
use domain::rules::shipment::LineSelectionInput;
use mollie_simulator::rules::{Effect, EffectKind};
use serde_json::Value;

use crate::basket::euro;
use crate::chance::mix;

pub const EFFECTS: [EffectKind; 2] = [EffectKind::LinesManaged, EffectKind::LineUpdated];

/// What the shopper wants of the lamps and chairs instead: a thing more, for one of them or beside them, or more of them.
pub fn wanted(order: &Order, seed: u64, intent: u64) -> (String, LineChangesInput) {
    let name = format!("Wish {intent}");
    let draw = mix(seed ^ mix(intent));
    let add = LineChangeInput::Add(Box::new(thing(&name, draw)));
    let more = LineChangeInput::Update(Box::new(more_lamps(order, draw)));
    let named = LineChangeInput::Update(Box::new(LineUpdateInput {
        name: Some(name.clone()),
        ..more_lamps(order, draw)
    }));
    let changes = match draw % 5 {
        0 => vec![add],
        1 => vec![add, without("1")],
        2 => vec![without("2"), add],
        3 => vec![more, without("1"), add],
        _ => vec![named],
    };
    let at = |n: usize| format!("operations[{n}]");
    let changes = changes.into_iter().enumerate().map(|(n, change)| (at(n), change)).collect();
    (name, LineChangesInput { path: "operations", changes, ..LineChangesInput::default() })
}

fn thing(name: &str, draw: u64) -> LineInput {
    let cents = i64::try_from(draw % 9_000).unwrap_or_default() + 100;
    LineInput {
        line_type: Some(Some(LineType::Physical)),
        name: name.to_owned(),
        quantity: i64::try_from(draw % 3).unwrap_or_default() + 1,
        unit_price: Some(written(euro(cents))),
        vat_rate: "21.00".to_owned(),
        ..LineInput::default()
    }
}

/// A lamp more than there are.
fn more_lamps(order: &Order, draw: u64) -> LineUpdateInput {
    let lamps = order.lines.get(1).map_or(1, |line| i64::from(line.quantity));
    let quantity = Some(if draw.is_multiple_of(2) { lamps + 1 } else { (lamps - 1).max(1) });
    LineUpdateInput { line_id: "2".to_owned(), quantity, ..LineUpdateInput::default() }
}

fn without(line: &str) -> LineChangeInput {
    LineChangeInput::Cancel(LineSelectionInput { line_id: line.to_owned(), quantity: 1, amount: None })
}

fn written(amount: Money) -> AmountInput {
    AmountInput { currency: amount.currency().code().to_owned(), value: amount.value() }
}

/// The name that an operation gives a line, if it changes lines.
pub fn name(operation: &Operation) -> Option<&str> {
    match &operation.task {
        Task::ManageLines(task) => {
            let added = task.changes.added.iter();
            let mut names = added.chain(task.changes.updated.iter().map(|updated| &updated.line));
            names.next().map(|line| line.name.as_str())
        }
        Task::PlaceOrder(_)
        | Task::CreateShipment(_)
        | Task::UpdateShipment(_)
        | Task::CancelOrder(_)
        | Task::CancelLines(_)
        | Task::CreateRefund(_)
        | Task::CancelRefund(_)
        | Task::CreatePayment(_)
        | Task::UpdateOrder(_) => None,
    }
}

/// The changes in Mollie's books that gave a line this name.
pub fn named<'a>(ledger: &'a [Effect], name: &'a str) -> impl Iterator<Item = &'a Effect> {
    ledger.iter().filter(move |effect| names(effect).contains(&name))
}

/// The names that a change of lines has given; none, if it is something else.
pub fn names(effect: &Effect) -> Vec<&str> {
    if !EFFECTS.contains(&effect.kind) {
        return Vec::new();
    }
    let lists = ["added", "updated"].into_iter().filter_map(|list| effect.particulars.get(list));
    let each = lists.flat_map(|list| match list {
        Value::Array(all) => all.iter().map(|one| &one["sent"]).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => vec![list],
    });
    each.filter_map(|sent| sent["name"].as_str()).collect()
}

/// Whether each of them adds a line, so that the same twice is one line too many.
pub fn adds(effect: &Effect) -> bool {
    effect.particulars.get("added").and_then(Value::as_array).is_some_and(|added| !added.is_empty())
}
