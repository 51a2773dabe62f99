//! What a profile's policies do on time beside deadlines: give up what nobody pays, give a shopper a second chance, ship what nobody packs. The rules say
//! whether; Mollie is read before.

use jiff::Timestamp;

use super::ends::{self, Fired, Read, finish, is_paused, put_off, with_all, written};
use crate::operations::Pen;
use crate::operations::facts::Lane;
use crate::ports::{Ports, Store, StoreError, TimerClaim};
use crate::rules::agenda::{self, Deed};
use crate::rules::auto_ship::{self, AutoShip};
use crate::rules::cause::Unasked;
use crate::rules::deadline_policy::Fused;
use crate::rules::policy::Policy;
use crate::rules::policy_notice::{AutoShipSubject, PolicyNotice, UnpaidSubject};
use crate::rules::ship_by::Action;
use crate::rules::unpaid;
use crate::workflow::policy;

/// Does what is due; `None`: the order has changed meanwhile.
pub(super) async fn act<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    chosen: &Policy,
    announced: Deed,
) -> Result<Option<Fired>, StoreError> {
    // Nothing is decided beside what is under way; Mollie need not be asked for that.
    let unsettled = ports.store().unsettled_operations(claim.order_id).await?;
    if unsettled.iter().any(|operation| operation.task.lane().holds(Lane::Authorization)) {
        return put_off(ports, claim, Fired::Busy).await.map(Some);
    }
    let order = match ends::read(ports, claim).await? {
        Read::Order(order) => *order,
        Read::Not(fired) => return Ok(Some(fired)),
    };
    if is_paused(ports, &order).await? {
        return put_off(ports, claim, Fired::Paused).await.map(Some);
    }
    if agenda::due(&order, chosen, claim.now) != Some(announced) {
        return Ok(None);
    }
    let known = with_all(ports, order).await?;
    let pen = ends::pen(ports, known, unasked(announced).into());
    if !pen.is_lane_at_rest(Lane::Authorization) {
        return put_off(ports, claim, Fired::Busy).await.map(Some);
    }
    match announced {
        Deed::GivesUp => give_up(ports, claim, chosen, pen).await,
        Deed::SecondChance => second_chance(ports, pen).await,
        Deed::AutoShip => ship(ports, chosen, pen).await,
    }
}

const fn unasked(deed: Deed) -> Unasked {
    match deed {
        Deed::GivesUp => Unasked::PaymentWindow,
        Deed::SecondChance => Unasked::SecondChance,
        Deed::AutoShip => Unasked::AutoShip,
    }
}

/// Its fuse is not that of deadlines.
async fn give_up<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    chosen: &Policy,
    mut pen: Pen<'_>,
) -> Result<Option<Fired>, StoreError> {
    let (fuse, dry_run) = (chosen.payment_windows.fuse, chosen.payment_windows.dry_run);
    let series = ends::series(pen.order(), Fused::PaymentWindow, dry_run);
    let runs = ends::last_runs(ports, &series, fuse).await?;
    let last: Vec<_> = runs.iter().map(|run| run.time).collect();
    if let Err(until) = fuse.admits(&last, claim.now) {
        return wait(ports, claim, pen, until).await;
    }
    pen.count(ends::run(pen.order(), series, &runs, claim.now));
    if dry_run {
        pen.tell_unpaid(UnpaidSubject::WindowWouldCancel);
    } else {
        policy::cancel_unpaid(&mut pen);
    }
    told(ports, pen).await
}

/// Its people are told once that it waits.
async fn wait<P: Ports>(
    ports: &P,
    claim: &TimerClaim,
    mut pen: Pen<'_>,
    until: Timestamp,
) -> Result<Option<Fired>, StoreError> {
    let attempts = unpaid::attempts(pen.order());
    let acted = pen.order().followed.window.filter(|acted| acted.attempts == attempts);
    if acted.is_some_and(|acted| acted.action == Action::Waits) {
        return finish(ports, claim, Some(until), Fired::Waits { until }).await.map(Some);
    }
    pen.tell_unpaid(UnpaidSubject::WindowWaits { until });
    told(ports, pen).await
}

async fn second_chance<P: Ports>(ports: &P, mut pen: Pen<'_>) -> Result<Option<Fired>, StoreError> {
    policy::second_chance(&mut pen);
    told(ports, pen).await
}

async fn ship<P: Ports>(ports: &P, chosen: &Policy, mut pen: Pen<'_>) -> Result<Option<Fired>, StoreError> {
    let lines = auto_ship::lines(pen.order(), chosen.auto_ship);
    match (auto_ship::plan(pen.order(), &lines), chosen.auto_ship) {
        (Ok(parts), AutoShip::Digital) => policy::auto_ship(&mut pen, parts),
        (Ok(_), AutoShip::DryRun | AutoShip::Off) => {
            pen.tell_policy(PolicyNotice::AutoShip { lines, subject: AutoShipSubject::WouldShip });
        }
        (Err(reasons), AutoShip::Off | AutoShip::DryRun | AutoShip::Digital) => {
            let subject = AutoShipSubject::LeftToPeople { reasons };
            pen.tell_policy(PolicyNotice::AutoShip { lines, subject });
        }
    }
    told(ports, pen).await
}

/// Saves what was written; it says first what it is about.
async fn told<P: Ports>(ports: &P, pen: Pen<'_>) -> Result<Option<Fired>, StoreError> {
    let kind = pen.told_policy();
    Ok(written(ports, pen).await?.then_some(Fired::Told(kind)))
}
