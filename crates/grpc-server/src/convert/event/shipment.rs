//! Events of shipments: that goods left, what Mollie has of them, how they are followed, and what became of their money.

use domain::rules::event::{Before, ResourceBefore};
use domain::rules::ids::{MollieShipmentId, ShipmentId};
use domain::rules::rejection::Rejection;
use domain::rules::shipment::{Capture, Shipment, Tracking};

use crate::convert::common::rejection;
use crate::convert::shipment::{capture as whole_capture, capture_status, shipment, state, tracking};
use crate::proto::order_event::Data;
use crate::proto::{self, ShipmentEvent, ShipmentState};

/// A shipment that was not known before.
pub fn new(new: &Shipment) -> Data {
    let whole = shipment(new);
    Data::Shipment(Box::new(ShipmentEvent {
        shipment_id: whole.id,
        state: whole.state,
        mollie_shipment_id: whole.mollie_shipment_id,
        lines: whole.lines,
        tracking: whole.tracking,
        rejection: whole.rejection,
        held_reason: whole.held_reason,
        made_elsewhere: whole.made_elsewhere,
        ..ShipmentEvent::default()
    }))
}

pub fn carried(id: ShipmentId, by: ShipmentId) -> Data {
    let carried_by_shipment_id = by.to_string();
    Data::Shipment(Box::new(ShipmentEvent { carried_by_shipment_id, ..of(id) }))
}

pub fn registered(id: ShipmentId, mollie_id: &MollieShipmentId, before: &Before) -> Data {
    Data::Shipment(Box::new(ShipmentEvent {
        state_before: state_before(before).into(),
        state: ShipmentState::Registered.into(),
        mollie_shipment_id: mollie_id.to_string(),
        ..of(id)
    }))
}

pub fn refused(id: ShipmentId, refused: &Rejection, elsewhere: &[MollieShipmentId], before: &Before) -> Data {
    Data::Shipment(Box::new(ShipmentEvent {
        state_before: state_before(before).into(),
        state: ShipmentState::Refused.into(),
        rejection: Some(rejection(refused)),
        elsewhere_mollie_shipment_ids: elsewhere.iter().map(ToString::to_string).collect(),
        ..of(id)
    }))
}

/// Tracking that was asked for, or is at Mollie.
pub fn tracked(id: ShipmentId, now: Option<&Tracking>, before: &Before) -> Data {
    Data::Shipment(Box::new(ShipmentEvent {
        tracking_before: match &before.resource {
            Some(ResourceBefore::Tracking(was)) => was.as_ref().map(tracking),
            Some(
                ResourceBefore::Shipment(_) | ResourceBefore::Capture(_) | ResourceBefore::Refund { .. },
            )
            | None => None,
        },
        tracking: now.map(tracking),
        ..of(id)
    }))
}

pub fn update_refused(id: ShipmentId, refused: &Rejection) -> Data {
    Data::Shipment(Box::new(ShipmentEvent { rejection: Some(rejection(refused)), ..of(id) }))
}

pub fn captured(id: ShipmentId, capture: &Capture, before: &Before) -> Data {
    let was = match &before.resource {
        Some(ResourceBefore::Capture(was)) => was.as_ref(),
        Some(ResourceBefore::Shipment(_) | ResourceBefore::Tracking(_) | ResourceBefore::Refund { .. })
        | None => None,
    };
    let (status_before, status_raw_before) = was.map(capture_status).unwrap_or_default();
    Data::Capture(proto::CaptureEvent {
        shipment_id: id.to_string(),
        status_before: status_before.into(),
        status_raw_before,
        capture: Some(whole_capture(capture)),
    })
}

fn state_before(before: &Before) -> ShipmentState {
    match &before.resource {
        Some(ResourceBefore::Shipment(was)) => state(*was),
        Some(ResourceBefore::Tracking(_) | ResourceBefore::Capture(_) | ResourceBefore::Refund { .. })
        | None => ShipmentState::Unspecified,
    }
}

fn of(id: ShipmentId) -> ShipmentEvent {
    ShipmentEvent { shipment_id: id.to_string(), ..ShipmentEvent::default() }
}
