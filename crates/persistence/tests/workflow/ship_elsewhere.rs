//! A shipment that Mollie rejects because its units were shipped in the dashboard: understood before a review item is raised.

use domain::ports::{Clock, GatewayError};
use domain::rules::ids::MollieShipmentId;
use domain::rules::item::ItemKind;
use domain::rules::operation::OperationState;
use domain::rules::part::Part;
use domain::rules::shipment::ShipmentState;
use domain::rules::status::{LineStatus, OrderStatus};
use domain::workflow::step::Progress;

use crate::intents::{euro, lamps, ship_lamps_elsewhere, tracked};
use crate::items::raised;
use crate::mollie::Fate;
use crate::world::{World, all_at, mins, secs};

#[tokio::test]
async fn a_shipment_rejected_because_it_was_made_in_the_dashboard_raises_nothing() {
    let world = World::new().await;
    let id = world.authorized().await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 3, Some("3S1"), now)).await;
    let (accepted, progress) = world.ship_now(id, &tracked(lamps(3), "3S1")).await;
    assert_eq!(progress, Progress::Settled);
    let order = world.settled(id).await;
    assert_eq!(order.items, []);
    assert_eq!(order.lines[1].shipped.quantity, 3, "what was found is recorded");
    let shipment = world.shipment(accepted.answer.shipment()).await;
    assert_eq!(
        (shipment.state, shipment.elsewhere),
        (ShipmentState::Refused, vec![MollieShipmentId::new("shp_a")])
    );
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Rejected);
    let kinds = world.kinds(id).await;
    assert!(kinds.contains(&"shipment.observed") && kinds.contains(&"shipment.refused"), "{kinds:?}");
    world.sync(id).await;
    assert_eq!(world.settled(id).await.items, []);
    assert_eq!(world.mollie.effects(), (1, 1, 0));
}

/// The same goods, two parcels there, one here.
#[tokio::test]
async fn units_shipped_elsewhere_in_several_parcels_are_found() {
    let world = World::new().await;
    let id = world.authorized().await;
    let now = world.clock.now();
    world
        .at_mollie(id, |order| {
            ship_lamps_elsewhere(order, "shp_a", 1, Some("3S1"), now);
            ship_lamps_elsewhere(order, "shp_b", 2, None, now);
        })
        .await;
    let (accepted, _) = world.ship_now(id, &lamps(3)).await;
    assert_eq!(world.settled(id).await.items, []);
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Refused);
}

#[tokio::test]
async fn a_rejected_shipment_only_partly_shipped_elsewhere_is_raised_with_what_was_found() {
    let world = World::new().await;
    let id = world.authorized().await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, None, now)).await;
    world.ship_now(id, &lamps(3)).await;
    let order = world.settled(id).await;
    assert_eq!(order.items.iter().map(|item| item.kind).collect::<Vec<_>>(), [ItemKind::ShipmentRefused]);
    assert!(order.items[0].text.contains("shp_a"), "{}", order.items[0].text);
}

/// It was known before ours was recorded: it cannot be the reason for the rejection.
#[tokio::test]
async fn a_shipment_known_before_ours_was_recorded_is_no_reason_for_its_rejection() {
    let world = World::new().await;
    let id = world.authorized().await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, None, now)).await;
    world.sync(id).await;
    world.mollie.next(Fate::Rejected);
    world.ship_now(id, &lamps(1)).await;
    let order = world.settled(id).await;
    assert_eq!(order.items.iter().map(|item| item.kind).collect::<Vec<_>>(), [ItemKind::ShipmentRefused]);
}

#[tokio::test]
async fn a_rejected_shipment_of_canceled_units_is_raised() {
    let world = World::new().await;
    let id = world.authorized().await;
    world
        .at_mollie(id, |order| {
            all_at(order, OrderStatus::Canceled, LineStatus::Canceled);
            order.lines[0].canceled = Some(Part { quantity: 2, amount: euro("698.00") });
            order.lines[1].canceled = Some(Part { quantity: 3, amount: euro("60.00") });
        })
        .await;
    world.ship_now(id, &lamps(3)).await;
    let order = world.settled(id).await;
    assert_eq!(order.items.iter().map(|item| item.kind).collect::<Vec<_>>(), [ItemKind::ShipmentRefused]);
    assert!(order.items[0].text.contains("canceled"), "{}", order.items[0].text);
    assert_eq!(order.facts.status, Some(OrderStatus::Canceled), "what was found is recorded");
}

/// Its units were shipped elsewhere while it waited, and a look-up found that before it was sent.
#[tokio::test]
async fn units_shipped_elsewhere_while_ours_waited_to_be_sent_are_found() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::NotSent(Some(mins(60))));
    let (accepted, _) = world.ship_now(id, &lamps(3)).await;
    world.advance(mins(30));
    let meanwhile = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 3, None, meanwhile)).await;
    world.sync(id).await;
    world.advance(mins(31));
    world.work(mins(1)).await;
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Refused);
    assert_eq!(world.settled(id).await.items, []);
}

#[tokio::test]
async fn an_unexplained_rejection_raises_nothing_yet() {
    let world = World::new().await;
    let id = world.authorized().await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 3, None, now)).await;
    let accepted = world.ship(id, &lamps(3)).await.unwrap();
    world.mollie.side().unreadable = Some(GatewayError::Unavailable("503".to_owned()));
    assert_eq!(world.drive(accepted.claim.as_ref().unwrap()).await, Progress::Deferred);
    world.work(secs(30)).await;
    let order = world.sound(id).await;
    assert_eq!((order.items.len(), order.lines[1].reserved.quantity), (0, 3));
    world.mollie.side().unreadable = None;
    world.work(secs(20)).await;
    assert_eq!(world.settled(id).await.items, []);
    // Mollie rejected the only call: what is there is not ours.
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Refused);
    assert_eq!(world.mollie.effects(), (1, 1, 0));
    assert_eq!(raised(&world.order(id).await), []);
}
