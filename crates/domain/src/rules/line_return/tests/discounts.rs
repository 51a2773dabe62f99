//! Discounts that are lines of their own: what they took off goods is not given back with those.

use super::*;

/// Two at 20.00 with a discount line of 6.00, both at 21 %, and one at 30.00 and 9 %: 64.00.
fn with_discount(captures: bool) -> Order {
    let mut order = if captures { shipping() } else { paid() };
    let status = Some(if captures { LineStatus::Completed } else { LineStatus::Paid });
    let of = |id: u32, quantity, unit: &str, total: &str, rate: &str| Line {
        id: LineId::new(id),
        quantity,
        unit_price: euro(unit),
        discount_amount: None,
        total_amount: euro(total),
        vat_rate: rate.to_owned(),
        shipped: Part { quantity, amount: euro(total) },
        status,
        ..order.lines[1].clone()
    };
    let discount = Line { line_type: Read::Known(LineType::Discount), ..of(2, 1, "-6.00", "-6.00", "21.00") };
    order.lines = vec![of(1, 2, "20.00", "40.00", "21.00"), discount, of(3, 1, "30.00", "30.00", "9.00")];
    order.terms.amount = euro("64.00");
    order.payments[0].amount = euro("64.00");
    order
}

fn amount(plan: &Plan) -> Money {
    plan.refund.as_ref().unwrap().1.amount
}

/// Both flows: the shopper never paid the 6.00.
#[test]
fn the_last_goods_of_its_rate_take_their_discount_along() {
    for captures in [true, false] {
        let order = with_discount(captures);
        let plan = planned(&order, &[(1, 2, 0)]);
        assert_eq!(amount(&plan), euro("34.00"), "{captures}");
        assert_eq!(parts(&plan).1, [line(1, part(2, "40.00")), line(2, part(1, "-6.00"))]);
        assert_eq!(plan.deduction_shares, []);
    }
}

#[test]
fn a_share_in_goods_that_come_back_before_the_last_is_told_and_the_last_settle_it() {
    for captures in [true, false] {
        let mut order = with_discount(captures);
        let first = planned(&order, &[(1, 1, 0)]);
        assert_eq!(
            (amount(&first), first.deduction_shares.clone()),
            (euro("20.00"), vec![(LineId::new(2), euro("-3.00"))])
        );
        reserve(&mut order, &first, Stage::Settled);
        let last = planned(&order, &[(1, 1, 0)]);
        assert_eq!((amount(&last), last.deduction_shares), (euro("14.00"), vec![]));
    }
}

/// Goods of another rate have no part in it.
#[test]
fn a_discount_stays_with_the_goods_of_its_rate() {
    let plan = planned(&with_discount(false), &[(3, 1, 0)]);
    assert_eq!((amount(&plan), plan.deduction_shares), (euro("30.00"), vec![]));
}

/// A fee of 5.00 at the same rate stays: it cannot bear 6.00, and could bear 4.00.
#[test]
fn a_discount_goes_along_once_what_is_left_does_not_outweigh_it() {
    for (fee, expected) in [("5.99", "34.00"), ("6.00", "40.00")] {
        let mut order = with_discount(false);
        order.lines[2] = Line {
            unit_price: euro(fee),
            total_amount: euro(fee),
            vat_rate: "21.00".to_owned(),
            ..order.lines[2].clone()
        };
        order.payments[0].amount = euro("40.00");
        assert_eq!(amount(&planned(&order, &[(1, 2, 0)])), euro(expected), "{fee}");
    }
}

#[test]
fn a_discount_that_goes_along_and_was_not_shipped_does_not_leave() {
    let mut order = with_discount(false);
    for line in order.lines.iter_mut().take(2) {
        line.shipped = part(0, "0.00");
    }
    let plan = planned(&order, &[(1, 0, 2)]);
    let not_leaving = &plan.refund.as_ref().unwrap().1.not_leaving;
    assert_eq!(not_leaving.as_slice(), [(LineId::new(1), 2), (LineId::new(2), 1)]);
    reserve(&mut order, &plan, Stage::Reserved);
    assert_eq!(order.lines[1].available().quantity, 0);
    let shipped = planned(&with_discount(false), &[(1, 2, 0)]);
    assert_eq!(shipped.refund.unwrap().1.not_leaving, []);
}

#[test]
fn a_discount_that_is_named_goes_once_and_one_that_went_back_does_not_go_again() {
    let mut order = with_discount(false);
    let named = planned(&order, &[(1, 1, 0), (2, 1, 0)]);
    assert_eq!(amount(&named), euro("14.00"));
    assert_eq!(amount(&planned(&order, &[(1, 2, 0), (2, 1, 0)])), euro("34.00"));
    reserve(&mut order, &named, Stage::Reserved);
    assert_eq!(amount(&planned(&order, &[(1, 1, 0)])), euro("20.00"));
}

/// One of two was shipped with the discount, the other one is canceled: then nothing is left that it is for.
#[test]
fn what_is_canceled_with_it_is_not_left_for_the_discount() {
    let mut order = with_discount(true);
    order.facts.status = Some(OrderStatus::Shipping);
    order.lines[0].shipped = part(1, "20.00");
    order.lines[0].status = Some(LineStatus::Shipping);
    let plan = planned(&order, &[(1, 1, 1)]);
    assert_eq!(parts(&plan).0, [line(1, part(1, "20.00"))]);
    assert_eq!(amount(&plan), euro("14.00"));
    assert_eq!(amount(&planned(&order, &[(1, 1, 0)])), euro("20.00"), "the other one may leave yet");
}

/// A price that was lowered leaves less for the discount to be taken off.
#[test]
fn a_discount_worth_more_than_the_goods_is_not_given_back_and_the_refusal_says_what_to_do() {
    let mut order = with_discount(false);
    order.lines[1].unit_price = euro("-30.00");
    order.lines[1].total_amount = euro("-30.00");
    order.payments[0].amount = euro("40.00");
    let (reason, words) = refused(&order, &[(1, 1, 0)]);
    assert_eq!(reason, PreconditionReason::RefundOutOfBounds);
    assert!(words[0].contains("-10.00 EUR") && words[0].contains("CreateRefund"), "{words:?}");
}
