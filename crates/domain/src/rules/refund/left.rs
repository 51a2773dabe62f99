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

/// What may be refunded of the line by itself; the order may have less left (`ceiling.rs`).
#[must_use]
pub fn refundable(order: &Order, line: &Line) -> Part {
    if status_allows(line) { left(order, line) } else { Part::none(line.total_amount) }
}

/// What of the line was paid or captured and not given back: all of it at first, or where shipments capture, what was shipped.
pub(super) fn left(order: &Order, line: &Line) -> Part {
    let all = Part { quantity: line.quantity, amount: line.total_amount };
    let base = if order.captures_by_shipment() { line.shipped } else { all.without(line.canceled) };
    base.without(line.given_back())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::{euro, placed};
    use crate::rules::status::OrderStatus;

    fn part(quantity: u32, amount: &str) -> Part {
        Part { quantity, amount: euro(amount) }
    }

    #[test]
    fn a_line_is_refundable_as_far_as_it_was_paid_or_captured_and_not_given_back() {
        let of = |status, line| placed(status, line).order().clone();
        let first = |order: &Order| refundable(order, &order.lines[0]);
        assert_eq!(first(&of(OrderStatus::Created, LineStatus::Created)), part(0, "0.00"));
        let mut paid = of(OrderStatus::Paid, LineStatus::Paid);
        assert_eq!(first(&paid), part(2, "698.00"));
        paid.lines[0].refunding = part(1, "349.00");
        assert_eq!(first(&paid), part(1, "349.00"));
        let mut shipping = of(OrderStatus::Shipping, LineStatus::Shipping);
        assert_eq!(first(&shipping), part(0, "0.00"), "nothing of it was captured");
        shipping.lines[0].shipped = part(1, "299.00");
        assert_eq!(first(&shipping), part(1, "299.00"));
    }
}
