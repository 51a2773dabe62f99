//! What an order says of itself.

use uuid::Uuid;

use super::*;
use crate::rules::fixtures::{at, euro, recorded};

fn of_lines(count: u32) -> Order {
    let mut order = recorded().order().clone();
    let line = |number| Line { id: LineId::new(number), ..order.lines[0].clone() };
    order.lines = (1..=count).map(line).collect();
    order
}

#[test]
fn an_error_lists_the_first_lines_and_counts_the_others() {
    assert_eq!(of_lines(3).line_ids(), "1, 2, 3");
    assert!(of_lines(20).line_ids().ends_with("19, 20"));
    assert!(of_lines(22).line_ids().ends_with("19, 20 and 2 more"));
}

#[test]
fn a_line_is_named_by_its_reference_or_its_id() {
    let mut order = of_lines(3);
    order.lines[1].reference = Some("4711-1".to_owned());
    let named = |text| order.line_named(text).map(|line| line.id.number());
    assert_eq!(["4711-1", "2", "3", "4", "4711"].map(named), [Some(2), Some(2), Some(3), None, None]);
    assert_eq!(order.line_ids(), "1, 2 (4711-1), 3");
    assert_eq!(order.lines[1].path(), "lines/2");
}

/// Units or an amount, made or to be made.
#[test]
fn a_line_is_refunded_on_a_payment_by_units_or_by_a_lower_price() {
    let none = of_lines(1).lines.remove(0);
    assert!(!none.is_refunded_on_payment());
    let part = |quantity, amount| Part { quantity, amount: euro(amount) };
    for part in [part(1, "0.00"), part(0, "2.00"), part(0, "-2.00")] {
        assert!(Line { payment_refunded: part, ..none.clone() }.is_refunded_on_payment());
        assert!(Line { payment_refunding: part, ..none.clone() }.is_refunded_on_payment());
        assert!(!Line { refunded: part, refunding: part, ..none.clone() }.is_refunded_on_payment());
    }
}

#[test]
fn a_line_is_found_wherever_it_stands() {
    let mut order = of_lines(3);
    order.lines.swap(0, 2);
    for number in 1..=3 {
        let id = LineId::new(number);
        assert_eq!(order.line(id).map(|line| line.id), Some(id));
        assert_eq!(order.line_mut(id).map(|line| line.id), Some(id));
    }
    assert_eq!(order.line(LineId::new(4)), None);
}

#[test]
fn an_order_holds_the_number_that_it_is_to_have_until_it_ends() {
    let mut order = of_lines(1);
    let held = |order: &Order| order.held_number().map(ToOwned::to_owned);
    assert_eq!(held(&order).as_deref(), Some("1337"));
    let operation_id = OperationId::new(Uuid::nil());
    order.renaming = Some(Box::new(Renaming { operation_id, number: "1338".to_owned() }));
    assert_eq!(held(&order).as_deref(), Some("1338"));
    order.facts.status = Some(OrderStatus::Canceled);
    assert_eq!(held(&order), None);
}

#[test]
fn personal_data_is_never_printed() {
    let text = format!("{:?}", recorded().order().personal);
    assert_eq!(text, "Personal(…)");
}

#[test]
fn a_placement_is_overdue_once_its_age_limit_is_over() {
    let order = recorded().order().clone();
    assert_eq!(order.overdue_from(SignedDuration::from_mins(15)), at(15));
    assert_eq!(order.overdue_from(SignedDuration::MAX), Timestamp::MAX);
}
