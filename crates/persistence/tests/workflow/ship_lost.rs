//! Shipments whose answer was lost, and shipments at Mollie that were made elsewhere.

use domain::ports::{Clock, Store};
use domain::rules::ids::MollieShipmentId;
use domain::rules::operation::OperationState;
use domain::rules::precondition::PreconditionReason;
use domain::rules::shipment::{Origin, ShipmentState};
use domain::workflow::step::Progress;

use crate::intents::{chairs, lamps, reason, ship_lamps_elsewhere, tracked};
use crate::mollie::{Fate, meanwhile};
use crate::world::{World, mins, secs};

#[tokio::test]
async fn a_shipment_whose_answer_was_lost_is_found_by_lines_amounts_and_tracking() {
    let world = World::new().await;
    let id = world.authorized().await;
    let now = world.clock.now();
    // Not ours: different tracking, different units.
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, Some("3S2"), now)).await;
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_b", 1, None, now)).await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.ship_now(id, &tracked(lamps(1), "3S1")).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Resolving);
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Settled);
    let shipment = world.shipment(accepted.answer.shipment()).await;
    assert_eq!(shipment.state, ShipmentState::Registered);
    assert!(!["shp_a", "shp_b"].contains(&shipment.mollie_id.unwrap().as_str()));
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!((order.lines[1].shipped.quantity, order.lines[1].available().quantity), (3, 0));
    assert_eq!(world.mollie.effects(), (1, 3, 0));
    assert_eq!(world.mollie.calls().len(), 2);
}

#[tokio::test]
async fn a_crash_after_the_effect_leaves_one_registered_shipment_although_webhooks_come_meanwhile() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::HangsAfter);
    let accepted = world.ship(id, &lamps(1)).await.unwrap();
    world.crash(accepted.claim.as_ref().unwrap()).await;
    world.sync(id).await;
    world.advance(secs(9));
    world.end_leases().await;
    world.sync(id).await;
    assert_eq!(world.step().await, Progress::Settled);
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!(order.lines[1].shipped.quantity, 1);
    let shipments = world.store.list_shipments(id).await.unwrap();
    assert_eq!(shipments.len(), 1);
    assert_eq!((shipments[0].origin, shipments[0].state), (Origin::Here, ShipmentState::Registered));
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 1, 0)));
}

#[tokio::test]
async fn a_lost_call_is_repeated_under_its_key_although_webhooks_come_meanwhile() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostCall);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    world.sync(id).await;
    world.work(secs(5)).await;
    world.sync(id).await;
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    world.settled(id).await;
    let calls = world.mollie.calls();
    assert_eq!((calls.len(), world.mollie.effects()), (3, (1, 1, 0)));
    assert_eq!(calls[1], calls[2]);
}

#[tokio::test]
async fn without_trust_in_keys_a_lost_shipment_waits_for_the_settle_window() {
    let world = World::without_trust().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostCall);
    world.ship_now(id, &lamps(1)).await;
    world.work(secs(87)).await;
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 0, 0)));
    world.work(secs(20)).await;
    world.settled(id).await;
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (3, (1, 1, 0)));
}

#[tokio::test]
async fn a_webhook_about_a_shipment_before_its_answer_counts_it_once() {
    let world = World::new().await;
    let id = world.authorized().await;
    let other = world.clone();
    world.mollie.next_during(
        Fate::Answered,
        meanwhile(async move {
            let chairs = &other.sync(id).await.lines[0];
            let counted = chairs.shipped.quantity + chairs.reserved.quantity;
            assert_eq!((counted, chairs.available().quantity), (1, 1));
            other.sound(id).await;
        }),
    );
    let (_, progress) = world.ship_now(id, &chairs(1)).await;
    assert_eq!(progress, Progress::Settled);
    let order = world.settled(id).await;
    assert_eq!((order.lines[0].shipped.quantity, order.lines[0].available().quantity), (1, 1));
    world.sync(id).await;
    assert_eq!(world.settled(id).await.lines[0].shipped.quantity, 1);
    assert_eq!(world.store.list_shipments(id).await.unwrap().len(), 1);
    assert_eq!(world.mollie.effects(), (1, 1, 0));
}

/// It left the warehouse, and nothing at Mollie prevents it.
#[tokio::test]
async fn a_shipment_seen_before_its_answer_does_not_block_shipping_the_rest() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    world.ship_now(id, &chairs(1)).await;
    world.sync(id).await;
    let second = world.ship(id, &chairs(1)).await;
    assert!(second.is_ok(), "{second:?}");
    world.work(secs(5)).await;
    world.sync(id).await;
    assert_eq!(world.settled(id).await.lines[0].available().quantity, 0);
    assert_eq!(world.mollie.effects(), (1, 2, 0));
}

#[tokio::test]
async fn lines_add_up_even_between_a_webhook_and_a_later_answer() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    world.ship_now(id, &chairs(2)).await;
    world.sync(id).await;
    world.sound(id).await;
}

/// The key lives: Mollie itself knows which one is ours.
#[tokio::test]
async fn of_two_equal_shipments_the_repeated_key_identifies_ours() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, None, now)).await;
    world.work(secs(5)).await;
    let shipment = world.shipment(accepted.answer.shipment()).await;
    assert_eq!(shipment.state, ShipmentState::Registered);
    assert_ne!(shipment.mollie_id, Some(MollieShipmentId::new("shp_a")));
    world.sync(id).await;
    assert_eq!(world.settled(id).await.lines[1].shipped.quantity, 2);
    let calls = world.mollie.calls();
    assert_eq!((calls.len(), world.mollie.effects()), (3, (1, 2, 0)));
    assert_eq!(calls[1], calls[2]);
}

#[tokio::test]
async fn of_two_equal_unknown_shipments_an_operator_decides() {
    let world = World::without_trust().await;
    let id = world.authorized().await;
    let accepted = world.ship(id, &lamps(1)).await.unwrap();
    world.mollie.next(Fate::LostAnswer);
    world.drive(accepted.claim.as_ref().unwrap()).await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, None, now)).await;
    world.sync(id).await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::NeedsAttention);
    assert_eq!(reason(world.ship(id, &chairs(1)).await), PreconditionReason::OrderNeedsAttention);
    assert_eq!(reason(world.cancel(id).await), PreconditionReason::OrderNeedsAttention);
    world.work(mins(5)).await;
    world.sync(id).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
    assert_eq!(world.kinds(id).await.iter().filter(|kind| **kind == "operation.needs_attention").count(), 1);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 2, 0)));
}

#[tokio::test]
async fn a_shipment_made_in_the_dashboard_is_recorded_once() {
    let world = World::new().await;
    let id = world.authorized().await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 2, Some("3S9"), now)).await;
    world.sync(id).await;
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!((order.lines[1].shipped.quantity, order.lines[1].available().quantity), (2, 1));
    let shipments = world.store.list_shipments(id).await.unwrap();
    assert_eq!(shipments.len(), 1);
    assert_eq!((shipments[0].origin, shipments[0].lines.len()), (Origin::Elsewhere, 1));
    assert_eq!(world.kinds(id).await.iter().filter(|kind| **kind == "shipment.observed").count(), 1);
    assert_eq!(reason(world.ship(id, &lamps(2)).await), PreconditionReason::QuantityNotAvailable);
    world.ship_now(id, &lamps(1)).await;
    assert_eq!(world.settled(id).await.lines[1].shipped.quantity, 3);
}

#[tokio::test]
async fn a_shipment_made_elsewhere_is_recorded_at_once_unless_it_may_be_ours() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.ship_now(id, &chairs(1)).await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, None, now)).await;
    world.sync(id).await;
    let (ours, theirs) = (world.shipment(accepted.answer.shipment()).await, world.sound(id).await);
    assert_eq!((ours.state, theirs.lines[1].shipped.quantity), (ShipmentState::Recorded, 1));
    world.work(secs(2)).await;
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    world.sync(id).await;
    let shipments = world.store.list_shipments(id).await.unwrap();
    let elsewhere: Vec<_> =
        shipments.iter().filter(|shipment| shipment.origin == Origin::Elsewhere).collect();
    assert_eq!((shipments.len(), elsewhere.len()), (2, 1));
    assert_eq!(elsewhere[0].mollie_id, Some(MollieShipmentId::new("shp_a")));
    let order = world.settled(id).await;
    assert_eq!((order.lines[0].shipped.quantity, order.lines[1].shipped.quantity), (1, 1));
}

/// Made an hour before ours was requested, it cannot be ours.
#[tokio::test]
async fn a_shipment_older_than_our_request_is_not_ours() {
    let world = World::new().await;
    let id = world.authorized().await;
    let before = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_old", 1, None, before)).await;
    world.advance(mins(60));
    world.mollie.next(Fate::LostCall);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    world.work(mins(3)).await;
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 2, 0), "ours was never made");
    let shipment = world.shipment(accepted.answer.shipment()).await;
    assert_ne!(shipment.mollie_id, Some(MollieShipmentId::new("shp_old")));
    assert_eq!(order.lines[1].shipped.quantity, 2);
}

/// Its line came with the same reading.
#[tokio::test]
async fn a_shipment_made_elsewhere_can_hold_a_line_added_elsewhere() {
    let world = World::new().await;
    let id = world.authorized().await;
    let now = world.clock.now();
    world
        .at_mollie(id, |order| {
            let mut added = order.lines[1].clone();
            added.mollie_id = domain::rules::ids::MollieLineId::new("odl_added");
            order.lines.push(added);
            order.lines.swap(1, 2);
            ship_lamps_elsewhere(order, "shp_a", 1, None, now);
            order.lines.swap(1, 2);
        })
        .await;
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!((order.lines.len(), order.lines[2].shipped.quantity), (3, 1));
    let shipments = world.store.list_shipments(id).await.unwrap();
    let lines: Vec<_> = shipments[0].lines.iter().map(|line| line.line_id.number()).collect();
    assert_eq!(lines, [3]);
}

/// Units known only from counters, and ours beside them.
#[tokio::test]
async fn a_shipment_adds_to_units_known_only_from_counters() {
    let world = World::new().await;
    let id = world.authorized().await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, Some("3S9"), now)).await;
    world.mollie.side().leaves_shipments_out = true;
    assert_eq!(world.sync(id).await.lines[1].shipped.quantity, 1);
    let other = world.clone();
    let hook = meanwhile(async move {
        other.sync(id).await;
    });
    world.mollie.next_during(Fate::Answered, hook);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    let line = world.order(id).await.lines[1].clone();
    assert_eq!((line.shipped.quantity, line.reserved.quantity), (2, 0));
}
