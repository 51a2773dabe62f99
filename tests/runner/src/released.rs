//! Cancellations of lines in Mollie's books beside those that are stored. Mollie knows no key of them: equal ones are told apart
//! only by their number.

use std::collections::BTreeSet;

use domain::operations::operation::Operation;
use domain::operations::task::Task;
use domain::rules::ids::OrderId;
use domain::rules::money::Money;
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::shipment::ShipmentLine;
use mollie_simulator::rules::{Effect, EffectKind};

use crate::memory::Dump;
use crate::site::Site;

/// Units of lines: Mollie's id, quantity, amount.
pub type Parts = BTreeSet<(String, u64, String)>;

/// What an operation cancels, if it cancels lines.
pub fn lines(operation: &Operation) -> Option<&[ShipmentLine]> {
    match &operation.task {
        Task::CancelLines(task) => Some(&task.lines),
        Task::PlaceOrder(_)
        | Task::CreateShipment(_)
        | Task::UpdateShipment(_)
        | Task::CancelOrder(_)
        | Task::CreateRefund(_)
        | Task::CancelRefund(_)
        | Task::CreatePayment(_)
        | Task::UpdateOrder(_)
        | Task::ManageLines(_) => None,
    }
}

/// Lines of an order, as Mollie writes them.
pub fn parts(order: &Order, lines: &[ShipmentLine]) -> Parts {
    let id = |line: &ShipmentLine| order.line(line.line_id)?.mollie_id.as_ref().map(ToString::to_string);
    let part = |line: &ShipmentLine| {
        (id(line).unwrap_or_default(), u64::from(line.part.quantity), cents(line.part.amount))
    };
    lines.iter().map(part).collect()
}

/// What requests of ours canceled of an order, one by one.
pub fn at_mollie<'a>(ledger: &'a [Effect], order: &'a Order) -> impl Iterator<Item = Parts> + 'a {
    let id = order.mollie_id.as_ref().map(ToString::to_string);
    let of_order = move |effect: &&Effect| {
        effect.kind == EffectKind::LinesCanceled
            && Some(&effect.order_id) == id.as_ref()
            && effect.particulars.get("by").is_none()
    };
    ledger.iter().filter(of_order).map(shown)
}

fn shown(effect: &Effect) -> Parts {
    let lines = effect.lines.iter().flatten();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let part = |line: &serde_json::Value| {
        (text(&line["id"]), line["quantity"].as_u64().unwrap_or(0), text(&line["amount"]["value"]))
    };
    lines.map(part).collect()
}

/// How many cancellations of just these units have succeeded here.
pub fn succeeded(stored: &Dump, id: OrderId, units: &Parts) -> usize {
    let Some(order) = stored.orders.get(&id) else { return 0 };
    let is_equal = |one: &&std::sync::Arc<Operation>| {
        one.order_id == id
            && one.state.name() == OperationState::Succeeded
            && lines(one).is_some_and(|lines| parts(order, lines) == *units)
    };
    stored.operations.values().filter(is_equal).count()
}

/// The order at Mollie, if more such cancellations stand in its books than have succeeded here.
pub fn is_beyond(operation: &Operation, site: &Site) -> Option<String> {
    let stored = site.store.dump();
    let order = stored.orders.get(&operation.order_id)?;
    let units = parts(order, lines(operation)?);
    let there = at_mollie(site.mollie().world.ledger(), order).filter(|one| *one == units).count();
    let is_there = there > succeeded(&stored, operation.order_id, &units);
    order.mollie_id.as_ref().filter(|_| is_there).map(ToString::to_string)
}

fn cents(money: Money) -> String {
    let sign = if money.minor() < 0 { "-" } else { "" };
    let cents = money.minor().unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}
