//! Recognising a cancellation of lines in a reading, and what it explains.

use super::*;
use crate::operations::kind::Secret;
use crate::operations::sent::Sent;
use crate::rules::fixtures::{euro, placed, snapshot};
use crate::rules::status::{LineStatus, OrderStatus, Read};

fn part(quantity: u32, amount: &str) -> Part {
    Part { quantity, amount: euro(amount) }
}

fn task(lines: &[(u32, Part)]) -> Task {
    let line = |(id, part): &(u32, Part)| ShipmentLine { line_id: LineId::new(*id), part: *part };
    Task { lines: lines.iter().map(line).collect() }
}

/// One of two boxes at 349.00.
fn one() -> Task {
    task(&[(1, part(1, "349.00"))])
}

fn order() -> Order {
    placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone()
}

fn seen(canceled: [Part; 2]) -> Snapshot {
    let mut seen = snapshot(OrderStatus::Authorized, LineStatus::Authorized);
    for (line, part) in seen.lines.iter_mut().zip(canceled) {
        line.canceled = Some(part);
    }
    seen
}

fn none() -> Part {
    part(0, "0.00")
}

#[derive(Debug, PartialEq)]
enum Word {
    Found,
    Absent,
    Ambiguous,
    Unreadable,
}

fn look(task: &Task, order: &Order, seen: &Snapshot, is_refused: bool) -> Word {
    let sends = Sends { sent: Sent::at(order.created_time), is_refused };
    match task.observe(
        Book { order, shipments: &[], refunds: &[], secret: Secret::default() },
        std::slice::from_ref(seen),
        sends,
    ) {
        Observation::Found(_) => Word::Found,
        Observation::Absent | Observation::Unwanted(_) => Word::Absent,
        Observation::Ambiguous(_) => Word::Ambiguous,
        Observation::NotUnderstood(_) => Word::Unreadable,
    }
}

#[test]
fn exactly_its_units_are_its_effect_and_others_of_its_lines_may_be() {
    let three = task(&[(1, part(1, "349.00")), (2, part(1, "329.99"))]);
    let order = order();
    for (task, canceled, expected) in [
        (one(), [none(), none()], Word::Absent),
        (one(), [none(), part(1, "329.99")], Word::Absent),
        (one(), [part(1, "349.00"), none()], Word::Found),
        (one(), [part(1, "349.00"), part(1, "329.99")], Word::Found),
        (one(), [part(1, "299.00"), none()], Word::Ambiguous),
        (three.clone(), [part(1, "349.00"), none()], Word::Ambiguous),
        (three.clone(), [part(2, "698.00"), none()], Word::Ambiguous),
        (three, [part(1, "349.00"), part(1, "329.99")], Word::Found),
    ] {
        assert_eq!(look(&task, &order, &seen(canceled), false), expected, "{task:?} {canceled:?}");
    }
}

/// Nothing is left of the line that a call of ours could cancel.
#[test]
fn units_among_more_are_found_if_nothing_is_left_of_the_line() {
    assert_eq!(look(&one(), &order(), &seen([part(2, "698.00"), none()]), false), Word::Found);
    assert_eq!(look(&one(), &order(), &seen([part(2, "698.00"), none()]), true), Word::Found);
    let mut shipped = seen([part(1, "299.00"), none()]);
    shipped.lines[0].shipped = Some(part(1, "399.00"));
    assert_eq!(look(&task(&[(1, part(1, "349.00"))]), &order(), &shipped, false), Word::Found);
}

#[test]
fn what_is_there_is_not_its_effect_if_mollie_refused_the_only_call() {
    assert_eq!(look(&one(), &order(), &seen([part(1, "349.00"), none()]), true), Word::Absent);
    assert_eq!(look(&one(), &order(), &seen([part(1, "299.00"), none()]), true), Word::Absent);
}

/// Two equal cancellations: the first is settled here, and the answer to the second was lost.
#[test]
fn what_is_settled_here_explains_what_mollie_counts() {
    let mut order = order();
    (order.lines[0].quantity, order.lines[0].total_amount) = (3, euro("1097.00"));
    order.lines[0].canceled = part(1, "349.00");
    let seen = |quantity, amount: &str| {
        let mut seen = seen([part(quantity, amount), none()]);
        (seen.lines[0].quantity, seen.lines[0].total_amount) = (3, euro("1097.00"));
        seen
    };
    assert_eq!(look(&one(), &order, &seen(1, "349.00"), false), Word::Absent);
    assert_eq!(look(&one(), &order, &seen(2, "698.00"), false), Word::Found);
}

#[test]
fn a_missing_counter_or_line_proves_nothing() {
    let mut left_out = seen([none(), none()]);
    left_out.lines[0].canceled = None;
    assert_eq!(look(&one(), &order(), &left_out, false), Word::Unreadable);
    let mut shorter = seen([none(), none()]);
    shorter.lines.remove(0);
    assert_eq!(look(&one(), &order(), &shorter, false), Word::Unreadable);
}

#[test]
fn an_operators_word_needs_at_least_its_units() {
    let order = order();
    let named = |canceled, id: &str| {
        one().identify(
            Book { order: &order, shipments: &[], refunds: &[], secret: Secret::default() },
            &[seen(canceled)],
            id,
        )
    };
    let mollie_id = "ord_1.abc";
    assert!(matches!(named([part(1, "299.00"), none()], mollie_id), Named::Effect(_)));
    assert!(matches!(named([none(), none()], mollie_id), Named::Other(text) if text.contains("none found")));
    assert!(matches!(named([part(1, "349.00"), none()], "ord_2"), Named::Other(_)));
}

#[test]
fn canceled_units_of_its_lines_may_be_its_own_once_it_was_sent() {
    let explains = |pool, line: u32, sent| {
        let status = Read::Known(OrderStatus::Completed);
        let found = Difference::Units { pool, line_id: LineId::new(line), status: Some(&status) };
        one().explains(&order(), found, sent)
    };
    assert!(explains(Pool::Canceled, 1, true));
    assert!(!explains(Pool::Canceled, 1, false));
    assert!(!explains(Pool::Canceled, 2, true));
    assert!(!explains(Pool::Shipped, 1, true));
}

#[test]
fn nothing_is_sent_for_lines_that_are_canceled_altogether() {
    let mut order = order();
    let ready = |order: &Order| {
        one().ready(
            Book { order, shipments: &[], refunds: &[], secret: Secret::default() },
            order.created_time,
        )
    };
    assert_eq!(ready(&order), Ready::Send);
    order.lines[0].canceled = part(1, "349.00");
    assert_eq!(ready(&order), Ready::Send);
    order.lines[0].canceled = part(2, "698.00");
    assert_eq!(ready(&order), Ready::Done);
    assert_eq!(one().settled(&order, None), [], "somebody else did it");
}

#[test]
fn an_accepted_cancellation_settles_what_was_sent() {
    let mut order = order();
    assert_eq!(one().settled(&order, None), one().lines);
    let reading = seen([part(2, "698.00"), none()]);
    assert_eq!(one().settled(&order, Some(&reading)), one().lines);
    order.lines[0].canceled = part(1, "349.00");
    assert_eq!(one().settled(&order, Some(&reading)), one().lines);
}
