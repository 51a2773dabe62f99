//! What may be captured, whatever is shipped, released or paid.

use proptest::prelude::*;

use super::*;
use crate::rules::fixtures::{self, at, euro, placed};
use crate::rules::ids::OperationId;
use crate::rules::order::LineChanging;
use crate::rules::status::{LineStatus, OrderStatus, PaymentStatus};

fn cents(minor: i64) -> Money {
    Money::from_minor(minor, euro("0.00").currency())
}

fn part(quantity: u32, minor: i64) -> Part {
    Part { quantity, amount: cents(minor) }
}

/// An authorized order whose lines have one unit each.
fn order(totals: &[i64]) -> Order {
    let mut order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
    let first = order.lines[0].clone();
    let line = |(total, id): (&i64, u32)| {
        let (unit_price, total_amount) = (cents(*total), cents(*total));
        Line {
            id: LineId::new(id),
            quantity: 1,
            unit_price,
            total_amount,
            discount_amount: None,
            ..first.clone()
        }
    };
    order.lines = totals.iter().zip(1..).map(line).collect();
    order.highest_amount = cents(totals.iter().sum());
    order.terms.amount = order.highest_amount;
    order
}

fn ship(order: &Order, ids: &[u32]) -> Vec<ShipmentLine> {
    let part = |id: &u32| {
        let line_id = LineId::new(*id);
        ShipmentLine { line_id, part: order.line(line_id).unwrap().available() }
    };
    ids.iter().map(part).collect()
}

fn subjects(outcome: Result<(), FailedPrecondition>) -> Vec<String> {
    let refusal = outcome.err().map(|refusal| refusal.unmet).unwrap_or_default();
    refusal.into_iter().map(|unmet| unmet.subject).collect()
}

fn payment(status: PaymentStatus, amount: &str) -> Payment {
    Payment {
        authorized_time: Some(at(2)),
        ..fixtures::payment(&format!("tr_{amount}"), euro(amount), status)
    }
}

#[test]
fn goods_ship_with_their_deductions_and_no_shipment_is_worth_less_than_zero() {
    let order = order(&[2_000, -500, 1_000, -300]);
    assert_eq!(subjects(check(&order, &ship(&order, &[1]))), [""; 0]);
    assert_eq!(subjects(check(&order, &ship(&order, &[1, 3]))), ["order", "lines/2", "lines/4"]);
    assert_eq!(subjects(check(&order, &ship(&order, &[1, 2, 3]))), ["order", "lines/4"]);
    assert_eq!(subjects(check(&order, &ship(&order, &[1, 2, 3, 4]))), [""; 0]);
    assert_eq!(subjects(check(&order, &ship(&order, &[2]))), ["order", "lines/1", "lines/3"]);
    assert_eq!(subjects(check(&order, &ship(&order, &[1, 2]))), [""; 0]);
}

#[test]
fn units_shipped_elsewhere_while_they_were_recorded_here_count_once() {
    let mut order = order(&[2_000, -500, 1_000]);
    (order.lines[2].shipped, order.lines[2].reserved) = (part(1, 1_000), part(1, 1_000));
    assert_eq!(check(&order, &ship(&order, &[1, 2])), Ok(()));
    order.lines[2].shipped = part(0, 0);
    (order.lines[1].shipped, order.lines[1].reserved) = (part(1, -500), part(1, -500));
    assert_eq!(check(&order, &ship(&order, &[1])), Ok(()));
    order.payments = vec![payment(PaymentStatus::Authorized, "24.99")];
    assert_eq!(subjects(check(&order, &ship(&order, &[1]))), ["order"], "taken off once");
}

#[test]
fn an_order_that_was_paid_at_once_has_no_capture_bound() {
    let mut order = order(&[2_000, -500]);
    (order.facts.authorized_time, order.facts.status) = (None, Some(OrderStatus::Paid));
    assert_eq!(check(&order, &ship(&order, &[1])), Ok(()));
    assert_eq!(check(&order, &ship(&order, &[2])), Ok(()));
}

#[test]
fn releasing_goods_lowers_the_bound_and_releasing_a_deduction_does_not_raise_it() {
    let mut order = order(&[2_000, -500, 1_000]);
    assert_eq!(bound(&order), 2_500);
    order.lines[1].canceled = part(1, -500);
    assert_eq!(bound(&order), 2_500);
    order.lines[2].canceled = part(1, 1_000);
    assert_eq!(bound(&order), 2_000);
}

#[test]
fn authorized_is_the_largest_successful_payment_and_never_more_than_the_lines() {
    let with = |payments: Vec<Payment>| authorized(&Order { payments, ..order(&[2_000, -500]) }).value();
    use PaymentStatus::{Authorized, Failed, Paid};
    assert_eq!(with(vec![]), "15.00");
    assert_eq!(with(vec![payment(Failed, "9.00")]), "15.00");
    assert_eq!(with(vec![payment(Authorized, "12.00")]), "12.00");
    assert_eq!(with(vec![payment(Authorized, "12.00"), payment(Paid, "13.00")]), "13.00");
    assert_eq!(with(vec![payment(Authorized, "20.00")]), "15.00");
}

#[test]
fn more_captured_than_authorized_is_reported_once_with_the_larger_difference() {
    let mut order = order(&[2_000, -500]);
    order.facts.amount_captured = Some(euro("15.00"));
    assert_eq!(captured_above(&order), None);
    order.facts.amount_captured = Some(euro("15.01"));
    assert_eq!(captured_above(&order), Some((euro("15.01"), euro("15.00"))));
    let amount_captured = Some(euro("16.00"));
    order.payments = vec![Payment { amount_captured, ..payment(PaymentStatus::Paid, "15.00") }];
    assert_eq!(captured_above(&order), Some((euro("16.00"), euro("15.00"))));
    (order.facts.authorized_time, order.facts.status) = (None, Some(OrderStatus::Paid));
    assert_eq!(captured_above(&order), None);
}

#[test]
fn the_larger_difference_counts_and_not_the_larger_amount() {
    let mut order = order(&[2_000, -500]);
    order.facts.amount_captured = Some(euro("17.00"));
    let amount_captured = Some(euro("9.00"));
    order.payments = vec![
        payment(PaymentStatus::Paid, "15.00"),
        Payment { amount_captured, ..payment(PaymentStatus::Paid, "5.00") },
    ];
    assert_eq!(captured_above(&order), Some((euro("9.00"), euro("5.00"))));
}

#[test]
fn a_shipment_may_be_worth_nothing_and_may_capture_the_last_cent() {
    let order = order(&[500, -500, 1_000]);
    assert_eq!(check(&order, &ship(&order, &[1, 2])), Ok(()));
    let mut rest = order;
    (rest.lines[0].shipped, rest.lines[1].shipped) = (part(1, 500), part(1, -500));
    assert_eq!(check(&rest, &ship(&rest, &[3])), Ok(()));
    rest.lines[0].shipped = part(1, 501);
    assert_eq!(subjects(check(&rest, &ship(&rest, &[3]))), ["order"], "what was shipped counts as it was");
}

#[test]
fn a_refusal_names_the_sums_and_no_line_that_would_not_help() {
    let mut order = order(&[2_000, -500, 0]);
    let text = |outcome: Result<(), FailedPrecondition>| outcome.unwrap_err().unmet.remove(0).description;
    assert!(
        text(check(&order, &ship(&order, &[2])))
            .starts_with("These lines add up to -5.00 EUR: a shipment captures")
    );
    assert_eq!(subjects(check(&order, &ship(&order, &[2]))), ["order", "lines/1"]);
    order.lines[0].shipped = part(0, 100);
    let above = check(&order, &ship(&order, &[1]));
    assert_eq!(
        text(above.clone()),
        "These lines add up to 19.00 EUR, and 1.00 EUR is already shipped or recorded: together more than the 15.00 EUR that \
         may be captured (authorized 15.00 EUR, less what was released)."
    );
    assert_eq!(subjects(above), ["order", "lines/2"]);
}

proptest! {
    /// Whatever is requested and released, line by line: shipments never exceed what was authorized and not released, and each is
    /// worth something.
    #[test]
    fn no_sequence_of_shipping_and_releasing_captures_more_than_was_agreed(
        totals in prop::collection::vec((1_i64..5_000, prop::bool::weighted(0.3)), 2..8),
        acts in prop::collection::vec((prop::collection::btree_set(1_u32..8, 1..5), any::<bool>()), 1..12),
    ) {
        let signed: Vec<i64> = totals.iter().map(|(total, off)| if *off { -total } else { *total }).collect();
        prop_assume!(signed.iter().sum::<i64>() > 0);
        let mut order = order(&signed);
        let authorized = signed.iter().sum::<i64>();
        for (ids, ships) in acts {
            let left = |id: &u32| order.line(LineId::new(*id)).is_some_and(|line| line.available().quantity > 0);
            let ids: Vec<u32> = ids.into_iter().filter(left).collect();
            let lines = ship(&order, &ids);
            let own: i64 = lines.iter().map(|line| line.part.amount.minor()).sum();
            let allowed = ships && check(&order, &lines).is_ok();
            prop_assert!(!allowed || own >= 0);
            for line in order.lines.iter_mut().filter(|line| ids.contains(&line.id.number())) {
                if allowed {
                    line.shipped = line.available();
                } else if !ships {
                    line.canceled = line.available();
                }
            }
            let released: i64 = order.lines.iter().map(|line| line.canceled.amount.minor()).sum();
            let shipped: i64 = order.lines.iter().map(|line| line.shipped.amount.minor()).sum();
            prop_assert!(shipped <= authorized);
            // Released units cannot be taken back; units released later find the rest shipped.
            if allowed {
                prop_assert!(shipped <= authorized - released);
            }
        }
    }
}

/// Of 20.00 and 10.00 less 5.00, the 20.00 are released. Whether the 5.00 are too is not known yet.
#[test]
fn a_deduction_whose_cancellation_is_under_way_raises_nothing() {
    let mut order = order(&[2_000, 1_000, -500]);
    order.lines[0].canceled = part(1, 2_000);
    assert_eq!(left(&order), cents(500));
    order.lines[2].canceling = part(1, -500);
    assert_eq!(
        (left(&order), subjects(check(&order, &ship(&order, &[2])))),
        (cents(500), vec!["order".into()])
    );
    (order.lines[2].canceling, order.lines[2].canceled) = (part(0, 0), part(1, -500));
    assert_eq!((left(&order), check(&order, &ship(&order, &[2]))), (cents(1_000), Ok(())));
    order.lines[1].canceling = part(1, 1_000);
    assert_eq!(left(&order), cents(0), "goods whose cancellation is under way are released");
}

/// Somebody shipped in the dashboard what was being canceled here.
#[test]
fn units_shipped_elsewhere_while_they_were_being_canceled_are_not_released_as_well() {
    let mut order = order(&[2_000, 1_000]);
    order.lines[0].canceling = part(1, 2_000);
    assert_eq!(left(&order), cents(1_000));
    order.lines[0].shipped = part(1, 2_000);
    assert_eq!((left(&order), check(&order, &ship(&order, &[2]))), (cents(1_000), Ok(())));
    (order.lines[0].quantity, order.lines[0].total_amount) = (2, cents(4_000));
    (order.highest_amount, order.lines[0].reserved) = (cents(5_000), part(1, 2_000));
    assert_eq!(left(&order), cents(1_000), "one of two can only be shipped or canceled");
}

/// Two of three wait for their parcels, the third is being canceled, and somebody ships two in the dashboard. What is claimed
/// beyond the line is not money that the cancellation would take back.
#[test]
fn a_line_that_is_claimed_twice_over_releases_nothing() {
    let mut order = order(&[6_000, 1_000]);
    (order.lines[0].quantity, order.lines[0].unit_price) = (3, cents(2_000));
    (order.lines[0].canceling, order.lines[0].reserved) = (part(1, 2_000), part(2, 4_000));
    order.lines[0].shipped = part(2, 4_000);
    assert_eq!((under_way(&order), left(&order)), (0, cents(1_000)));
}

/// Of 100.00 and 20.00 less 5.00, the 20.00 are released: 95.00 may be captured. The 5.00, released as well, give 5.00 back to it.
#[test]
fn what_may_be_captured_is_told_as_it_is_once_the_cancellation_has_come() {
    let mut order = order(&[10_000, 2_000, -500]);
    order.lines[1].canceled = part(1, 2_000);
    order.lines[2].canceling = part(1, -500);
    let lines = [ShipmentLine { line_id: LineId::new(3), part: part(1, -500) }];
    assert_eq!((left(&order), left_once_canceled(&order, &lines)), (cents(9_500), cents(10_000)));
    (order.lines[2].canceling, order.lines[2].canceled) = (part(0, 0), part(1, -500));
    assert_eq!((left(&order), left_once_canceled(&order, &lines)), (cents(10_000), cents(10_000)));
}

/// What adds nothing to the sum would not help.
#[test]
fn a_refused_cancellation_names_the_lines_that_would_help_and_no_others() {
    let before = order(&[1_000, 1_000, -500, 0, 700]);
    let mut shipped = before.clone();
    shipped.lines[1].shipped = part(1, 1_000);
    let canceled = |order: &Order, lines: &[(usize, i64)]| {
        let mut after = order.clone();
        lines.iter().for_each(|(line, minor)| after.lines[*line].canceled = part(1, *minor));
        after
    };
    let goods = canceled(&shipped, &[(0, 1_000), (4, 700)]);
    assert_eq!(
        subjects(check_release(&shipped, &goods)),
        ["order", "lines/3"],
        "5.00 is left of 10.00 shipped"
    );
    let card = canceled(&before, &[(2, -500)]);
    assert_eq!(subjects(check_release(&before, &card)), ["order", "lines/1", "lines/2", "lines/5"]);
}

/// It took effect before the shopper authorized the rest, and its answer is not known.
#[test]
fn a_change_under_way_takes_nothing_off_what_was_authorized_after_it() {
    let mut order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
    let change = |difference| LineChanging {
        operation_id: OperationId::new(uuid::Uuid::nil()),
        added: Vec::new(),
        updated: Vec::new(),
        difference,
    };
    order.line_change = Some(Box::new(change(euro("-698.00"))));
    order.payments = vec![fixtures::payment("tr_1", euro("329.99"), PaymentStatus::Authorized)];
    assert_eq!(left(&order), euro("329.99"));
    order.payments = vec![fixtures::payment("tr_1", euro("1027.99"), PaymentStatus::Authorized)];
    assert_eq!(left(&order), euro("329.99"), "it may have released the rest");
}

/// A line was removed before the shopper authorized the rest: it releases nothing of that.
#[test]
fn what_was_canceled_before_anything_was_authorized_takes_nothing_off_the_bound() {
    let mut order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
    order.lines[0].canceled = Part { quantity: 2, amount: euro("698.00") };
    order.canceled_unpaid = euro("698.00");
    let lines =
        [ShipmentLine { line_id: order.lines[1].id, part: Part { quantity: 1, amount: euro("329.99") } }];
    assert_eq!((authorized(&order), left(&order)), (euro("329.99"), euro("329.99")));
    assert_eq!(check(&order, &lines), Ok(()));
    order.payments = vec![fixtures::payment("tr_1", euro("329.99"), PaymentStatus::Authorized)];
    assert_eq!((authorized(&order), left(&order)), (euro("329.99"), euro("329.99")));
}
