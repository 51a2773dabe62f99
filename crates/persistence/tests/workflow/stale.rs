//! When a reading is too old to refuse anything by, however young it looks.

use domain::ports::{Clock, Store};
use domain::rules::precondition::PreconditionReason;
use domain::rules::status::{LineStatus, OrderStatus};
use domain::workflow::MutationError;
use domain::workflow::place::place;
use jiff::SignedDuration;

use crate::intents::{draft, intent, lamps, main_profile, reason};
use crate::world::{World, all_at, secs};

#[tokio::test]
async fn an_order_is_shipped_that_was_authorized_just_now_although_its_hook_waits_to_be_looked_up() {
    let world = World::new().await;
    let id = world.placed().await;
    world.sync(id).await;
    assert_eq!(reason(world.ship(id, &lamps(1)).await), PreconditionReason::OrderNotShippable);
    world.authorize(id).await;
    assert!(world.store.hook_arrived(id, None, world.clock.now()).await.unwrap());
    world.ship(id, &lamps(1)).await.unwrap();
    world.sound(id).await;
}

#[tokio::test]
async fn a_look_up_whose_time_has_come_is_made_before_a_number_is_held_against_a_new_order() {
    let world = World::new().await;
    let id = world.placed().await;
    world.advance(secs(15 * 60));
    world.sync(id).await;
    world.at_mollie(id, |order| all_at(order, OrderStatus::Canceled, LineStatus::Canceled)).await;
    let intent = intent("CreateOrder", "p2");
    Box::pin(place(&*world, &intent, main_profile(), draft("1337"))).await.unwrap();
}

#[tokio::test]
async fn a_reading_dated_ahead_of_our_clock_is_not_refused_by() {
    let world = World::new().await;
    let id = world.placed().await;
    world.authorize(id).await;
    let version = world.order(id).await.version;
    // By a replica whose clock is an hour ahead.
    let ahead = world.clock.now() + SignedDuration::from_hours(1);
    assert!(world.store.note_observed(id, version, ahead).await.unwrap());
    world.ship(id, &lamps(1)).await.unwrap();
}

#[tokio::test]
async fn a_hook_that_was_looked_up_makes_no_further_reading() {
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
