//! Telling our lost shipment from those at Mollie that were made elsewhere.

use domain::ports::{Clock, Store};
use domain::rules::field::Field;
use domain::rules::ids::MollieShipmentId;
use domain::rules::operation::OperationState;
use domain::rules::part::Part;
use domain::rules::shipment::{ShipmentState, Tracking};
use domain::rules::snapshot::ShipmentSnapshot;
use domain::workflow::step::Progress;
use jiff::SignedDuration;

use crate::intents::{euro, lamps, named, ship_lamps_elsewhere, tracked, tracking};
use crate::ledger::add_shipment;
use crate::mollie::Fate;
use crate::world::{World, mins, secs};

/// Mollie's clock may lag behind ours by as much as two minutes.
#[tokio::test]
async fn a_shipment_that_seems_two_minutes_older_than_its_call_may_be_ours() {
    let world = World::without_trust().await;
    world.mollie.side().ledger.forgets_keys = true;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    world
        .at_mollie(id, |order| {
            let shipments = order.shipments.as_mut().unwrap();
            shipments[0].created_time -= SignedDuration::from_mins(2);
        })
        .await;
    world.work(mins(3)).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0), "the shipment was captured twice");
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    world.settled(id).await;
}

#[tokio::test]
async fn a_shipment_made_more_than_two_minutes_before_ours_was_sent_is_not_ours() {
    let world = World::new().await;
    let id = world.authorized().await;
    let before = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_old", 1, None, before)).await;
    world.advance(mins(2) + secs(1));
    world.mollie.next(Fate::LostCall);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    world.work(mins(3)).await;
    assert_eq!(world.mollie.effects(), (1, 2, 0), "ours was never made");
    let shipment = world.shipment(accepted.answer.shipment()).await;
    assert_ne!(shipment.mollie_id, Some(MollieShipmentId::new("shp_old")));
    world.settled(id).await;
}

/// Recorded long ago, it could not be sent until now.
#[tokio::test]
async fn a_shipment_made_elsewhere_while_ours_waited_to_be_sent_is_not_ours() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::NotSent(Some(mins(60))));
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    world.advance(mins(30));
    let meanwhile = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, None, meanwhile)).await;
    world.advance(mins(30));
    world.mollie.next(Fate::LostCall);
    world.work(mins(3)).await;
    assert_eq!(world.mollie.effects(), (1, 2, 0), "ours was never made");
    let shipment = world.shipment(accepted.answer.shipment()).await;
    assert_ne!(shipment.mollie_id, Some(MollieShipmentId::new("shp_a")));
    world.settled(id).await;
}

/// Its first call was lost three quarters of an hour earlier, and its key is no longer trusted.
#[tokio::test]
async fn a_shipment_made_by_a_late_repeat_is_found() {
    let world = World::new().await;
    world.mollie.side().ledger.forgets_keys = true;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostCall);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    world.advance(mins(44) + secs(50));
    assert_eq!(world.step().await, Progress::Deferred);
    world.mollie.next(Fate::LostAnswer);
    assert_eq!(world.step().await, Progress::Deferred);
    world.advance(secs(20));
    world.work(mins(3)).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0), "the shipment was captured twice");
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    world.settled(id).await;
}

/// Tracking may be edited in the dashboard at any time.
#[tokio::test]
async fn a_lost_shipment_whose_tracking_was_changed_needs_an_operator() {
    let other_carrier = Tracking { carrier: "DHL".to_owned(), ..tracking("3S1") };
    for edited in [tracking("3S2"), other_carrier] {
        let world = World::without_trust().await;
        let id = world.authorized().await;
        world.mollie.next(Fate::LostAnswer);
        let (accepted, _) = world.ship_now(id, &tracked(lamps(1), "3S1")).await;
        world
            .at_mollie(id, |order| order.shipments.as_mut().unwrap()[0].tracking = Field::Value(edited))
            .await;
        world.work(mins(2)).await;
        assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
        assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 1, 0)));
    }
}

#[tokio::test]
async fn a_shipment_found_with_blanks_around_its_tracking_is_ours() {
    let world = World::without_trust().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.ship_now(id, &tracked(lamps(1), "3S1")).await;
    world
        .at_mollie(id, |order| {
            let shipments = order.shipments.as_mut().unwrap();
            shipments[0].tracking = Field::Value(tracking(" 3S1 "));
        })
        .await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
}

#[tokio::test]
async fn a_shipment_with_more_lines_or_another_amount_is_not_ours() {
    for (with_chair, request) in [(true, lamps(1)), (false, named(1, 1, Some("399.00")))] {
        let world = World::new().await;
        let id = world.authorized().await;
        world.mollie.next(Fate::LostCall);
        let (accepted, _) = world.ship_now(id, &request).await;
        let now = world.clock.now();
        world
            .at_mollie(id, |order| {
                let chair = (order.lines[0].mollie_id.clone(), Part { quantity: 1, amount: euro("299.00") });
                let lamp = (order.lines[1].mollie_id.clone(), Part { quantity: 1, amount: euro("20.00") });
                let lines = if with_chair { vec![lamp, chair] } else { vec![chair] };
                let mollie_id = MollieShipmentId::new("shp_a");
                add_shipment(
                    order,
                    &ShipmentSnapshot { mollie_id, created_time: now, tracking: Field::LeftOut, lines },
                );
            })
            .await;
        world.work(mins(3)).await;
        assert_eq!(world.mollie.effects(), (1, 2, 0), "ours was never made");
        let shipment = world.shipment(accepted.answer.shipment()).await;
        assert_ne!(shipment.mollie_id, Some(MollieShipmentId::new("shp_a")));
        world.settled(id).await;
    }
}

#[tokio::test]
async fn units_waiting_for_an_operator_stay_reserved_and_do_not_also_count_as_shipped() {
    let world = World::without_trust().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, None, now)).await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
    world.sync(id).await;
    let order = world.sound(id).await;
    assert_eq!((order.lines[1].shipped.quantity, order.lines[1].reserved.quantity), (0, 1));
    assert_eq!(world.store.list_shipments(id).await.unwrap().len(), 1);
}
