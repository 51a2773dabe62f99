//! What becomes of a parcel's money where shipments capture it.

use tests::proto::{CaptureStatus, GetShipmentRequest, OrderStatus, ReviewItemKind, Shipment};
use tests::{LEGO, World, draft, on_both_engines};

use crate::money::is_told;
use crate::requests::{closed, ship, ship_rest, sync};

on_both_engines!(
    each_parcels_capture_is_told_and_then_the_order_is_closed,
    a_capture_that_fails_is_told_with_its_parcel,
    of_an_order_paid_at_once_no_capture_is_told,
);

async fn told(world: &World, shipment: &Shipment) -> Option<(CaptureStatus, String)> {
    let request = GetShipmentRequest { id: shipment.id.clone() };
    let capture = world.orders().get_shipment(request).await.unwrap().into_inner().capture?;
    assert!(
        capture.mollie_payment_id.starts_with("tr_") || capture.mollie_capture_id.is_empty(),
        "{capture:?}"
    );
    Some((capture.status(), capture.amount.unwrap().value))
}

async fn captures_told(world: &World, order: &str) -> Vec<String> {
    let kinds = world.events(order).await.into_iter().map(|event| event.kind);
    kinds.filter(|kind| kind.starts_with("capture.")).collect()
}

async fn each_parcels_capture_is_told_and_then_the_order_is_closed(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let first =
        world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap().into_inner();
    let rest = world.orders().create_shipment(ship_rest(&order)).await.unwrap().into_inner();
    world.reaches(&order.id, OrderStatus::Completed).await;
    let order = world.settles(&order.id).await;
    // The hook that told of the end may have had the captures read already.
    let order = sync(&world, &order).await.unwrap();
    assert_eq!(told(&world, &first).await, Some((CaptureStatus::Pending, "299.00".to_owned())));
    assert_eq!(order.closed_time, None, "its money is on the way");
    let order = closed(&world, &order).await;
    assert_eq!(told(&world, &first).await, Some((CaptureStatus::Succeeded, "299.00".to_owned())));
    assert_eq!(told(&world, &rest).await, Some((CaptureStatus::Succeeded, "728.99".to_owned())));
    assert!(order.items.is_empty());
    let kinds = captures_told(&world, &order.id).await;
    assert_eq!(kinds, ["capture.pending", "capture.pending", "capture.succeeded", "capture.succeeded"]);
}

async fn a_capture_that_fails_is_told_with_its_parcel(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let parcel = world.orders().create_shipment(ship_rest(&order)).await.unwrap().into_inner();
    world.reaches(&order.id, OrderStatus::Completed).await;
    let order = world.settles(&order.id).await;
    let capture = world.simulator.captures(&order.payments[0].mollie_payment_id).await.remove(0);
    world.simulator.set_capture(&capture, "failed").await;
    let order = sync(&world, &order).await.unwrap();
    is_told(&order, ReviewItemKind::CaptureLost, &parcel.id, "could not capture the 1027.99 EUR");
    assert_eq!(told(&world, &parcel).await, Some((CaptureStatus::Failed, "1027.99".to_owned())));
    assert!(order.closed_time.is_some());
    assert_eq!(sync(&world, &order).await.unwrap().items, order.items);
    let kinds = captures_told(&world, &order.id).await;
    let ends: Vec<_> = kinds.iter().filter(|kind| *kind != "capture.pending").collect();
    assert_eq!(ends, ["capture.failed"]);
}

async fn of_an_order_paid_at_once_no_capture_is_told(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "ideal"), "paid").await;
    let parcel = world.orders().create_shipment(ship_rest(&order)).await.unwrap().into_inner();
    world.reaches(&order.id, OrderStatus::Completed).await;
    let order = world.settles(&order.id).await;
    assert!(order.closed_time.is_some());
    assert_eq!(told(&world, &parcel).await, None);
    assert_eq!(world.simulator.traffic().await.of("GET /v2/payments/{id}/captures"), 0);
}
