//! Shipments and operations of an order.

use domain::rules::ids::{IdempotencyKey, LineId, MollieShipmentId, OperationId, ShipmentId};
use domain::rules::operation::{Operation, OperationKind, OperationState};
use domain::rules::order::Order;
use domain::rules::shipment::{Origin, Shipment, ShipmentLine, ShipmentState, Tracking};

use super::*;

pub fn shipment(order: &Order) -> Shipment {
    Shipment {
        id: ShipmentId::new(uuid()),
        order_id: order.id,
        state: ShipmentState::Recorded,
        origin: Origin::Here,
        mollie_id: None,
        lines: vec![ShipmentLine { line_id: LineId::new(1), part: part(1, "5.00") }],
        tracking: None,
        created_time: at(10),
        registered_time: None,
        rejection: None,
        elsewhere: Vec::new(),
    }
}

pub fn full_shipment(order: &Order) -> Shipment {
    Shipment {
        state: ShipmentState::NeedsAttention,
        origin: Origin::Elsewhere,
        mollie_id: Some(MollieShipmentId::new("shp_3wmsgCJN4U")),
        tracking: Some(Tracking {
            carrier: "PostNL".into(),
            code: "3SKABA000000000".into(),
            url: Some("https://postnl.example/3SKABA".into()),
        }),
        created_time: micros(11, 1),
        registered_time: Some(at(12)),
        rejection: Some(rejection()),
        elsewhere: vec![MollieShipmentId::new("shp_a"), MollieShipmentId::new("shp_b")],
        ..shipment(order)
    }
}

/// A pending operation whose time has come.
pub fn operation(order: &Order, turn: u64) -> Operation {
    Operation {
        id: OperationId::new(uuid()),
        order_id: order.id,
        profile: order.profile.clone(),
        kind: OperationKind::PlaceOrder,
        shipment_id: None,
        turn,
        state: OperationState::Pending,
        key: IdempotencyKey::new(uuid()),
        attempts: 0,
        deferrals: 0,
        unreadable: 0,
        created_time: at(0),
        first_sent_time: None,
        last_sent_time: None,
        not_before: at(0),
        settled_time: None,
        rejection: None,
        last_problem: None,
        sealed: None,
        actor: None,
        caller: order.caller.clone(),
    }
}

pub fn full_operation(order: &Order) -> Operation {
    Operation {
        kind: OperationKind::CreateShipment,
        shipment_id: Some(ShipmentId::new(uuid())),
        state: OperationState::NeedsAttention,
        attempts: 3,
        deferrals: u32::MAX,
        unreadable: 7,
        created_time: micros(0, 5),
        first_sent_time: Some(micros(1, 6)),
        last_sent_time: Some(at(2)),
        not_before: at(3),
        settled_time: Some(at(4)),
        rejection: Some(rejection()),
        last_problem: Some("HTTP 503, then silence".into()),
        sealed: Some(vec![0, 1, 255]),
        actor: Some("jane@care".into()),
        ..operation(order, 7)
    }
}
