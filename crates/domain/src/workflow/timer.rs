//! A timer: looking after what an order has on its agenda. A warning is told by what is known; before anything is done unasked, Mollie is
//! read. Everything is saved under the order's version, so two processes never tell or do the same twice.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::claim_at_head::unclaimed;
use super::sync::{self, Because, SyncError};
use super::{ROUNDS, policy, records, save};
use crate::operations::{Known, Pen};
use crate::ports::{Change, Clock, CommitError, OrderKey, Ports, Run, Store, StoreError, TimerClaim};
use crate::rules::agenda;
use crate::rules::cause::{Cause, Grounds, Unasked};
use crate::rules::deadline;
use crate::rules::deadline_notice::NoticeSubject;
use crate::rules::deadline_policy::{self, Automatic, Outcome};
use crate::rules::ids::OrderId;
use crate::rules::order::Order;
use crate::rules::policy::Policy;
use crate::rules::ship_by::{Action, ShipBy, Stage};

/// How far clocks may differ before nothing is told or done by time alone.
const AGREED: SignedDuration = SignedDuration::from_mins(2);

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
    /// It waits until the policy may act on another order.
    Waits { until: Timestamp },
    /// The order could not be read at Mollie; the timer is repeated at `next`.
    Failed { problem: SyncError, next: Timestamp },
}

/// Looks after what a claimed timer is about.
///
/// # Errors
/// The store failed: the timer is repeated when its lease has run out.
pub async fn fire<P: Ports>(ports: &P, claim: &TimerClaim) -> Result<Fired, StoreError> {
    if disagreement(ports, claim).is_some() && may_be_old(ports) {
        // Any answer tells Mollie's time, and one that cannot be read leaves the clocks as they are.
        let _ = sync::read(ports, claim.order_id, Because::TimerIsDue).await;
    }
    if let Some(difference) = disagreement(ports, claim) {
        return as_it_was(ports, claim, difference).await;
    }
    for _ in 0..ROUNDS {
        let Some(order) = ports.store().load_order(&OrderKey::Id(claim.order_id)).await? else {
            return finish(ports, claim, None, Fired::Nothing).await;
        };
        let chosen = ports.settings().policy(&order.profile);
        match due(&order, &chosen, claim.now) {
            None => {
                let next = agenda::agenda(&order, &chosen).timer;
                return finish(ports, claim, next, Fired::Nothing).await;
            }
            Some((ship_by, Due::Warning(before))) => {
                let known = with_all(ports, order).await?;
                let mut pen = pen(ports, known, Grounds::of(Cause::Timer));
                pen.tell(ship_by, NoticeSubject::Warning { before });
                if written(ports, pen).await? {
                    return Ok(Fired::Told("deadline.warning"));
                }
            }
            Some((_, Due::Action)) if ports.store().find_pause(&order.profile).await?.is_some() => {
                return put_off(ports, claim, PAUSE, Fired::Paused).await;
            }
            Some((ship_by, Due::Action)) => {
                if let Some(fired) = Box::pin(act(ports, claim, &chosen, ship_by)).await? {
                    return Ok(fired);
                }
            }
        }
    }
    Err(StoreError::Unavailable(format!("order {} is changing too fast", claim.order_id)))
}

/// How far our clocks are apart, or ours from Mollie's, if that is too far.
fn disagreement<P: Ports>(ports: &P, claim: &TimerClaim) -> Option<SignedDuration> {
    let of_store = claim.now.duration_since(ports.clock().now());
    let of_mollie = ports.clock().ahead_of_mollie().map(|ahead| ahead.by);
    of_mollie.into_iter().chain([of_store]).find(|difference| difference.abs() > AGREED)
}

/// Whether Mollie has not told its time lately.
fn may_be_old<P: Ports>(ports: &P) -> bool {
    ports.clock().ahead_of_mollie().is_some_and(|ahead| ahead.heard_ago > HEARD)
}

/// What is due.
enum Due {
    Warning(SignedDuration),
    Action,
}

fn due(order: &Order, chosen: &Policy, now: Timestamp) -> Option<(ShipBy, Due)> {
    let ship_by = deadline::ship_by(order, &chosen.deadlines.windows)?;
    let told = deadline::next_stage(order, order.deadline.told, now, &chosen.deadlines).due;
    let warning = told.and_then(|told| match told.stage {
        Stage::Warning(before) => Some(Due::Warning(before)),
        Stage::Loss => None,
    });
    let acts = agenda::acts_at(order, ship_by, chosen.automatic).is_some_and(|time| time <= now);
    warning.or_else(|| acts.then_some(Due::Action)).map(|due| (ship_by, due))
}

/// Does what the profile's policy wants; `None`: the order has changed meanwhile.
async fn act<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    chosen: &Policy,
    announced: ShipBy,
) -> Result<Option<Fired>, StoreError> {
    let automatic = chosen.automatic;
    let order = match sync::read(ports, claim.order_id, Because::TimerIsDue).await {
        Ok(reading) => reading.order,
        Err(SyncError::Store(error)) => return Err(error),
        Err(
            problem @ (SyncError::OrderNotFound(_)
            | SyncError::NotPlaced
            | SyncError::Gateway(_)
            | SyncError::Contended),
        ) => return again(ports, claim, problem).await.map(Some),
    };
    // The answer has told Mollie's time.
    if let Some(difference) = disagreement(ports, claim) {
        return as_it_was(ports, claim, difference).await.map(Some);
    }
    // What was read may have moved the deadline.
    let Some(ship_by) = deadline::ship_by(&order, &chosen.deadlines.windows).filter(|it| *it == announced)
    else {
        return Ok(None);
    };
    let runs = last_runs(ports, &order, automatic).await?;
    let known = with_all(ports, order).await?;
    decide(ports, claim, (automatic, ship_by), &runs, known).await
}

async fn last_runs<P: Ports>(ports: &P, order: &Order, automatic: Automatic) -> Result<Vec<Run>, StoreError> {
    let most = automatic.fuse.most_per_hour.max(1);
    ports.store().last_runs(&order.profile, automatic.dry_run, most).await
}

async fn decide<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    (automatic, ship_by): (Automatic, ShipBy),
    runs: &[Run],
    known: Known,
) -> Result<Option<Fired>, StoreError> {
    let order = known.order.clone();
    let mut pen = pen(ports, known, Unasked::Deadline.into());
    let last: Vec<_> = runs.iter().map(|run| run.time).collect();
    let (shipments, at_stake) = (pen.shipments(), pen.at_stake());
    let about = (&order, &shipments[..], &at_stake[..]);
    let run = Run {
        profile: order.profile.clone(),
        dry_run: automatic.dry_run,
        number: runs.first().map_or(0, |last| last.number).saturating_add(1),
        time: claim.now,
        order_id: order.id,
    };
    let told = match deadline_policy::decide(about, &automatic, ship_by, &last, claim.now) {
        Outcome::Nothing | Outcome::Later(_) => {
            let next = agenda::agenda(&order, pen.policy()).timer;
            return finish(ports, claim, next, Fired::Nothing).await.map(Some);
        }
        Outcome::Cancel => {
            pen.count(run);
            policy::cancel_unshipped(&mut pen, ship_by);
            "deadline.cancels"
        }
        Outcome::WouldCancel => {
            pen.count(run);
            pen.tell(ship_by, NoticeSubject::WouldCancel);
            "deadline.would_cancel"
        }
        Outcome::Alarm(exceptions) => {
            let reasons = exceptions.iter().map(ToString::to_string).collect();
            pen.tell(ship_by, NoticeSubject::LeftToPeople { reasons });
            "deadline.left_to_people"
        }
        Outcome::FuseBlown { until } if has_waited(&order, ship_by) => {
            return finish(ports, claim, Some(until), Fired::Waits { until }).await.map(Some);
        }
        Outcome::FuseBlown { until } => {
            pen.tell(ship_by, NoticeSubject::Waits { until });
            "deadline.waits"
        }
    };
    Ok(written(ports, pen).await?.then_some(Fired::Told(told)))
}

/// Whether its people know that it waits.
fn has_waited(order: &Order, ship_by: ShipBy) -> bool {
    order.deadline.acted.is_some_and(|acted| acted.ship_by == ship_by.time && acted.action == Action::Waits)
}

fn pen<P: Ports>(ports: &P, known: Known, grounds: Grounds) -> Pen<'_> {
    let author = records::author(ports, &known.order, grounds);
    Pen::new(ports.ids(), author, known)
}

/// The order with its shipments and its unsettled operations.
async fn with_all<P: Ports>(ports: &P, order: Order) -> Result<Known, StoreError> {
    let id: OrderId = order.id;
    let shipments = ports.store().list_shipments(id).await?;
    let unsettled = Some(ports.store().unsettled_operations(id).await?);
    Ok(Known { shipments, unsettled, ..order.into() })
}

/// Saves what was written; `false` if the order, or the count of what the policy did, has moved.
async fn written<P: Ports>(ports: &P, pen: Pen<'_>) -> Result<bool, StoreError> {
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
async fn again<P: Ports>(ports: &P, claim: &TimerClaim, problem: SyncError) -> Result<Fired, StoreError> {
    let pause = SignedDuration::from_secs(1 << claim.failures.min(8));
    let next = claim.now.saturating_add(pause).unwrap_or(Timestamp::MAX);
    ports.store().finish_timer(claim, Some(next), claim.failures.saturating_add(1)).await?;
    Ok(Fired::Failed { problem, next })
}

/// While clocks disagree no time is to be trusted, the one of the claim neither: the timer stays as it was, and whoever claims waits.
async fn as_it_was<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    difference: SignedDuration,
) -> Result<Fired, StoreError> {
    ports.store().finish_timer(claim, Some(claim.due), claim.failures).await?;
    Ok(Fired::ClocksDisagree(difference))
}

async fn put_off<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    pause: SignedDuration,
    fired: Fired,
) -> Result<Fired, StoreError> {
    let next = claim.now.saturating_add(pause).unwrap_or(Timestamp::MAX);
    finish(ports, claim, Some(next), fired).await
}

async fn finish<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    next: Option<Timestamp>,
    fired: Fired,
) -> Result<Fired, StoreError> {
    ports.store().finish_timer(claim, next, 0).await?;
    Ok(fired)
}
