//! Fees that are left when no more goods are to leave: nobody packs them, and what is never shipped is never captured.

use std::sync::Arc;

use domain::ports::{Clock, Store};
use domain::rules::ids::OrderId;
use domain::rules::item::ItemKind;
use domain::rules::part::Part;
use domain::rules::shipment::{Shipment, ShipmentState};

use crate::intents::{euro, named, ship_first_elsewhere, with_fee};
use crate::items::raised;
use crate::mollie::Fate;
use crate::world::{World, secs};

/// An order whose mugs are shipped in the dashboard, the last one unheard of.
async fn all_but_the_fee_left(world: &World) -> OrderId {
    let id = world.authorized_of(with_fee()).await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_first_elsewhere(order, "shp_a", 1, "10.00", now)).await;
    world.sync(id).await;
    assert_eq!(world.settled(id).await.items, [], "the fee travels with the second mug");
    world.at_mollie(id, |order| ship_first_elsewhere(order, "shp_b", 1, "10.00", now)).await;
    id
}

async fn joining() -> Arc<World> {
    World::with(|settings| settings.policies.clear()).await
}

async fn alone(world: &World, id: OrderId) -> Vec<Shipment> {
    let shipments = world.store.list_shipments(id).await.unwrap();
    shipments.into_iter().filter(Shipment::is_without_goods).collect()
}

#[tokio::test]
async fn a_fee_is_shipped_alone_once_all_goods_were_shipped_elsewhere() {
    let world = joining().await;
    let id = all_but_the_fee_left(&world).await;
    world.sync(id).await;
    let [operation] = &world.store.unsettled_operations(id).await.unwrap()[..] else { panic!("one") };
    assert_eq!(operation.actor.as_deref(), Some("order-service (fees without goods)"));
    world.work(secs(2)).await;
    let order = world.settled(id).await;
    assert_eq!(order.lines[1].shipped, Part { quantity: 1, amount: euro("4.95") });
    assert_eq!(order.items, []);
    let alone = alone(&world, id).await;
    assert_eq!((alone.len(), alone[0].state), (1, ShipmentState::Registered));
}

/// Else each reading would send it again.
#[tokio::test]
async fn a_fee_that_mollie_refused_alone_waits_for_a_person() {
    let world = joining().await;
    let id = all_but_the_fee_left(&world).await;
    world.mollie.next(Fate::Rejected);
    for _ in 0..3 {
        world.sync(id).await;
        world.work(secs(2)).await;
    }
    let order = world.settled(id).await;
    assert_eq!(alone(&world, id).await.len(), 1);
    assert_eq!(
        order.items.iter().map(|item| item.kind).collect::<Vec<_>>(),
        [ItemKind::ShipmentRefused, ItemKind::LineLeftOpen]
    );
}

/// Its units are free again: more goods are to leave, and the fee travels with them.
#[tokio::test]
async fn goods_that_mollie_refused_are_still_to_leave_and_leave_no_line_open() {
    let world = World::new().await;
    let id = world.authorized_of(with_fee()).await;
    world.ship_now(id, &named(1, 1, None)).await;
    world.mollie.next(Fate::Rejected);
    world.ship_now(id, &named(1, 1, None)).await;
    world.work(secs(2)).await;
    let order = world.settled(id).await;
    assert_eq!(order.items.iter().map(|item| item.kind).collect::<Vec<_>>(), [ItemKind::ShipmentRefused]);
}

/// A reading closed the item, and no person: it is raised anew.
#[tokio::test]
async fn a_line_that_is_left_open_again_is_told_again() {
    let world = World::new().await;
    let id = all_but_the_fee_left(&world).await;
    world.sync(id).await;
    world.mollie.next(Fate::Rejected);
    world.ship_now(id, &named(2, 1, None)).await;
    world.sync(id).await;
    let order = world.settled(id).await;
    let open: Vec<_> = order.items.iter().filter(|item| item.is_open()).map(|item| item.kind).collect();
    assert!(open.contains(&ItemKind::LineLeftOpen), "{open:?}");
}

#[tokio::test]
async fn where_the_caller_names_each_line_a_person_is_told_of_the_fee_until_it_is_shipped() {
    let world = World::new().await;
    let id = all_but_the_fee_left(&world).await;
    world.sync(id).await;
    world.work(secs(2)).await;
    let order = world.settled(id).await;
    assert_eq!(raised(&order), [(ItemKind::LineLeftOpen, "lines/2")]);
    assert!(order.items[0].text.contains("4.95 EUR of line 2"), "{}", order.items[0].text);
    world.ship_now(id, &named(2, 1, None)).await;
    world.sync(id).await;
    let closed = world.settled(id).await.items.remove(0).closed.unwrap();
    assert_eq!(
        (closed.by.as_str(), closed.reason.as_str()),
        ("order-service", "nothing of it is left, or more goods are to leave")
    );
}

/// Two fees are left, and somebody cancels one of them in the dashboard.
#[tokio::test]
async fn the_item_about_a_line_left_open_says_what_is_left_of_it() {
    let world = World::new().await;
    let mut draft = with_fee();
    draft.lines[1].quantity = 2;
    draft.lines[1].total_amount = euro("9.90");
    draft.amount = euro("29.90");
    let id = world.authorized_of(draft).await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_first_elsewhere(order, "shp_a", 2, "20.00", now)).await;
    world.sync(id).await;
    let part = Part { quantity: 1, amount: euro("4.95") };
    for _ in 0..2 {
        world.at_mollie(id, |order| order.lines[1].canceled = Some(part)).await;
        world.advance(secs(3));
        world.sync(id).await;
    }
    let order = world.settled(id).await;
    let told: Vec<_> = order.items.iter().map(|item| (item.kind, item.is_open())).collect();
    assert_eq!(told, [(ItemKind::LineLeftOpen, false), (ItemKind::LineLeftOpen, true)]);
    assert!(order.items[0].text.contains("9.90 EUR of line 2"), "{}", order.items[0].text);
    assert!(order.items[1].text.contains("4.95 EUR of line 2"), "{}", order.items[1].text);
    world.ship_now(id, &named(2, 1, None)).await;
    world.sync(id).await;
    assert!(world.settled(id).await.items.iter().all(|item| !item.is_open()));
}
