//! A timer: looking after what an order has on its agenda. A warning is told by what is known; before anything is done unasked, Mollie is
//! read. Everything is saved under the order's version, so two processes never tell or do the same twice.

mod deeds;
mod ends;

use jiff::{SignedDuration, Timestamp};

pub use ends::Fired;
use ends::{Read, as_it_was, disagreement, finish, is_paused, may_be_old, put_off, with_all, written};

use super::sync::{self, Because};
use super::{ROUNDS, policy};
use crate::operations::Known;
use crate::ports::{OrderKey, Ports, Run, Store, StoreError, TimerClaim};
use crate::rules::agenda::{self, Deed};
use crate::rules::cause::{Cause, Grounds, Unasked};
use crate::rules::deadline;
use crate::rules::deadline_notice::NoticeSubject;
use crate::rules::deadline_policy::{self, Automatic, Fused, Outcome};
use crate::rules::order::Order;
use crate::rules::policy::Policy;
use crate::rules::ship_by::{Action, ShipBy, Stage};

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
                if let Some(fired) = rescheduled(ports, claim, order, &chosen).await? {
                    return Ok(fired);
                }
            }
            Some(Due::Warning(ship_by, before)) => {
                let known = with_all(ports, order).await?;
                let mut pen = ends::pen(ports, known, Grounds::of(Cause::Timer));
                pen.tell(ship_by, NoticeSubject::Warning { before });
                if written(ports, pen).await? {
                    return Ok(Fired::Told("deadline.warning"));
                }
            }
            Some(Due::Action(_) | Due::Deed(_)) if is_paused(ports, &order).await? => {
                return put_off(ports, claim, Fired::Paused).await;
            }
            Some(Due::Action(ship_by)) => {
                if let Some(fired) = Box::pin(act(ports, claim, &chosen, ship_by)).await? {
                    return Ok(fired);
                }
            }
            Some(Due::Deed(deed)) => {
                if let Some(fired) = Box::pin(deeds::act(ports, claim, &chosen, deed)).await? {
                    return Ok(fired);
                }
            }
        }
    }
    Err(StoreError::Unavailable(format!("order {} is changing too fast", claim.order_id)))
}

/// Nothing is due: the timer is set to what the order's agenda is by this process's policies, and the order says so too. Otherwise a
/// process with other policies would find that nothing has changed, and leave the timer as it is. `None`: the order has changed meanwhile.
async fn rescheduled<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    order: Order,
    chosen: &Policy,
) -> Result<Option<Fired>, StoreError> {
    let agenda = agenda::agenda(&order, chosen, claim.now);
    if agenda != order.agenda
        && !written(ports, ends::pen(ports, order.into(), Grounds::of(Cause::Timer))).await?
    {
        return Ok(None);
    }
    finish(ports, claim, agenda.timer, Fired::Nothing).await.map(Some)
}

/// What is due.
enum Due {
    Warning(ShipBy, SignedDuration),
    /// The policy acts on this deadline.
    Action(ShipBy),
    Deed(Deed),
}

fn due(order: &Order, chosen: &Policy, now: Timestamp) -> Option<Due> {
    let of_deadline = deadline::ship_by(order, &chosen.deadlines.windows)
        .and_then(|ship_by| due_before(order, chosen, ship_by, now));
    of_deadline.or_else(|| agenda::due(order, chosen, now).map(Due::Deed))
}

fn due_before(order: &Order, chosen: &Policy, ship_by: ShipBy, now: Timestamp) -> Option<Due> {
    let told = deadline::next_stage(order, order.deadline.told, now, &chosen.deadlines).due;
    let warning = told.and_then(|told| match told.stage {
        Stage::Warning(before) => Some(Due::Warning(ship_by, before)),
        Stage::Loss => None,
    });
    let acts = agenda::acts_at(order, ship_by, chosen.automatic).is_some_and(|time| time <= now);
    warning.or_else(|| acts.then_some(Due::Action(ship_by)))
}

/// Does what the profile's policy wants; `None`: the order has changed meanwhile.
async fn act<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    chosen: &Policy,
    announced: ShipBy,
) -> Result<Option<Fired>, StoreError> {
    let automatic = chosen.automatic;
    let order = match ends::read(ports, claim).await? {
        Read::Order(order) => *order,
        Read::Not(fired) => return Ok(Some(fired)),
    };
    if is_paused(ports, &order).await? {
        return put_off(ports, claim, Fired::Paused).await.map(Some);
    }
    // What was read may have moved the deadline.
    let Some(ship_by) = deadline::ship_by(&order, &chosen.deadlines.windows).filter(|it| *it == announced)
    else {
        return Ok(None);
    };
    let series = ends::series(&order, Fused::Deadline, automatic.dry_run);
    let runs = ends::last_runs(ports, &series, automatic.fuse).await?;
    let known = with_all(ports, order).await?;
    decide(ports, claim, (automatic, ship_by), &runs, known).await
}

async fn decide<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    (automatic, ship_by): (Automatic, ShipBy),
    runs: &[Run],
    known: Known,
) -> Result<Option<Fired>, StoreError> {
    let order = known.order.clone();
    let mut pen = ends::pen(ports, known, Unasked::Deadline.into());
    let last: Vec<_> = runs.iter().map(|run| run.time).collect();
    let (shipments, at_stake) = (pen.shipments(), pen.at_stake());
    let about = (&order, &shipments[..], &at_stake[..]);
    let series = ends::series(&order, Fused::Deadline, automatic.dry_run);
    let run = ends::run(&order, series, runs, claim.now);
    let told = match deadline_policy::decide(about, &automatic, ship_by, &last, claim.now) {
        Outcome::Nothing | Outcome::Later(_) => {
            let policy = pen.policy().clone();
            return rescheduled(ports, claim, order, &policy).await;
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
