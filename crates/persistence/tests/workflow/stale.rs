//! When a reading is too old to refuse a request, however fresh it looks.

use domain::ports::{Clock, GatewayError, Store};
use domain::rules::precondition::PreconditionReason;
use domain::rules::status::{LineStatus, OrderStatus};
use domain::workflow::MutationError;
use domain::workflow::place::place;
use jiff::SignedDuration;

use crate::intents::{draft, intent, lamps, main_profile, reason};
use crate::world::{World, all_at, secs};

#[tokio::test]
async fn a_just_authorized_order_is_shipped_although_its_look_up_is_still_due() {
    let world = World::new().await;
    let id = world.placed().await;
    world.sync(id).await;
    assert_eq!(reason(world.ship(id, &lamps(1)).await), PreconditionReason::OrderNotShippable);
    world.authorize(id).await;
    assert!(world.store.hook_arrived(id, None, world.clock.now()).await.unwrap());
    world.ship(id, &lamps(1)).await.unwrap();
    world.sound(id).await;
}

/// No call was left for it, or it failed: the reading before it is young, and outdated.
#[tokio::test]
async fn a_just_authorized_order_is_shipped_although_its_look_up_was_put_off() {
    let later = || GatewayError::Later { problem: "paused".to_owned(), pause: secs(8) };
    for unread in [later(), GatewayError::Unavailable("503".to_owned())] {
        let world = World::new().await;
        let id = world.placed().await;
        world.sync(id).await;
        world.authorize(id).await;
        assert!(world.store.hook_arrived(id, None, world.clock.now()).await.unwrap());
        world.mollie.side().unreadable = Some(unread);
        world.look_up().await;
        assert!(matches!(world.ship(id, &lamps(1)).await, Err(MutationError::Unconfirmed(_))));
        world.mollie.side().unreadable = None;
        world.ship(id, &lamps(1)).await.unwrap();
        world.sound(id).await;
    }
}

#[tokio::test]
async fn a_due_look_up_is_made_before_a_held_number_refuses_a_new_order() {
    let world = World::new().await;
    let id = world.placed().await;
    world.advance(secs(15 * 60));
    world.sync(id).await;
    world.at_mollie(id, |order| all_at(order, OrderStatus::Canceled, LineStatus::Canceled)).await;
    let intent = intent("CreateOrder", "p2");
    Box::pin(place(&*world, &intent, main_profile(), draft("1337"))).await.unwrap();
}

#[tokio::test]
async fn a_reading_dated_ahead_of_our_clock_does_not_count_as_fresh() {
    let world = World::new().await;
    let id = world.placed().await;
    world.authorize(id).await;
    let version = world.order(id).await.version;
    // Dated by a replica whose clock is an hour ahead.
    let ahead = world.clock.now() + SignedDuration::from_hours(1);
    assert!(world.store.note_observed(id, version, ahead).await.unwrap());
    world.ship(id, &lamps(1)).await.unwrap();
}

#[tokio::test]
async fn a_webhook_that_was_looked_up_causes_no_further_reading() {
    let world = World::new().await;
    let id = world.placed().await;
    assert!(world.store.hook_arrived(id, None, world.clock.now()).await.unwrap());
    world.look_up().await;
    let readings = world.mollie.readings();
    for _ in 0..2 {
        let refused = world.ship(id, &lamps(1)).await;
        assert!(matches!(refused, Err(MutationError::Precondition(_))), "{refused:?}");
    }
    assert_eq!(world.mollie.readings(), readings);
}
