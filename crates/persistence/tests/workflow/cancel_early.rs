//! Canceling an order that Mollie does not have yet, or may have.

use domain::ports::Clock;
use domain::rules::operation::OperationState;
use domain::rules::placement::Placement;
use domain::rules::status::{LineStatus, OrderStatus};
use domain::workflow::step::Progress;

use crate::intents::ship_lamps_elsewhere;
use crate::ledger::cancel_the_rest;
use crate::mollie::{Fate, meanwhile};
use crate::world::{World, all_at, mins, secs};

#[tokio::test]
async fn a_placement_that_was_not_sent_is_withdrawn_without_a_call() {
    let world = World::new().await;
    world.mollie.next(Fate::NotSent(Some(secs(60))));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    let cancel = world.cancel(accepted.order_id).await.unwrap();
    assert_eq!((cancel.operation_id(), cancel.claim), (accepted.operation_id(), None));
    let order = world.settled(accepted.order_id).await;
    assert_eq!((order.placement, order.held_number()), (Placement::Abandoned, None));
    let operation = world.operation(accepted.operation_id()).await;
    assert_eq!((operation.state.name(), operation.sealed), (OperationState::Withdrawn, None));
    world.work(mins(2)).await;
    assert_eq!(world.cancel(accepted.order_id).await.unwrap().operation_id(), None);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (1, (0, 0, 0)));
}

#[tokio::test]
async fn a_placement_claimed_while_it_is_withdrawn_is_canceled_after_it() {
    let world = World::new().await;
    world.mollie.next(Fate::NotSent(None));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(secs(1));
    let claim = world.claim_one().await;
    let cancel = world.cancel(accepted.order_id).await.unwrap();
    assert_ne!(cancel.operation_id(), accepted.operation_id());
    world.drive(&claim).await;
    world.work(secs(1)).await;
    let order = world.settled(accepted.order_id).await;
    assert_eq!((order.placement, order.facts.status), (Placement::Placed, Some(OrderStatus::Canceled)));
    assert_eq!(world.mollie.effects(), (1, 0, 1));
}

#[tokio::test]
async fn a_placement_in_flight_is_canceled_after_it() {
    let world = World::new().await;
    let accepted = world.recorded().await;
    let (other, id) = (world.clone(), accepted.order_id);
    world.mollie.next_during(
        Fate::Answered,
        meanwhile(async move {
            let cancel = other.cancel(id).await.unwrap();
            assert!(cancel.claim.is_none() && cancel.operation_id().is_some());
            other.rests().await;
        }),
    );
    assert_eq!(world.drive(accepted.claim.as_ref().unwrap()).await, Progress::Settled);
    assert_eq!(world.sound(id).await.placement, Placement::Placed);
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Canceled));
    assert_eq!(world.mollie.effects(), (1, 0, 1));
}

#[tokio::test]
async fn a_cancellation_after_a_rejected_placement_has_nothing_to_do() {
    let world = World::new().await;
    world.mollie.next(Fate::Rejected);
    let accepted = world.recorded().await;
    let cancel = world.cancel(accepted.order_id).await.unwrap();
    world.drive(accepted.claim.as_ref().unwrap()).await;
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.state(cancel.operation_id()).await, OperationState::Succeeded);
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Refused);
    assert_eq!(world.mollie.calls().len(), 1);
}

#[tokio::test]
async fn a_cancellation_left_behind_by_a_dead_process_ends_with_its_placement() {
    let world = World::new().await;
    world.mollie.next(Fate::Rejected);
    let accepted = world.recorded().await;
    let cancel = world.cancel(accepted.order_id).await.unwrap();
    world.drive(accepted.claim.as_ref().unwrap()).await;
    // Claimed by a process that does nothing more.
    drop(world.claim_one().await);
    world.end_leases().await;
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.state(cancel.operation_id()).await, OperationState::Succeeded);
    world.settled(accepted.order_id).await;
}

#[tokio::test]
async fn a_cancellation_after_an_abandoned_placement_has_nothing_to_do() {
    let world = World::new().await;
    world.mollie.next(Fate::HangsBefore);
    let accepted = world.recorded().await;
    world.crash(accepted.claim.as_ref().unwrap()).await;
    let cancel = world.cancel(accepted.order_id).await.unwrap();
    world.advance(mins(16));
    world.end_leases().await;
    world.work(secs(2)).await;
    assert_eq!(world.state(cancel.operation_id()).await, OperationState::Succeeded);
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Abandoned);
    assert_eq!(world.mollie.effects(), (0, 0, 0));
}

#[tokio::test]
async fn an_order_found_late_with_a_cancellation_pending_is_canceled_once() {
    let world = World::new().await;
    world.mollie.next(Fate::HangsAfter);
    let accepted = world.recorded().await;
    world.crash(accepted.claim.as_ref().unwrap()).await;
    world.cancel(accepted.order_id).await.unwrap();
    world.advance(mins(16));
    world.end_leases().await;
    world.work(secs(2)).await;
    assert_eq!(world.settled(accepted.order_id).await.facts.status, Some(OrderStatus::Canceled));
    let kinds = world.kinds(accepted.order_id).await;
    assert_eq!(kinds.iter().filter(|kind| **kind == "cancellation.recorded").count(), 1);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 0, 1)));
}

/// Absent for now, it is about to be sent again under its key.
#[tokio::test]
async fn a_placement_that_was_sent_is_not_withdrawn_but_canceled_after_it() {
    let world = World::new().await;
    world.mollie.next(Fate::Late(secs(5)));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Deferred);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Pending);
    let cancel = world.cancel(accepted.order_id).await.unwrap();
    assert_ne!(cancel.operation_id(), accepted.operation_id());
    world.work(mins(3)).await;
    let order = world.settled(accepted.order_id).await;
    assert_eq!((order.placement, order.facts.status), (Placement::Placed, Some(OrderStatus::Canceled)));
    assert_eq!(world.mollie.effects(), (1, 0, 1));
}

/// It succeeded, whoever did it: when the order was found again, its rest was already canceled.
#[tokio::test]
async fn a_cancellation_after_a_lost_placement_succeeds_if_the_rest_was_canceled_elsewhere() {
    let world = World::new().await;
    world.mollie.next(Fate::LostAnswer);
    let accepted = world.recorded().await;
    assert_eq!(world.drive(accepted.claim.as_ref().unwrap()).await, Progress::Deferred);
    let now = world.clock.now();
    {
        let mut side = world.mollie.side();
        let order = side.ledger.orders.first_mut().unwrap();
        all_at(order, OrderStatus::Authorized, LineStatus::Authorized);
        order.authorized_time = Some(now);
        ship_lamps_elsewhere(order, "shp_a", 1, None, now);
        cancel_the_rest(order);
    }
    let cancel = world.cancel(accepted.order_id).await.unwrap();
    world.work(mins(3)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    assert_eq!(world.state(cancel.operation_id()).await, OperationState::Succeeded);
    world.sync(accepted.order_id).await;
    let order = world.settled(accepted.order_id).await;
    assert_eq!((order.lines[1].shipped.quantity, order.lines[1].canceled.quantity), (1, 2));
}
