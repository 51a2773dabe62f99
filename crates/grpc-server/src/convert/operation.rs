//! An operation as a message.

use domain::operations::operation::Operation;
use domain::operations::task::OperationKind;
use domain::rules::operation::OperationState;

use super::common::{count, rejection, time};
use crate::proto;

pub fn operation(operation: &Operation) -> proto::Operation {
    let Operation { task, state: now, tries, .. } = operation;
    let subject = task.kind().subject();
    proto::Operation {
        id: operation.id.to_string(),
        order_id: operation.order_id.to_string(),
        kind: kind(task.name()).into(),
        state: state(now.name()).into(),
        shipment_id: subject.shipment().map(|id| id.to_string()).unwrap_or_default(),
        refund_id: subject.refund().map(|id| id.to_string()).unwrap_or_default(),
        attempts: count(tries.unknown),
        created_time: Some(time(operation.created_time)),
        last_sent_time: now.sent().map(|sent| time(sent.last)),
        not_before_time: Some(time(operation.not_before)),
        settled_time: now.settled_time().map(time),
        last_problem: operation.last_problem.clone().unwrap_or_default(),
        rejection: now.rejection().map(rejection),
        actor: operation.actor.clone().unwrap_or_default(),
        first_sent_time: now.sent().map(|sent| time(sent.first)),
        caller: operation.caller.to_string(),
        profile: operation.profile.to_string(),
        key_refused: operation.key_refused,
    }
}

fn kind(kind: OperationKind) -> proto::OperationKind {
    match kind {
        OperationKind::PlaceOrder => proto::OperationKind::PlaceOrder,
        OperationKind::CreateShipment => proto::OperationKind::CreateShipment,
        OperationKind::UpdateShipment => proto::OperationKind::UpdateShipment,
        OperationKind::CancelOrder => proto::OperationKind::CancelOrder,
        OperationKind::CancelLines => proto::OperationKind::CancelLines,
        OperationKind::CreateRefund => proto::OperationKind::CreateRefund,
        OperationKind::CancelRefund => proto::OperationKind::CancelRefund,
        OperationKind::CreatePayment => proto::OperationKind::CreatePayment,
        OperationKind::UpdateOrder => proto::OperationKind::UpdateOrder,
        OperationKind::ManageLines => proto::OperationKind::ManageLines,
    }
}

/// The kind for the API's value; `None` for the unspecified one.
pub fn kind_input(asked: proto::OperationKind) -> Option<OperationKind> {
    OperationKind::ALL.iter().copied().find(|own| kind(*own) == asked)
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

/// The state for the API's value; `None` for the unspecified one.
pub fn state_input(asked: proto::OperationState) -> Option<OperationState> {
    OperationState::ALL.iter().copied().find(|own| state(*own) == asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_state_of_the_api_can_be_requested_except_unspecified() {
        let kinds = (0..64).filter_map(|number| proto::OperationKind::try_from(number).ok());
        let unknown: Vec<_> = kinds.filter(|asked| kind_input(*asked).is_none()).collect();
        assert_eq!(unknown, [proto::OperationKind::Unspecified]);
        let states = (0..64).filter_map(|number| proto::OperationState::try_from(number).ok());
        let unknown: Vec<_> = states.filter(|asked| state_input(*asked).is_none()).collect();
        assert_eq!(unknown, [proto::OperationState::Unspecified]);
    }

    #[test]
    fn each_kind_and_each_state_has_a_distinct_value_in_the_api() {
        for own in OperationKind::ALL {
            assert_eq!(kind_input(kind(*own)), Some(*own));
        }
        for own in OperationState::ALL {
            assert_eq!(state_input(state(*own)), Some(*own));
        }
    }
}
