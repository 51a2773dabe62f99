//! Operations between domain and columns: the state in several columns, the task as a document. The lease is not part of an
//! operation: it is the store's. It may not query.

use domain::operations::operation::{Operation, State, Tries};
use domain::operations::sent::Sent;
use domain::operations::task::Task;
use domain::ports::StoreError;
use domain::rules::ids::{Caller, GroupId, IdempotencyKey, OperationId, OrderId, ProfileName};
use domain::rules::operation::OperationState;
use domain::rules::rejection::Rejection;

use super::{Row, bigint};
use crate::document::{self, RejectionDocument, TaskDocument};
use crate::entity::operation::Model;
use crate::moment;

impl TryFrom<&Operation> for Model {
    type Error = StoreError;

    fn try_from(operation: &Operation) -> Result<Self, StoreError> {
        let (facts, state) = (operation.task.kind().facts(), &operation.state);
        let rejection = state.rejection().map(RejectionDocument::from);
        Ok(Self {
            id: operation.id.uuid(),
            order_id: operation.order_id.uuid(),
            turn: bigint(operation.turn),
            profile: operation.profile.to_string(),
            group_id: operation.group.uuid(),
            after_id: operation.after.map(OperationId::uuid),
            kind: facts.name.as_str().to_owned(),
            lane: facts.lane.as_str().to_owned(),
            task: document::write(&TaskDocument::from(&operation.task))?,
            state: state.name().as_str().to_owned(),
            yields: matches!(state, State::Pending { yields: true, .. }),
            key: operation.key.uuid(),
            attempts: operation.tries.unknown.into(),
            deferrals: operation.tries.deferrals.into(),
            unreadable: operation.tries.unreadable.into(),
            created_time: moment::column(operation.created_time),
            first_sent_time: state.sent().map(|sent| moment::column(sent.first)),
            last_sent_time: state.sent().map(|sent| moment::column(sent.last)),
            not_before: moment::column(operation.not_before),
            settled_time: state.settled_time().map(moment::column),
            rejection: rejection.map(|it| document::write(&it)).transpose()?,
            last_problem: operation.last_problem.clone(),
            key_refused: operation.key_refused,
            sealed: operation.sealed.clone(),
            actor: operation.actor.clone(),
            caller: operation.caller.to_string(),
            lease_token: None,
            lease_until: None,
            trace: None,
        })
    }
}

impl TryFrom<Model> for Operation {
    type Error = StoreError;

    fn try_from(model: Model) -> Result<Self, StoreError> {
        let row = Row::new("operations", model.id);
        let state = state(&row, &model)?;
        Ok(Self {
            id: OperationId::new(model.id),
            order_id: OrderId::new(model.order_id),
            profile: ProfileName::new(model.profile),
            group: GroupId::new(model.group_id),
            after: model.after_id.map(OperationId::new),
            task: row.document::<TaskDocument, Task>("task", &model.task)?,
            turn: row.count("turn", model.turn)?,
            state,
            key: IdempotencyKey::new(model.key),
            tries: Tries {
                unknown: row.count("attempts", model.attempts)?,
                deferrals: row.count("deferrals", model.deferrals)?,
                unreadable: row.count("unreadable", model.unreadable)?,
            },
            created_time: row.time("created_time", model.created_time)?,
            not_before: row.time("not_before", model.not_before)?,
            last_problem: model.last_problem,
            key_refused: model.key_refused,
            sealed: model.sealed,
            actor: model.actor,
            caller: Caller::new(model.caller),
        })
    }
}

fn state(row: &Row, model: &Model) -> Result<State, StoreError> {
    let first = row.optional_time("first_sent_time", model.first_sent_time)?;
    let last = row.optional_time("last_sent_time", model.last_sent_time)?;
    let maybe_sent = first.zip(last).map(|(first, last)| Sent { first, last });
    let sent = || maybe_sent.ok_or_else(|| row.missing("first_sent_time"));
    let time = || {
        let time = row.optional_time("settled_time", model.settled_time)?;
        time.ok_or_else(|| row.missing("settled_time"))
    };
    let refused =
        row.optional_document::<RejectionDocument, Rejection>("rejection", model.rejection.as_deref())?;
    Ok(match row.word("state", &model.state, OperationState::parse)? {
        OperationState::Pending => State::Pending { sent: maybe_sent, yields: model.yields },
        OperationState::InFlight => State::InFlight { sent: sent()? },
        OperationState::Resolving => State::Resolving { sent: sent()?, refused },
        OperationState::NeedsAttention => State::NeedsAttention { sent: sent()?, refused },
        OperationState::Succeeded => State::Succeeded { sent: sent()?, time: time()? },
        OperationState::Rejected => {
            let rejection = refused.ok_or_else(|| row.missing("rejection"))?;
            State::Rejected { sent: sent()?, time: time()?, rejection }
        }
        OperationState::Withdrawn => State::Withdrawn { time: time()? },
    })
}
