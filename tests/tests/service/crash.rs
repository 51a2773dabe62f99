//! The service is killed at the worst moment: Mollie has done it, and its answer was never saved.

use std::time::Duration;

use tests::proto::{GetShipmentRequest, OrderStatus, Placement, ShipmentState};
use tests::{LEGO, World, draft, new_request_id, on_both_engines, until};

use crate::requests::{cancel, create, ship};

/// A lease must run out before anybody takes the operation over.
const RECOVERY: Duration = Duration::from_secs(60);

on_both_engines!(
    an_order_placed_just_before_a_kill_is_found_again_and_not_doubled,
    a_shipment_registered_just_before_a_kill_is_found_again_and_not_doubled,
    a_cancellation_done_just_before_a_kill_is_found_again,
);

async fn an_order_placed_just_before_a_kill_is_found_again_and_not_doubled(mut world: World) {
    let request = create(&new_request_id(), draft(LEGO, "klarnapaylater"));
    world.simulator.hold("POST", "/v2/orders").await;
    let (mut orders, first) = (world.orders(), request.clone());
    let call = tokio::spawn(async move { orders.create_order(first).await });
    world.simulator.holds_one().await;
    world.service.kill();
    assert!(call.await.unwrap().is_err(), "the caller has learned nothing");
    world.simulator.release().await;
    world.service.start().await;

    let order = until("the order is placed", RECOVERY, async || {
        world.orders().create_order(request.clone()).await.ok().map(tonic::Response::into_inner)
    })
    .await;
    assert_eq!((order.placement(), order.status()), (Placement::Placed, OrderStatus::Created));
    let ledger = world.simulator.ledger().await;
    assert_eq!(ledger.count("order_created"), 1);
    assert_eq!(ledger.of("order_created")[0]["order_id"], *order.mollie_order_id);
    let again = world.orders().create_order(request).await.unwrap().into_inner();
    assert_eq!((&again.id, &again.mollie_order_id), (&order.id, &order.mollie_order_id));
    // What was found again lives on like any other.
    world.simulator.check_out(&order.checkout_url, "authorized").await;
    world.reaches(&order.id, OrderStatus::Authorized).await;
    world.events(&order.id).await;
}

async fn a_shipment_registered_just_before_a_kill_is_found_again_and_not_doubled(mut world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let request = ship(&order, 0, 1, Some("299.00"));
    world.simulator.hold("POST", "/v2/orders/*/shipments").await;
    let (mut orders, first) = (world.orders(), request.clone());
    let call = tokio::spawn(async move { orders.create_shipment(first).await });
    world.simulator.holds_one().await;
    world.service.kill();
    assert!(call.await.unwrap().is_err(), "the caller has learned nothing");
    world.simulator.release().await;
    world.service.start().await;

    let shipment = world.orders().create_shipment(request.clone()).await.unwrap().into_inner();
    let registered = until("the shipment is registered", RECOVERY, async || {
        let request = GetShipmentRequest { id: shipment.id.clone() };
        let shipment = world.orders().get_shipment(request).await.unwrap().into_inner();
        (shipment.state() == ShipmentState::Registered).then_some(shipment)
    })
    .await;
    let ledger = world.simulator.ledger().await;
    assert_eq!(ledger.count("shipment_created"), 1);
    assert_eq!(ledger.of("shipment_created")[0]["shipment_id"], *registered.mollie_shipment_id);
    let again = world.orders().create_shipment(request).await.unwrap().into_inner();
    assert_eq!((&again.id, &again.mollie_shipment_id), (&shipment.id, &registered.mollie_shipment_id));
    let order = world.settles(&order.id).await;
    let line = &order.lines[0];
    assert_eq!((line.quantity_shipped, line.quantity_reserved, line.quantity_available), (1, 0, 1));
    let kinds: Vec<_> = world.events(&order.id).await.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "shipment.registered").count(), 1, "{kinds:?}");
}

async fn a_cancellation_done_just_before_a_kill_is_found_again(mut world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let request = cancel(&order);
    world.simulator.hold("DELETE", "/v2/orders/*").await;
    let (mut orders, first) = (world.orders(), request.clone());
    let call = tokio::spawn(async move { orders.cancel_order(first).await });
    world.simulator.holds_one().await;
    world.service.kill();
    assert!(call.await.unwrap().is_err(), "the caller has learned nothing");
    world.simulator.release().await;
    world.service.start().await;

    let order = until("the cancellation has settled", RECOVERY, async || {
        let order = world.order(&order.id).await;
        (order.status() == OrderStatus::Canceled && order.operations.is_empty()).then_some(order)
    })
    .await;
    assert_eq!(world.simulator.ledger().await.count("order_canceled"), 1);
    assert_eq!(world.simulator.traffic().await.of("DELETE /v2/orders/{id}"), 1, "not repeated blindly");
    let again = world.orders().cancel_order(request).await.unwrap().into_inner();
    assert_eq!(again.status(), OrderStatus::Canceled);
    world.events(&order.id).await;
}
