//! Leases: renewed during a call, and without one nothing is written.

use domain::rules::operation::OperationState;
use domain::rules::placement::Placement;
use domain::workflow::drive::drive;
use domain::workflow::step::Progress;

use crate::intents::lamps;
use crate::mollie::{Fate, meanwhile};
use crate::world::{World, secs};

#[tokio::test]
async fn nothing_is_sent_when_the_lease_is_nearly_over() {
    let world = World::new().await;
    let accepted = world.recorded().await;
    let (claim, claimed_at) = accepted.claim.clone().unwrap();
    world.advance(secs(6) + std::time::Duration::from_millis(1));
    let progress = Box::pin(drive(&*world, &claim, claimed_at)).await.unwrap();
    assert_eq!((progress, world.mollie.calls().len()), (Progress::Deferred, 0));
    let waiting = world.operation(accepted.operation_id()).await;
    assert_eq!((waiting.state.name(), waiting.state.sent()), (OperationState::Pending, None));
    world.work(secs(2)).await;
    world.settled(accepted.order_id).await;
    assert_eq!(world.mollie.effects(), (1, 0, 0));
}

#[tokio::test]
async fn a_lease_is_renewed_while_the_call_lasts() {
    let world = World::new().await;
    world.mollie.next(Fate::HangsAfter);
    let accepted = world.recorded().await;
    let (claim, before) = (accepted.claim.unwrap(), world.lease_until().await);
    let renewed = async {
        world.mollie.hung().await;
        for _ in 0..200 {
            world.advance(secs(2));
            if world.lease_until().await > before {
                return true;
            }
        }
        false
    };
    tokio::select! {
        done = world.drive(&claim) => panic!("{done:?}"),
        renewed = renewed => assert!(renewed),
    }
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_during_a_call_changes_nothing() {
    let world = World::new().await;
    let accepted = world.recorded().await;
    let (other, id) = (world.clone(), accepted.order_id);
    let taken = meanwhile(async move {
        other.end_leases().await;
        let claim = other.claim_one().await;
        assert_eq!(claim.0.operation.state.name(), OperationState::Resolving);
        assert_eq!(other.drive(&claim).await, Progress::Settled);
        assert_eq!(other.settled(id).await.placement, Placement::Placed);
    });
    world.mollie.next_during(Fate::Answered, taken);
    assert_eq!(world.drive(&accepted.claim.unwrap()).await, Progress::LeaseLost);
    assert_eq!(world.kinds(id).await, ["order.recorded", "order.placed"]);
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 0, 0));
}

#[tokio::test]
async fn an_unknown_outcome_without_the_lease_is_not_written() {
    let world = World::new().await;
    let id = world.authorized().await;
    let accepted = world.ship(id, &lamps(1)).await.unwrap();
    let other = world.clone();
    let taken = meanwhile(async move {
        other.end_leases().await;
        assert_eq!(other.step().await, Progress::Settled);
    });
    world.mollie.next_during(Fate::LostAnswer, taken);
    assert_eq!(world.drive(accepted.claim.as_ref().unwrap()).await, Progress::LeaseLost);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0));
}

#[tokio::test]
async fn a_lease_is_renewed_during_an_observation() {
    let world = World::new().await;
    world.mollie.next(Fate::LostAnswer);
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(secs(1));
    let claim = world.claim_one().await;
    let before = world.lease_until().await;
    let slow = world.clone();
    world.mollie.during_reading(meanwhile(async move {
        for _ in 0..200 {
            slow.advance(secs(2));
            if slow.lease_until().await > before {
                return;
            }
        }
        panic!("the lease was not renewed");
    }));
    assert_eq!(world.drive(&claim).await, Progress::Settled);
    world.settled(accepted.order_id).await;
}
