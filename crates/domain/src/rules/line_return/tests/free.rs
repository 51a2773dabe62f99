//! Lines that are worth nothing: their units are given back, no money moves, and they hold up no other line.

use super::*;

/// Two gifts for nothing of which one was shipped, beside one at 329.99 that was.
fn with_gifts(captures: bool) -> Order {
    let mut order = if captures { shipping() } else { paid() };
    let none = euro("0.00");
    let gifts =
        Line { unit_price: none, discount_amount: None, total_amount: none, ..order.lines[0].clone() };
    let status = Some(if captures { LineStatus::Completed } else { LineStatus::Paid });
    order.lines = vec![
        Line { shipped: part(1, "0.00"), ..gifts },
        Line { shipped: part(1, "329.99"), status, ..order.lines[1].clone() },
    ];
    order.terms.amount = euro("329.99");
    order.payments[0].amount = euro("329.99");
    order
}

fn gifts(quantity: u32, not_leaving: u32) -> Booked {
    Booked { line: line(1, part(quantity, "0.00")), not_leaving }
}

#[test]
fn units_of_a_free_line_that_do_not_leave_are_taken_back_without_a_refund() {
    let mut order = with_gifts(false);
    let plan = planned(&order, &[(1, 0, 1)]);
    assert_eq!((parts(&plan), plan.without_money.as_slice()), ((vec![], vec![]), [gifts(1, 1)].as_slice()));
    book(&mut order, &plan);
    assert_eq!((order.lines[0].available().quantity, order.lines[0].with_shopper()), (0, 1));
    assert_eq!(refused(&order, &[(1, 0, 1)]).0, PreconditionReason::QuantityNotAvailable);
    let back = planned(&order, &[(1, 1, 0)]);
    assert_eq!((parts(&back), back.without_money.as_slice()), ((vec![], vec![]), [gifts(1, 0)].as_slice()));
    book(&mut order, &back);
    assert_eq!(order.lines[0].given_back(), part(2, "0.00"));
    assert_eq!(refused(&order, &[(1, 1, 0)]).0, PreconditionReason::LineNotRefundable);
}

/// A refund of it would be refused, and would take the other line with it.
#[test]
fn a_free_line_is_not_part_of_the_refund_of_the_others() {
    for captures in [true, false] {
        let order = with_gifts(captures);
        let plan = planned(&order, &[(1, 1, 0), (2, 1, 0)]);
        assert_eq!(parts(&plan).1, [line(2, part(1, "329.99"))]);
        assert_eq!((plan.without_money.as_slice(), captures), ([gifts(1, 0)].as_slice(), captures));
        let alone = planned(&order, &[(1, 1, 0)]);
        assert_eq!((alone.refund, alone.without_money), (None, vec![gifts(1, 0)]));
    }
    let plan = planned(&with_gifts(true), &[(1, 1, 1)]);
    assert_eq!(parts(&plan), (vec![line(1, part(1, "0.00"))], vec![]), "what is authorized is canceled");
    assert_eq!(plan.without_money, [gifts(1, 0)]);
}

/// Goods for 5.00 that a discount of 5.00 made free.
#[test]
fn goods_that_come_to_nothing_with_their_discount_are_booked_with_it() {
    let mut order = paid();
    let of = |line: &Line, value: &str| {
        let amount = euro(value);
        Line { quantity: 1, unit_price: amount, discount_amount: None, total_amount: amount, ..line.clone() }
    };
    let goods = Line { shipped: part(1, "5.00"), ..of(&order.lines[0], "5.00") };
    let discount = Line {
        line_type: Read::Known(LineType::Discount),
        shipped: part(1, "-5.00"),
        ..of(&order.lines[1], "-5.00")
    };
    let others = Line { id: LineId::new(3), vat_rate: "9.00".to_owned(), ..of(&order.lines[1], "10.00") };
    order.lines = vec![goods, discount, others];
    order.payments[0].amount = euro("10.00");
    let plan = planned(&order, &[(1, 1, 0)]);
    let lines: Vec<_> = plan.without_money.iter().map(|booked| booked.line).collect();
    assert_eq!(lines, [line(1, part(1, "5.00")), line(2, part(1, "-5.00"))]);
    assert_eq!(plan.refund, None);
    book(&mut order, &plan);
    assert_eq!(crate::rules::refund::room(&order), euro("10.00"));
    assert_eq!(planned(&order, &[(3, 0, 1)]).refund.unwrap().1.amount, euro("10.00"));
}

#[test]
fn nothing_is_booked_of_an_order_that_is_not_paid_or_of_units_that_are_not_there() {
    let mut order = with_gifts(false);
    assert_eq!(refused(&order, &[(1, 2, 0)]).0, PreconditionReason::LineNotRefundable);
    order.facts.status = Some(OrderStatus::Created);
    assert_eq!(refused(&order, &[(1, 1, 0)]).0, PreconditionReason::OrderNotRefundable);
}
