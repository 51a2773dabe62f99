//! The same request_id again: in turn, at once, and for something else.

use std::collections::BTreeSet;

use tests::proto::{
    CancelOrderRequest, CreateShipmentRequest, ListOrdersRequest, ListShipmentsRequest, OrderStatus,
};
use tests::{LEGO, World, amount, draft, new_request_id, numbered, on_both_engines, refusal};
use tonic::Code;

use crate::requests::{cancel, create, ship};

const AT_ONCE: usize = 16;

on_both_engines!(
    repeating_a_create_gives_the_same_order_and_places_it_once,
    many_creates_at_once_with_one_request_id_place_one_order,
    a_request_id_does_not_serve_for_another_draft,
    repeating_a_shipment_gives_the_same_one_and_registers_it_once,
    many_shipments_at_once_with_one_request_id_register_one,
    a_request_id_does_not_serve_for_another_shipment,
    many_cancellations_at_once_with_one_request_id_and_version_are_one,
);

async fn repeating_a_create_gives_the_same_order_and_places_it_once(world: World) {
    let request = create(&new_request_id(), draft(LEGO, "ideal"));
    let first = world.orders().create_order(request.clone()).await.unwrap().into_inner();
    let second = world.orders().create_order(request).await.unwrap().into_inner();
    assert_eq!((&first.id, &first.mollie_order_id), (&second.id, &second.mollie_order_id));
    assert_eq!(world.simulator.ledger().await.count("order_created"), 1);
    assert_eq!(world.simulator.traffic().await.of("POST /v2/orders"), 1);
}

async fn many_creates_at_once_with_one_request_id_place_one_order(world: World) {
    let request = create(&new_request_id(), draft(LEGO, "ideal"));
    let calls = (0..AT_ONCE).map(|_| {
        let (mut orders, request) = (world.orders(), request.clone());
        tokio::spawn(async move { orders.create_order(request).await.map(tonic::Response::into_inner) })
    });
    let mut ids = BTreeSet::new();
    for call in calls.collect::<Vec<_>>() {
        let order = call.await.unwrap().unwrap();
        ids.insert((order.id, order.mollie_order_id));
    }
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(world.simulator.ledger().await.count("order_created"), 1);
    let all = world.orders().list_orders(ListOrdersRequest::default()).await.unwrap().into_inner();
    assert_eq!(all.orders.len(), 1);
}

async fn a_request_id_does_not_serve_for_another_draft(world: World) {
    let request_id = new_request_id();
    world.orders().create_order(create(&request_id, draft(LEGO, "ideal"))).await.unwrap();
    let refused = refusal(world.orders().create_order(create(&request_id, numbered("1338", "ideal"))).await);
    assert_eq!(refused.kind(), (Code::AlreadyExists, "REQUEST_ID_REUSED"));
    assert_eq!(world.simulator.ledger().await.count("order_created"), 1);
}

async fn repeating_a_shipment_gives_the_same_one_and_registers_it_once(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let request = ship(&order, 0, 1, Some("299.00"));
    let first = world.orders().create_shipment(request.clone()).await.unwrap().into_inner();
    let second = world.orders().create_shipment(request).await.unwrap().into_inner();
    assert_eq!((&first.id, &first.mollie_shipment_id), (&second.id, &second.mollie_shipment_id));
    assert_eq!(world.simulator.ledger().await.count("shipment_created"), 1);
}

async fn many_shipments_at_once_with_one_request_id_register_one(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    // Whoever comes late finds the order at another version, with less available; it is the same request all the same.
    let request = CreateShipmentRequest { etag: order.etag.clone(), ..ship(&order, 0, 1, Some("299.00")) };
    let calls = (0..AT_ONCE).map(|_| {
        let (mut orders, request) = (world.orders(), request.clone());
        tokio::spawn(async move { orders.create_shipment(request).await.map(tonic::Response::into_inner) })
    });
    let mut ids = BTreeSet::new();
    for call in calls.collect::<Vec<_>>() {
        ids.insert(call.await.unwrap().unwrap().id);
    }
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(world.simulator.ledger().await.count("shipment_created"), 1);
    let request = ListShipmentsRequest { order_id: order.id, ..Default::default() };
    assert_eq!(world.orders().list_shipments(request).await.unwrap().into_inner().shipments.len(), 1);
}

async fn a_request_id_does_not_serve_for_another_shipment(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let request = ship(&order, 0, 1, Some("299.00"));
    world.orders().create_shipment(request.clone()).await.unwrap();
    let mut other = request;
    other.lines[0].amount = Some(amount("300.00"));
    let refused = refusal(world.orders().create_shipment(other).await);
    assert_eq!(refused.kind(), (Code::AlreadyExists, "REQUEST_ID_REUSED"));
    assert_eq!(world.simulator.ledger().await.count("shipment_created"), 1);
}

async fn many_cancellations_at_once_with_one_request_id_and_version_are_one(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let request = CancelOrderRequest { etag: order.etag.clone(), ..cancel(&order) };
    let calls = (0..AT_ONCE).map(|_| {
        let (mut orders, request) = (world.orders(), request.clone());
        tokio::spawn(async move { orders.cancel_order(request).await.map(tonic::Response::into_inner) })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().unwrap().status(), OrderStatus::Canceled);
    }
    assert_eq!(world.simulator.ledger().await.count("order_canceled"), 1);
    let again = world.orders().cancel_order(request).await.unwrap().into_inner();
    assert_eq!(again.status(), OrderStatus::Canceled);
}
