//! Refusals that do not mean what they say.

use domain::ports::GatewayError;
use domain::rules::operation::OperationState;
use domain::rules::refusal::RefusalReason;
use domain::rules::shipment::ShipmentState;
use domain::workflow::drive::Progress;

use crate::intents::{chairs, lamps, reason};
use crate::mollie::Fate;
use crate::world::{World, mins, secs};

/// Mollie did not recognise the key, and nothing was left to ship.
#[tokio::test]
async fn a_repeated_shipment_refused_because_the_first_call_took_effect_is_registered() {
    let world = World::new().await;
    world.mollie.side().ledger.forgets_keys = true;
    let id = world.authorized().await;
    world.mollie.next(Fate::Late(secs(2)));
    let (accepted, _) = world.ship_now(id, &lamps(3)).await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Deferred);
    assert_eq!(world.state(accepted.operation_id).await, OperationState::Pending);
    world.advance(secs(2));
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.shipment(accepted.shipment_id).await.state, ShipmentState::Registered);
    world.settled(id).await;
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (3, (1, 1, 0)));
}

/// The first call may still take effect, for as long as the settle window lasts.
#[tokio::test]
async fn a_refusal_of_a_repeated_call_is_not_final_within_the_settle_window_of_the_first() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::Late(secs(30)));
    let (accepted, _) = world.ship_now(id, &lamps(3)).await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Deferred);
    world.mollie.next(Fate::Rejected);
    world.work(mins(3)).await;
    world.sync(id).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0));
    world.settled(id).await;
    assert_eq!(world.shipment(accepted.shipment_id).await.state, ShipmentState::Registered);
}

#[tokio::test]
async fn an_order_that_mollie_does_not_know_under_the_key_is_not_a_refused_shipment() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::OrderUnknown);
    let (accepted, progress) = world.ship_now(id, &lamps(1)).await;
    assert_eq!(
        (progress, world.state(accepted.operation_id).await),
        (Progress::Deferred, OperationState::Pending)
    );
    assert_eq!(world.sound(id).await.lines[1].reserved.quantity, 1);
    world.work(secs(2)).await;
    assert_eq!(world.shipment(accepted.shipment_id).await.state, ShipmentState::Registered);
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0));
}

#[tokio::test]
async fn an_outcome_that_can_never_be_read_is_an_operators_affair_and_an_outage_is_not() {
    for (error, state) in [
        (GatewayError::Unavailable("503".to_owned()), OperationState::Resolving),
        (GatewayError::KeyRefused("401".to_owned()), OperationState::Resolving),
        (GatewayError::Unreadable("no JSON".to_owned()), OperationState::NeedsAttention),
    ] {
        let world = World::new().await;
        let id = world.authorized().await;
        world.mollie.next(Fate::LostAnswer);
        let (accepted, _) = world.ship_now(id, &lamps(1)).await;
        world.mollie.side().unreadable = Some(error);
        world.work(mins(5)).await;
        assert_eq!(world.state(accepted.operation_id).await, state);
        assert_eq!(world.sound(id).await.lines[1].reserved.quantity, 1);
        if state == OperationState::NeedsAttention {
            assert_eq!(reason(world.ship(id, &chairs(1)).await), RefusalReason::OrderNeedsAttention);
        }
        assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 1, 0)));
    }
}
