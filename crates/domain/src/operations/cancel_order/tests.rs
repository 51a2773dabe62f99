//! Recognising a cancellation in a reading.

use super::*;
use crate::operations::kind::Secret;
use crate::rules::fixtures::{euro, placed, snapshot};
use crate::rules::part::Part;
use crate::rules::status::LineStatus;

const TASK: Task = Task { cause: Cause::Request };

fn one() -> Part {
    Part { quantity: 1, amount: euro("349.00") }
}

fn look(order: &Order, seen: &Snapshot) -> Observation {
    let sends = Sends { sent: crate::operations::sent::Sent::at(order.created_time), is_refused: true };
    TASK.observe(
        Book { order, shipments: &[], refunds: &[], secret: Secret::default() },
        std::slice::from_ref(seen),
        sends,
    )
}

fn is_found(order: &Order, seen: &Snapshot) -> bool {
    matches!(look(order, seen), Observation::Found(Acceptance::Order(_)))
}

#[test]
fn a_cancellation_is_found_if_the_order_is_canceled_or_completed_with_more_canceled_than_is_known() {
    let order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    for status in OrderStatus::ALL {
        let mut seen = snapshot(*status, LineStatus::Completed);
        let canceled = *status == OrderStatus::Canceled;
        assert_eq!(is_found(&order, &seen), canceled, "{}", status.as_str());
        seen.lines[0].canceled = Some(one());
        let happened = canceled || *status == OrderStatus::Completed;
        assert_eq!(is_found(&order, &seen), happened, "{}", status.as_str());
        // It was canceled before, by anyone.
        let mut known = order.clone();
        known.lines[0].canceled = one();
        assert_eq!(is_found(&known, &seen), canceled, "{}", status.as_str());
    }
}

#[test]
fn a_missing_field_does_not_prove_absence() {
    let order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    let mut seen = snapshot(OrderStatus::Completed, LineStatus::Completed);
    seen.lines[1].canceled = None;
    assert!(matches!(look(&order, &seen), Observation::NotUnderstood(_)));
    seen.status = None;
    assert!(
        matches!(look(&order, &seen), Observation::NotUnderstood(misread) if misread.field.as_deref() == Some("status"))
    );
    seen.status = Some(Read::Unknown("released".to_owned()));
    assert!(matches!(look(&order, &seen), Observation::NotUnderstood(_)));
}

#[test]
fn canceled_units_may_be_its_effect_once_it_was_sent_or_the_order_has_ended() {
    let order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    let explains = |pool, status: OrderStatus, sent| {
        let status = Read::Known(status);
        let found = Difference::Units { pool, line_id: LineId::new(1), status: Some(&status) };
        TASK.explains(&order, found, sent)
    };
    assert!(explains(Pool::Canceled, OrderStatus::Completed, false));
    assert!(explains(Pool::Canceled, OrderStatus::Shipping, true));
    assert!(!explains(Pool::Canceled, OrderStatus::Shipping, false));
    assert!(!explains(Pool::Shipped, OrderStatus::Completed, true));
    assert!(!explains(Pool::Refunded, OrderStatus::Completed, true));
}
