//! Writing a change, all or nothing. It decides nothing: a change that does not fit its guards is refused.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{Change, CommitError, StoreError, TraceParent};
use tokio::time::{Instant, sleep};

use crate::connect::PATIENCE;
use crate::database::Database;
use crate::repeats::Repeats;
use crate::tx::{Ended, Tx, run_tx};
use crate::{archive, event, lookup, operation, order, refund, request, run, shipment, timer};

/// The first pause before a change of unknown outcome is written again; each next one is twice as long.
const PAUSE: Duration = Duration::from_millis(50);

static TOLD: Repeats = Repeats::new();

/// Writes the change. If the answer to COMMIT is lost, the same change is written again under the same guards: it waits for any
/// lock that the lost transaction still holds, and then either succeeds or is refused because another write was first. Whether
/// that was the lost transaction itself is read back.
pub(crate) async fn commit(database: &Database, change: Change) -> Result<(), CommitError> {
    let (change, observer) = (Arc::new(change), database.observer());
    save(database, &change, (observer.here)().as_ref()).await?;
    (observer.written)(&change);
    Ok(())
}

async fn save(
    database: &Database,
    change: &Arc<Change>,
    trace: Option<&TraceParent>,
) -> Result<(), CommitError> {
    let Ended::Unknown(mut problem) = attempt(database, change, trace).await? else { return Ok(()) };
    #[cfg(feature = "planted")]
    if crate::planted::is_chosen() {
        return Err(problem.into());
    }
    let (give_up, mut pause) = (Instant::now() + PATIENCE, PAUSE);
    while Instant::now() < give_up {
        if let Some(left_out) = TOLD.due() {
            let order = change.order.id;
            tracing::warn!(%order, %problem, left_out, "the answer to COMMIT was lost; the change is read back");
        }
        match again(database, change, trace).await? {
            Ended::Written(()) => return Ok(()),
            Ended::Unknown(still) => problem = still,
        }
        sleep(pause).await;
        pause *= 2;
    }
    Err(StoreError::Unavailable(format!("whether a change was written is unknown: {problem}")).into())
}

async fn attempt(
    database: &Database,
    change: &Arc<Change>,
    trace: Option<&TraceParent>,
) -> Result<Ended<()>, CommitError> {
    let (change, trace) = (Arc::clone(change), trace.cloned());
    run_tx("order.save", database, move |tx| {
        Box::pin(async move { write(tx, &change, trace.as_ref()).await })
    })
    .await
}

/// Writes a change again after its first outcome was unknown.
async fn again(
    database: &Database,
    change: &Arc<Change>,
    trace: Option<&TraceParent>,
) -> Result<Ended<()>, CommitError> {
    match attempt(database, change, trace).await {
        Err(CommitError::Store(error)) if error.retryable() => Ok(Ended::Unknown(error)),
        Err(refused) => match is_written(database, change).await {
            Ok(true) => Ok(Ended::Written(())),
            Ok(false) => Err(refused),
            Err(unread) => Ok(Ended::Unknown(unread)),
        },
        ended => ended,
    }
}

/// Whether exactly this change was written: its events in their places, or if it has none, its request. Both carry ids and times
/// that no other change has.
async fn is_written(database: &Database, change: &Change) -> Result<bool, StoreError> {
    if let Some(first) = change.events.first() {
        let count = u32::try_from(change.events.len()).unwrap_or(u32::MAX);
        let after = first.sequence.saturating_sub(1);
        let stored = event::list(&database.read(), change.order.id, after, count).await?;
        return Ok(stored.items == change.events);
    }
    match &change.request {
        Some(ours) => {
            let stored = request::find(&database.read(), &ours.caller, &ours.request_id).await?;
            Ok(stored.as_ref() == Some(ours))
        }
        None => Ok(false),
    }
}

/// The order of the statements is part of the contract.
///
/// The request comes first: if the same request is made twice at once, the second waits here and is recognised, rather than
/// refused because its order number is held. Then the order, whose row every change of it locks: from there on no other change of
/// the same order interferes. Of two orders `Change::parts` says which is first. The look-ups come last, as webhooks lock them alone
/// and briefly; the timers come before them, as those who claim them wait for nobody.
async fn write(tx: &Tx, change: &Change, trace: Option<&TraceParent>) -> Result<(), CommitError> {
    if let Some(request) = &change.request {
        request::record(tx, request).await?;
    }
    let parts = change.parts();
    for part in &parts {
        write_order(tx, part, trace).await?;
    }
    for part in parts {
        if let Some(due) = part.timer {
            timer::set(tx, part.order.id, due).await?;
        }
        if let Some(time) = part.lookup {
            // What a look-up itself finds is no cause of the next one.
            let is_ours = change.request.is_some() || !part.operations.is_empty();
            lookup::schedule(tx, part.order.id, time, trace.filter(|_| is_ours)).await?;
        }
    }
    Ok(())
}

/// One order and what belongs to it.
async fn write_order(tx: &Tx, change: &Change, trace: Option<&TraceParent>) -> Result<(), CommitError> {
    let opened = change.operations.iter().map(operation::opened).sum();
    save_order(tx, change, opened).await?;
    event::append(tx, &change.events).await?;
    for write in &change.operations {
        operation::write(tx, write, trace).await?;
    }
    shipment::save(tx, &change.shipments).await?;
    refund::save(tx, &change.refunds).await?;
    if let Some(counted) = &change.run {
        run::count(tx, counted).await?;
    }
    Ok(())
}

/// An archived order is brought back before it changes.
async fn save_order(tx: &Tx, change: &Change, opened: i64) -> Result<(), CommitError> {
    let save = || order::save(tx, &change.order, change.expected_version, opened);
    match save().await {
        Err(CommitError::VersionMoved) if change.expected_version.is_some() => {
            match archive::bring_back_in(tx, change.order.id).await? {
                true => save().await,
                false => Err(CommitError::VersionMoved),
            }
        }
        written => written,
    }
}
