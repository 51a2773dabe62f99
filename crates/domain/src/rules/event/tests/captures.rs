//! Which captures an order follows, and what their events are called.

use super::*;
use crate::rules::ids::MollieCaptureId;
use crate::rules::shipment::{Origin, ShipmentState};

fn id(number: u128) -> ShipmentId {
    ShipmentId::new(Uuid::from_u128(number))
}

fn lines(amounts: &[&str]) -> Vec<ShipmentLine> {
    let line = |(number, amount): (u32, &&str)| {
        let part = Part { quantity: 1, amount: euro(amount) };
        ShipmentLine { line_id: LineId::new(number), part }
    };
    (1..).zip(amounts).map(line).collect()
}

fn registered(number: u128, entries: Vec<Entry>) -> EventData {
    EventData::ShipmentRegistered {
        shipment_id: id(number),
        operation_id: OperationId::new(Uuid::from_u128(9)),
        mollie_id: MollieShipmentId::new("shp_1"),
        registered_time: at(3),
        entries,
    }
}

fn observed_elsewhere(number: u128, lines: Vec<ShipmentLine>) -> EventData {
    let shipment = Shipment {
        id: id(number),
        order_id: OrderId::new(Uuid::from_u128(1)),
        state: ShipmentState::Registered,
        origin: Origin::Elsewhere,
        sequence: 3,
        mollie_id: Some(MollieShipmentId::new("shp_2")),
        lines,
        companions: Vec::new(),
        shares: Vec::new(),
        tracking: None,
        first_tracking: None,
        pending_tracking: None,
        created_time: at(3),
        registered_time: Some(at(3)),
        capture: None,
        rejection: None,
        held: None,
        carried_by: None,
        elsewhere: Vec::new(),
    };
    EventData::ShipmentObserved { shipment: Box::new(shipment) }
}

fn captured(number: u128, status: Read<CaptureStatus>) -> EventData {
    let mollie_id = Some(MollieCaptureId::new("cpt_1"));
    let capture = Capture { mollie_id, payment: None, status, amount: euro("349.00") };
    EventData::ShipmentCaptured { shipment_id: id(number), capture }
}

/// What an order follows after these events.
fn followed(status: OrderStatus, events: Vec<EventData>) -> Vec<ShipmentId> {
    let mut recorder = placed(status, LineStatus::Shipping);
    events.into_iter().for_each(|event| recorder.record(event));
    recorder.order().open_captures.clone()
}

#[test]
fn a_shipment_is_to_bring_the_money_of_the_units_that_settled() {
    let one = ledger::ours(Pool::Shipped, Stage::Settled, &lines(&["349.00"]));
    assert_eq!(followed(OrderStatus::Shipping, vec![registered(1, one.clone())]), [id(1)]);
    assert_eq!(followed(OrderStatus::Paid, vec![registered(1, one)]), [], "the money is there already");
    let freed = ledger::ours(Pool::Shipped, Stage::Freed, &lines(&["349.00"]));
    assert_eq!(followed(OrderStatus::Shipping, vec![registered(1, freed)]), []);
    let cent = ledger::settling(Pool::Shipped, &lines(&["0.01"]));
    assert_eq!(followed(OrderStatus::Shipping, vec![registered(1, cent)]), [id(1)]);
    let nothing = ledger::settling(Pool::Shipped, &lines(&["349.00", "-349.00"]));
    assert_eq!(followed(OrderStatus::Shipping, vec![registered(1, nothing)]), []);
    let below = ledger::settling(Pool::Shipped, &lines(&["-1.00"]));
    assert_eq!(followed(OrderStatus::Shipping, vec![registered(1, below)]), []);
}

#[test]
fn a_shipment_made_elsewhere_is_to_bring_money_too() {
    let found = |amount: &str| vec![observed_elsewhere(2, lines(&[amount]))];
    assert_eq!(followed(OrderStatus::Shipping, found("349.00")), [id(2)]);
    assert_eq!(followed(OrderStatus::Shipping, found("0.00")), []);
    assert_eq!(followed(OrderStatus::Paid, found("349.00")), []);
}

/// An unknown status may change to any other; a failed capture brings nothing more by itself.
#[test]
fn a_capture_is_followed_until_its_end() {
    let both = || {
        let one = ledger::settling(Pool::Shipped, &lines(&["349.00"]));
        vec![registered(1, one.clone()), registered(2, one)]
    };
    let after = |status| {
        let events = both().into_iter().chain([captured(1, status)]).collect();
        followed(OrderStatus::Shipping, events)
    };
    assert_eq!(after(Read::Known(CaptureStatus::Succeeded)), [id(2)]);
    assert_eq!(after(Read::Known(CaptureStatus::Failed)), [id(2)]);
    assert_eq!(after(Read::Known(CaptureStatus::Pending)), [id(2), id(1)]);
    assert_eq!(after(Read::Unknown("held".to_owned())), [id(2), id(1)]);
}

#[test]
fn a_capture_that_failed_is_kept_until_mollie_says_otherwise() {
    let lost = |statuses: &[CaptureStatus]| {
        let mut recorder = placed(OrderStatus::Shipping, LineStatus::Shipping);
        recorder.record(captured(2, Read::Known(CaptureStatus::Missing)));
        statuses.iter().for_each(|status| recorder.record(captured(1, Read::Known(*status))));
        recorder.order().lost_captures.clone()
    };
    let (one, two) = ((id(1), euro("349.00")), (id(2), euro("349.00")));
    assert_eq!(lost(&[CaptureStatus::Failed]), [two, one]);
    assert_eq!(lost(&[CaptureStatus::Failed, CaptureStatus::Failed]), [two, one]);
    assert_eq!(lost(&[CaptureStatus::Failed, CaptureStatus::Succeeded]), [two]);
    assert_eq!(lost(&[CaptureStatus::Pending]), [two]);
}

#[test]
fn kinds_name_the_status_of_a_capture() {
    let kind = |status| captured(1, status).kind();
    assert_eq!(kind(Read::Known(CaptureStatus::Pending)), "capture.pending");
    assert_eq!(kind(Read::Known(CaptureStatus::Succeeded)), "capture.succeeded");
    assert_eq!(kind(Read::Known(CaptureStatus::Failed)), "capture.failed");
    assert_eq!(kind(Read::Known(CaptureStatus::Missing)), "capture.missing");
    assert_eq!(kind(Read::Unknown("held".to_owned())), "capture.status_not_understood");
}
