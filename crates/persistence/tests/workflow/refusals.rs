//! Rejections that do not mean what they say.

use domain::ports::{Clock, GatewayError};
use domain::rules::operation::OperationState;
use domain::rules::placement::Placement;
use domain::rules::precondition::PreconditionReason;
use domain::rules::shipment::ShipmentState;
use domain::workflow::step::Progress;

use crate::intents::{chairs, lamps, reason, ship_lamps_elsewhere, tracked};
use crate::mollie::Fate;
use crate::world::{World, mins, secs};

/// Mollie did not recognise the key, and nothing was left to ship.
#[tokio::test]
async fn a_repeated_shipment_rejected_because_the_first_call_took_effect_is_registered() {
    let world = World::new().await;
    world.mollie.side().ledger.forgets_keys = true;
    let id = world.authorized().await;
    world.mollie.next(Fate::Late(secs(2)));
    let (accepted, _) = world.ship_now(id, &lamps(3)).await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Deferred);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Pending);
    world.advance(secs(2));
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    world.settled(id).await;
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (3, (1, 1, 0)));
}

/// The first call may still take effect, for as long as the settle window lasts.
#[tokio::test]
async fn the_rejection_of_a_repeated_call_is_not_final_within_the_settle_window_of_the_first() {
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
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
}

#[tokio::test]
async fn an_order_unknown_under_the_key_does_not_reject_the_shipment() {
    for (fate, unreadable) in [(Fate::OtherProfile, None), (Fate::NotKnown, Some(GatewayError::NotFound))] {
        let world = World::new().await;
        let id = world.authorized().await;
        world.mollie.next(fate);
        world.mollie.side().unreadable = unreadable;
        let (accepted, progress) = world.ship_now(id, &lamps(1)).await;
        assert_eq!(
            (progress, world.state(accepted.operation_id()).await),
            (Progress::KeyRefused, OperationState::Pending)
        );
        world.mollie.side().unreadable = None;
        assert_eq!(world.sound(id).await.lines[1].reserved.quantity, 1);
        world.work(secs(2)).await;
        assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
        world.settled(id).await;
        assert_eq!(world.mollie.effects(), (1, 1, 0));
    }
}

/// The order exists: Mollie does not know something in it, and operations behind this one go on.
#[tokio::test]
async fn an_operation_on_something_unknown_in_an_order_is_rejected_and_holds_nothing_up() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::NotKnown);
    let (refused, progress) = world.ship_now(id, &lamps(1)).await;
    assert_eq!(
        (progress, world.state(refused.operation_id()).await),
        (Progress::Settled, OperationState::Rejected)
    );
    assert_eq!(world.sound(id).await.open_items(), 1);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    world.work(secs(2)).await;
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0));
}

#[tokio::test]
async fn an_unreadable_outcome_needs_an_operator_and_an_outage_does_not() {
    for (error, state) in [
        (GatewayError::Unavailable("503".to_owned()), OperationState::Resolving),
        (GatewayError::KeyRefused("401".to_owned()), OperationState::Resolving),
        (GatewayError::Unreadable("no JSON".into()), OperationState::NeedsAttention),
    ] {
        let world = World::new().await;
        let id = world.authorized().await;
        world.mollie.next(Fate::LostAnswer);
        let (accepted, _) = world.ship_now(id, &lamps(1)).await;
        world.mollie.side().unreadable = Some(error);
        world.work(mins(5)).await;
        assert_eq!(world.state(accepted.operation_id()).await, state);
        assert_eq!(world.sound(id).await.lines[1].reserved.quantity, 1);
        if state == OperationState::NeedsAttention {
            assert_eq!(reason(world.ship(id, &chairs(1)).await), PreconditionReason::OrderNeedsAttention);
        }
        assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 1, 0)));
    }
}

/// Its first sender is gone, and its call may still take effect.
#[tokio::test]
async fn the_rejection_of_a_call_repeated_after_a_crash_is_not_final() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::HangsBefore);
    let accepted = world.ship(id, &lamps(3)).await.unwrap();
    world.crash(accepted.claim.as_ref().unwrap()).await;
    world.advance(secs(9));
    world.end_leases().await;
    assert_eq!(world.step().await, Progress::Deferred);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Pending);
    world.mollie.next(Fate::Rejected);
    assert_eq!(world.step().await, Progress::Deferred);
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_late", 3, None, now)).await;
    world.work(mins(3)).await;
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0));
}

#[tokio::test]
async fn the_rejection_of_a_repeated_call_is_final_once_the_first_can_have_no_effect() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostCall);
    let (accepted, _) = world.ship_now(id, &lamps(3)).await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Deferred);
    world.mollie.next(Fate::Rejected);
    assert_eq!(world.step().await, Progress::Deferred);
    assert_eq!(world.sound(id).await.lines[1].reserved.quantity, 3);
    world.work(mins(3)).await;
    let shipment = world.shipment(accepted.answer.shipment()).await;
    assert_eq!(
        (shipment.state, shipment.rejection),
        (ShipmentState::Refused, Some(crate::mollie::rejection()))
    );
    assert_eq!(world.settled(id).await.lines[1].available().quantity, 3);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (3, (1, 0, 0)));
}

/// Something at Mollie has its lines, but not its tracking: the rejection may mean that ours is there.
#[tokio::test]
async fn a_repeated_call_rejected_beside_a_shipment_that_may_be_ours_needs_an_operator() {
    let world = World::new().await;
    world.mollie.side().ledger.forgets_keys = true;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostCall);
    let (accepted, _) = world.ship_now(id, &tracked(lamps(3), "3S1")).await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Deferred);
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 3, Some("3S2"), now)).await;
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
    assert_eq!(world.sound(id).await.lines[1].reserved.quantity, 3);
    assert_eq!(world.mollie.effects(), (1, 1, 0));
}

/// Its profile may have been given another key.
#[tokio::test]
async fn an_outcome_of_an_order_that_mollie_no_longer_knows_needs_an_operator() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    world.mollie.side().unreadable = Some(GatewayError::NotFound);
    world.work(mins(5)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
    assert_eq!(world.sound(id).await.lines[1].reserved.quantity, 1);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 1, 0)));
}

#[tokio::test]
async fn an_unreadable_outcome_is_read_again_after_growing_pauses() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    world.ship_now(id, &lamps(1)).await;
    world.mollie.side().unreadable = Some(GatewayError::Unavailable("503".to_owned()));
    let readings = world.mollie.readings();
    world.work(mins(1)).await;
    assert_eq!(world.mollie.readings() - readings, 11);
}

#[tokio::test]
async fn an_answer_that_is_not_understood_is_read_eight_times_more_before_an_operator_is_asked() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    world.mollie.side().unreadable = Some(GatewayError::Unreadable("no JSON".into()));
    for _ in 0..8 {
        world.advance(secs(8));
        assert_eq!(world.step().await, Progress::Deferred);
        assert_eq!(world.state(accepted.operation_id()).await, OperationState::Resolving);
    }
    world.advance(secs(8));
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
}

/// Mollie rejects the placement itself: there is no order yet that another key might know.
#[tokio::test]
async fn an_order_rejected_as_not_found_is_rejected() {
    let world = World::new().await;
    world.mollie.next(Fate::OtherProfile);
    let accepted = world.recorded().await;
    assert_eq!(world.drive(accepted.claim.as_ref().unwrap()).await, Progress::Settled);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Rejected);
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Refused);
    assert_eq!(world.mollie.calls().len(), 1);
}

#[tokio::test]
async fn one_unreadable_answer_after_an_outage_does_not_need_an_operator_yet() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    world.mollie.side().unreadable = Some(GatewayError::Unavailable("503".to_owned()));
    world.work(mins(5)).await;
    world.mollie.side().unreadable = Some(GatewayError::Unreadable("a page that says sorry".into()));
    world.advance(secs(8));
    world.step().await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Resolving);
    world.mollie.side().unreadable = None;
    world.work(secs(10)).await;
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    world.settled(id).await;
}

#[tokio::test]
async fn one_unreadable_answer_after_failed_calls_does_not_need_an_operator_yet() {
    let world = World::new().await;
    let id = world.authorized().await;
    (0..10).for_each(|_| world.mollie.next(Fate::NotSent(None)));
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    while world.state(accepted.operation_id()).await != OperationState::Resolving {
        world.advance(secs(8));
        world.step().await;
    }
    world.mollie.side().unreadable = Some(GatewayError::Unreadable("a page that says sorry".into()));
    world.advance(secs(8));
    world.step().await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Resolving);
    world.mollie.side().unreadable = None;
    world.work(secs(10)).await;
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    world.settled(id).await;
}
