//! Parcels that fit neither with nor without what takes money off wait, and go with the one that makes their sum fit.

use tests::proto::{
    CreateShipmentRequest, GetShipmentRequest, HeldShipment, ListOrdersRequest, Order, OrderDraft,
    OrderFilter, OrderStatus, ReviewItemKind, Shipment, ShipmentRefusalReason, ShipmentState,
};
use tests::{GIFT_CARD, World, amount, cents, draft, on_both_engines, refusal};
use tonic::Code;

use crate::money::is_told;
use crate::requests::{cancel, cancel_lines, ship, ship_rest, sync, track};

on_both_engines!(
    parcels_that_do_not_fit_wait_and_become_one_shipment_with_the_one_that_makes_them_fit,
    nothing_is_canceled_that_held_parcels_need,
    held_parcels_of_an_expired_order_are_told_with_what_their_goods_are_worth,
    a_shipment_made_in_the_dashboard_meanwhile_counts,
    a_parcel_whose_others_are_canceled_in_the_dashboard_is_given_up_and_told,
);

/// Five mugs at 4.00 and a gift card of 15.00.
fn mugs() -> OrderDraft {
    let mut draft = draft(GIFT_CARD, "klarnapaylater");
    for (line, quantity, price) in [(0, 5, "4.00"), (1, 1, "-15.00")] {
        let line = &mut draft.lines[line];
        (line.quantity, line.unit_price) = (quantity, Some(amount(price)));
        (line.total_amount, line.vat_amount) = (None, None);
    }
    OrderDraft { amount: None, ..draft }
}

async fn authorized(world: &World) -> Order {
    world.create_and_check_out(mugs(), "authorized").await
}

async fn parcel(world: &World, request: CreateShipmentRequest) -> Shipment {
    world.orders().create_shipment(request).await.unwrap().into_inner()
}

async fn read(world: &World, parcel: &Shipment) -> Shipment {
    let request = GetShipmentRequest { id: parcel.id.clone() };
    world.orders().get_shipment(request).await.unwrap().into_inner()
}

async fn with_held_shipments(world: &World) -> Vec<Order> {
    let filter = Some(OrderFilter { with_held_shipments: true, ..OrderFilter::default() });
    let request = ListOrdersRequest { filter, ..ListOrdersRequest::default() };
    world.orders().list_orders(request).await.unwrap().into_inner().orders
}

async fn captured(world: &World, order: &Order) -> i64 {
    world.simulator.ledger().await.sum(&order.mollie_order_id, "shipment_created", "captured")
}

async fn parcels_that_do_not_fit_wait_and_become_one_shipment_with_the_one_that_makes_them_fit(world: World) {
    let order = authorized(&world).await;
    let request = ship(&order, 0, 2, None);
    let first = parcel(&world, request.clone()).await;
    assert_eq!((first.state(), first.mollie_shipment_id.as_str()), (ShipmentState::Recorded, ""));
    assert!(first.held_reason.contains("8.00 EUR"), "{}", first.held_reason);
    assert_eq!(parcel(&world, request).await, first, "a repeated request gives the same parcel");
    let now = world.order(&order.id).await;
    assert_eq!((now.operations.len(), now.lines[0].quantity_available), (0, 3));
    let worth = HeldShipment { shipment_id: first.id.clone(), goods_amount: Some(amount("8.00")) };
    assert_eq!(now.held_shipments, [worth]);
    assert_eq!(with_held_shipments(&world).await, [now]);
    let second = parcel(&world, ship(&order, 0, 1, None)).await;
    assert_eq!((second.state(), second.lines.len()), (ShipmentState::Registered, 1), "it fits without");
    let third = parcel(&world, ship(&order, 0, 1, None)).await;
    assert!(!third.held_reason.is_empty());
    let followed = world.orders().update_shipment(track(&third, "T3")).await.unwrap().into_inner();
    assert_eq!(followed.tracking.unwrap().code, "T3");
    let last = parcel(&world, ship(&order, 0, 1, None)).await;
    assert_eq!((last.state(), last.held_reason.as_str()), (ShipmentState::Registered, ""));
    for held in [&first, &third] {
        let now = read(&world, held).await;
        assert_eq!((now.state(), now.held_reason.as_str()), (ShipmentState::Registered, ""));
        let of_last = (&last.mollie_shipment_id, &last.id);
        assert_eq!((&now.mollie_shipment_id, &now.carried_by_shipment_id), of_last);
    }
    let order = world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!(order.items.len(), 0, "{:?}", order.items);
    assert_eq!(with_held_shipments(&world).await, []);
    assert_eq!(captured(&world, &order).await, cents("5.00"));
    // Mollie follows the last one only.
    world.orders().update_shipment(track(&first, "T1")).await.unwrap();
    assert_eq!(world.simulator.ledger().await.count("shipment_updated"), 0);
    assert_eq!(world.simulator.traffic().await.of("POST /v2/orders/{id}/shipments"), 2);
    assert_eq!(read(&world, &first).await.tracking.unwrap().code, "T1");
    let kinds: Vec<_> = world.events(&order.id).await.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "shipment.carried").count(), 2, "{kinds:?}");
}

async fn nothing_is_canceled_that_held_parcels_need(world: World) {
    let order = authorized(&world).await;
    let first = parcel(&world, ship(&order, 0, 2, None)).await;
    let named = format!("shipments/{}", first.id);
    let refused = refusal(world.orders().cancel_order(cancel(&order)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "PARCELS_HELD"));
    assert!(refused.unmet.iter().any(|(subject, _)| *subject == named), "{refused:?}");
    let refused = refusal(world.orders().cancel_order_lines(cancel_lines(&order, 0, 2, None)).await);
    assert_eq!(
        refused.kind(),
        (Code::FailedPrecondition, "PARCELS_HELD"),
        "12.00 does not outweigh the card"
    );
    let ledger = world.simulator.ledger().await;
    assert_eq!(ledger.count("lines_canceled") + ledger.count("order_canceled"), 0);
    world.orders().cancel_order_lines(cancel_lines(&order, 0, 1, None)).await.unwrap();
    let last = parcel(&world, ship_rest(&order)).await;
    assert_eq!(last.state(), ShipmentState::Registered);
    let order = world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!((order.items.len(), captured(&world, &order).await), (0, cents("1.00")));
}

async fn held_parcels_of_an_expired_order_are_told_with_what_their_goods_are_worth(world: World) {
    let order = authorized(&world).await;
    let first = parcel(&world, ship(&order, 0, 2, None)).await;
    world.simulator.advance("29d").await;
    sync(&world, &order).await.unwrap();
    let order = world.reaches(&order.id, OrderStatus::Expired).await;
    let now = read(&world, &first).await;
    assert_eq!(
        (now.state(), now.refusal_reason(), now.held_reason.as_str()),
        (ShipmentState::Refused, ShipmentRefusalReason::OrderOver, "")
    );
    let order = world.order(&order.id).await;
    is_told(&order, ReviewItemKind::LateParcel, &first.id, "Goods worth 8.00 EUR left");
    assert_eq!(captured(&world, &order).await, 0);
}

async fn a_shipment_made_in_the_dashboard_meanwhile_counts(world: World) {
    let order = authorized(&world).await;
    let first = parcel(&world, ship(&order, 0, 2, None)).await;
    world.simulator.ship_elsewhere(&order, 0, 1, "4.00").await;
    let order = sync(&world, &order).await.unwrap();
    assert_eq!(order.lines[0].quantity_shipped, 1);
    let last = parcel(&world, ship(&order, 0, 2, None)).await;
    assert_eq!(last.state(), ShipmentState::Registered, "{}", last.held_reason);
    assert_eq!(read(&world, &first).await.carried_by_shipment_id, last.id);
    let order = world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!((order.items.len(), captured(&world, &order).await), (0, cents("5.00")), "{:?}", order.items);
}

/// It would wait for ever: 8.00 never outweigh 15.00.
async fn a_parcel_whose_others_are_canceled_in_the_dashboard_is_given_up_and_told(world: World) {
    let order = authorized(&world).await;
    let held = parcel(&world, ship(&order, 0, 2, None)).await;
    world.simulator.cancel_units_in_dashboard(&order, 0, 3).await;
    sync(&world, &order).await.unwrap();
    let now = read(&world, &held).await;
    assert_eq!((now.state(), now.held_reason.as_str()), (ShipmentState::Refused, ""));
    assert_eq!(now.refusal_reason(), ShipmentRefusalReason::UnitsGone);
    let order = world.settles(&order.id).await;
    is_told(&order, ReviewItemKind::ShipmentRefused, &held.id, "8.00 EUR of it is paid by nobody");
    assert_eq!(order.lines[0].quantity_available, 2, "its units are free again");
}
