//! What Mollie does after all, when it was certain that it would not: it does not go unnoticed.
//!
//! Here Mollie breaks two promises at once: it forgets keys, and an effect comes later than any settle window.

use std::slice;

use serde_json::json;
use tests::proto::{ListShipmentsRequest, Order, OrderStatus, ReviewItemKind, Shipment, ShipmentState};
use tests::{LEGO, SOON, World, cents, draft, new_request_id, on_both_engines, until};

use super::with_open_items;
use crate::requests::{create, ship};

on_both_engines!(
    an_effect_after_the_settle_window_is_a_second_shipment_and_is_raised,
    a_second_order_for_one_of_ours_is_found_by_its_hook_and_raised,
);

/// Waits end within seconds, and no repeated call is taken on trust.
const HASTE: [(&str, &str); 4] = [
    ("ORDER_SERVICE__MOLLIE__SETTLE_WINDOW_SECONDS", "1"),
    ("ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS", "1"),
    ("ORDER_SERVICE__OPERATIONS__LEASE_SECONDS", "1"),
    ("ORDER_SERVICE__MOLLIE__TRUST_IDEMPOTENCY", "false"),
];

async fn an_effect_after_the_settle_window_is_a_second_shipment_and_is_raised(mut world: World) {
    world.service.restart_with(&HASTE).await;
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    lose(&world, "/v2/orders/*/shipments").await;
    let request = ship(&order, 0, 1, Some("349.00"));
    let shipment = world.orders().create_shipment(request).await.unwrap().into_inner();
    let (ours, theirs) = until("ours is registered", SOON, async || {
        // It is sent again once its absence counts.
        world.simulator.advance("PT5S").await;
        let shipments = shipments(&world, &order).await;
        let ours = shipments.iter().find(|one| one.id == shipment.id)?.clone();
        (ours.state() == ShipmentState::Registered).then_some((ours, shipments.len() - 1))
    })
    .await;
    assert_eq!((theirs, world.simulator.ledger().await.count("shipment_created")), (0, 1));

    world.advance("PT2H").await;
    assert_eq!(
        world.simulator.ledger().await.count("shipment_created"),
        2,
        "the first call has landed after all"
    );
    let order = raised(&world, &order).await;
    let item = &order.items[0];
    assert_eq!((order.items.len(), item.kind()), (1, ReviewItemKind::SurplusShipment));
    assert_ne!(item.subject, ours.mollie_shipment_id);
    assert!(item.text.contains(&ours.id), "{}", item.text);
    assert_eq!(raising_events(&world, &order).await, 1);
    assert_eq!(with_open_items(&world).await, slice::from_ref(&order.id));
    // Nothing else is wrong: both are in the books, which agree with Mollie's.
    let order = world.settles(&order.id).await;
    assert_eq!(order.status(), OrderStatus::Shipping);
    let made: Vec<_> = shipments(&world, &order).await.iter().map(|one| one.made_elsewhere).collect();
    assert_eq!(made, [false, true]);
    assert_eq!((order.lines[0].quantity_shipped, order.lines[0].quantity_reserved), (2, 0));
    let captured = world.simulator.ledger().await.sum(&order.mollie_order_id, "shipment_created", "captured");
    assert_eq!((captured, cents(&order.amount_captured.unwrap().value)), (69_800, 69_800));
}

async fn a_second_order_for_one_of_ours_is_found_by_its_hook_and_raised(world: World) {
    lose(&world, "/v2/orders").await;
    let request = create(&new_request_id(), draft(LEGO, "ideal"));
    let order = until("the order is placed", SOON, async || {
        world.orders().create_order(request.clone()).await.ok().map(tonic::Response::into_inner)
    })
    .await;
    assert_eq!(world.simulator.ledger().await.count("order_created"), 1);
    world.simulator.advance("PT2H").await;
    let created = world.simulator.ledger().await;
    let second = created.of("order_created")[1]["order_id"].as_str().unwrap().to_owned();
    assert!(world.order(&order.id).await.items.is_empty(), "nobody has told of it yet");

    let attempt = world.simulator.begin_attempt(&second, "ideal").await;
    world.simulator.end_attempt(&attempt, "paid").await;
    let order = raised(&world, &order).await;
    let item = &order.items[0];
    assert_eq!((order.items.len(), item.kind()), (1, ReviewItemKind::SurplusOrder));
    assert_eq!(item.subject, second);
    assert_eq!(order.status(), OrderStatus::Created, "ours waits to be paid as before");
    assert_eq!(raising_events(&world, &order).await, 1);
    assert_eq!(with_open_items(&world).await, slice::from_ref(&order.id));
}

/// The next call to this path is lost, and takes effect an hour later; keys are not heeded.
async fn lose(world: &World, path: &str) {
    let late = json!({"fault": "late_effect", "now": "close", "after": "PT1H", "in_flight": false,
        "method": "POST", "path": path});
    world.simulator.fail(json!([{ "fault": "idempotency_ignored" }, late])).await;
}

/// The order once something was raised; hooks may be lost, so it is also read.
async fn raised(world: &World, order: &Order) -> Order {
    until("an item is raised", SOON, async || {
        Some(world.order(&order.id).await).filter(|order| !order.items.is_empty())
    })
    .await
}

async fn raising_events(world: &World, order: &Order) -> usize {
    world.events(&order.id).await.iter().filter(|event| event.kind == "item.raised").count()
}

async fn shipments(world: &World, order: &Order) -> Vec<Shipment> {
    let request = ListShipmentsRequest { order_id: order.id.clone(), ..Default::default() };
    world.orders().list_shipments(request).await.unwrap().into_inner().shipments
}
