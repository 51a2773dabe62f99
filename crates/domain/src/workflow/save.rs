//! Saving a change of an order together with what it means for the order that it is to replace: once Mollie has the new one, the old
//! one is to be canceled; if there will be no new one, the old one has its number back. Both are written, or none.

use super::claim_at_head::unclaimed;
use super::{ROUNDS, records, taken};
use crate::operations::{Known, Pen};
use crate::ports::{Change, Clock, CommitError, Ports, Store, StoreError};
use crate::rules::concern;
use crate::rules::event::EventData;
use crate::rules::ids::OrderId;
use crate::rules::supersession::{self, Fate};

/// Saves the change.
pub(super) async fn commit<P: Ports>(ports: &P, change: Change) -> Result<(), CommitError> {
    match change.order.supersedes.zip(supersession::fate(&change.events)) {
        None => ports.store().commit(change).await,
        Some((old, fate)) => Box::pin(with_old(ports, change, old, fate)).await,
    }
}

async fn with_old<P: Ports>(ports: &P, change: Change, old: OrderId, fate: Fate) -> Result<(), CommitError> {
    let mut taken_number = None;
    for _ in 0..ROUNDS {
        let other = follow(ports, old, change.order.id, fate, taken_number.take()).await?;
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

/// What the old order's change is; `None` if it does not wait for this one.
async fn follow<P: Ports>(
    ports: &P,
    old: OrderId,
    by: OrderId,
    fate: Fate,
    taken_number: Option<String>,
) -> Result<Option<Change>, StoreError> {
    let order = records::order(ports, old).await?;
    let waits = order.superseded.as_ref().is_some_and(|it| it.by == by && !it.is_final);
    if !waits {
        return Ok(None);
    }
    let author = records::author(ports, &order, None);
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
