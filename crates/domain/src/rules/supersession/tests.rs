//! When an order may be replaced, and when the old one is canceled.

use uuid::Uuid;

use super::*;
use crate::rules::cause::{Cause, Grounds};
use crate::rules::event::{EventData, Recorder};
use crate::rules::fixtures::{at, euro, payment, placed, recorded, snapshot};
use crate::rules::ids::{OperationId, OrderId};
use crate::rules::rejection::Rejection;
use crate::rules::status::{LineStatus, PaymentStatus};

fn by() -> OrderId {
    OrderId::new(Uuid::from_u128(7))
}

fn order(status: OrderStatus) -> Order {
    placed(status, LineStatus::Created).order().clone()
}

fn reason(order: &Order) -> Option<PreconditionReason> {
    match check(order) {
        Ok(()) => None,
        Err(RequestError::State(refusal) | RequestError::Blocked(refusal)) => Some(refusal.reason),
        Err(RequestError::Invalid(faults)) => panic!("{faults:?}"),
    }
}

fn with(status: PaymentStatus) -> Order {
    let mut order = order(OrderStatus::Created);
    order.payments = vec![payment("tr_1", euro("1027.99"), status)];
    order
}

/// Replaced by an order that Mollie has.
fn replaced(order: Order) -> Recorder {
    let mut recorder = Recorder::new(order, at(5), Grounds::of(Cause::LookUp));
    recorder.record(EventData::Superseded { by: by() });
    recorder.record(EventData::Replaced { by: by() });
    recorder
}

fn is_due(order: &Order, minute: i64) -> bool {
    is_to_be_canceled(order, at(minute))
}

#[test]
fn an_order_may_be_replaced_while_it_is_unpaid_or_when_it_is_over() {
    let (money, free) = (Some(PreconditionReason::OrderNotSupersedable), None);
    for (status, expected) in [
        (OrderStatus::Created, free),
        (OrderStatus::Pending, money),
        (OrderStatus::Authorized, money),
        (OrderStatus::Paid, money),
        (OrderStatus::Shipping, money),
        (OrderStatus::Completed, money),
        (OrderStatus::Canceled, free),
        (OrderStatus::Expired, free),
    ] {
        assert_eq!(reason(&order(status)), expected, "{}", status.as_str());
    }
    assert_eq!(reason(recorded().order()), Some(PreconditionReason::OrderNotPlaced));
    for placement in [Placement::Refused, Placement::Abandoned] {
        assert_eq!(reason(&Order { placement, ..recorded().order().clone() }), None);
    }
    let mut odd = order(OrderStatus::Created);
    odd.facts.unknown_status = Some("paused".to_owned());
    assert_eq!(reason(&odd), Some(PreconditionReason::StatusNotUnderstood));
}

/// The order's status may come later than that of its payment.
#[test]
fn a_payment_that_holds_money_forbids_it_and_an_open_one_does_not() {
    for (status, expected) in [
        (PaymentStatus::Open, None),
        (PaymentStatus::Pending, None),
        (PaymentStatus::Failed, None),
        (PaymentStatus::Authorized, Some(PreconditionReason::OrderNotSupersedable)),
        (PaymentStatus::Paid, Some(PreconditionReason::OrderNotSupersedable)),
    ] {
        assert_eq!(reason(&with(status)), expected, "{}", status.as_str());
    }
}

#[test]
fn an_order_is_replaced_once_and_the_refusal_names_by_which() {
    let mut recorder = Recorder::new(order(OrderStatus::Created), at(5), Grounds::of(Cause::LookUp));
    recorder.record(EventData::Superseded { by: by() });
    let Err(RequestError::Blocked(refusal)) = check(recorder.order()) else { panic!() };
    assert_eq!((refusal.reason, refusal.superseded_by), (PreconditionReason::OrderSuperseded, Some(by())));
    assert!(refusal.unmet[0].description.contains(&by().to_string()));
    recorder.record(EventData::Reinstated { by: by() });
    assert_eq!(reason(recorder.order()), None, "it may be replaced again");
}

/// Its number would come back while another one may be taken.
#[test]
fn an_order_whose_number_is_changing_is_not_replaced() {
    let mut order = order(OrderStatus::Created);
    let operation_id = OperationId::new(Uuid::from_u128(8));
    order.renaming =
        Some(Box::new(crate::rules::order::Renaming { operation_id, number: "1338".to_owned() }));
    assert_eq!(reason(&order), Some(PreconditionReason::NumberChanging));
}

#[test]
fn an_order_of_another_profile_is_a_fault_of_the_request() {
    let order = order(OrderStatus::Created);
    assert_eq!(of_another_profile(&order, &ProfileName::new("main")), None);
    let fault = of_another_profile(&order, &ProfileName::new("other")).map(|fault| fault.path);
    assert_eq!(fault.as_deref(), Some("supersedes"));
}

#[test]
fn what_is_over_need_not_be_read() {
    assert!(must_be_read(&order(OrderStatus::Created)));
    assert!(must_be_read(&order(OrderStatus::Completed)));
    assert!(!must_be_read(&order(OrderStatus::Canceled)));
    assert!(!must_be_read(&order(OrderStatus::Expired)));
    assert!(!must_be_read(recorded().order()));
}

/// Its own state says what it holds once the other one is given up.
#[test]
fn a_replaced_order_holds_no_number_until_it_is_reinstated() {
    let mut recorder = Recorder::new(order(OrderStatus::Created), at(5), Grounds::of(Cause::LookUp));
    recorder.record(EventData::Superseded { by: by() });
    assert_eq!(recorder.order().held_number(), None);
    recorder.record(EventData::Reinstated { by: by() });
    assert_eq!(recorder.order().held_number(), Some("1337"));
    let mut over = Recorder::new(order(OrderStatus::Canceled), at(5), Grounds::of(Cause::LookUp));
    over.record(EventData::Superseded { by: by() });
    over.record(EventData::Reinstated { by: by() });
    assert_eq!(over.order().held_number(), None, "what was given back stays so");
}

#[test]
fn a_replaced_order_is_canceled_while_it_is_unpaid_and_not_before_mollie_has_the_other_one() {
    for status in OrderStatus::ALL {
        let order = replaced(order(*status)).order().clone();
        assert_eq!(is_due(&order, 6), *status == OrderStatus::Created, "{}", status.as_str());
        assert_eq!(is_owed(&order), !status.is_final(), "{}", status.as_str());
    }
    let mut recorder = Recorder::new(order(OrderStatus::Created), at(5), Grounds::of(Cause::LookUp));
    assert!(!is_due(recorder.order(), 6));
    recorder.record(EventData::Superseded { by: by() });
    assert!(!is_due(recorder.order(), 6), "the other one may still be refused");
    assert!(is_due(replaced(with(PaymentStatus::Open)).order(), 6), "Mollie may allow it");
    for status in [PaymentStatus::Authorized, PaymentStatus::Paid] {
        assert!(!is_due(replaced(with(status)).order(), 6), "{}", status.as_str());
    }
    let mut odd = order(OrderStatus::Created);
    odd.facts.unknown_status = Some("paused".to_owned());
    assert!(!is_due(replaced(odd).order(), 6));
}

#[test]
fn mollie_is_asked_again_when_what_kept_the_order_has_ended() {
    let mut recorder = replaced(with(PaymentStatus::Open));
    let (operation_id, entries) = (OperationId::new(Uuid::from_u128(8)), Vec::new());
    let rejection = Rejection::of_ours("open");
    recorder.record(EventData::CancellationRefused { operation_id, rejection, entries });
    let mut order = recorder.order().clone();
    let kept = order.superseded.as_ref().and_then(|superseded| superseded.kept.as_ref());
    assert_eq!(kept.map(|kept| kept.beside.len()), Some(1));
    assert!(!is_due(&order, 6) && !is_due(&order, 5 + 359));
    assert!(is_due(&order, 5 + 360), "it may have ended unseen");
    order.payments[0].status = Read::Known(PaymentStatus::Expired);
    assert!(is_due(&order, 6));
    order.payments[0].status = Read::Known(PaymentStatus::Paid);
    assert!(!is_due(&order, 5 + 360));
}

/// Mollie refuses while the shopper's attempt is open, and the answer is believed only after it has failed.
#[test]
fn an_attempt_that_ended_since_the_cancellation_was_recorded_may_have_kept_the_order() {
    let (operation_id, entries) = (OperationId::new(Uuid::from_u128(8)), Vec::new());
    let is_due_again = |ended| {
        let mut order = replaced(with(PaymentStatus::Failed)).order().clone();
        order.payments[0].ended_time = Some(ended);
        let mut recorder = Recorder::new(order, at(5), Grounds::of(Cause::LookUp));
        recorder.record(EventData::CancellationRecorded {
            operation_id,
            release: Vec::new(),
            entries: entries.clone(),
        });
        let rejection = Rejection::of_ours("open");
        let entries = entries.clone();
        recorder.record(EventData::CancellationRefused { operation_id, rejection, entries });
        is_due(recorder.order(), 6)
    };
    assert!(is_due_again(at(5)));
    assert!(!is_due_again(at(4)), "it had ended before");
}

#[test]
fn a_reading_before_the_send_spares_what_the_shopper_has_paid() {
    let mut seen = snapshot(OrderStatus::Created, LineStatus::Created);
    assert_eq!(spared(&seen), None);
    seen.payments = Some(vec![payment("tr_1", euro("1027.99"), PaymentStatus::Open)]);
    assert_eq!(spared(&seen), None);
    seen.payments = Some(vec![payment("tr_1", euro("1027.99"), PaymentStatus::Paid)]);
    assert!(spared(&seen).is_some());
    for status in [OrderStatus::Pending, OrderStatus::Authorized, OrderStatus::Paid, OrderStatus::Expired] {
        let text = spared(&snapshot(status, LineStatus::Created)).unwrap();
        assert!(text.contains(status.as_str()), "{text}");
    }
}

#[test]
fn money_on_a_replaced_order_is_raised_once_the_other_one_is_at_mollie() {
    use crate::rules::concern::superseded_paid;
    for status in OrderStatus::ALL {
        let order = replaced(order(*status)).order().clone();
        let raised = superseded_paid(&order).map(|concern| concern.subject);
        let is_paid = matches!(
            status,
            OrderStatus::Authorized | OrderStatus::Paid | OrderStatus::Shipping | OrderStatus::Completed
        );
        assert_eq!(raised, is_paid.then(|| by().to_string()), "{}", status.as_str());
    }
    assert!(superseded_paid(replaced(with(PaymentStatus::Paid)).order()).is_some());
    let mut waits = Recorder::new(order(OrderStatus::Paid), at(5), Grounds::of(Cause::LookUp));
    waits.record(EventData::Superseded { by: by() });
    assert_eq!(superseded_paid(waits.order()), None);
    assert_eq!(superseded_paid(&order(OrderStatus::Paid)), None);
}
