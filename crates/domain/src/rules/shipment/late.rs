//! Goods that left although their order is over. Nothing can be registered and nothing is captured, but they are gone, and what they
//! are worth is known: somebody has to get the money from the shopper, or the goods back. It enters no pool.

use super::{
    LineSelection, Misfit, Selection, Shipment, ShipmentLine, ShipmentRequest, measured, named_lines,
};
use crate::rules::companion::is_goods;
use crate::rules::money::Money;
use crate::rules::order::{Line, Order};
use crate::rules::part::Part;
use crate::rules::precondition::{FailedPrecondition, PreconditionReason};
use crate::rules::refund;
use crate::rules::rejection::RejectedBy;
use crate::rules::request_error::RequestError;
use crate::rules::status::OrderStatus;

/// Whether nothing of the order can be shipped any more, whatever Mollie is asked.
#[must_use]
pub fn is_over(order: &Order) -> bool {
    !order.placement.is_alive() || order.facts.status.is_some_and(OrderStatus::is_final)
}

/// What left: units that were not shipped, whether or not they were canceled, and that have not left too late before. All that remains
/// is all such units of goods. `before`: the order's other shipments.
///
/// # Errors
/// [`RequestError`], naming every line at once.
pub fn plan_late(
    order: &Order,
    before: &[Shipment],
    request: &ShipmentRequest,
) -> Result<Vec<ShipmentLine>, RequestError> {
    let still_here = |line: &Line| still_here(line, before);
    match &request.selection {
        Selection::Lines(lines) => {
            let lines =
                named_lines(order, lines, |line, selection| late_part(line, &still_here(line), selection))?;
            if lines.iter().any(|line| order.line(line.line_id).is_some_and(is_goods)) {
                return Ok(lines);
            }
            let text = "No goods are named: fees and what takes money off leave with goods, or not at all.";
            let refusal = FailedPrecondition::of_order(PreconditionReason::NothingRemaining, text);
            Err(RequestError::State(refusal))
        }
        Selection::AllRemaining => {
            let goods = order.lines.iter().filter(|line| is_goods(line)).map(still_here);
            let left = goods.filter(|line| line.available().quantity > 0);
            let lines: Vec<_> =
                left.map(|line| ShipmentLine { line_id: line.id, part: line.available() }).collect();
            if lines.is_empty() {
                let text = "Nothing is left that could have left late: every unit of goods is shipped.";
                let refusal = FailedPrecondition::of_order(PreconditionReason::NothingRemaining, text);
                return Err(RequestError::State(refusal));
            }
            Ok(lines)
        }
    }
}

/// What the goods among these lines are worth. What takes money off them leaves nothing behind.
#[must_use]
pub fn worth(order: &Order, lines: &[ShipmentLine]) -> Money {
    let goods = lines.iter().filter(|line| order.line(line.line_id).is_some_and(is_goods));
    let minor = goods.fold(0_i64, |sum, line| sum.saturating_add(line.part.amount.minor()));
    Money::from_minor(minor, order.terms.amount.currency())
}

/// What these goods are worth, less the money that is held for goods that did not leave. `before`: the order's other shipments; what
/// left too late before has used that money up.
#[must_use]
pub fn unpaid(order: &Order, before: &[Shipment], lines: &[ShipmentLine]) -> Money {
    let late = before.iter().filter(|shipment| is_late(shipment));
    let used = late.map(|shipment| worth(order, &shipment.lines).minor()).fold(0, i64::saturating_add);
    let worth = worth(order, lines).minor();
    let kept =
        |line: &Line| line.shipped.amount.minor().saturating_sub(line.given_back().amount.minor()).max(0);
    let earned = order.lines.iter().map(kept).fold(0, i64::saturating_add);
    let held = refund::room(order).minor().saturating_sub(earned).saturating_sub(used).max(0);
    Money::from_minor(worth.saturating_sub(held).max(0), order.terms.amount.currency())
}

/// Whether its goods left although its order was over.
fn is_late(shipment: &Shipment) -> bool {
    shipment.rejection.as_ref().is_some_and(|rejection| rejection.by == RejectedBy::Service)
}

/// What left of a line: at most the units that are still here.
fn late_part(line: &Line, still_here: &Line, selection: &LineSelection) -> Result<Part, Misfit> {
    let left = still_here.available().quantity;
    if selection.quantity > left {
        let (id, ordered) = (line.id, line.quantity);
        let gone = still_here.shipped.quantity.saturating_add(still_here.reserved.quantity);
        let text = format!(
            "Line {id}: {} requested, and of {ordered} ordered {gone} have left already, in time or too late.",
            selection.quantity
        );
        return Err(Misfit::State(PreconditionReason::QuantityNotAvailable, text));
    }
    measured(still_here, selection, left)
}

/// The line as if nothing of it had been canceled, and what left too late had been shipped.
fn still_here(line: &Line, before: &[Shipment]) -> Line {
    let none = Part::none(line.total_amount);
    let late = before.iter().filter(|shipment| is_late(shipment)).flat_map(|shipment| &shipment.lines);
    let late = late.filter(|part| part.line_id == line.id).fold(none, |sum, part| sum.and(part.part));
    Line { canceled: none, canceling: none, shipped: line.shipped.and(late), ..line.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::{self, euro, payment, placed};
    use crate::rules::ids::LineId;
    use crate::rules::line::LineType;
    use crate::rules::placement::Placement;
    use crate::rules::rejection::Rejection;
    use crate::rules::status::{LineStatus, PaymentStatus, Read};

    /// Two units at 349.00 each and one at 329.99; one of the first was shipped and paid, the rest is released.
    fn expired() -> Order {
        let mut order = placed(OrderStatus::Expired, LineStatus::Canceled).order().clone();
        let part = |quantity, amount| Part { quantity, amount: euro(amount) };
        (order.lines[0].shipped, order.lines[0].canceled) = (part(1, "349.00"), part(1, "349.00"));
        order.lines[1].canceled = part(1, "329.99");
        order
    }

    fn all() -> ShipmentRequest {
        let selection = Selection::AllRemaining;
        ShipmentRequest { selection, include_refunded: false, goods_left: true, tracking: None }
    }

    fn units(line: u32, quantity: u32) -> ShipmentRequest {
        let selection = LineSelection { line_id: LineId::new(line), quantity, amount: None };
        ShipmentRequest { selection: Selection::Lines(vec![selection]), ..all() }
    }

    #[test]
    fn what_was_not_shipped_may_have_left_whether_or_not_it_was_canceled() {
        let order = expired();
        let parts = |request: &ShipmentRequest| -> Vec<_> {
            let lines = plan_late(&order, &[], request).unwrap();
            lines.iter().map(|line| (line.line_id.number(), line.part.quantity, line.part.amount)).collect()
        };
        assert_eq!(parts(&all()), [(1, 1, euro("349.00")), (2, 1, euro("329.99"))]);
        assert_eq!(parts(&units(2, 1)), [(2, 1, euro("329.99"))]);
        assert!(plan_late(&order, &[], &units(1, 2)).is_err(), "one of them was shipped in time");
    }

    #[test]
    fn of_all_that_remains_nothing_was_shipped_and_what_is_being_canceled_may_have_left() {
        let mut order = expired();
        (order.lines[0].shipped, order.lines[0].canceled) =
            (Part { quantity: 2, amount: euro("698.00") }, Part::none(euro("0.00")));
        (order.lines[1].canceling, order.lines[1].canceled) =
            (Part { quantity: 1, amount: euro("329.99") }, Part::none(euro("0.00")));
        let lines = plan_late(&order, &[], &all()).unwrap();
        assert_eq!(
            lines.iter().map(|line| (line.line_id.number(), line.part.quantity)).collect::<Vec<_>>(),
            [(2, 1)]
        );
    }

    #[test]
    fn the_money_that_is_still_held_counts() {
        let mut order = expired();
        let lines = plan_late(&order, &[], &all()).unwrap();
        assert_eq!(unpaid(&order, &[], &lines), euro("678.99"), "nothing is held beyond what was shipped");
        // Paid at once, and a canceled line's money was never given back.
        order.facts.authorized_time = None;
        order.payments = vec![payment("tr_1", euro("1027.99"), PaymentStatus::Paid)];
        assert_eq!(unpaid(&order, &[], &lines), euro("0.00"));
    }

    /// Two parcels left too late: the money that is still held pays the first of them alone, and each unit leaves once.
    #[test]
    fn what_left_too_late_before_has_left_and_has_used_the_money_up() {
        let mut order = expired();
        order.facts.authorized_time = None;
        order.payments = vec![payment("tr_1", euro("700.00"), PaymentStatus::Paid)];
        let first = plan_late(&order, &[], &units(1, 1)).unwrap();
        assert_eq!(unpaid(&order, &[], &first), euro("0.00"), "351.00 is held");
        let rejection = Some(Rejection::of_ours("too late"));
        let first = Shipment { rejection, ..fixtures::shipment(1, first) };
        let before = std::slice::from_ref(&first);
        let rest = plan_late(&order, before, &all()).unwrap();
        assert_eq!(rest.iter().map(|line| line.line_id.number()).collect::<Vec<_>>(), [2]);
        assert_eq!(unpaid(&order, before, &rest), euro("327.99"), "2.00 is left");
        assert!(plan_late(&order, before, &units(1, 1)).is_err());
        let refused =
            Shipment { rejection: Some(Rejection::of_ours_overtaken("elsewhere")), ..first.clone() };
        assert_eq!(plan_late(&order, &[refused], &all()).unwrap().len(), 2, "that one is not counted");
    }

    #[test]
    fn a_parcel_without_goods_is_none_and_units_that_left_are_told() {
        let order = expired();
        let told = |order: &Order, request: &ShipmentRequest| match plan_late(order, &[], request) {
            Err(RequestError::State(refusal)) => refusal.unmet[0].description.clone(),
            other => panic!("{other:?}"),
        };
        let text = told(&order, &units(1, 2));
        assert_eq!(text, "Line 1: 2 requested, and of 2 ordered 1 have left already, in time or too late.");
        let mut fee = order;
        fee.lines[1].line_type = Read::Known(LineType::ShippingFee);
        assert!(told(&fee, &units(2, 1)).starts_with("No goods are named"));
    }

    #[test]
    fn an_order_is_over_when_it_has_ended_or_was_never_placed() {
        let over = |status, line| is_over(placed(status, line).order());
        assert!(over(OrderStatus::Expired, LineStatus::Canceled));
        assert!(over(OrderStatus::Completed, LineStatus::Completed));
        assert!(!over(OrderStatus::Shipping, LineStatus::Shipping));
        let mut order = placed(OrderStatus::Created, LineStatus::Created).order().clone();
        assert!(!is_over(&order));
        order.placement = Placement::Abandoned;
        assert!(is_over(&order));
    }
}
