//! Why Mollie may refuse what the service rightly let pass: reasons that no caller can know.

use domain::rules::operation::OperationState;
use domain::rules::refund::Refund;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::desk::Desk;

/// Of a shipment there is none.
pub const fn of_a_shipment() -> bool {
    false
}

/// The supplier of the payment method declines to release lines.
pub fn of_a_line_cancellation(desk: &Desk) -> bool {
    declines(desk) == "lines"
}

/// The supplier of the payment method declines to release the order.
pub fn of_a_cancellation(desk: &Desk) -> bool {
    declines(desk) == "cancel"
}

fn declines(desk: &Desk) -> String {
    let switches = serde_json::to_value(desk.world().switches()).unwrap_or(Value::Null);
    switches["supplier_declines"].as_str().unwrap_or_default().to_owned()
}

/// A refund is tried for fourteen days.
pub fn was_tried_long(refund: &Refund, now: Timestamp) -> bool {
    now.duration_since(refund.created_time) > SignedDuration::from_hours(14 * 24)
}

/// Whether something waits for a person: a refund that a chargeback has overtaken.
pub fn is_attended(desk: &Desk) -> bool {
    let operations = desk.store.dump().operations;
    operations.values().any(|operation| operation.state.name() == OperationState::NeedsAttention)
}

/// How the operations stand, newest last.
pub fn why(desk: &Desk) -> String {
    let operations = desk.store.dump().operations;
    let last = operations.values().next_back();
    last.map(|it| format!("{:?}, {:?}", it.state, it.last_problem)).unwrap_or_default()
}
