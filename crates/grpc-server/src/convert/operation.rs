//! An operation as a message.

use domain::rules::operation::{Operation, OperationKind, OperationState};

use super::common::{count, rejection, time};
use crate::proto;

pub fn operation(operation: &Operation) -> proto::Operation {
    proto::Operation {
        id: operation.id.to_string(),
        order_id: operation.order_id.to_string(),
        kind: kind(operation.kind).into(),
        state: state(operation.state).into(),
        shipment_id: operation.shipment_id.map(|id| id.to_string()).unwrap_or_default(),
        attempts: count(operation.attempts),
        created_time: Some(time(operation.created_time)),
        last_sent_time: operation.last_sent_time.map(time),
        not_before_time: Some(time(operation.not_before)),
        settled_time: operation.settled_time.map(time),
        last_problem: operation.last_problem.clone().unwrap_or_default(),
        rejection: operation.rejection.as_ref().map(rejection),
        actor: operation.actor.clone().unwrap_or_default(),
        first_sent_time: operation.first_sent_time.map(time),
        caller: operation.caller.to_string(),
        profile: operation.profile.to_string(),
    }
}

fn kind(kind: OperationKind) -> proto::OperationKind {
    match kind {
        OperationKind::PlaceOrder => proto::OperationKind::PlaceOrder,
        OperationKind::CreateShipment => proto::OperationKind::CreateShipment,
        OperationKind::CancelOrder => proto::OperationKind::CancelOrder,
    }
}

pub fn kind_input(kind: proto::OperationKind) -> Option<OperationKind> {
    match kind {
        proto::OperationKind::Unspecified => None,
        proto::OperationKind::PlaceOrder => Some(OperationKind::PlaceOrder),
        proto::OperationKind::CreateShipment => Some(OperationKind::CreateShipment),
        proto::OperationKind::CancelOrder => Some(OperationKind::CancelOrder),
    }
}

pub(super) fn state(state: OperationState) -> proto::OperationState {
    match state {
        OperationState::Pending => proto::OperationState::Pending,
        OperationState::InFlight => proto::OperationState::InFlight,
        OperationState::Resolving => proto::OperationState::Resolving,
        OperationState::Succeeded => proto::OperationState::Succeeded,
        OperationState::Rejected => proto::OperationState::Rejected,
        OperationState::Withdrawn => proto::OperationState::Withdrawn,
        OperationState::NeedsAttention => proto::OperationState::NeedsAttention,
    }
}

pub fn state_input(state: proto::OperationState) -> Option<OperationState> {
    match state {
        proto::OperationState::Unspecified => None,
        proto::OperationState::Pending => Some(OperationState::Pending),
        proto::OperationState::InFlight => Some(OperationState::InFlight),
        proto::OperationState::Resolving => Some(OperationState::Resolving),
        proto::OperationState::Succeeded => Some(OperationState::Succeeded),
        proto::OperationState::Rejected => Some(OperationState::Rejected),
        proto::OperationState::Withdrawn => Some(OperationState::Withdrawn),
        proto::OperationState::NeedsAttention => Some(OperationState::NeedsAttention),
    }
}
