//! Goods that left although their order is over: they are kept as a fact, and nothing is sent.

use tests::proto::{
    CreateShipmentRequest, OrderStatus, ReviewItemKind, ShipmentRefusalReason, ShipmentState,
};
use tests::{LEGO, World, draft, new_request_id, on_both_engines, refusal};
use tonic::Code;

use crate::money::is_told;
use crate::requests::{cancel, ship, ship_rest};

on_both_engines!(
    goods_that_leave_after_the_order_was_canceled_are_kept_and_told,
    before_the_order_is_over_a_parcel_is_shipped_like_any_other,
);

const ROUTE: &str = "POST /v2/orders/{id}/shipments";

async fn goods_that_leave_after_the_order_was_canceled_are_kept_and_told(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.orders().cancel_order(cancel(&order)).await.unwrap();
    let order = world.reaches(&order.id, OrderStatus::Canceled).await;
    let refused = refusal(world.orders().create_shipment(ship(&order, 0, 1, None)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "ORDER_NOT_SHIPPABLE"));
    assert!(refused.message.contains("goods_left"), "{}", refused.message);
    let late =
        CreateShipmentRequest { goods_left: true, request_id: new_request_id(), ..ship(&order, 0, 1, None) };
    for _ in 0..2 {
        let parcel = world.orders().create_shipment(late.clone()).await.unwrap().into_inner();
        assert_eq!(
            (parcel.state(), parcel.refusal_reason(), parcel.lines[0].quantity),
            (ShipmentState::Refused, ShipmentRefusalReason::OrderOver, 1)
        );
    }
    let now = world.order(&order.id).await;
    let [item] = now.items.as_slice() else { panic!("{:?}", now.items) };
    is_told(&now, ReviewItemKind::LateParcel, &item.subject, "349.00 EUR of that is paid by nobody");
    assert_eq!((now.lines[0].quantity_shipped, now.lines[0].quantity_canceled), (0, 2));
    let kinds: Vec<_> = world.events(&order.id).await.into_iter().map(|event| event.kind).collect();
    assert!(kinds.contains(&"shipment.too_late".to_owned()), "{kinds:?}");
    let rest = CreateShipmentRequest { goods_left: true, ..ship_rest(&order) };
    let parcel = world.orders().create_shipment(rest.clone()).await.unwrap().into_inner();
    assert_eq!(
        parcel.lines.iter().map(|line| line.quantity).collect::<Vec<_>>(),
        [1, 1],
        "each unit leaves once"
    );
    let again = CreateShipmentRequest { request_id: new_request_id(), ..rest };
    let refused = refusal(world.orders().create_shipment(again).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "NOTHING_REMAINING"));
    assert_eq!(world.simulator.traffic().await.of(ROUTE), 0, "nothing was sent");
}

async fn before_the_order_is_over_a_parcel_is_shipped_like_any_other(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let all = CreateShipmentRequest { goods_left: true, ..ship_rest(&order) };
    let parcel = world.orders().create_shipment(all).await.unwrap().into_inner();
    assert_eq!(parcel.state(), ShipmentState::Registered);
    let order = world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!(order.items.len(), 0, "{:?}", order.items);
    let more = CreateShipmentRequest { goods_left: true, ..ship(&order, 0, 1, None) };
    let refused = refusal(world.orders().create_shipment(more).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "QUANTITY_NOT_AVAILABLE"));
}
