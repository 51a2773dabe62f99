//! An order that nobody pays in time is canceled, where its profile wants that: never beside what a shopper may still pay, and never what was paid meanwhile.

use std::sync::Arc;

use domain::rules::deadline_policy::{Automatic, DeadlinePolicy, Fuse};
use domain::rules::payment_window::PaymentWindows;
use domain::rules::policy::Policy;
use domain::rules::status::{OrderStatus, PaymentStatus, Read};
use domain::workflow::timer::Fired;
use jiff::SignedDuration;

use crate::intents::main_profile;
use crate::mollie::{Fate, meanwhile};
use crate::world::{World, mins, secs};

async fn with_window(dry_run: bool, most_per_hour: u32) -> Arc<World> {
    World::with(|settings| {
        let hour = SignedDuration::from_hours(1);
        let by_method = [("paypal".to_owned(), Some(hour * 72))].into();
        let fuse = Fuse { most_per_hour };
        let windows = PaymentWindows { by_method, otherwise: Some(hour * 2), fuse, dry_run };
        let chosen = settings.policy(&main_profile().0);
        let policy = Policy { payment_windows: Arc::new(windows), ..chosen };
        settings.policies.insert(main_profile().0, policy);
    })
    .await
}

impl World {
    async fn kinds_of_window(&self, id: domain::rules::ids::OrderId) -> Vec<&'static str> {
        let told = self.told_unpaid(id).await.into_iter().map(|(kind, _)| kind);
        told.filter(|kind| kind.starts_with("payment_window.")).collect()
    }

    fn cancellations(&self) -> usize {
        self.mollie.calls().iter().filter(|call| call.kind == "cancel").count()
    }
}

#[tokio::test]
async fn an_order_that_nobody_pays_is_canceled_once_after_its_window_whatever_answer_is_lost() {
    for fate in [Fate::Answered, Fate::LostAnswer, Fate::LostCall] {
        let world = with_window(false, 20).await;
        let id = world.unpaid().await;
        world.advance(mins(119));
        world.on_time().await;
        assert!(world.kinds_of_window(id).await.is_empty(), "{fate:?}");
        world.mollie.next(fate.clone());
        world.pass(1);
        world.on_time().await;
        world.work(mins(10)).await;
        world.on_time().await;
        world.sync(id).await;
        let order = world.settled(id).await;
        assert_eq!(order.facts.status, Some(OrderStatus::Canceled), "{fate:?}");
        assert_eq!(world.kinds_of_window(id).await, ["payment_window.cancels"], "{fate:?}");
        assert_eq!(world.mollie.side().ledger.cancellations, 1, "{fate:?}");
        assert_eq!(order.held_number(), None, "{fate:?}");
    }
}

#[tokio::test]
async fn an_order_that_nobody_tried_to_pay_is_canceled_too() {
    let world = with_window(false, 20).await;
    let id = world.placed().await;
    world.sync(id).await;
    world.pass(120);
    world.on_time().await;
    world.work(secs(5)).await;
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Canceled));
}

#[tokio::test]
async fn nothing_is_canceled_beside_what_the_shopper_may_still_pay() {
    for status in
        [PaymentStatus::Open, PaymentStatus::Pending, PaymentStatus::Authorized, PaymentStatus::Paid]
    {
        let world = with_window(false, 20).await;
        let id = world.unpaid().await;
        // The hook was lost.
        world.opens_attempt(id, "tr_1").await;
        world.at_mollie(id, |order| order.payments.as_mut().unwrap()[1].status = Read::Known(status)).await;
        world.advance(mins(60 * 48));
        world.on_time().await;
        assert_eq!((world.cancellations(), world.kinds_of_window(id).await), (0, vec![]), "{status:?}");
    }
    let world = with_window(false, 20).await;
    let id = world.unpaid().await;
    world
        .at_mollie(id, |order| order.payments.as_mut().unwrap()[0].method = Some("banktransfer".into()))
        .await;
    world.advance(mins(60 * 48));
    world.on_time().await;
    assert_eq!(world.cancellations(), 0, "a bank transfer");
}

#[tokio::test]
async fn a_method_may_have_a_window_of_its_own() {
    let world = with_window(false, 20).await;
    let id = world.unpaid().await;
    world.at_mollie(id, |order| order.payments.as_mut().unwrap()[0].method = Some("paypal".into())).await;
    world.sync(id).await;
    world.advance(mins(60 * 71));
    world.on_time().await;
    assert_eq!(world.cancellations(), 0);
    world.pass(60);
    world.on_time().await;
    world.work(secs(5)).await;
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Canceled));
}

/// Between the decision and the call, in which Mollie would release what the shopper has authorized.
#[tokio::test]
async fn what_was_opened_or_paid_directly_before_the_call_is_spared() {
    for status in [PaymentStatus::Open, PaymentStatus::Authorized] {
        let world = with_window(false, 20).await;
        let id = world.unpaid().await;
        world.pass(120);
        world.on_time().await;
        assert_eq!(world.kinds_of_window(id).await, ["payment_window.cancels"]);
        world.opens_attempt(id, "tr_1").await;
        world.at_mollie(id, |order| order.payments.as_mut().unwrap()[1].status = Read::Known(status)).await;
        if status == PaymentStatus::Authorized {
            world.authorize(id).await;
        }
        world.work(mins(10)).await;
        assert_eq!(world.cancellations(), 0, "{status:?}");
        let kinds = world.kinds(id).await;
        assert!(kinds.contains(&"cancellation.refused"), "{status:?}: {kinds:?}");
        assert_eq!(world.kinds_of_window(id).await, ["payment_window.cancels"], "nobody has to know");
        if status == PaymentStatus::Open {
            world.attempt_ends(id, PaymentStatus::Failed).await;
            world.on_time().await;
            world.work(secs(5)).await;
            assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Canceled), "another case");
        }
    }
}

/// Mollie refuses while a page is open that no reading shows.
#[tokio::test]
async fn an_order_that_mollie_keeps_is_left_to_people_once() {
    let world = with_window(false, 20).await;
    let id = world.unpaid().await;
    world.mollie.next(Fate::Rejected);
    world.pass(120);
    world.on_time().await;
    world.work(mins(10)).await;
    world.advance(mins(60 * 24));
    world.on_time().await;
    assert_eq!(world.kinds_of_window(id).await, ["payment_window.cancels", "payment_window.left_to_people"]);
    assert_eq!((world.cancellations(), world.settled(id).await.agenda.timer), (1, None));
}

/// Mollie refuses because the shopper has opened a page meanwhile.
#[tokio::test]
async fn a_refusal_for_an_attempt_that_was_opened_during_the_call_is_nothing_for_people() {
    let world = with_window(false, 20).await;
    let id = world.unpaid().await;
    world.pass(120);
    world.on_time().await;
    let other = Arc::clone(&world);
    world.mollie.next_during(Fate::Rejected, meanwhile(async move { other.opens_attempt(id, "tr_1").await }));
    world.work(mins(10)).await;
    assert_eq!(world.kinds_of_window(id).await, ["payment_window.cancels"]);
    world.attempt_ends(id, PaymentStatus::Expired).await;
    world.on_time().await;
    world.work(secs(5)).await;
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Canceled));
}

#[tokio::test]
async fn a_dry_run_says_once_what_it_would_cancel() {
    let world = with_window(true, 20).await;
    let id = world.unpaid().await;
    world.pass(120);
    world.on_time().await;
    world.advance(mins(60));
    world.on_time().await;
    assert_eq!(world.kinds_of_window(id).await, ["payment_window.would_cancel"]);
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Created));
}

#[tokio::test]
async fn the_fuse_bounds_what_is_canceled_unpaid() {
    let world = with_window(false, 1).await;
    let mut ids = Vec::new();
    for number in 0..2 {
        let placed = world.place(&format!("r{number}"), &format!("n{number}")).await;
        world.drive(placed.claim.as_ref().unwrap()).await;
        world.sync(placed.order_id).await;
        ids.push(placed.order_id);
    }
    world.pass(120);
    world.on_time().await;
    world.work(secs(5)).await;
    assert_eq!(world.cancellations(), 1);
    assert!(matches!(world.timers().await[..], []), "it waits");
    let mut told = Vec::new();
    for id in &ids {
        told.extend(world.kinds_of_window(*id).await);
    }
    told.sort_unstable();
    assert_eq!(told, ["payment_window.cancels", "payment_window.waits"]);
    world.pass(60);
    let fired = world.timers().await;
    assert!(matches!(fired[..], [Fired::Told("payment_window.cancels")]), "{fired:?}");
    world.work(secs(5)).await;
    assert_eq!(world.cancellations(), 2);
}

/// Or orders that nobody pays would keep the policy from those that lose money.
#[tokio::test]
async fn what_nobody_pays_uses_up_nothing_of_what_may_be_canceled_before_deadlines() {
    let fuse = Fuse { most_per_hour: 1 };
    let world = World::with(|settings| {
        let windows = PaymentWindows {
            otherwise: Some(SignedDuration::from_hours(2)),
            fuse,
            dry_run: false,
            ..PaymentWindows::default()
        };
        let policy = DeadlinePolicy::CancelUnshipped { hours_before: 12 };
        let automatic = Automatic { policy, fuse, dry_run: false };
        let chosen = settings.policy(&main_profile().0);
        let policy = Policy { payment_windows: Arc::new(windows), automatic, ..chosen };
        settings.policies.insert(main_profile().0, policy);
    })
    .await;
    let authorized = world.authorized().await;
    world.before(authorized, 14).await;
    let placed = world.place("p2", "1338").await;
    world.drive(placed.claim.as_ref().unwrap()).await;
    world.sync(placed.order_id).await;
    world.advance(mins(121));
    world.on_time().await;
    assert_eq!(world.kinds_of_window(placed.order_id).await, ["payment_window.cancels"]);
    let kinds = world.kinds(authorized).await;
    assert!(kinds.contains(&"deadline.cancels") && !kinds.contains(&"deadline.waits"), "{kinds:?}");
}
