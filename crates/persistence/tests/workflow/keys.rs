//! Repeating a call: under its key while that surely lives, otherwise only once its effect is known not to appear.

use domain::ports::Clock;
use domain::rules::operation::OperationState;
use domain::rules::placement::Placement;
use domain::workflow::drive::drive;
use domain::workflow::step::Progress;
use jiff::SignedDuration;

use crate::intents::lamps;
use crate::mollie::{Fate, meanwhile};
use crate::world::{World, mins, secs};

#[tokio::test]
async fn an_order_that_never_arrived_is_sent_again_under_its_key() {
    let world = World::new().await;
    world.mollie.next(Fate::LostCall);
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Deferred);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Pending);
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Placed);
    let calls = world.mollie.calls();
    assert_eq!((calls.len(), world.mollie.effects()), (2, (1, 0, 0)));
    assert_eq!(calls[0], calls[1]);
}

#[tokio::test]
async fn an_effect_that_appears_after_the_repeated_call_counts_once() {
    let world = World::new().await;
    world.mollie.next(Fate::Late(secs(30)));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.work(mins(2)).await;
    world.settled(accepted.order_id).await;
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 0, 0)));
}

#[tokio::test]
async fn without_trust_in_keys_nothing_is_repeated_before_lease_time_out_and_settle_window() {
    let world = World::without_trust().await;
    world.mollie.next(Fate::LostCall);
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.work(secs(87)).await;
    assert_eq!(world.mollie.calls().len(), 1);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Resolving);
    world.work(secs(20)).await;
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Placed);
    let calls = world.mollie.calls();
    assert_eq!((calls.len(), world.mollie.effects()), (2, (1, 0, 0)));
    assert_eq!(calls[0], calls[1]);
}

#[tokio::test]
async fn without_trust_in_keys_an_effect_within_the_settle_window_is_found() {
    let world = World::without_trust().await;
    world.mollie.side().ledger.forgets_keys = true;
    world.mollie.next(Fate::Late(secs(79)));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.work(mins(3)).await;
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Placed);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (1, (1, 0, 0)));
}

#[tokio::test]
async fn once_the_key_may_have_expired_absence_counts_only_after_the_settle_window() {
    let world = World::with(|settings| settings.placement_age_limit = SignedDuration::from_hours(9)).await;
    world.mollie.next(Fate::LostCall);
    let accepted = world.recorded().await;
    let sent = world.clock.elapsed();
    world.drive(accepted.claim.as_ref().unwrap()).await;
    // Absent, to be repeated within the key's life, and lost again shortly before its end.
    world.advance(mins(44));
    assert_eq!(world.step().await, Progress::Deferred);
    world.advance(secs(50));
    world.mollie.next(Fate::LostCall);
    assert_eq!(world.step().await, Progress::Deferred);
    world.advance(secs(70));
    assert_eq!(world.clock.elapsed() - sent, mins(46));
    assert_eq!(world.step().await, Progress::Deferred);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Resolving);
    world.advance(secs(17));
    world.rests().await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Deferred);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Pending);
    assert_eq!(world.mollie.calls().len(), 2);
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Placed);
    assert_eq!(world.mollie.effects(), (1, 0, 0));
}

/// A shipment is found absent while its key lives and put back to be sent again; then its effect appears after all, and an outage
/// outlasts the key before it is sent.
#[tokio::test]
async fn a_call_held_back_until_its_key_expires_is_not_simply_repeated() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::Late(secs(5)));
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Deferred);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Pending);
    world.mollie.next(Fate::NotSent(Some(mins(70))));
    assert_eq!(world.step().await, Progress::Deferred);
    world.advance(mins(71));
    world.work(mins(3)).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0), "the shipment was captured twice");
    world.settled(id).await;
}

/// The same with a placement: it is observed first, found, and canceled because of its age.
#[tokio::test]
async fn a_placement_held_back_until_its_key_expires_is_observed_first() {
    let world = World::new().await;
    world.mollie.next(Fate::Late(secs(5)));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Deferred);
    world.mollie.next(Fate::NotSent(Some(mins(70))));
    assert_eq!(world.step().await, Progress::Deferred);
    world.advance(mins(71));
    world.work(mins(3)).await;
    assert_eq!(world.mollie.effects(), (1, 0, 1), "Mollie has the order twice");
    world.settled(accepted.order_id).await;
}

/// A reading is older than its answer.
#[tokio::test]
async fn absence_counts_only_if_the_reading_began_after_the_settle_window() {
    let world = World::without_trust().await;
    world.mollie.side().ledger.forgets_keys = true;
    let id = world.authorized().await;
    world.mollie.next(Fate::Late(secs(86)));
    world.ship_now(id, &lamps(1)).await;
    world.advance(secs(83));
    let slow = world.clone();
    world.mollie.during_reading(meanwhile(async move { slow.advance(secs(6)) }));
    assert_eq!(world.step().await, Progress::Deferred);
    world.work(mins(3)).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0), "the shipment was captured twice");
    world.settled(id).await;
}

/// A send may begin up to six seconds after its claim, and take its twenty.
#[tokio::test]
async fn the_settle_window_is_counted_from_the_end_of_the_lease_not_from_its_beginning() {
    let world = World::without_trust().await;
    world.mollie.side().ledger.forgets_keys = true;
    let id = world.authorized().await;
    let accepted = world.ship(id, &lamps(1)).await.unwrap();
    let (claim, claimed_at) = accepted.claim.unwrap();
    world.advance(secs(6));
    // It takes effect within the call time-out and the settle window of being sent.
    world.mollie.next(Fate::Late(secs(79)));
    let sent = Box::pin(drive(&*world, &claim, claimed_at)).await.unwrap();
    assert_eq!((sent, world.mollie.calls().len()), (Progress::Deferred, 2));
    world.work(mins(3)).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0), "the shipment was captured twice");
    world.settled(id).await;
}
