//! Saving a change of an order together with what it means for the order that it is to replace (`rules/supersession/fate.rs`): both
//! are written, or none.

use super::claim_at_head::unclaimed;
use super::{ROUNDS, policy, records, taken};
use crate::operations::{Known, Pen};
use crate::ports::{Change, Clock, CommitError, OperationWrite, Ports, Store, StoreError};
use crate::rules::cause::{Grounds, Unasked};
use crate::rules::concern;
use crate::rules::event::EventData;
use crate::rules::ids::OrderId;
use crate::rules::supersession::{self, Fate};

/// Saves the change.
pub(super) async fn commit<P: Ports>(ports: &P, change: Change) -> Result<(), CommitError> {
    match change.order.supersedes.filter(|_| supersession::may_decide(&change.events)) {
        None => ports.store().commit(change).await,
        Some(old) => match Box::pin(fate(ports, &change, old)).await? {
            None => ports.store().commit(change).await,
            Some(fate) => Box::pin(with_old(ports, change, old, fate)).await,
        },
    }
}

/// What the change means for the old order, if that waits for it. A cancellation that is recorded meanwhile moves the version.
async fn fate<P: Ports>(ports: &P, change: &Change, old: OrderId) -> Result<Option<Fate>, StoreError> {
    let new = &change.order;
    if !supersession::waits_for(&records::order(ports, old).await?, new.id) {
        return Ok(None);
    }
    let mut unsettled = ports.store().unsettled_operations(new.id).await?;
    for write in &change.operations {
        let (OperationWrite::Insert { operation, .. }
        | OperationWrite::Release { operation, .. }
        | OperationWrite::Decide { operation }
        | OperationWrite::Withdraw { operation }) = write;
        unsettled.retain(|other| other.id != operation.id);
        unsettled.extend((!operation.state.is_settled()).then(|| operation.clone()));
    }
    let is_being_canceled = policy::is_being_canceled(&unsettled);
    Ok(supersession::fate(new, &change.events, is_being_canceled))
}

async fn with_old<P: Ports>(ports: &P, change: Change, old: OrderId, fate: Fate) -> Result<(), CommitError> {
    let mut taken_number = None;
    for _ in 0..ROUNDS {
        let other = follow(ports, old, change.order.id, fate, taken_number.take(), grounds(&change)).await?;
        let Some(other) = other else { return ports.store().commit(change).await };
        let (order, number) = (other.order.clone(), other.order.held_number().map(str::to_owned));
        match ports.store().commit(Change { other: Some(Box::new(other)), ..change.clone() }).await {
            Err(CommitError::NumberHeld) if number.is_some() => {
                taken_number = taken::taken(ports, &order, number).await?;
            }
            written => return written,
        }
    }
    Err(CommitError::VersionMoved)
}

/// Both orders change for the same reason.
fn grounds(change: &Change) -> Grounds {
    let first = change.events.first();
    first.map_or_else(|| Unasked::Superseded.into(), |it| Grounds::new(it.cause.clone(), it.actor.clone()))
}

/// What the old order's change is; `None` if it does not wait for this one.
async fn follow<P: Ports>(
    ports: &P,
    old: OrderId,
    by: OrderId,
    fate: Fate,
    taken_number: Option<String>,
    grounds: Grounds,
) -> Result<Option<Change>, StoreError> {
    let order = records::order(ports, old).await?;
    if !supersession::waits_for(&order, by) {
        return Ok(None);
    }
    let author = records::author(ports, &order, grounds);
    let mut pen = Pen::new(ports.ids(), author, Known { taken_number, ..order.into() });
    match fate {
        Fate::Replaced => {
            pen.record(EventData::Replaced { by });
            concern::superseded_paid(pen.order()).into_iter().for_each(|concern| pen.raise(concern));
            if supersession::is_owed(pen.order()) {
                pen.look_again(ports.clock().now());
            }
        }
        Fate::Reinstated => pen.record(EventData::Reinstated { by }),
    }
    Ok(Some(unclaimed(ports, pen.finish(None))))
}
