//! What is left of a line to be refunded.

use crate::rules::order::{Line, Order};
use crate::rules::part::Part;
use crate::rules::status::LineStatus;

/// Whether the line's status lets it be refunded (create order refund: paid, shipping or completed lines).
pub(super) const fn status_allows(line: &Line) -> bool {
    match line.status {
        Some(LineStatus::Paid | LineStatus::Shipping | LineStatus::Completed) => true,
        Some(LineStatus::Created | LineStatus::Authorized | LineStatus::Canceled) | None => false,
    }
}

/// What of the line was paid or captured and not given back: all of it at first, or where shipments capture, what was shipped.
pub(super) fn left(order: &Order, line: &Line) -> Part {
    let all = Part { quantity: line.quantity, amount: line.total_amount };
    let base = if order.captures_by_shipment() { line.shipped } else { all.without(line.canceled) };
    base.without(line.given_back())
}
