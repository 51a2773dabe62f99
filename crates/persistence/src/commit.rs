//! Writing a change, all or nothing. It decides nothing: a change that does not fit its guards is refused.

use std::sync::Arc;
use std::time::Duration;

use domain::ports::{Change, CommitError, OrderKey, StoreError, TraceParent};
use sea_orm::DbBackend;
use tokio::time::{Instant, sleep};

use crate::connect::PATIENCE;
use crate::database::Database;
use crate::part::{self, Part};
use crate::repeats::Repeats;
use crate::row::bigint;
use crate::tx::{Ended, run_alone, run_tx};
use crate::{archive, event, lookup, operation, order, refund, request, run, shipment, timer};

/// What the transaction is called in a trace.
const NAME: &str = "order.save";

/// The first pause before a change of unknown outcome is written again; each next one is twice as long.
const PAUSE: Duration = Duration::from_millis(50);

static TOLD: Repeats = Repeats::new();

/// Writes the change. If the answer to COMMIT, or to a statement that is committed with its end, is lost, the same change is written
/// again under the same guards: it waits for any lock that the lost transaction still holds, and then either succeeds or is refused
/// because another write was first. Whether that was the lost transaction itself is read back.
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
        match Box::pin(again(database, change, trace)).await? {
            Ended::Written(()) => return Ok(()),
            Ended::Unknown(still) => problem = still,
        }
        sleep(pause).await;
        pause *= 2;
    }
    Err(StoreError::Unavailable(format!("whether a change was written is unknown: {problem}")).into())
}

/// An archived order is brought back before it changes.
async fn attempt(
    database: &Database,
    change: &Arc<Change>,
    trace: Option<&TraceParent>,
) -> Result<Ended<()>, CommitError> {
    match once(database, change, trace).await {
        // What is rare is no part of the future of every change.
        Err(CommitError::VersionMoved) if Box::pin(is_brought_back(database, change)).await? => {
            once(database, change, trace).await
        }
        ended => ended,
    }
}

/// Brings back those of its orders that are archived at the version that it was decided on.
async fn is_brought_back(database: &Database, change: &Change) -> Result<bool, StoreError> {
    let mut is_back = false;
    for part in change.parts() {
        let Some(version) = part.expected_version else { continue };
        let id = part.order.id;
        let archived = archive::by_key(&database.read(), &OrderKey::Id(id)).await?;
        if archived.is_some_and(|row| row.version == bigint(version)) {
            is_back |= archive::bring_back(database, id).await?;
        }
    }
    Ok(is_back)
}

async fn once(
    database: &Database,
    change: &Arc<Change>,
    trace: Option<&TraceParent>,
) -> Result<Ended<()>, CommitError> {
    let backend = database.writer().get_database_backend();
    if is_one_statement(backend, change) {
        let parts = parts(backend, change, trace)?;
        let written = run_alone(NAME, database, part::together(&parts)).await;
        return written.map_err(|error| part::refused(&parts, error));
    }
    let parts = parts(backend, change, trace)?;
    run_tx(NAME, database, move |tx| Box::pin(part::run(tx, parts))).await
}

/// Whether it is written by one statement. Of two orders, the second may take what the first gives up.
fn is_one_statement(backend: DbBackend, change: &Change) -> bool {
    #[cfg(feature = "planted")]
    if crate::planted::is_chosen() {
        return false;
    }
    backend == DbBackend::Postgres && change.other.is_none()
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
fn parts(backend: DbBackend, change: &Change, trace: Option<&TraceParent>) -> Result<Vec<Part>, StoreError> {
    let orders = change.parts();
    let mut parts: Vec<_> = change.request.iter().map(|request| request::record(backend, request)).collect();
    for order in &orders {
        of_order(backend, order, trace, &mut parts)?;
    }
    for order in orders {
        parts.extend(order.timer.map(|due| timer::set(backend, order.order.id, due)));
        // What a look-up itself finds is no cause of the next one.
        let is_ours = change.request.is_some() || !order.operations.is_empty();
        let trace = trace.filter(|_| is_ours);
        parts.extend(order.lookup.map(|time| lookup::schedule(backend, order.order.id, time, trace)));
    }
    Ok(parts)
}

/// One order and what belongs to it.
fn of_order(
    backend: DbBackend,
    change: &Change,
    trace: Option<&TraceParent>,
    parts: &mut Vec<Part>,
) -> Result<(), StoreError> {
    let opened = change.operations.iter().map(operation::opened).sum();
    parts.push(order::save(backend, &change.order, change.expected_version, opened)?);
    parts.extend(event::append(backend, &change.events)?);
    for write in &change.operations {
        parts.push(operation::write(backend, write, trace)?);
    }
    parts.extend(shipment::save(backend, &change.shipments)?);
    parts.extend(refund::save(backend, &change.refunds)?);
    parts.extend(change.run.as_ref().map(|counted| run::count(backend, counted)));
    Ok(())
}
