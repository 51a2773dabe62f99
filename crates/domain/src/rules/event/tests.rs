//! Folding the events of an order yields the order.

use super::*;
use crate::rules::cause::{Cause, Grounds};
use crate::rules::fixtures::{self, at, euro, placed, recorded, snapshot};
use crate::rules::ledger::{self, Pool, Stage};
use crate::rules::order::{Canceled, Personal};
use crate::rules::part::Part;
use crate::rules::rejection::RejectedBy;
use crate::rules::shipment::{CaptureStatus, ShipmentLine};
use crate::rules::snapshot::observed;
use crate::rules::status::{LineStatus, OrderStatus, PaymentStatus};
use uuid::Uuid;

mod before;
mod captures;
mod lines;
mod refunds;

#[test]
fn folding_the_events_gives_the_order_without_personal_data() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    let paid = observed(recorder.order(), &snapshot(OrderStatus::Authorized, LineStatus::Authorized));
    recorder.record(EventData::OrderObserved { observed: Box::new(paid) });
    let end = observed(recorder.order(), &snapshot(OrderStatus::Completed, LineStatus::Completed));
    recorder.record(EventData::OrderObserved { observed: Box::new(end) });
    let personal = Personal { consumer_date_of_birth: "1958-01-31".parse().ok(), ..Personal::default() };
    recorder.note_reading(Some(at(9)), personal);
    let (order, events) = recorder.finish();
    let folded = events.iter().fold(None, Order::after).unwrap();
    assert_eq!(folded, Order { observed_time: None, ..order.impersonal() });
    let sequences: Vec<_> = events.iter().map(|event| event.sequence).collect();
    assert_eq!((sequences.as_slice(), order.version), ([1, 2, 3, 4].as_slice(), 4));
}

#[test]
fn an_order_is_closed_when_it_ends_and_reopened_when_it_is_revived() {
    let mut recorder = placed(OrderStatus::Completed, LineStatus::Completed);
    assert_eq!(recorder.order().closed_time, Some(at(0)));
    let back = observed(recorder.order(), &snapshot(OrderStatus::Authorized, LineStatus::Authorized));
    recorder.record(EventData::OrderObserved { observed: Box::new(back) });
    assert_eq!(recorder.order().closed_time, None);
}

#[test]
fn an_ended_order_gives_its_number_back_and_a_completed_one_keeps_it() {
    let number = |status, line| placed(status, line).order().held_number().map(str::to_owned);
    assert_eq!(number(OrderStatus::Canceled, LineStatus::Canceled), None);
    assert_eq!(number(OrderStatus::Expired, LineStatus::Canceled), None);
    assert_eq!(number(OrderStatus::Completed, LineStatus::Completed), Some("1337".to_owned()));
}

#[test]
fn kinds_name_the_status_that_was_reached() {
    let paid = observed(
        placed(OrderStatus::Created, LineStatus::Created).order(),
        &snapshot(OrderStatus::Paid, LineStatus::Paid),
    );
    assert_eq!(EventData::OrderObserved { observed: Box::new(paid) }.kind(), "order.paid");
}

#[test]
fn an_order_that_gave_its_number_back_never_takes_it_again() {
    let mut recorder = placed(OrderStatus::Canceled, LineStatus::Canceled);
    let back = observed(recorder.order(), &snapshot(OrderStatus::Authorized, LineStatus::Authorized));
    recorder.record(EventData::OrderObserved { observed: Box::new(back) });
    assert_eq!(recorder.order().facts.status, Some(OrderStatus::Authorized));
    assert_eq!(recorder.order().held_number(), None);
}

#[test]
fn an_order_stays_closed_since_it_ended_whatever_is_reported_later() {
    let completed = placed(OrderStatus::Completed, LineStatus::Completed).order().clone();
    let mut recorder = Recorder::new(completed, at(9), Grounds::of(Cause::LookUp));
    let mut refunded = snapshot(OrderStatus::Completed, LineStatus::Completed);
    refunded.amount = euro("1000.00");
    let later = observed(recorder.order(), &refunded);
    recorder.record(EventData::OrderObserved { observed: Box::new(later) });
    assert_eq!(recorder.order().closed_time, Some(at(0)));
    assert_eq!(recorder.order().terms.amount, refunded.amount);
}

#[test]
fn the_highest_amount_is_the_most_that_the_order_ever_cost() {
    let mut recorder = placed(OrderStatus::Authorized, LineStatus::Authorized);
    for (amount, highest) in [("1000.00", "1027.99"), ("1030.00", "1030.00"), ("1.00", "1030.00")] {
        let mut seen = snapshot(OrderStatus::Authorized, LineStatus::Authorized);
        seen.amount = euro(amount);
        let observed = Box::new(observed(recorder.order(), &seen));
        recorder.record(EventData::OrderObserved { observed });
        assert_eq!(recorder.order().highest_amount, euro(highest));
    }
}

fn released(recorder: &Recorder) -> Vec<u32> {
    recorder.order().releases.iter().map(|release| release.line_id.number()).collect()
}

#[test]
fn deductions_given_up_are_kept_once_until_mollie_rejects_the_cancellation() {
    let operation_id = OperationId::new(Uuid::from_u128(3));
    let mut recorder = placed(OrderStatus::Authorized, LineStatus::Authorized);
    let recorded = |release: &[u32]| EventData::CancellationRecorded {
        operation_id,
        release: release.iter().map(|id| LineId::new(*id)).collect(),
        entries: Vec::new(),
    };
    recorder.record(recorded(&[2]));
    recorder.record(recorded(&[2, 1]));
    assert_eq!(released(&recorder), [2, 1]);
}

#[test]
fn the_first_event_of_an_order_holds_nothing_personal() {
    let personal = Personal { consumer_date_of_birth: "1958-01-31".parse().ok(), ..Personal::default() };
    let order = Order { personal: personal.clone(), ..recorded().order().clone() };
    let mut recorder = Recorder::new(order, at(0), Grounds::of(Cause::LookUp));
    recorder.begin(OperationId::new(Uuid::from_u128(2)));
    let (order, events) = recorder.finish();
    assert_eq!(order.personal, personal);
    let reported = Order::after(None, &events[0]).unwrap();
    assert_eq!(reported.personal, Personal::default());
}

#[test]
fn a_reading_is_noted_with_its_time_and_what_it_says_of_persons() {
    let personal = Personal { consumer_date_of_birth: "1958-01-31".parse().ok(), ..Personal::default() };
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    recorder.note_reading(Some(at(9)), personal.clone());
    assert_eq!((recorder.order().observed_time, &recorder.order().personal), (Some(at(9)), &personal));
}

/// A rejection takes back only what its own cancellation would have given up.
#[test]
fn what_a_settled_cancellation_gave_up_stays_given_up() {
    let mut recorder = placed(OrderStatus::Shipping, LineStatus::Shipping);
    let cancel = |number: u32, amount: &str| {
        let part = Part { quantity: 1, amount: euro(amount) };
        let line = ShipmentLine { line_id: LineId::new(number), part };
        (OperationId::new(Uuid::from_u128(number.into())), [line], vec![line.line_id])
    };
    let rejection = || Rejection::of_ours("a test");
    let (operation_id, lines, release) = cancel(1, "349.00");
    let entries = ledger::ours(Pool::Canceled, Stage::Reserved, &lines);
    recorder.record(EventData::CancellationRecorded { operation_id, release, entries });
    let (second, others, release) = cancel(2, "329.99");
    let entries = ledger::ours(Pool::Canceled, Stage::Reserved, &others);
    recorder.record(EventData::CancellationRecorded { operation_id: second, release, entries });
    assert_eq!(released(&recorder), [1, 2]);
    let entries = ledger::settling(Pool::Canceled, &lines);
    recorder.record(EventData::CancellationSucceeded { operation_id, entries });
    let canceled = Canceled { operation_id, lines: lines.to_vec() };
    assert_eq!(recorder.order().cancellations, [canceled]);
    // A cancellation of the whole order is refused while the second one is under way.
    let whole = OperationId::new(Uuid::from_u128(9));
    let entries = Vec::new();
    recorder.record(EventData::CancellationRefused { operation_id: whole, rejection: rejection(), entries });
    assert_eq!(released(&recorder), [1, 2]);
    let entries = ledger::ours(Pool::Canceled, Stage::Freed, &others);
    recorder.record(EventData::CancellationRefused { operation_id: second, rejection: rejection(), entries });
    assert_eq!((released(&recorder), recorder.order().cancellations.len()), (vec![1], 1));
}

/// The second one names the deduction, too, and none of it is canceled yet.
#[test]
fn a_rejection_takes_back_nothing_that_another_cancellation_names() {
    let mut recorder = placed(OrderStatus::Shipping, LineStatus::Shipping);
    let (whole, of_lines) = (OperationId::new(Uuid::from_u128(7)), OperationId::new(Uuid::from_u128(8)));
    let recorded = |operation_id, release: &[u32]| EventData::CancellationRecorded {
        operation_id,
        release: release.iter().map(|id| LineId::new(*id)).collect(),
        entries: Vec::new(),
    };
    recorder.record(recorded(whole, &[2]));
    recorder.record(recorded(of_lines, &[1, 2]));
    let refused = |operation_id, by| EventData::CancellationRefused {
        operation_id,
        rejection: Rejection { by, ..Rejection::of_ours("a test") },
        entries: Vec::new(),
    };
    recorder.record(refused(of_lines, RejectedBy::Mollie(422)));
    assert_eq!(released(&recorder), [2]);
    recorder.record(EventData::CancellationSucceeded { operation_id: whole, entries: Vec::new() });
    recorder.record(refused(of_lines, RejectedBy::Operator));
    assert_eq!(released(&recorder), [2], "it was given up for good");
    let all = recorder.order().released(LineId::new(2)).unwrap();
    assert_eq!(all, Part { quantity: 1, amount: euro("329.99") });
}

/// A person may be wrong: the same units, canceled later by nobody here, may be the effect that was denied.
#[test]
fn what_a_person_took_for_rejected_is_remembered() {
    let mut recorder = placed(OrderStatus::Authorized, LineStatus::Authorized);
    let part = Part { quantity: 1, amount: euro("349.00") };
    let lines = [ShipmentLine { line_id: LineId::new(1), part }];
    let operation_id = OperationId::new(Uuid::from_u128(7));
    for by in [RejectedBy::Mollie(422), RejectedBy::Service] {
        let rejection = Rejection { by, ..Rejection::of_ours("a test") };
        let entries = ledger::ours(Pool::Canceled, Stage::Freed, &lines);
        recorder.record(EventData::CancellationRefused { operation_id, rejection, entries });
    }
    assert_eq!(recorder.order().cancellations, []);
    let rejection = Rejection { by: RejectedBy::Operator, ..Rejection::of_ours("a test") };
    let entries = ledger::ours(Pool::Canceled, Stage::Freed, &lines);
    recorder.record(EventData::CancellationRefused { operation_id, rejection, entries });
    assert_eq!(recorder.order().cancellations, [Canceled { operation_id, lines: lines.to_vec() }]);
}

/// The order as events leave it that begin with two held parcels.
#[test]
fn a_held_parcel_that_goes_along_leaves_the_others_held() {
    let mut recorder = placed(OrderStatus::Authorized, LineStatus::Authorized);
    let parcels = [1, 2].map(|number| Shipment {
        held: Some("too dear".to_owned()),
        ..fixtures::shipment(number, Vec::new())
    });
    for shipment in &parcels {
        let shipment = Box::new(shipment.clone());
        recorder.record(EventData::ShipmentRecorded { shipment, operation_id: None, entries: Vec::new() });
    }
    let ids =
        |recorder: &Recorder| recorder.order().held.iter().map(|one| one.shipment_id).collect::<Vec<_>>();
    assert_eq!(ids(&recorder), parcels.each_ref().map(|parcel| parcel.id));
    recorder.record(EventData::ShipmentCarried {
        shipment_id: parcels[0].id,
        carried_by: ShipmentId::new(Uuid::from_u128(3)),
        operation_id: OperationId::new(Uuid::from_u128(7)),
        entries: Vec::new(),
    });
    assert_eq!(ids(&recorder), [parcels[1].id]);
}

#[test]
fn attempts_stand_by_their_time_and_an_answer_does_not_undo_a_reading() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    let attempt = |id: &str, minute, status| Payment {
        created_time: at(minute),
        ..fixtures::payment(id, euro("1027.99"), status)
    };
    for (number, payment) in [
        (1, attempt("tr_b", 5, PaymentStatus::Failed)),
        (2, attempt("tr_a", 4, PaymentStatus::Failed)),
        (3, attempt("tr_c", 5, PaymentStatus::Paid)),
        (4, attempt("tr_c", 5, PaymentStatus::Open)),
    ] {
        let (operation_id, payment) = (OperationId::new(Uuid::from_u128(number)), Box::new(payment));
        recorder.record(EventData::PaymentCreated { operation_id, payment });
    }
    let order = recorder.order();
    let stand: Vec<_> =
        order.payments.iter().map(|payment| (payment.mollie_id.as_str(), payment.status.clone())).collect();
    let (failed, paid) = (Read::Known(PaymentStatus::Failed), Read::Known(PaymentStatus::Paid));
    assert_eq!(stand, [("tr_a", failed.clone()), ("tr_b", failed), ("tr_c", paid)]);
    assert_eq!(order.made_payments.len(), 4);
}
