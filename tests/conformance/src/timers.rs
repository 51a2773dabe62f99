//! Timers are given out by the store's own clock plus the simulated offset, each to one taker; what policies did is counted for all
//! processes together.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::ports::{
    Change, CommitError, DeadlineFilter, DeadlinePageKey, DeadlineSum, Page, Pause, Run, Series, Store,
    TimerClaim,
};
use domain::rules::access::Profiles;
use domain::rules::deadline_policy::Fused;
use domain::rules::ids::ProfileName;
use domain::rules::order::Order;
use domain::rules::placement::Mode;
use domain::rules::ship_by::{Agenda, Cause, ShipBy};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use crate::samples::*;

/// Whatever the store's clock says, this is over, or far ahead.
const OVER: Timestamp = Timestamp::constant(-1_000_000, 1_000);
const AHEAD: Timestamp = Timestamp::constant(100_000_000_000, 0);

/// As far ahead.
const CENTURIES: SignedDuration = SignedDuration::from_secs(110_000_000_000);

async fn claim(store: &impl Store) -> Vec<TimerClaim> {
    store.claim_timers(SignedDuration::ZERO, LEASE, token(), 10).await.unwrap()
}

async fn timed(store: &impl Store, due: Timestamp) -> Order {
    let order = bare_order();
    store.commit(Change { timer: Some(Some(due)), ..creation(&order) }).await.unwrap();
    order
}

pub async fn a_timer_is_given_out_when_it_is_due_by_the_stores_clock(store: &impl Store) {
    let order = timed(store, OVER).await;
    let later = timed(store, AHEAD).await;
    let claims = claim(store).await;
    assert_eq!(claims.iter().map(|claim| claim.order_id).collect::<Vec<_>>(), [order.id]);
    assert_eq!((claims[0].due, claims[0].failures), (OVER, 0));
    assert!(claims[0].now > OVER);
    assert_eq!(claim(store).await, [], "somebody holds it");
    let claims = store.claim_timers(CENTURIES, LEASE, token(), 10).await.unwrap();
    assert_eq!(claims.iter().map(|claim| claim.order_id).collect::<Vec<_>>(), [later.id]);
    assert!(claims[0].now >= AHEAD, "the offset counts");
}

pub async fn a_timer_is_set_again_or_ended_by_its_holder(store: &impl Store) {
    timed(store, OVER).await;
    let first = claim(store).await.remove(0);
    let next = OVER + SignedDuration::from_secs(5);
    store.finish_timer(&first, Some(next), 3).await.unwrap();
    let second = claim(store).await.remove(0);
    assert_eq!((second.due, second.failures), (next, 3));
    store.finish_timer(&first, None, 0).await.unwrap();
    store.finish_timer(&second, Some(next), 0).await.unwrap();
    let third = claim(store).await.remove(0);
    store.finish_timer(&third, None, 0).await.unwrap();
    assert_eq!(store.claim_timers(CENTURIES, LEASE, token(), 10).await.unwrap(), [], "it is over");
}

pub async fn what_a_change_sets_is_not_ended_by_an_earlier_holder(store: &impl Store) {
    let mut order = timed(store, OVER).await;
    let before = claim(store).await.remove(0);
    let next = OVER + SignedDuration::from_secs(5);
    store.commit(Change { timer: Some(Some(next)), ..change(&mut order) }).await.unwrap();
    store.finish_timer(&before, None, 0).await.unwrap();
    assert_eq!(claim(store).await[0].due, next);
    store.commit(Change { timer: Some(None), ..change(&mut order) }).await.unwrap();
    store.commit(Change { timer: None, ..change(&mut order) }).await.unwrap();
    assert_eq!(store.claim_timers(CENTURIES, LEASE, token(), 10).await.unwrap(), []);
}

pub async fn a_timer_whose_lease_ran_out_is_given_out_again(store: &impl Store) {
    let order = timed(store, OVER).await;
    let claims = store.claim_timers(SignedDuration::ZERO, Duration::ZERO, token(), 10).await.unwrap();
    assert_eq!(claims[0].order_id, order.id);
    assert_eq!(claim(store).await[0].order_id, order.id);
}

pub async fn of_many_takers_at_once_one_gets_the_timer<S: Store + Clone + 'static>(store: &S) {
    let mut orders = BTreeSet::new();
    for _ in 0..20 {
        orders.insert(timed(store, OVER).await.id);
    }
    let mut takers = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        takers.spawn(async move {
            let mut taken = Vec::new();
            for _ in 0..20 {
                let claims = store.claim_timers(SignedDuration::ZERO, LEASE, token(), 3).await.unwrap();
                taken.extend(claims.into_iter().map(|claim| claim.order_id));
            }
            taken
        });
    }
    let mut taken = takers.join_all().await.concat();
    taken.sort();
    assert_eq!(taken, orders.into_iter().collect::<Vec<_>>());
}

fn series(profile: &str, of: Fused, dry_run: bool) -> Series {
    Series { profile: ProfileName::new(profile), of, dry_run }
}

fn run(order: &Order, series: Series, number: u64) -> Run {
    let time = micros(i64::try_from(number).unwrap(), 1);
    Run { series, number, time, order_id: order.id }
}

pub async fn what_policies_did_is_counted_once_for_each_number(store: &impl Store) {
    let (profile, other) = (format!("p{}", number()), format!("q{}", number()));
    let (meant, dry) = (series(&profile, Fused::Deadline, false), series(&profile, Fused::Deadline, true));
    let (unpaid, others) =
        (series(&profile, Fused::PaymentWindow, false), series(&other, Fused::Deadline, false));
    let order = bare_order();
    let with = |run: Run, order: &Order| Change { run: Some(run), ..creation(order) };
    store.commit(with(run(&order, meant.clone(), 1), &order)).await.unwrap();
    let second = bare_order();
    let taken = store.commit(with(run(&second, meant.clone(), 1), &second)).await;
    assert!(matches!(taken, Err(CommitError::VersionMoved)), "{taken:?}");
    for (series, number) in [(&meant, 2), (&dry, 1), (&unpaid, 1), (&others, 1)] {
        let order = bare_order();
        store.commit(with(run(&second, series.clone(), number), &order)).await.unwrap();
    }
    let last = async |series: &Series, limit| {
        let runs = store.last_runs(series, limit).await.unwrap();
        runs.into_iter().map(|run| run.number).collect::<Vec<_>>()
    };
    assert_eq!((last(&meant, 9).await, last(&meant, 1).await), (vec![2, 1], vec![2]));
    assert_eq!((last(&dry, 9).await, last(&unpaid, 9).await), (vec![1], vec![1]));
    let kept = store.last_runs(&others, 1).await.unwrap();
    assert_eq!(kept, [run(&second, others, 1)]);
}

pub async fn a_profile_stays_as_it_was_paused_first(store: &impl Store) {
    let profile = ProfileName::new(format!("p{}", number()));
    let pause = |by: &str| Pause {
        profile: profile.clone(),
        time: micros(3, 1),
        by: by.into(),
        reason: "stock".into(),
    };
    assert_eq!(store.find_pause(&profile).await.unwrap(), None);
    assert_eq!(store.resume(&profile).await.unwrap(), None);
    assert_eq!(store.pause(&pause("jane")).await.unwrap(), pause("jane"));
    assert_eq!(store.pause(&pause("joe")).await.unwrap(), pause("jane"));
    assert_eq!(store.find_pause(&profile).await.unwrap(), Some(pause("jane")));
    assert_eq!(store.find_pause(&ProfileName::new("another")).await.unwrap(), None);
    assert!(store.list_pauses().await.unwrap().contains(&pause("jane")));
    assert_eq!(store.resume(&profile).await.unwrap(), Some(pause("jane")));
    assert_eq!(store.find_pause(&profile).await.unwrap(), None);
    assert!(!store.list_pauses().await.unwrap().contains(&pause("jane")));
}

/// Due in so many hours after a day, so that days differ.
async fn due(store: &impl Store, profile: &str, hours: Option<i64>, amount: &str) -> Order {
    let mut order = bare_order();
    order.profile = ProfileName::new(profile);
    let time =
        |hours| "2026-03-04T00:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hours);
    let ship_by = hours.map(|hours| ShipBy { time: time(hours), cause: Cause::OrderExpires });
    order.agenda = Agenda { ship_by, to_capture: euro(amount), timer: None };
    store.commit(creation(&order)).await.unwrap();
    order
}

pub async fn orders_come_by_their_deadlines_without_loss_or_double_and_add_up(store: &impl Store) {
    let (one, two) = (format!("p{}", number()), format!("q{}", number()));
    let mut orders = Vec::new();
    for (profile, hours, amount) in
        [(&one, 30, "1.00"), (&two, 2, "2.50"), (&one, 2, "4.00"), (&one, 23, "8.00"), (&two, 54, "16.00")]
    {
        orders.push(due(store, profile, Some(hours), amount).await);
    }
    due(store, &one, None, "0.00").await;
    orders.sort_by_key(|order| (order.agenda.ship_by.unwrap().time, order.id));
    let all = DeadlineFilter {
        profiles: Profiles::These([ProfileName::new(&*one), ProfileName::new(&*two)].into()),
        ..Default::default()
    };
    let (mut found, mut after) = (Vec::new(), None::<DeadlinePageKey>);
    loop {
        let Page { items, next } = store.list_deadlines(&all, after, 2).await.unwrap();
        found.extend(items.into_iter().map(|found| found.order));
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, orders);
    let sums = store.sum_deadlines(&all).await.unwrap();
    let sum = |day: &str, orders, amount| DeadlineSum {
        day: day.parse().unwrap(),
        orders,
        to_capture: euro(amount),
    };
    assert_eq!(
        sums,
        [sum("2026-03-04", 3, "14.50"), sum("2026-03-05", 1, "1.00"), sum("2026-03-06", 1, "16.00")]
    );
    let count =
        async |filter: DeadlineFilter| store.list_deadlines(&filter, None, 100).await.unwrap().items.len();
    assert_eq!(
        count(DeadlineFilter { profiles: Profiles::one(ProfileName::new(&*two)), ..all.clone() }).await,
        2
    );
    assert_eq!(count(DeadlineFilter { profiles: Profiles::These([].into()), ..all.clone() }).await, 0);
    let noon = orders[0].agenda.ship_by.map(|ship_by| ship_by.time);
    assert_eq!(count(DeadlineFilter { before: noon, ..all.clone() }).await, 0);
    assert_eq!(count(DeadlineFilter { from: noon, ..all.clone() }).await, 5);
    let other = if orders[0].mode == Mode::Live { Mode::Test } else { Mode::Live };
    assert_eq!(count(DeadlineFilter { mode: Some(other), ..all.clone() }).await, 0);
    assert_eq!(count(DeadlineFilter { mode: Some(orders[0].mode), ..all }).await, 5);
}
