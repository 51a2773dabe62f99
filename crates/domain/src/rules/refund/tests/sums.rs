//! Parts sum exactly, however a line is cut.

use proptest::prelude::*;

use super::*;
use crate::rules::money::Currency;

/// An order of one line, paid at once, or authorized with nothing shipped.
fn single(quantity: u32, unit: Money, total: Money, is_captured_by_shipment: bool) -> Order {
    let mut order = if is_captured_by_shipment { shipping() } else { paid() };
    order.lines.truncate(1);
    let (line, none) = (&mut order.lines[0], Part::none(total));
    let status = if is_captured_by_shipment { LineStatus::Shipping } else { LineStatus::Paid };
    *line = Line {
        quantity,
        unit_price: unit,
        total_amount: total,
        shipped: none,
        canceled: none,
        refunded: none,
        payment_refunded: none,
        reserved: none,
        refunding: none,
        payment_refunding: none,
        is_changing: false,
        not_leaving: 0,
        status: Some(status),
        ..line.clone()
    };
    order.terms.amount = total;
    order.beside = crate::rules::beside::Beside::none(total.currency());
    order.payments[0].amount = total;
    order.payments[0].amount_captured = None;
    order
}

fn take(line: u32, quantity: u32) -> RefundRequest {
    let line_id = LineId::new(line);
    request(RefundSelection::Lines(vec![LineSelection { line_id, quantity, amount: None }]))
}

/// All ways to cut so many units into parts, in order.
fn compositions(units: u32) -> Vec<Vec<u32>> {
    if units == 0 {
        return vec![Vec::new()];
    }
    let with =
        |first: u32| compositions(units - first).into_iter().map(move |rest| [vec![first], rest].concat());
    (1..=units).flat_map(with).collect()
}

/// Refunds the parts one after another; returns what came back in all.
fn refund(order: &mut Order, parts: &[u32]) -> Money {
    let mut sum = Money::zero(order.terms.amount.currency());
    for quantity in parts {
        let plan = planned(order, &take(1, *quantity));
        sum = sum.plus(plan.amount).unwrap();
        settle(order, &plan);
    }
    sum
}

#[test]
fn seven_percent_off_ten_at_0_99_sum_to_9_21_in_every_composition_and_in_both_flows() {
    for parts in compositions(10) {
        let mut order = single(10, euro("0.99"), euro("9.21"), false);
        assert_eq!(refund(&mut order, &parts), euro("9.21"), "{parts:?}");
        assert_eq!(refused(&order, &take(1, 1)).0, PreconditionReason::LineNotRefundable);
        // Shipped in these parts, and all that was shipped comes back at once.
        let mut order = single(10, euro("0.99"), euro("9.21"), true);
        for quantity in &parts {
            let part =
                Part { quantity: *quantity, amount: order.lines[0].remainder().share(*quantity).unwrap() };
            order.lines[0].shipped = order.lines[0].shipped.and(part);
            assert_eq!(refund(&mut order, &[*quantity]), part.amount, "{parts:?}");
        }
        assert_eq!((order.lines[0].refunded.amount, room(&order)), (euro("9.21"), euro("0.00")));
    }
}

#[test]
fn yen_have_no_decimals_and_sum_all_the_same() {
    let yen = |minor| Money::from_minor(minor, Currency::parse("JPY").unwrap());
    for parts in compositions(7) {
        let mut order = single(7, yen(100), yen(651), false);
        assert_eq!(refund(&mut order, &parts), yen(651), "{parts:?}");
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Ship(u32),
    Refund(u32),
    Reduce(i64),
    Goodwill(i64),
    /// The next refund stays reserved, or fails after it was made.
    Fail(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1_u32..5).prop_map(Step::Ship),
        (1_u32..5).prop_map(Step::Refund),
        (1_i64..2_000).prop_map(Step::Reduce),
        (1_i64..2_000).prop_map(Step::Goodwill),
        (1_u32..5).prop_map(Step::Fail),
    ];
    prop::collection::vec(step, 1..40)
}

fn play(order: &mut Order, step: Step, is_captured: bool) {
    let currency = order.terms.amount.currency();
    let wanted = match step {
        Step::Ship(quantity) => {
            let rest = order.lines[0].remainder();
            let quantity = quantity.min(order.lines[0].available().quantity);
            let Some(amount) = rest.share(quantity) else { return };
            order.lines[0].shipped = order.lines[0].shipped.and(Part { quantity, amount });
            return;
        }
        Step::Refund(quantity) | Step::Fail(quantity) => take(1, quantity),
        Step::Reduce(minor) => {
            let (line_id, amount) = (LineId::new(1), Money::from_minor(minor, currency));
            request(RefundSelection::Reductions(vec![Reduction { line_id, amount }]))
        }
        Step::Goodwill(minor) => request(RefundSelection::Amount(Money::from_minor(minor, currency))),
    };
    let Ok(plan) = plan(order, &[], &wanted) else { return };
    assert!(plan.amount.minor() > 0);
    assert!(
        !is_captured || plan.lines.iter().all(|line| line.part.quantity <= order.lines[0].shipped.quantity)
    );
    settle(order, &plan);
    if matches!(step, Step::Fail(_)) {
        enter(order, &plan, Stage::Reverted);
    }
}

proptest! {
    /// Whatever is shipped, reduced, refunded and failed, and in whatever order: never more than was paid or captured, and in
    /// the end exactly that.
    #[test]
    fn no_order_of_steps_gives_back_more_than_was_taken_and_all_of_it_can_be(
        quantity in 1_u32..12, unit in 1_i64..2_000, off in 0_i64..=100, is_captured: bool, yen: bool, steps in steps()
    ) {
        let currency = Currency::parse(if yen { "JPY" } else { "EUR" }).unwrap();
        let money = |minor| Money::from_minor(minor, currency);
        let total = unit * i64::from(quantity);
        let total = total - total * off / 100;
        prop_assume!(total > 0);
        let mut order = single(quantity, money(unit), money(total), is_captured);
        for step in steps {
            play(&mut order, step, is_captured);
            let line = &order.lines[0];
            let taken = if is_captured { line.shipped.amount } else { line.total_amount };
            let given = line.given_back().amount.minor();
            prop_assert!(given >= 0 && given <= taken.minor());
            prop_assert!(given + order.beside.given_back() <= taken.minor());
            prop_assert!(line.given_back().quantity <= line.quantity);
        }
        let goodwill = order.beside.given_back();
        let rest = RefundRequest { overrides: vec![Override::OrderCeiling], ..request(ALL) };
        if let Ok(plan) = plan(&order, &[], &rest) {
            settle(&mut order, &plan);
        }
        let line = &order.lines[0];
        let taken = if is_captured { line.shipped } else { Part { quantity, amount: money(total) } };
        if line.given_back() != taken {
            // Only worthless units can be left: a refund gives more than zero back.
            prop_assert_eq!(line.given_back().amount, taken.amount);
        }
        prop_assert_eq!(order.beside.given_back(), goodwill);
    }
}
