//! Operations between domain and columns. The lease is no part of an operation: it is the store's. It may not query.

use domain::ports::StoreError;
use domain::rules::ids::{Caller, IdempotencyKey, OperationId, OrderId, ProfileName, ShipmentId};
use domain::rules::operation::{Operation, OperationKind, OperationState};
use domain::rules::refusal::Rejection;

use super::{Row, bigint};
use crate::document::{self, RejectionDocument};
use crate::entity::operation::Model;
use crate::moment;

impl TryFrom<&Operation> for Model {
    type Error = StoreError;

    fn try_from(operation: &Operation) -> Result<Self, StoreError> {
        let rejection = operation.rejection.as_ref().map(RejectionDocument::from);
        Ok(Self {
            id: operation.id.uuid(),
            order_id: operation.order_id.uuid(),
            turn: bigint(operation.turn),
            profile: operation.profile.to_string(),
            kind: operation.kind.as_str().to_owned(),
            shipment_id: operation.shipment_id.map(ShipmentId::uuid),
            state: operation.state.as_str().to_owned(),
            key: operation.key.uuid(),
            attempts: operation.attempts.into(),
            deferrals: operation.deferrals.into(),
            unreadable: operation.unreadable.into(),
            created_time: moment::column(operation.created_time),
            first_sent_time: operation.first_sent_time.map(moment::column),
            last_sent_time: operation.last_sent_time.map(moment::column),
            not_before: moment::column(operation.not_before),
            settled_time: operation.settled_time.map(moment::column),
            rejection: rejection.map(|it| document::write(&it)).transpose()?,
            last_problem: operation.last_problem.clone(),
            sealed: operation.sealed.clone(),
            actor: operation.actor.clone(),
            caller: operation.caller.to_string(),
            lease_token: None,
            lease_until: None,
        })
    }
}

impl TryFrom<Model> for Operation {
    type Error = StoreError;

    fn try_from(model: Model) -> Result<Self, StoreError> {
        let row = Row::new("operations", model.id);
        Ok(Self {
            id: OperationId::new(model.id),
            order_id: OrderId::new(model.order_id),
            profile: ProfileName::new(model.profile),
            kind: row.word("kind", &model.kind, OperationKind::parse)?,
            shipment_id: model.shipment_id.map(ShipmentId::new),
            turn: row.count("turn", model.turn)?,
            state: row.word("state", &model.state, OperationState::parse)?,
            key: IdempotencyKey::new(model.key),
            attempts: row.count("attempts", model.attempts)?,
            deferrals: row.count("deferrals", model.deferrals)?,
            unreadable: row.count("unreadable", model.unreadable)?,
            created_time: row.time("created_time", model.created_time)?,
            first_sent_time: row.optional_time("first_sent_time", model.first_sent_time)?,
            last_sent_time: row.optional_time("last_sent_time", model.last_sent_time)?,
            not_before: row.time("not_before", model.not_before)?,
            settled_time: row.optional_time("settled_time", model.settled_time)?,
            rejection: row
                .optional_document::<RejectionDocument, Rejection>("rejection", model.rejection.as_deref())?,
            last_problem: model.last_problem,
            sealed: model.sealed,
            actor: model.actor,
            caller: Caller::new(model.caller),
        })
    }
}
