//! What ends the work on a timer, whatever it was about: what came of it, what is written, and when it is due again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::operations::{Known, Pen};
use crate::ports::{
    AGREED, Change, Clock, CommitError, GatewayError, Ports, Run, Series, Store, StoreError, TimerClaim,
};
use crate::rules::cause::Grounds;
use crate::rules::deadline_policy::{Fuse, Fused};
use crate::rules::ids::OrderId;
use crate::rules::order::Order;
use crate::workflow::claim_at_head::unclaimed;
use crate::workflow::sync::{self, Because, SyncError};
use crate::workflow::{records, save};

/// What Mollie has told so lately need not be asked again: if clocks really disagree, each process asks twenty times a second at most.
const HEARD: Duration = Duration::from_millis(50);

/// How long a timer waits that must not be acted on now.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// What came of a timer.
#[derive(Debug)]
pub enum Fired {
    /// People were told, or something was set to work: as this event says.
    Told(&'static str),
    /// Nothing was due any more.
    Nothing,
    /// Clocks disagree by so much: nothing is told or done before they agree. The timer is due as before, so who claims waits a while.
    ClocksDisagree(SignedDuration),
    /// The profile is paused.
    Paused,
    /// The profile has no key.
    Rests,
    /// Something of the order is under way that it waits for.
    Busy,
    /// It waits until the policy may act on another order.
    Waits { until: Timestamp },
    /// The order could not be read at Mollie; the timer is repeated at `next`.
    Failed { problem: SyncError, next: Timestamp },
}

/// What a reading for a timer gave.
pub(super) enum Read {
    /// The order as Mollie shows it.
    Order(Box<Order>),
    /// Nothing may be done now.
    Not(Fired),
}

/// Reads the order before anything is done unasked. The answer tells Mollie's time, too.
pub(super) async fn read<P: Ports>(ports: &P, claim: &TimerClaim) -> Result<Read, StoreError> {
    let order = match sync::read(ports, claim.order_id, Because::TimerIsDue).await {
        Ok(reading) => reading.order,
        Err(SyncError::Store(error)) => return Err(error),
        Err(SyncError::Gateway(GatewayError::NoKey(_))) => {
            return put_off(ports, claim, Fired::Rests).await.map(Read::Not);
        }
        Err(
            problem @ (SyncError::OrderNotFound(_)
            | SyncError::NotPlaced
            | SyncError::Gateway(_)
            | SyncError::Contended),
        ) => return again(ports, claim, problem).await.map(Read::Not),
    };
    match disagreement(ports, claim) {
        Some(difference) => as_it_was(ports, claim, difference).await.map(Read::Not),
        None => Ok(Read::Order(Box::new(order))),
    }
}

/// Whether the order's profile is paused by now: a reading may take its time.
pub(super) async fn is_paused<P: Ports>(ports: &P, order: &Order) -> Result<bool, StoreError> {
    Ok(ports.store().find_pause(&order.profile).await?.is_some())
}

/// How far our clocks are apart, or ours from Mollie's, if that is too far: the process's time from that of the claim, from its machine's and
/// from Mollie's.
pub(super) fn disagreement<P: Ports>(ports: &P, claim: &TimerClaim) -> Option<SignedDuration> {
    let of_store = claim.now.duration_since(ports.clock().now());
    let of_mollie = ports.clock().ahead_of_mollie().map(|ahead| ahead.by);
    let all = of_mollie.into_iter().chain([of_store, ports.clock().moved()]);
    all.into_iter().find(|difference| difference.abs() > AGREED)
}

/// Whether Mollie has not told its time lately.
pub(super) fn may_be_old<P: Ports>(ports: &P) -> bool {
    ports.clock().ahead_of_mollie().is_some_and(|ahead| ahead.heard_ago > HEARD)
}

pub(super) fn pen<P: Ports>(ports: &P, known: Known, grounds: Grounds) -> Pen<'_> {
    let author = records::author(ports, &known.order, grounds);
    Pen::new(ports.ids(), author, known)
}

/// The order with its shipments and its unsettled operations.
pub(super) async fn with_all<P: Ports>(ports: &P, order: Order) -> Result<Known, StoreError> {
    let id: OrderId = order.id;
    let shipments = ports.store().list_shipments(id).await?;
    let unsettled = Some(ports.store().unsettled_operations(id).await?);
    Ok(Known { shipments, unsettled, ..order.into() })
}

/// Saves what was written; `false` if the order, or the count of what the policy did, has moved.
pub(super) async fn written<P: Ports>(ports: &P, pen: Pen<'_>) -> Result<bool, StoreError> {
    let change: Change = unclaimed(ports, pen.finish(None));
    match Box::pin(save::commit(ports, change)).await {
        Ok(()) => Ok(true),
        Err(CommitError::VersionMoved) => Ok(false),
        Err(CommitError::Store(error)) => Err(error),
        Err(error @ (CommitError::RequestTaken | CommitError::NumberHeld | CommitError::LeaseLost)) => {
            Err(StoreError::Inconsistent(format!("a timer: {error}")))
        }
    }
}

/// After a failure: from one second, doubled each time, to about four minutes.
pub(super) async fn again<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    problem: SyncError,
) -> Result<Fired, StoreError> {
    let pause = SignedDuration::from_secs(1 << claim.failures.min(8));
    let next = claim.now.saturating_add(pause).unwrap_or(Timestamp::MAX);
    ports.store().finish_timer(claim, Some(next), claim.failures.saturating_add(1)).await?;
    Ok(Fired::Failed { problem, next })
}

/// While clocks disagree no time is to be trusted, the one of the claim neither: the timer stays as it was, and whoever claims waits.
pub(super) async fn as_it_was<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    difference: SignedDuration,
) -> Result<Fired, StoreError> {
    ports.store().finish_timer(claim, Some(claim.due), claim.failures).await?;
    Ok(Fired::ClocksDisagree(difference))
}

pub(super) async fn put_off<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    fired: Fired,
) -> Result<Fired, StoreError> {
    let next = claim.now.saturating_add(PAUSE).unwrap_or(Timestamp::MAX);
    finish(ports, claim, Some(next), fired).await
}

pub(super) async fn finish<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    next: Option<Timestamp>,
    fired: Fired,
) -> Result<Fired, StoreError> {
    ports.store().finish_timer(claim, next, 0).await?;
    Ok(fired)
}

/// What is counted of a policy of the order's profile.
pub(super) fn series(order: &Order, of: Fused, dry_run: bool) -> Series {
    Series { profile: order.profile.clone(), of, dry_run }
}

/// What the policy did last, as far as its fuse looks back.
pub(super) async fn last_runs<P: Ports>(
    ports: &P,
    series: &Series,
    fuse: Fuse,
) -> Result<Vec<Run>, StoreError> {
    ports.store().last_runs(series, fuse.most_per_hour.max(1)).await
}

/// The next one.
pub(super) fn run(order: &Order, series: Series, last: &[Run], time: Timestamp) -> Run {
    Run {
        series,
        number: last.first().map_or(0, |last| last.number).saturating_add(1),
        time,
        order_id: order.id,
    }
}
