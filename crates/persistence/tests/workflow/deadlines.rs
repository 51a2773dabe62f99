//! What is told of deadlines, and done about them, on its own time: each once, and by what is true.

use std::sync::Arc;

use domain::ports::{Clock, Ids, Pause, Ports, Store};
use domain::rules::deadline_policy::{Automatic, DeadlinePolicy, Fuse};
use domain::rules::event::EventData;
use domain::rules::ids::{LeaseToken, OrderId};
use domain::rules::policy::Policy;
use domain::rules::status::OrderStatus;
use domain::workflow::timer::{Fired, fire};
use jiff::SignedDuration;

use crate::intents::{chairs, lamps, main_profile};
use crate::mollie::Fate;
use crate::operator::doubtful;
use crate::world::{World, mins, secs};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn hours(hours: u64) -> std::time::Duration {
    mins(60 * hours)
}

/// What was told, with the sum at risk, its parts and further words.
type Told = (&'static str, String, Vec<String>);

impl World {
    /// Looks after what is due, once each.
    pub async fn timers(&self) -> Vec<Fired> {
        let token = LeaseToken::new(self.ids().random());
        let claims = self.store.claim_timers(self.clock.offset(), secs(60), token, 50).await.unwrap();
        let mut fired = Vec::new();
        for claim in claims {
            fired.push(Box::pin(fire(self, &claim)).await.unwrap());
        }
        fired
    }

    /// Looks after what is due until nothing is.
    pub async fn on_time(&self) {
        while !self.timers().await.is_empty() {}
    }

    async fn told(&self, id: OrderId) -> Vec<Told> {
        let mut told = Vec::new();
        for event in self.events(id).await {
            if let EventData::DeadlineTold { notice } = &event.data {
                let parts = notice.at_risk.parts().iter();
                let parts = parts.map(|(reason, money)| format!("{} {}", reason.as_str(), money.value()));
                told.push((event.data.kind(), notice.at_risk.total().value(), parts.collect()));
            }
        }
        told
    }

    async fn told_kinds(&self, id: OrderId) -> Vec<&'static str> {
        self.told(id).await.into_iter().map(|(kind, _, _)| kind).collect()
    }

    /// An authorized order, shortly after so many hours before its deadline.
    pub async fn before(&self, id: OrderId, before: u64) {
        let ship_by = self.order(id).await.agenda.ship_by.unwrap().time;
        let until = ship_by.duration_since(self.clock.now()) - HOUR * i32::try_from(before).unwrap();
        self.advance(until.try_into().unwrap());
        self.advance(secs(5));
    }

    /// All of that Mollie has not shipped is released.
    async fn lapses(&self, id: OrderId) {
        let now = self.clock.now();
        self.at_mollie(id, |order| {
            order.status = Some(domain::rules::status::Read::Known(OrderStatus::Expired));
            order.expired_time = Some(now);
            for line in &mut order.lines {
                let all = domain::rules::part::Part { quantity: line.quantity, amount: line.total_amount };
                let shipped = line.shipped.unwrap_or(domain::rules::part::Part::none(line.total_amount));
                line.canceled = Some(all.without(shipped));
            }
        })
        .await;
    }
}

pub async fn with_policy(dry_run: bool, most_per_hour: u32) -> Arc<World> {
    World::with(|settings| {
        let automatic = Automatic {
            policy: DeadlinePolicy::CancelUnshipped { hours_before: 12 },
            fuse: Fuse { most_per_hour },
            dry_run,
        };
        let chosen = settings.policy(&main_profile().0);
        settings.policies.insert(main_profile().0, Policy { automatic, ..chosen });
    })
    .await
}

#[tokio::test]
async fn each_warning_is_told_once_with_what_is_at_risk() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.on_time().await;
    assert_eq!(world.told(id).await, []);
    world.before(id, 7 * 24).await;
    world.on_time().await;
    let all = ("deadline.warning", "758.00".to_owned(), vec!["not_shipped 758.00".to_owned()]);
    assert_eq!(world.told(id).await, [all]);
    world.ship_now(id, &lamps(2)).await;
    world.before(id, 3 * 24).await;
    world.on_time().await;
    let told = world.told(id).await;
    assert_eq!(told[1].2, ["capture_pending 40.00", "not_shipped 718.00"]);
    world.before(id, 24).await;
    world.on_time().await;
    world.before(id, 1).await;
    world.on_time().await;
    assert_eq!(world.told_kinds(id).await, ["deadline.warning"; 3]);
    world.sound(id).await;
}

#[tokio::test]
async fn an_order_whose_timers_were_not_looked_after_is_told_of_the_nearest_warning_only() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.before(id, 24).await;
    world.on_time().await;
    assert_eq!(world.told_kinds(id).await, ["deadline.warning"]);
}

#[tokio::test]
async fn what_time_takes_is_told_by_the_reading_that_shows_it() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.ship_now(id, &chairs(1)).await;
    world.before(id, 0).await;
    world.advance(hours(1));
    world.on_time().await;
    assert!(!world.told_kinds(id).await.contains(&"deadline.lost"), "no clock tells that");
    world.lapses(id).await;
    world.sync(id).await;
    world.sync(id).await;
    let told = world.told(id).await;
    let lost: Vec<_> = told.iter().filter(|(kind, _, _)| *kind == "deadline.lost").collect();
    assert_eq!(lost.len(), 1, "{told:?}");
    assert_eq!(lost[0].2, ["not_shipped 409.00"]);
    let order = world.sound(id).await;
    assert_eq!((order.agenda.ship_by, order.agenda.timer), (None, None));
}

/// Mollie ends an order up to five minutes after its time.
#[tokio::test]
async fn what_was_canceled_here_after_the_deadline_is_no_loss() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.ship_now(id, &chairs(1)).await;
    world.before(id, 0).await;
    world.cancel_now(id).await;
    world.sync(id).await;
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Completed));
    assert!(!world.told_kinds(id).await.contains(&"deadline.lost"), "{:?}", world.told(id).await);
}

/// The hook of its authorization was lost, too.
#[tokio::test]
async fn an_order_that_was_never_known_to_be_authorized_is_lost_all_the_same() {
    let world = World::new().await;
    let id = world.placed().await;
    world.authorize(id).await;
    world.advance(hours(28 * 24 + 1));
    world.lapses(id).await;
    world.sync(id).await;
    let told = world.told(id).await;
    assert_eq!(told, [("deadline.lost", "758.00".to_owned(), vec!["not_shipped 758.00".to_owned()])]);
}

#[tokio::test]
async fn an_operation_that_needs_attention_raises_the_alarm_at_once() {
    let (world, id, _) = doubtful().await;
    let told = world.told(id).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "deadline.blocked");
    assert!(told[0].2[0].starts_with("needs_attention "), "{told:?}");
}

#[tokio::test]
async fn what_was_not_shipped_is_canceled_in_time() {
    let world = with_policy(false, 20).await;
    let id = world.authorized().await;
    world.ship_now(id, &lamps(1)).await;
    world.before(id, 13).await;
    world.on_time().await;
    assert_eq!(world.told_kinds(id).await, ["deadline.warning"]);
    world.before(id, 12).await;
    world.on_time().await;
    world.work(secs(5)).await;
    let told = world.told(id).await;
    assert_eq!(told[1].0, "deadline.cancels");
    assert_eq!(told[1].2, ["capture_pending 20.00", "not_shipped 738.00"]);
    let order = world.settled(id).await;
    assert_eq!(order.facts.status, Some(OrderStatus::Completed));
    world.advance(hours(48));
    world.on_time().await;
    assert_eq!(world.told_kinds(id).await.len(), 2);
}

#[tokio::test]
async fn goods_that_may_have_left_are_left_to_people() {
    let world = with_policy(false, 20).await;
    let id = world.authorized().await;
    world.mollie.next(Fate::NotSent(Some(hours(100))));
    world.ship(id, &chairs(1)).await.unwrap();
    world.before(id, 12).await;
    world.on_time().await;
    let told = world.told(id).await;
    assert_eq!(told.last().unwrap().0, "deadline.left_to_people", "{told:?}");
    assert_eq!(told.last().unwrap().2, ["recorded 349.00", "not_shipped 409.00"]);
    assert!(!world.kinds(id).await.contains(&"cancellation.recorded"));
    world.advance(hours(6));
    world.on_time().await;
    assert_eq!(world.told(id).await.len(), told.len(), "once for a deadline");
}

#[tokio::test]
async fn a_shipment_that_only_mollie_knows_is_seen_before_anything_is_canceled() {
    let world = with_policy(false, 20).await;
    let id = world.authorized().await;
    let now = world.clock.now();
    world
        .at_mollie(id, |order| {
            crate::intents::ship_first_elsewhere(order, "shp_x", 2, "698.00", now);
            crate::intents::ship_lamps_elsewhere(order, "shp_y", 3, None, now);
            order.status = Some(domain::rules::status::Read::Known(OrderStatus::Completed));
        })
        .await;
    world.before(id, 12).await;
    world.on_time().await;
    assert!(!world.kinds(id).await.contains(&"cancellation.recorded"), "{:?}", world.kinds(id).await);
}

/// The cancellation could not be sent for a while.
#[tokio::test]
async fn goods_that_leave_before_the_cancellation_is_sent_are_not_released() {
    let world = with_policy(false, 20).await;
    let id = world.authorized().await;
    world.before(id, 12).await;
    world.mollie.next(Fate::NotSent(Some(mins(30))));
    world.on_time().await;
    world.work(secs(5)).await;
    assert_eq!(world.told_kinds(id).await, ["deadline.warning", "deadline.cancels"]);
    world.advance(mins(10));
    world.ship(id, &chairs(1)).await.unwrap();
    world.work(mins(40)).await;
    let told = world.told_kinds(id).await;
    assert_eq!(told, ["deadline.warning", "deadline.cancels", "deadline.left_to_people"]);
    assert_eq!(world.sync(id).await.facts.status, Some(OrderStatus::Shipping));
    world.settled(id).await;
    let cancels = world.mollie.calls().iter().filter(|call| call.kind == "cancel").count();
    assert_eq!(cancels, 1, "the one that was not sent");
    world.sound(id).await;
}

/// Whoever pauses a profile wants nothing to be done that was not done yet.
#[tokio::test]
async fn what_is_set_to_work_rests_while_the_profile_is_paused() {
    let world = with_policy(false, 20).await;
    let id = world.authorized().await;
    world.before(id, 12).await;
    world.mollie.next(Fate::NotSent(Some(mins(5))));
    world.on_time().await;
    world.work(secs(5)).await;
    assert_eq!(world.told_kinds(id).await, ["deadline.warning", "deadline.cancels"]);
    let (profile, time) = (main_profile().0, world.clock.now());
    let pause = Pause { profile: profile.clone(), time, by: "olga".into(), reason: "stock count".into() };
    world.store.pause(&pause).await.unwrap();
    world.work(mins(60)).await;
    assert_eq!(world.order(id).await.facts.status, Some(OrderStatus::Authorized));
    let waiting = &world.store.unsettled_operations(id).await.unwrap()[0];
    assert_eq!(waiting.last_problem.as_deref(), Some("its profile is paused"));
    world.store.resume(&profile).await.unwrap();
    world.work(mins(5)).await;
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Canceled));
}

/// A process with another policy has set the timer by it.
#[tokio::test]
async fn a_timer_that_another_policy_has_moved_is_set_by_the_next_reading() {
    let world = with_policy(false, 20).await;
    let id = world.authorized().await;
    world.before(id, 13).await;
    world.on_time().await;
    world.before(id, 12).await;
    let without = world.beside(|settings| settings.policies.clear());
    assert!(matches!(without.timers().await[..], [Fired::Nothing]));
    assert_eq!(world.told_kinds(id).await, ["deadline.warning"]);
    world.sync(id).await;
    world.on_time().await;
    assert_eq!(world.told_kinds(id).await, ["deadline.warning", "deadline.cancels"]);
}

#[tokio::test]
async fn a_dry_run_says_what_it_would_do_once_and_does_it_when_it_is_meant() {
    let world = with_policy(true, 20).await;
    let id = world.authorized().await;
    world.before(id, 12).await;
    world.on_time().await;
    world.advance(hours(1));
    world.on_time().await;
    assert_eq!(world.told_kinds(id).await, ["deadline.warning", "deadline.would_cancel"]);
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Authorized));
}

#[tokio::test]
async fn no_more_are_canceled_within_an_hour_than_the_fuse_admits() {
    let world = with_policy(false, 2).await;
    let mut ids = Vec::new();
    for number in 0..3 {
        let placed = world.place(&format!("r{number}"), &format!("n{number}")).await;
        world.drive(placed.claim.as_ref().unwrap()).await;
        world.authorize(placed.order_id).await;
        world.sync(placed.order_id).await;
        ids.push(placed.order_id);
    }
    world.before(ids[2], 12).await;
    world.on_time().await;
    world.work(secs(5)).await;
    let kinds = async |kind| {
        let mut count = 0;
        for id in &ids {
            count += world.told_kinds(*id).await.iter().filter(|told| **told == kind).count();
        }
        count
    };
    assert_eq!((kinds("deadline.cancels").await, kinds("deadline.waits").await), (2, 1));
    world.advance(hours(1));
    world.on_time().await;
    assert_eq!((kinds("deadline.cancels").await, kinds("deadline.waits").await), (3, 1));
}

#[tokio::test]
async fn a_paused_profile_does_nothing_by_itself_and_catches_up() {
    let world = with_policy(false, 20).await;
    let id = world.authorized().await;
    let (profile, time) = (main_profile().0, world.clock.now());
    let pause = Pause { profile: profile.clone(), time, by: "olga".into(), reason: "stock count".into() };
    world.store.pause(&pause).await.unwrap();
    world.before(id, 12).await;
    world.timers().await;
    assert!(matches!(world.timers().await[..], [Fired::Paused] | []));
    assert_eq!(world.told_kinds(id).await, ["deadline.warning"]);
    world.store.resume(&profile).await.unwrap();
    world.advance(mins(2));
    world.on_time().await;
    assert_eq!(world.told_kinds(id).await, ["deadline.warning", "deadline.cancels"]);
}

#[tokio::test]
async fn nothing_is_told_or_done_by_time_while_clocks_disagree() {
    let world = with_policy(false, 20).await;
    let id = world.authorized().await;
    world.before(id, 12).await;
    let due = world.order(id).await.agenda.timer;
    for ahead in [121, -121, 40 * 24 * 3600] {
        world.clock.disagree(SignedDuration::from_secs(ahead));
        assert!(matches!(world.timers().await[..], [Fired::ClocksDisagree(_)]), "{ahead}");
    }
    // Which of the clocks is wrong nobody knows: what is due does not move by any.
    let token = LeaseToken::new(world.ids().random());
    let offset = world.clock.offset();
    let claims = world.store.claim_timers(offset, std::time::Duration::ZERO, token, 9).await.unwrap();
    assert_eq!(claims.iter().map(|claim| Some(claim.due)).collect::<Vec<_>>(), [due]);
    assert_eq!(world.told(id).await, []);
    world.clock.disagree(SignedDuration::from_secs(119));
    world.on_time().await;
    assert_eq!(world.told_kinds(id).await, ["deadline.warning", "deadline.cancels"]);
}

/// Two processes hold the same timer, since the lease of one ran out.
#[tokio::test]
async fn two_who_look_after_one_timer_tell_and_do_it_once() {
    let world = with_policy(false, 20).await;
    let id = world.authorized().await;
    world.before(id, 12).await;
    loop {
        let mut claims = Vec::new();
        for _ in 0..2 {
            let token = LeaseToken::new(world.ids().random());
            let zero = std::time::Duration::ZERO;
            claims.extend(world.store.claim_timers(world.clock.offset(), zero, token, 9).await.unwrap());
        }
        let [one, other] = &claims[..] else { break };
        let (one, other) = tokio::join!(Box::pin(fire(&*world, one)), Box::pin(fire(&*world, other)));
        one.unwrap();
        other.unwrap();
    }
    assert_eq!(world.told_kinds(id).await, ["deadline.warning", "deadline.cancels"]);
    let canceled = world.kinds(id).await.into_iter().filter(|kind| *kind == "cancellation.recorded");
    assert_eq!(canceled.count(), 1);
}

#[tokio::test]
async fn an_order_that_cannot_be_read_is_not_canceled() {
    let world = with_policy(false, 20).await;
    let id = world.authorized().await;
    world.before(id, 12).await;
    world.timers().await;
    let down = domain::ports::GatewayError::Unavailable("down".to_owned());
    world.mollie.side().unreadable = Some(down);
    assert!(matches!(world.timers().await[..], [Fired::Failed { .. }]));
    world.mollie.side().unreadable = None;
    world.advance(secs(2));
    world.on_time().await;
    assert_eq!(world.told_kinds(id).await, ["deadline.warning", "deadline.cancels"]);
}
