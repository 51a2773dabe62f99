//! What may be refunded, of which line, and where.

use jiff::SignedDuration;
use uuid::Uuid;

use super::*;
use crate::rules::fixtures::{self, at, euro, payment, placed};
use crate::rules::ids::{LineId, ShipmentId};
use crate::rules::order::{Line, Order};
use crate::rules::payment::Payment;
use crate::rules::precondition::PreconditionReason;
use crate::rules::request_error::RequestError;
use crate::rules::shipment::LineSelection;
use crate::rules::status::{LineStatus, OrderStatus, PaymentStatus};

mod forms;
mod limits;
mod lists;
mod sums;

#[test]
fn a_refund_counts_unless_it_was_not_made_or_failed_since() {
    use RefundState::{NeedsAttention, Recorded, Refused, Registered, Withdrawn};
    let refund = |state, status: Option<RefundStatus>| {
        let status = status.map(Read::Known);
        Refund { state, status, ..fixtures::refund(1, "tr_1", euro("5.00")) }
    };
    let (none, void) = (None, Some(RefundStatus::Failed));
    for (state, status, counts, is_void) in [
        (Recorded, none, true, false),
        (NeedsAttention, none, true, false),
        (Registered, Some(RefundStatus::Pending), true, false),
        (Registered, Some(RefundStatus::Refunded), true, false),
        (Registered, Some(RefundStatus::Canceled), false, true),
        (Registered, void, false, true),
        (Refused, none, false, false),
        (Withdrawn, none, false, false),
    ] {
        let refund = refund(state, status);
        assert_eq!((refund.counts(), refund.is_void()), (counts, is_void), "{state:?} {status:?}");
    }
    let unknown = Some(Read::Unknown("on_hold".to_owned()));
    assert!(Refund { status: unknown, ..refund(Registered, none) }.counts());
}

/// What belongs to lines, and the rest of its amount.
#[test]
fn a_refund_is_entered_for_each_line_and_for_what_belongs_to_none() {
    let line = ShipmentLine { line_id: LineId::new(2), part: Part { quantity: 1, amount: euro("3.00") } };
    let refund = Refund { lines: vec![line], ..fixtures::refund(1, "tr_1", euro("5.00")) };
    let entries = refund.entries(Stage::Reserved);
    let entered: Vec<_> =
        entries.iter().map(|entry| (entry.line_id, entry.part.amount, entry.pool)).collect();
    let pool = Pool::PaymentRefunded;
    assert_eq!(entered, [(Some(LineId::new(2)), euro("3.00"), pool), (None, euro("2.00"), pool)]);
    assert_eq!(Refund { amount: euro("3.00"), ..refund }.entries(Stage::Reserved).len(), 1);
}

/// Takes a refund's money out of the ledger, as if Mollie had registered it.
fn settle(order: &mut Order, plan: &Plan) {
    enter(order, plan, Stage::Settled);
}

fn enter(order: &mut Order, plan: &Plan, stage: Stage) {
    let (lines, not_leaving) = (plan.lines.clone(), plan.not_leaving.clone());
    let refund = Refund { route: plan.route, lines, not_leaving, ..fixtures::refund(1, "tr_1", plan.amount) };
    for entry in refund.entries(stage) {
        match entry.line_id {
            Some(id) => order.line_mut(id).unwrap().enter(&entry),
            None => order.beside.enter(&entry),
        }
    }
}

/// Paid at once: two at 399.00 less 100.00, and one at 329.99.
fn paid() -> Order {
    let mut order = placed(OrderStatus::Paid, LineStatus::Paid).order().clone();
    order.payments = vec![payment("tr_1", euro("1027.99"), PaymentStatus::Paid)];
    order
}

/// Authorized, and one unit of the first line shipped for 299.00.
fn shipping() -> Order {
    let mut order = placed(OrderStatus::Shipping, LineStatus::Authorized).order().clone();
    order.payments = vec![payment("tr_1", euro("1027.99"), PaymentStatus::Authorized)];
    order.payments[0].amount_captured = Some(euro("299.00"));
    order.payments[0].authorized_time = Some(at(2));
    order.lines[0].status = Some(LineStatus::Shipping);
    order.lines[0].shipped = Part { quantity: 1, amount: euro("299.00") };
    order
}

fn request(selection: RefundSelection) -> RefundRequest {
    RefundRequest {
        selection,
        payment_id: None,
        description: None,
        merge_equal: false,
        overrides: Vec::new(),
        not_leaving: None,
    }
}

fn units(line: u32, quantity: u32, amount: Option<&str>) -> RefundRequest {
    let line_id = LineId::new(line);
    request(RefundSelection::Lines(vec![LineSelection { line_id, quantity, amount: amount.map(euro) }]))
}

fn less(line: u32, amount: &str) -> RefundRequest {
    let (line_id, amount) = (LineId::new(line), euro(amount));
    request(RefundSelection::Reductions(vec![Reduction { line_id, amount }]))
}

fn goodwill(amount: &str) -> RefundRequest {
    request(RefundSelection::Amount(euro(amount)))
}

const ALL: RefundSelection = RefundSelection::AllRemaining;

fn planned(order: &Order, request: &RefundRequest) -> Plan {
    plan(order, &[], request).unwrap()
}

/// The reason of a refusal, and its words.
fn refused(order: &Order, request: &RefundRequest) -> (PreconditionReason, String) {
    match plan(order, &[], request) {
        Err(RequestError::State(refusal)) => {
            let words: Vec<_> = refusal.unmet.into_iter().map(|unmet| unmet.description).collect();
            (refusal.reason, words.join("\n"))
        }
        other => panic!("{other:?}"),
    }
}

/// The bounds named in the fault of an amount.
fn bounds(order: &Order, request: &RefundRequest) -> String {
    match plan(order, &[], request) {
        Err(RequestError::Invalid(faults)) => faults[0].expected.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn units_are_refunded_through_the_order_and_their_amount_is_bounded() {
    let order = paid();
    let plan = planned(&order, &units(1, 1, Some("299.00")));
    assert_eq!((plan.route, plan.amount), (Route::Order, euro("299.00")));
    assert_eq!(plan.payment_id.unwrap().as_str(), "tr_1");
    assert_eq!(planned(&order, &units(1, 1, None)).amount, euro("349.00"));
    let expected = "between 299.00 EUR and 399.00 EUR for 1 of the 2 left to refund";
    assert_eq!(bounds(&order, &units(1, 1, Some("298.99"))), expected);
    assert_eq!(planned(&order, &request(ALL)).amount, euro("1027.99"));
}

#[test]
fn a_refund_under_way_is_not_refunded_again() {
    let mut order = paid();
    let one = planned(&order, &units(1, 1, Some("399.00")));
    enter(&mut order, &one, Stage::Reserved);
    let rest = planned(&order, &request(ALL));
    assert_eq!((rest.amount, rest.lines[0].part.quantity), (euro("628.99"), 1));
    enter(&mut order, &rest, Stage::Reserved);
    assert_eq!(refused(&order, &request(ALL)).0, PreconditionReason::NothingRemaining);
    let (reason, words) = refused(&order, &units(1, 1, None));
    assert_eq!(reason, PreconditionReason::LineNotRefundable);
    assert!(words.contains("1 requested, 0 left to refund (2 paid, 2 refunded or to be)"), "{words}");
    enter(&mut order, &one, Stage::Freed);
    assert_eq!(planned(&order, &request(ALL)).amount, euro("399.00"));
}

/// Mollie's lines do not know of a lower price, and would refund the whole price with the last unit.
#[test]
fn a_line_that_was_reduced_is_refunded_on_the_payment_and_gives_back_no_more_than_its_price() {
    let mut order = paid();
    let reduction = planned(&order, &less(2, "5.00"));
    assert_eq!((reduction.route, reduction.amount), (Route::Payment, euro("5.00")));
    assert_eq!(reduction.lines[0].part, Part { quantity: 0, amount: euro("5.00") });
    for stage in [Stage::Reserved, Stage::Settled] {
        let mut order = order.clone();
        enter(&mut order, &reduction, stage);
        let rest = planned(&order, &units(2, 1, None));
        assert_eq!((rest.route, rest.amount), (Route::Payment, euro("324.99")));
        assert_eq!(
            bounds(&order, &units(2, 1, Some("329.99"))),
            "exactly 324.99 EUR for 1 of the 1 left to refund"
        );
    }
    settle(&mut order, &reduction);
    assert_eq!(planned(&order, &units(1, 2, None)).route, Route::Order);
    assert_eq!(
        planned(&order, &request(ALL)),
        Plan {
            route: Route::Payment,
            payment_id: Some(MolliePaymentId::new("tr_1")),
            amount: euro("1022.99"),
            lines: vec![
                ShipmentLine { line_id: LineId::new(1), part: Part { quantity: 2, amount: euro("698.00") } },
                ShipmentLine { line_id: LineId::new(2), part: Part { quantity: 1, amount: euro("324.99") } },
            ],
            not_leaving: vec![(LineId::new(1), 2), (LineId::new(2), 1)],
        }
    );
}

#[test]
fn a_price_is_lowered_by_no_more_than_what_is_left_of_it_unless_that_limit_is_given_up() {
    let order = paid();
    assert_eq!(bounds(&order, &less(2, "330.00")), "at most 329.99 EUR, what is left of the line");
    let unbounded = RefundRequest { overrides: vec![Override::LineCeiling], ..less(2, "330.00") };
    assert_eq!(planned(&order, &unbounded).amount, euro("330.00"));
}

#[test]
fn goodwill_belongs_to_no_line_and_lowers_what_the_order_may_still_refund() {
    let mut order = paid();
    let plan = planned(&order, &goodwill("27.99"));
    assert_eq!((plan.route, plan.lines.len()), (Route::Payment, 0));
    settle(&mut order, &plan);
    assert_eq!((order.beside.refunded, room(&order)), (euro("27.99"), euro("1000.00")));
    let (reason, words) = refused(&order, &request(ALL));
    assert_eq!(reason, PreconditionReason::RefundOutOfBounds);
    assert!(words.starts_with("1027.99 EUR is more than the 1000.00 EUR that may be refunded"), "{words}");
    let given_up = RefundRequest { overrides: vec![Override::OrderCeiling], ..request(ALL) };
    assert_eq!(plan::plan(&order, &[], &given_up).unwrap().amount, euro("1027.99"));
    assert_eq!(planned(&order, &units(1, 2, None)).amount, euro("698.00"));
}

#[test]
fn where_shipments_capture_only_what_was_shipped_is_refunded() {
    let order = shipping();
    let plan = planned(&order, &units(1, 1, None));
    assert_eq!((plan.route, plan.amount), (Route::Order, euro("299.00")));
    let (reason, words) = refused(&order, &units(1, 2, None));
    assert_eq!(reason, PreconditionReason::LineNotRefundable);
    assert!(
        words.ends_with(
            "(1 shipped, 0 refunded or to be). What is not shipped is released with CancelOrderLines."
        ),
        "{words}"
    );
    assert!(refused(&order, &units(2, 1, None)).1.ends_with("release it with CancelOrderLines."));
    assert_eq!(refused(&order, &goodwill("299.01")).0, PreconditionReason::RefundOutOfBounds);
    assert_eq!(planned(&order, &request(ALL)).amount, euro("299.00"));
}

/// Whatever Mollie leaves out of an answer.
#[test]
fn a_capture_that_mollie_does_not_tell_is_what_was_shipped() {
    let mut order = shipping();
    order.payments[0].amount_captured = None;
    assert_eq!(room(&order), euro("299.00"));
    order.payments[0].status = Read::Known(PaymentStatus::Paid);
    assert_eq!(room(&order), euro("299.00"));
}

/// Mollie leaves out what is zero.
#[test]
fn of_two_authorized_payments_what_was_shipped_was_captured_on_one() {
    let mut order = shipping();
    order.payments.push(payment("tr_2", euro("1027.99"), PaymentStatus::Authorized));
    assert_eq!(room(&order), euro("299.00"), "the first tells what it captured");
    assert_eq!(planned(&order, &goodwill("1.00")).payment_id, Some(MolliePaymentId::new("tr_1")));
    let (reason, _) = refused(&order, &goodwill("299.01"));
    assert_eq!(reason, PreconditionReason::RefundOutOfBounds);

    order.payments[0].amount_captured = None;
    assert_eq!(room(&order), euro("299.00"), "neither tells");
    order.payments.swap(0, 1);
    order.payments[0].amount_captured = Some(euro("299.00"));
    assert_eq!(room(&order), euro("299.00"), "the second tells");
}

#[test]
fn a_chargeback_lowers_what_the_order_may_still_refund_and_its_reversal_restores_it() {
    let mut order = paid();
    let part = Part { quantity: 0, amount: euro("1000.00") };
    let entry = |stage| Entry { line_id: None, pool: Pool::ChargedBack, part, stage, by: Origin::Elsewhere };
    order.beside.enter(&entry(Stage::Settled));
    assert_eq!(room(&order), euro("27.99"));
    assert_eq!(refused(&order, &units(2, 1, None)).0, PreconditionReason::RefundOutOfBounds);
    order.beside.enter(&entry(Stage::Reverted));
    assert_eq!(planned(&order, &units(2, 1, None)).amount, euro("329.99"));
}

#[test]
fn what_mollie_shows_as_refunded_counts_even_if_no_reading_has_listed_it() {
    let mut order = paid();
    order.facts.amount_refunded = Some(euro("1000.00"));
    assert_eq!(room(&order), euro("27.99"));
    let one = planned(&order, &goodwill("20.00"));
    enter(&mut order, &one, Stage::Reserved);
    assert_eq!(room(&order), euro("7.99"));
}

/// One of two was taken out of the order before anybody paid.
#[test]
fn what_was_never_paid_is_not_called_paid() {
    let mut order = paid();
    order.lines[0].canceled = Part { quantity: 1, amount: euro("349.00") };
    let (_, words) = refused(&order, &units(1, 2, None));
    assert!(words.contains("2 requested, 1 left to refund (1 paid, 0 refunded or to be)"), "{words}");
}

/// Goods for 20.00 less a gift card of 5.00: 15.00 was paid.
fn with_gift_card() -> Order {
    let mut order = paid();
    let line = |line: &Line, amount: &str| {
        let (amount, none) = (euro(amount), None);
        Line { quantity: 1, unit_price: amount, discount_amount: none, total_amount: amount, ..line.clone() }
    };
    order.lines = vec![line(&order.lines[0], "20.00"), line(&order.lines[1], "-5.00")];
    order.terms.amount = euro("15.00");
    order.payments[0].amount = euro("15.00");
    order
}

#[test]
fn goods_are_refunded_with_what_took_money_off_them_or_for_no_more_than_was_paid() {
    let order = with_gift_card();
    let (reason, words) = refused(&order, &units(1, 1, None));
    assert_eq!(reason, PreconditionReason::RefundOutOfBounds);
    assert!(words.ends_with("Line 2 takes money off: its share in these goods is -5.00 EUR."), "{words}");
    let both = planned(&order, &request(ALL));
    assert_eq!((both.amount, both.lines.len()), (euro("15.00"), 2));
    assert_eq!(refused(&order, &units(2, 1, None)).0, PreconditionReason::RefundOutOfBounds);
    assert!(bounds(&order, &less(2, "1.00")).starts_with("none: -5.00 EUR"));
}

#[test]
fn the_share_of_a_deduction_is_rounded_and_told_and_never_added() {
    let mut order = with_gift_card();
    order.lines[0].quantity = 3;
    order.lines[0].unit_price = euro("6.67");
    order.lines[0].discount_amount = Some(euro("0.01"));
    let plan = planned(&order, &units(1, 1, None));
    assert_eq!(plan.amount, euro("6.67"));
    assert_eq!(deductions_left(&order, &plan.lines), [(LineId::new(2), euro("-1.67"))]);
    let all = planned(&order, &request(ALL));
    assert_eq!(deductions_left(&order, &all.lines), []);
}

#[test]
fn of_vouchers_only_the_remainder_is_refunded_and_the_refusal_names_the_rest() {
    let mut order = paid();
    order.payments[0].remainder_amount = Some(euro("327.99"));
    let (_, words) = refused(&order, &units(1, 1, None));
    assert!(words.contains("Vouchers paid 700.00 EUR of tr_1: give that back as store credit."), "{words}");
    assert_eq!(planned(&order, &less(2, "300.00")).amount, euro("300.00"));
}

#[test]
fn of_two_payments_the_one_with_most_room_is_refunded_unless_the_caller_names_one() {
    let mut order = paid();
    order.payments.push(payment("tr_2", euro("500.00"), PaymentStatus::Paid));
    assert_eq!(planned(&order, &units(2, 1, None)).payment_id, None);
    let chosen = |request: &RefundRequest| planned(&order, request).payment_id.unwrap().to_string();
    assert_eq!(chosen(&goodwill("100.00")), "tr_1");
    let named =
        |id: &str, amount| RefundRequest { payment_id: Some(MolliePaymentId::new(id)), ..goodwill(amount) };
    assert_eq!(chosen(&named("tr_2", "500.00")), "tr_2");
    assert_eq!(refused(&order, &named("tr_2", "500.01")).0, PreconditionReason::RefundOutOfBounds);
    assert_eq!(bounds(&order, &named("tr_9", "1.00")), "a payment of the order that holds money: tr_1, tr_2");
    let other = Refund { state: RefundState::Recorded, ..registered(1, euro("900.00"), Some("tr_1"), 0) };
    let plan = plan(&order, &[other], &goodwill("100.00")).unwrap();
    assert_eq!(plan.payment_id.unwrap().as_str(), "tr_2");
}

/// Mollie leaves out what is zero: a capture that failed is not what was shipped.
#[test]
fn what_failed_to_be_captured_is_not_refunded() {
    let mut order = shipping();
    order.payments[0].amount_captured = None;
    assert_eq!(room(&order), euro("299.00"));
    order.lost_captures = vec![(ShipmentId::new(Uuid::from_u128(1)), euro("299.00"))];
    assert_eq!(room(&order), euro("0.00"));
    order.payments[0].amount_captured = Some(euro("299.00"));
    assert_eq!(room(&order), euro("299.00"), "Mollie's figure counts");
}

fn registered(id: u128, amount: Money, payment: Option<&str>, minute: i64) -> Refund {
    Refund {
        state: RefundState::Registered,
        payment_id: payment.map(MolliePaymentId::new),
        registered_time: Some(at(minute)),
        ..fixtures::refund(id, "tr_1", amount)
    }
}

/// Mollie refuses the same amount on the same payment within an hour.
#[test]
fn an_equal_refund_waits_for_an_hour_and_any_other_does_not() {
    let first = registered(1, euro("5.00"), Some("tr_1"), 0);
    let ours = |amount, payment| Refund { registered_time: None, ..registered(2, amount, payment, 10) };
    let wait = |ours: Refund, now| wait_for_equal(&[first.clone(), ours.clone()], ours.id, at(now));
    let free = at(0) + SignedDuration::from_mins(62);
    assert_eq!(wait(ours(euro("5.00"), Some("tr_1")), 10), Some(free));
    assert_eq!(wait(ours(euro("5.00"), None), 10), Some(free));
    assert_eq!(wait(ours(euro("5.00"), Some("tr_2")), 10), None);
    assert_eq!(wait(ours(euro("5.01"), Some("tr_1")), 10), None);
    assert_eq!(wait(ours(euro("5.00"), Some("tr_1")), 62), None);
    assert_eq!(wait_for_equal(std::slice::from_ref(&first), first.id, at(1)), None);
}

#[test]
fn an_order_is_refunded_while_it_is_paid_shipping_or_completed() {
    use OrderStatus::{Authorized, Canceled, Completed, Created, Expired, Paid, Pending, Shipping};
    for status in OrderStatus::ALL {
        let mut order = paid();
        order.facts.status = Some(*status);
        let by_lines = plan(&order, &[], &units(2, 1, None)).is_ok();
        let by_amount = plan(&order, &[], &goodwill("1.00")).is_ok();
        let expected = match status {
            Created | Pending | Authorized => (false, false),
            Paid | Shipping | Completed => (true, true),
            Canceled | Expired => (false, true),
        };
        assert_eq!((by_lines, by_amount), expected, "{}", status.as_str());
        if !expected.0 {
            let (reason, words) = refused(&order, &units(2, 1, None));
            assert_eq!(reason, PreconditionReason::OrderNotRefundable);
            assert!(words.contains(&format!("\"{}\"", status.as_str())), "{words}");
            assert!(words.contains("while it is paid, shipping or completed"), "{words}");
        }
    }
    let mut odd = paid();
    odd.facts.unknown_status = Some("frozen".to_owned());
    assert_eq!(refused(&odd, &request(ALL)).0, PreconditionReason::StatusNotUnderstood);
}

#[test]
fn a_line_is_refunded_while_it_is_paid_shipping_or_completed() {
    for status in LineStatus::ALL {
        let mut order = paid();
        order.lines[1].status = Some(*status);
        let is_refundable = matches!(status, LineStatus::Paid | LineStatus::Shipping | LineStatus::Completed);
        assert_eq!(plan(&order, &[], &units(2, 1, None)).is_ok(), is_refundable, "{}", status.as_str());
    }
}

#[test]
fn units_refunded_beyond_those_shipped_are_not_available_any_more() {
    let mut order = paid();
    order.lines[0].shipped = Part { quantity: 1, amount: euro("299.00") };
    let quantity = |order: &Order| (order.lines[0].available().quantity, order.lines[0].rest().quantity);
    let one = planned(&order, &units(1, 1, None));
    enter(&mut order, &one, Stage::Reserved);
    assert_eq!(quantity(&order), (1, 1));
    let second = planned(&order, &units(1, 1, None));
    enter(&mut order, &second, Stage::Reserved);
    assert_eq!(quantity(&order), (0, 1));
    assert_eq!(order.lines[0].available(), Part::none(euro("0.00")));
    enter(&mut order, &second, Stage::Freed);
    assert_eq!(quantity(&order), (1, 1));
}

/// Goods that leave later are not those that were given back before.
#[test]
fn a_unit_refunded_before_it_left_stays_unavailable_when_the_others_have_left() {
    let mut order = paid();
    let one = planned(&order, &units(1, 1, None));
    assert_eq!(one.not_leaving, [(LineId::new(1), 1)]);
    enter(&mut order, &one, Stage::Reserved);
    enter(&mut order, &one, Stage::Freed);
    enter(&mut order, &one, Stage::Settled);
    order.lines[0].shipped = Part { quantity: 1, amount: euro("349.00") };
    assert_eq!(order.lines[0].available().quantity, 0);
    assert_eq!(planned(&order, &units(1, 1, None)).not_leaving, [], "the shopper has this one");
    enter(&mut order, &one, Stage::Reverted);
    assert_eq!(order.lines[0].available().quantity, 1, "it failed");
}
