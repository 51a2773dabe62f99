//! What an order's state does not allow, and what it allows again and again.

use serde_json::json;
use tests::proto::{
    CancelOrderRequest, GetOperationRequest, GetOrderRequest, GetShipmentRequest, OrderStatus,
    get_order_request,
};
use tests::{LEGO, Uuid, World, draft, new_request_id, on_both_engines, refusal};
use tonic::Code;

use crate::requests::{cancel, ship, ship_rest};

on_both_engines!(
    an_order_that_is_not_paid_is_not_shipped,
    canceling_twice_is_fine_and_cancels_once,
    a_paid_order_is_not_canceled,
    a_refused_cancellation_is_told_again_whatever_became_of_the_order,
    a_decision_on_an_old_version_of_the_order_is_refused,
    what_does_not_exist_is_not_found_by_the_name_it_was_asked_for,
    what_cannot_be_an_id_is_a_fault_of_the_request,
);

async fn an_order_that_is_not_paid_is_not_shipped(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    for request in [ship(&order, 0, 1, Some("299.00")), ship_rest(&order)] {
        let refused = refusal(world.orders().create_shipment(request).await);
        assert_eq!(refused.kind(), (Code::FailedPrecondition, "ORDER_NOT_SHIPPABLE"));
        assert_eq!(refused.unmet[0].0, "order");
    }
    assert_eq!(world.simulator.traffic().await.of("POST /v2/orders/{id}/shipments"), 0, "nothing was sent");
}

async fn canceling_twice_is_fine_and_cancels_once(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    for _ in 0..2 {
        let canceled = world.orders().cancel_order(cancel(&order)).await.unwrap().into_inner();
        assert_eq!(canceled.status(), OrderStatus::Canceled);
    }
    assert_eq!(world.simulator.ledger().await.count("order_canceled"), 1);
    assert_eq!(world.simulator.traffic().await.of("DELETE /v2/orders/{id}"), 1);
}

async fn a_paid_order_is_not_canceled(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "ideal"), "paid").await;
    let refused = refusal(world.orders().cancel_order(cancel(&order)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "ORDER_NOT_CANCELABLE"));
    assert!(refused.message.contains("refund"), "it says what to do instead: {}", refused.message);
    assert_eq!(world.simulator.traffic().await.of("DELETE /v2/orders/{id}"), 0, "nothing was sent");
}

async fn a_refused_cancellation_is_told_again_whatever_became_of_the_order(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.simulator.switch(json!({ "supplier_declines": "cancel" })).await;
    let request = cancel(&order);
    let refused = refusal(world.orders().cancel_order(request.clone()).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "MOLLIE_REFUSED"));
    world.orders().create_shipment(ship_rest(&order)).await.unwrap();
    world.reaches(&order.id, OrderStatus::Completed).await;
    let again = refusal(world.orders().cancel_order(request).await);
    assert_eq!(again.kind(), refused.kind(), "everything is captured, and nothing was canceled");
}

async fn a_decision_on_an_old_version_of_the_order_is_refused(world: World) {
    let order = world.create(draft(LEGO, "klarnapaylater")).await;
    let old = CancelOrderRequest { etag: order.etag.clone(), ..cancel(&order) };
    world.simulator.check_out(&order.checkout_url, "authorized").await;
    let order = world.reaches(&order.id, OrderStatus::Authorized).await;
    let refused = refusal(world.orders().cancel_order(old).await);
    assert_eq!(refused.kind(), (Code::Aborted, "ETAG_MISMATCH"));
    let new = CancelOrderRequest { etag: order.etag.clone(), request_id: new_request_id(), ..cancel(&order) };
    world.orders().cancel_order(new).await.unwrap();
}

async fn what_does_not_exist_is_not_found_by_the_name_it_was_asked_for(world: World) {
    let id = Uuid::nil().to_string();
    let number = get_order_request::OrderNumber { profile: String::new(), order_number: "2026-0".to_owned() };
    for (key, named) in [
        (get_order_request::Key::Id(id.clone()), format!("order {id}")),
        (
            get_order_request::Key::MollieOrderId("ord_0".to_owned()),
            "order with Mollie's id ord_0".to_owned(),
        ),
        (
            get_order_request::Key::OrderNumber(number),
            "order of profile main with the order_number \"2026-0\"".to_owned(),
        ),
    ] {
        let refused = refusal(world.orders().get_order(GetOrderRequest { key: Some(key) }).await);
        assert_eq!(refused.kind(), (Code::NotFound, "ORDER_NOT_FOUND"));
        assert_eq!(refused.message, format!("There is no {named}."));
    }
    let refused = refusal(world.orders().get_shipment(GetShipmentRequest { id: id.clone() }).await);
    assert_eq!(refused.kind(), (Code::NotFound, "SHIPMENT_NOT_FOUND"));
    assert_eq!(refused.message, format!("There is no shipment {id}."));
    let refused = refusal(world.orders().get_operation(GetOperationRequest { id: id.clone() }).await);
    assert_eq!(refused.kind(), (Code::NotFound, "OPERATION_NOT_FOUND"));
    assert_eq!(refused.message, format!("There is no operation {id}."));
}

/// Every shipment and operation has a UUID here; Mollie's ids are other ones.
async fn what_cannot_be_an_id_is_a_fault_of_the_request(world: World) {
    for id in ["shp_3wmsgCJN4U", "", "1"] {
        let shipment = GetShipmentRequest { id: id.to_owned() };
        let operation = GetOperationRequest { id: id.to_owned() };
        for refused in [
            refusal(world.orders().get_shipment(shipment).await),
            refusal(world.orders().get_operation(operation).await),
        ] {
            assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"), "{id}");
            assert_eq!(refused.violations[0].0, "id");
        }
    }
}
