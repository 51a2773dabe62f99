//! What a return cancels and refunds, and what it refuses with every fault.

use super::*;
use crate::rules::deduction::is_deduction;
use crate::rules::fixtures::{euro, payment, placed};
use crate::rules::ids::LineId;
use crate::rules::ledger::{self, Pool, Stage};
use crate::rules::line::LineType;
use crate::rules::money::Money;
use crate::rules::order::{Line, Order};
use crate::rules::part::Part;
use crate::rules::precondition::PreconditionReason;
use crate::rules::refund::Route;
use crate::rules::request_error::RequestError;
use crate::rules::returned::{Booked, ReturnedLine};
use crate::rules::shipment::ShipmentLine;
use crate::rules::status::{LineStatus, OrderStatus, PaymentStatus, Read};

mod discounts;
mod forms;
mod free;
mod sums;

fn part(quantity: u32, amount: &str) -> Part {
    Part { quantity, amount: euro(amount) }
}

fn line(id: u32, part: Part) -> ShipmentLine {
    ShipmentLine { line_id: LineId::new(id), part }
}

/// By line: how many came back, and how many do not leave.
fn request(lines: &[(u32, u32, u32)]) -> ReturnRequest {
    let line = |(id, came_back, not_leaving): &(u32, u32, u32)| ReturnedLine {
        line_id: LineId::new(*id),
        came_back: *came_back,
        not_leaving: *not_leaving,
    };
    ReturnRequest { lines: lines.iter().map(line).collect(), description: None, release: Vec::new() }
}

/// Two at 399.00 less 100.00, and one at 329.99; of the two one was shipped, for 299.00, and captured.
fn shipping() -> Order {
    let mut order = placed(OrderStatus::Shipping, LineStatus::Authorized).order().clone();
    order.lines[0].status = Some(LineStatus::Shipping);
    order.lines[0].shipped = part(1, "299.00");
    order.payments = vec![payment("tr_1", euro("1027.99"), PaymentStatus::Authorized)];
    order
}

/// The same, paid at once; the shipment moved no money.
fn paid() -> Order {
    let mut order = placed(OrderStatus::Paid, LineStatus::Paid).order().clone();
    order.lines[0].shipped = part(1, "299.00");
    order.payments = vec![payment("tr_1", euro("1027.99"), PaymentStatus::Paid)];
    order
}

fn planned(order: &Order, lines: &[(u32, u32, u32)]) -> Plan {
    plan(order, &[], &request(lines)).unwrap()
}

/// What is canceled and what is refunded, by line.
fn parts(plan: &Plan) -> (Vec<ShipmentLine>, Vec<ShipmentLine>) {
    let canceled = plan.cancellation.as_ref().map(|it| it.lines.clone()).unwrap_or_default();
    (canceled, plan.refund.as_ref().map(|(_, refund)| refund.lines.clone()).unwrap_or_default())
}

fn refused(order: &Order, lines: &[(u32, u32, u32)]) -> (PreconditionReason, Vec<String>) {
    match plan(order, &[], &request(lines)) {
        Err(RequestError::State(refusal)) => {
            let unmet = refusal.unmet.into_iter();
            (refusal.reason, unmet.map(|unmet| format!("{}: {}", unmet.subject, unmet.description)).collect())
        }
        other => panic!("{other:?}"),
    }
}

/// The refund as if it were recorded.
fn reserve(order: &mut Order, plan: &Plan, stage: Stage) {
    let (_, refund) = plan.refund.as_ref().unwrap();
    let not_leaving = refund.not_leaving.clone();
    let (lines, amount) = (refund.lines.clone(), refund.amount);
    let refund = Refund {
        route: refund.route,
        lines,
        not_leaving,
        ..crate::rules::fixtures::refund(1, "tr_1", amount)
    };
    for entry in refund.entries(stage) {
        order.line_mut(entry.line_id.unwrap()).unwrap().enter(&entry);
    }
}

/// What is worth nothing, as the return's event enters it.
fn book(order: &mut Order, plan: &Plan) {
    for entry in entries(&plan.without_money) {
        order.line_mut(entry.line_id.unwrap()).unwrap().enter(&entry);
    }
}

/// The refund of these lines as if Mollie had it.
fn settled(order: &mut Order, lines: &[(u32, u32, u32)]) {
    let plan = planned(order, lines);
    reserve(order, &plan, Stage::Settled);
}

#[test]
fn what_is_authorized_is_canceled_and_what_is_captured_is_refunded() {
    let order = shipping();
    let plan = planned(&order, &[(1, 1, 1), (2, 0, 1)]);
    let (canceled, refunded) = parts(&plan);
    assert_eq!(canceled, [line(1, part(1, "399.00")), line(2, part(1, "329.99"))]);
    assert_eq!(refunded, [line(1, part(1, "299.00"))]);
    assert!(plan.refund.unwrap().1.not_leaving.is_empty(), "canceled units are not available anyway");
    assert_eq!(parts(&planned(&order, &[(1, 1, 0)])), (vec![], vec![line(1, part(1, "299.00"))]));
    assert_eq!(parts(&planned(&order, &[(1, 0, 1)])), (vec![line(1, part(1, "399.00"))], vec![]));
}

#[test]
fn what_was_paid_at_once_is_refunded_in_one_and_what_does_not_leave_is_not_available() {
    let mut order = paid();
    let plan = planned(&order, &[(1, 1, 1), (2, 0, 1)]);
    let (canceled, refunded) = parts(&plan);
    assert_eq!(canceled, []);
    assert_eq!(refunded, [line(1, part(2, "698.00")), line(2, part(1, "329.99"))]);
    reserve(&mut order, &plan, Stage::Reserved);
    let available =
        |order: &Order| order.lines.iter().map(|line| line.available().quantity).collect::<Vec<_>>();
    assert_eq!(available(&order), [0, 0]);
    reserve(&mut order, &plan, Stage::Freed);
    assert_eq!(available(&order), [1, 1], "it was refused");
}

/// One of two has left. That the other one does not leave, nobody can tell from how many were refunded.
#[test]
fn units_that_do_not_leave_are_told_apart_from_those_that_came_back() {
    let mut order = paid();
    settled(&mut order, &[(1, 0, 1)]);
    let left = |order: &Order| (order.lines[0].available().quantity, order.lines[0].with_shopper());
    assert_eq!(left(&order), (0, 1));
    assert_eq!(parts(&planned(&order, &[(1, 1, 0)])).1, [line(1, part(1, "349.00"))]);
    let (reason, words) = refused(&order, &[(1, 0, 1)]);
    assert_eq!(reason, PreconditionReason::QuantityNotAvailable);
    assert!(words[0].contains("1 requested, 0 available"), "{words:?}");

    let mut order = paid();
    settled(&mut order, &[(1, 1, 0)]);
    assert_eq!(left(&order), (1, 0));
    assert!(refused(&order, &[(1, 1, 0)]).1[0].contains("1 came back, 0 left and not given back"));
    assert_eq!(parts(&planned(&order, &[(1, 0, 1)])).1, [line(1, part(1, "349.00"))]);
}

/// What was not to leave, and left all the same, can come back only where its money did not go back before.
#[test]
fn a_unit_that_was_not_to_leave_and_left_is_given_back_once() {
    let mut order = paid();
    settled(&mut order, &[(1, 0, 1)]);
    order.lines[0].shipped = part(2, "698.00");
    assert_eq!(order.lines[0].with_shopper(), 1);
    let (reason, words) = refused(&order, &[(1, 2, 0)]);
    assert_eq!(reason, PreconditionReason::LineNotRefundable);
    assert!(
        words[0].starts_with("lines/1: Line 1 is paid: 2 came back, 1 left and not given back"),
        "{words:?}"
    );
    settled(&mut order, &[(1, 1, 0)]);
    assert_eq!(order.lines[0].with_shopper(), 0);
}

/// Goods at 20.00 of which one of two was shipped, and a gift card of 5.00 that went along.
fn with_gift_card(captures: bool) -> Order {
    let mut order = if captures { shipping() } else { paid() };
    let of = |line: &Line, quantity, unit: &str, total: &str| Line {
        quantity,
        unit_price: euro(unit),
        discount_amount: None,
        total_amount: euro(total),
        ..line.clone()
    };
    let goods = Line { shipped: part(1, "20.00"), ..of(&order.lines[0], 2, "20.00", "40.00") };
    let status = Some(if captures { LineStatus::Completed } else { LineStatus::Paid });
    let line_type = Read::Known(LineType::GiftCard);
    let card =
        Line { shipped: part(1, "-5.00"), line_type, status, ..of(&order.lines[1], 1, "-5.00", "-5.00") };
    order.lines = vec![goods, card];
    assert!(is_deduction(&order.lines[1]));
    order.terms.amount = euro("35.00");
    order.payments[0].amount = euro("35.00");
    order
}

#[test]
fn a_refund_above_what_was_captured_names_the_deductions_that_stand_against_it() {
    let order = with_gift_card(true);
    let (reason, words) = refused(&order, &[(1, 1, 0)]);
    assert_eq!(reason, PreconditionReason::RefundOutOfBounds);
    assert!(
        words[0].starts_with("order: 20.00 EUR is more than the 15.00 EUR that may be refunded"),
        "{words:?}"
    );
    assert_eq!(words[1], "lines/2: Line 2 takes money off: its share in these goods is -5.00 EUR.");
    let with_card = planned(&order, &[(1, 1, 1), (2, 1, 0)]);
    assert_eq!(with_card.refund.as_ref().unwrap().1.amount, euro("15.00"));
    assert_eq!(parts(&with_card).0, [line(1, part(1, "20.00"))]);
    let order = with_gift_card(false);
    assert_eq!(planned(&order, &[(1, 1, 0)]).refund.unwrap().1.amount, euro("20.00"));
    let (reason, words) = refused(&order, &[(1, 1, 1)]);
    assert_eq!(reason, PreconditionReason::RefundOutOfBounds);
    assert!(words[1].starts_with("lines/2: Line 2 takes money off"), "{words:?}");
}

/// The last goods take their gift card along, unless goods have left it was for: then it is named.
#[test]
fn a_deduction_goes_with_the_last_goods_or_is_given_up_by_name() {
    let mut order = with_gift_card(true);
    order.lines[1].shipped = part(0, "0.00");
    order.lines[1].status = Some(LineStatus::Authorized);
    assert_eq!(refused(&order, &[(1, 0, 1)]).0, PreconditionReason::DeductionLeft);
    let release = vec!["2".to_owned()];
    let plan = plan(&order, &[], &ReturnRequest { release, ..request(&[(1, 0, 1)]) }).unwrap();
    assert_eq!(parts(&plan).0, [line(1, part(1, "20.00")), line(2, part(1, "-5.00"))]);
    assert_eq!(plan.cancellation.unwrap().releases, [LineId::new(2)]);
}

#[test]
fn of_vouchers_only_the_remainder_goes_back() {
    let mut order = paid();
    order.payments[0].remainder_amount = Some(euro("349.00"));
    let (reason, words) = refused(&order, &[(1, 1, 1)]);
    assert_eq!(reason, PreconditionReason::RefundOutOfBounds);
    assert!(words[0].contains("Vouchers paid 678.99 EUR of tr_1"), "{words:?}");
    assert_eq!(planned(&order, &[(1, 1, 0)]).refund.unwrap().1.amount, euro("349.00"));
}

/// Where its price was lowered, the rest of a line goes back on the payment.
#[test]
fn a_line_whose_price_was_lowered_is_given_back_on_the_payment() {
    let mut order = paid();
    let lowered = [line(1, part(0, "10.00"))];
    for entry in ledger::ours(Pool::PaymentRefunded, Stage::Settled, &lowered) {
        order.lines[0].enter(&entry);
    }
    let (_, refund) = planned(&order, &[(1, 1, 1)]).refund.unwrap();
    assert_eq!((refund.route, refund.amount), (Route::Payment, euro("688.00")));
    assert_eq!(refund.payment_id.unwrap().as_str(), "tr_1");
}

#[test]
fn a_part_is_done_once_its_effect_is_there_and_undone_if_the_money_came_back() {
    use crate::rules::status::RefundStatus;
    let refund = |state, status| Refund {
        state,
        status: Some(Read::Known(status)),
        ..crate::rules::fixtures::refund(1, "tr_1", euro("5.00"))
    };
    for (state, status, expected) in [
        (RefundState::Recorded, RefundStatus::Queued, PartState::UnderWay),
        (RefundState::Registered, RefundStatus::Queued, PartState::Done),
        (RefundState::Registered, RefundStatus::Failed, PartState::Undone),
        (RefundState::Registered, RefundStatus::Canceled, PartState::Undone),
        (RefundState::Refused, RefundStatus::Queued, PartState::Refused),
        (RefundState::NeedsAttention, RefundStatus::Queued, PartState::NeedsAttention),
        (RefundState::Withdrawn, RefundStatus::Queued, PartState::Withdrawn),
    ] {
        assert_eq!(PartState::of_refund(&refund(state, status)), expected);
    }
    let of = |state: &OperationState| PartState::of_operation(*state).as_str();
    let all: Vec<_> = OperationState::ALL.iter().map(of).collect();
    let expected = ["under_way", "under_way", "under_way", "done", "refused", "withdrawn", "needs_attention"];
    assert_eq!(all, expected);
}
