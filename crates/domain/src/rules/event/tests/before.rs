//! How what an event changes was before it.

use super::*;
use crate::rules::fixtures::{payment, refund, shipment};
use crate::rules::order_update::NewTerms;
use crate::rules::refund::RefundState;
use crate::rules::shipment::ShipmentState;
use crate::rules::snapshot::Snapshot;

fn read(recorder: &mut Recorder, snapshot: &Snapshot) -> Before {
    let observed = Box::new(observed(recorder.order(), snapshot));
    recorder.record(EventData::OrderObserved { observed });
    recorder.events().last().unwrap().before.clone()
}

#[test]
fn a_reading_keeps_the_status_and_the_sums_that_it_replaces() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    let seen = Snapshot {
        amount_captured: Some(euro("1.00")),
        payments: Some(vec![payment("tr_1", euro("1027.99"), PaymentStatus::Authorized)]),
        ..snapshot(OrderStatus::Authorized, LineStatus::Authorized)
    };
    let before = read(&mut recorder, &seen);
    let order = before.order.unwrap();
    assert_eq!((order.status, order.amount), (Some(OrderStatus::Created), euro("1027.99")));
    assert_eq!((order.captured, before.payments), (None, Vec::new()), "the payment is new");
    let lines = before.lines.iter().map(|line| (line.id.number(), line.status, line.values));
    let created = Some(LineStatus::Created);
    assert_eq!(lines.collect::<Vec<_>>(), [(1, created, None), (2, created, None)]);
    let captured = Some(euro("2.00"));
    let paid = payment("tr_1", euro("1027.99"), PaymentStatus::Paid);
    let next = Snapshot { amount_captured: captured, payments: Some(vec![paid]), ..seen };
    let before = read(&mut recorder, &next);
    assert_eq!(before.order.unwrap().captured, Some(euro("1.00")));
    assert_eq!(before.payments[0].status, Read::Known(PaymentStatus::Authorized));
}

/// So a reader of a thousand lines is told of those that are others now.
#[test]
fn a_reading_keeps_nothing_of_the_order_where_its_status_and_its_sums_stay() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    let seen =
        Snapshot { method: Some("ideal".to_owned()), ..snapshot(OrderStatus::Created, LineStatus::Created) };
    assert_eq!(read(&mut recorder, &seen), Before::default());
}

#[test]
fn a_placement_had_no_status_and_no_values_change() {
    let recorder = placed(OrderStatus::Created, LineStatus::Created);
    let before = &recorder.events().last().unwrap().before;
    assert_eq!(before.order.as_ref().unwrap().status, None);
    assert!(before.lines.iter().all(|line| line.status.is_none() && line.values.is_none()));
}

#[test]
fn lines_with_new_values_keep_the_old_ones_and_new_lines_have_none() {
    let mut recorder = placed(OrderStatus::Authorized, LineStatus::Authorized);
    let ours = recorder.order().lines[0].clone();
    let more = Line { quantity: 3, total_amount: euro("1097.00"), ..ours.clone() };
    let new = Line { id: LineId::new(3), ..ours.clone() };
    let operation_id = OperationId::new(Uuid::from_u128(3));
    recorder.record(EventData::LinesChanged { operation_id, lines: vec![more, new], entries: Vec::new() });
    let before = &recorder.events().last().unwrap().before;
    let kept: Vec<_> = before.lines.iter().map(|line| (line.id, line.values)).collect();
    assert_eq!(kept, [(ours.id, Some(ours.values()))]);
}

#[test]
fn an_authorization_that_grows_with_the_lines_is_kept_as_it_was_and_as_it_is() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    let authorized = payment("tr_1", euro("1027.99"), PaymentStatus::Authorized);
    let seen = Snapshot {
        payments: Some(vec![authorized]),
        ..snapshot(OrderStatus::Authorized, LineStatus::Authorized)
    };
    read(&mut recorder, &seen);
    let ours = recorder.order().lines[0].clone();
    let more = Line { quantity: 3, total_amount: euro("1097.00"), ..ours };
    let operation_id = OperationId::new(Uuid::from_u128(3));
    recorder.record(EventData::LinesChanged { operation_id, lines: vec![more], entries: Vec::new() });
    let (was, now) = recorder.events().last().unwrap().before.grown.clone().unwrap();
    assert_eq!((was.amount, now), (euro("1027.99"), euro("1426.99")));
    assert_eq!(recorder.order().payments[0].amount, now);
}

/// Mollie does not have it: its reader must know what was taken off the order.
#[test]
fn a_line_that_leaves_the_order_keeps_its_values() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    let (gone, values) = (recorder.order().lines[1].id, recorder.order().lines[1].values());
    let seen = snapshot(OrderStatus::Created, LineStatus::Created);
    let observed = Observed { gone: vec![gone], ..observed(recorder.order(), &seen) };
    recorder.record(EventData::OrderObserved { observed: Box::new(observed) });
    let before = &recorder.events().last().unwrap().before;
    assert_eq!((before.lines[0].id, before.lines[0].values), (gone, Some(values)));
}

#[test]
fn new_terms_keep_what_they_replace_and_nothing_else() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    let terms = NewTerms {
        order_number: Some("1338".to_owned()),
        cancel_url: Some("https://example.org/no".to_owned()),
        personal: vec!["billing_address".to_owned()],
        redirect_url: None,
    };
    recorder.record(EventData::Updated { operation_id: OperationId::new(Uuid::from_u128(3)), terms });
    let before = recorder.events().last().unwrap().before.clone();
    assert_eq!(before.terms, NewTerms { order_number: Some("1337".to_owned()), ..NewTerms::default() });
}

#[test]
fn a_resource_is_kept_as_far_as_the_event_changes_it() {
    let tracking = Tracking { carrier: "DHL".to_owned(), code: "1".to_owned(), url: None };
    let known = Shipment {
        state: ShipmentState::NeedsAttention,
        tracking: Some(tracking.clone()),
        ..shipment(7, Vec::new())
    };
    let owing = Refund { status: Some(Read::Known(RefundStatus::Queued)), ..refund(8, "tr_1", euro("1.00")) };
    let (shipment_id, refund_id) = (known.id, owing.id);
    let operation_id = OperationId::new(Uuid::from_u128(3));
    let of = |data: EventData| {
        let shipment = |id| Some(known.clone()).filter(|it| it.id == id);
        ResourceBefore::of(&data, shipment, |id| Some(owing.clone()).filter(|it| it.id == id))
    };
    let registered = EventData::ShipmentRegistered {
        shipment_id,
        operation_id,
        mollie_id: MollieShipmentId::new("shp_1"),
        registered_time: at(3),
        entries: Vec::new(),
    };
    assert_eq!(of(registered), Some(ResourceBefore::Shipment(ShipmentState::NeedsAttention)));
    let updated = EventData::ShipmentUpdated { shipment_id, operation_id: None, tracking: None };
    assert_eq!(of(updated), Some(ResourceBefore::Tracking(Some(tracking))));
    let capture = Capture {
        mollie_id: None,
        payment: None,
        status: Read::Known(CaptureStatus::Pending),
        amount: euro("1.00"),
    };
    let captured = EventData::ShipmentCaptured { shipment_id, capture };
    assert_eq!(of(captured), Some(ResourceBefore::Capture(None)));
    let status = Read::Known(RefundStatus::Refunded);
    let refunded = EventData::RefundUpdated { refund_id, operation_id: None, status, entries: Vec::new() };
    let was = ResourceBefore::Refund {
        state: RefundState::Recorded,
        status: Some(Read::Known(RefundStatus::Queued)),
    };
    assert_eq!(of(refunded), Some(was));
    let opened = Box::new(payment("tr_1", euro("1.00"), PaymentStatus::Open));
    assert_eq!(of(EventData::PaymentCreated { operation_id, payment: opened }), None);
}
