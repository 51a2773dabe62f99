//! Several operations of one order: one at a time, first come, first served.

use domain::operations::task::OperationKind;
use domain::ports::Store;
use domain::rules::operation::OperationState;
use domain::rules::precondition::PreconditionReason;
use domain::rules::shipment::ShipmentState;
use domain::rules::status::OrderStatus;
use domain::workflow::step::Progress;

use crate::intents::{chairs, lamps, reason, the_rest};
use crate::mollie::Fate;
use crate::world::{World, secs};

#[tokio::test]
async fn the_second_shipment_waits_for_its_turn() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let first = world.ship(id, &lamps(1)).await.unwrap();
    let second = world.ship(id, &lamps(1)).await.unwrap();
    assert!(second.claim.is_none());
    world.rests().await;
    assert_eq!(world.drive(first.claim.as_ref().unwrap()).await, Progress::Deferred);
    // The first is unknown: nothing of the order is sent until it is resolved.
    world.rests().await;
    world.advance(secs(1));
    let claim = world.claim_one().await;
    assert_eq!(Some(claim.0.operation.id), first.operation_id());
    world.rests().await;
    assert_eq!(world.drive(&claim).await, Progress::Settled);
    let claim = world.claim_one().await;
    assert_eq!(Some(claim.0.operation.id), second.operation_id());
    assert_eq!(world.drive(&claim).await, Progress::Settled);
    let order = world.settled(id).await;
    assert_eq!(order.lines[1].shipped.quantity, 2);
    let (one, two) =
        (world.shipment(first.answer.shipment()).await, world.shipment(second.answer.shipment()).await);
    assert_ne!(one.mollie_id, two.mollie_id);
    assert_eq!(world.mollie.effects(), (1, 2, 0));
}

#[tokio::test]
async fn an_equal_shipment_behind_a_lost_one_is_not_mistaken_for_it() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.ship_now(id, &lamps(1)).await;
    world.mollie.next(Fate::LostCall);
    let (second, _) = world.ship_now(id, &lamps(1)).await;
    world.work(secs(3)).await;
    world.sync(id).await;
    assert_eq!(world.settled(id).await.lines[1].shipped.quantity, 2);
    assert_eq!(world.shipment(second.answer.shipment()).await.state, ShipmentState::Registered);
    assert_eq!(world.mollie.effects(), (1, 2, 0));
}

#[tokio::test]
async fn orders_do_not_hold_each_other_up() {
    let world = World::new().await;
    let id = world.authorized().await;
    let other = world.place("p2", "1338").await;
    world.drive(other.claim.as_ref().unwrap()).await;
    world.authorize(other.order_id).await;
    world.sync(other.order_id).await;
    world.mollie.next(Fate::NotSent(Some(secs(60))));
    world.ship_now(id, &lamps(1)).await;
    let (_, progress) = world.ship_now(other.order_id, &lamps(1)).await;
    assert_eq!(progress, Progress::Settled);
    world.settled(other.order_id).await;
    world.sound(id).await;
}

#[tokio::test]
async fn a_shipment_behind_a_cancellation_is_rejected_and_gives_its_units_back() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.ship_now(id, &chairs(1)).await;
    world.sync(id).await;
    let cancel = world.cancel(id).await.unwrap();
    let ship = world.ship(id, &lamps(1)).await.unwrap();
    assert_eq!(world.drive(cancel.claim.as_ref().unwrap()).await, Progress::Settled);
    world.work(secs(1)).await;
    assert_eq!(world.shipment(ship.answer.shipment()).await.state, ShipmentState::Refused);
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!(order.facts.status, Some(OrderStatus::Completed));
    assert_eq!((order.lines[0].canceled.quantity, order.lines[1].canceled.quantity), (1, 3));
    assert_eq!(world.mollie.effects(), (1, 1, 1));
    world.advance(secs(3));
    assert_eq!(reason(world.ship(id, &the_rest()).await), PreconditionReason::NothingRemaining);
}

#[tokio::test]
async fn a_cancellation_behind_a_lost_shipment_waits_until_that_is_resolved() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (ship, _) = world.ship_now(id, &chairs(1)).await;
    let cancel = world.cancel(id).await.unwrap();
    assert!(cancel.claim.is_none());
    world.rests().await;
    let unsettled = world.store.unsettled_operations(id).await.unwrap();
    let kinds: Vec<_> = unsettled.iter().map(|operation| operation.task.name()).collect();
    assert_eq!(kinds, [OperationKind::CreateShipment, OperationKind::CancelOrder]);
    world.work(secs(3)).await;
    assert_eq!(world.state(ship.operation_id()).await, OperationState::Succeeded);
    assert_eq!(world.state(cancel.operation_id()).await, OperationState::Succeeded);
    let order = world.settled(id).await;
    assert_eq!((order.lines[0].shipped.quantity, order.lines[0].canceled.quantity), (1, 1));
    assert_eq!(order.facts.status, Some(OrderStatus::Completed));
    assert_eq!(world.mollie.effects(), (1, 1, 1));
}
