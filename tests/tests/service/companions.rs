//! Lines that nobody packs travel with parcels of goods, unless the profile names each line itself.

use tests::proto::{ListShipmentsRequest, OrderStatus, Shipment};
use tests::{EXPLICIT, GIFT_CARD, SECOND, World, cents, draft, on_both_engines, refusal};
use tonic::Code;

use crate::requests::{ship, sync};

on_both_engines!(
    a_gift_card_travels_with_the_first_parcel_that_outweighs_it,
    where_the_caller_names_each_line_none_joins,
    a_fee_is_registered_alone_once_all_goods_were_shipped_in_the_dashboard,
);

/// The ids of its lines, and of those that nobody named.
fn lines(parcel: &Shipment) -> (Vec<&str>, Vec<&str>) {
    let ids = |only: bool| {
        let lines = parcel.lines.iter().filter(|line| !only || line.companion);
        lines.map(|line| line.line_id.as_str()).collect()
    };
    (ids(false), ids(true))
}

async fn a_gift_card_travels_with_the_first_parcel_that_outweighs_it(world: World) {
    let order = world.create_and_check_out(draft(GIFT_CARD, "klarnapaylater"), "authorized").await;
    let first = world.orders().create_shipment(ship(&order, 0, 1, None)).await.unwrap().into_inner();
    assert_eq!(lines(&first), (vec!["1", "2"], vec!["2"]));
    let second = world.orders().create_shipment(ship(&order, 0, 1, None)).await.unwrap().into_inner();
    assert_eq!(lines(&second), (vec!["1"], vec![]));
    let order = world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!(order.items.len(), 0, "{:?}", order.items);
    let ledger = world.simulator.ledger().await;
    assert_eq!(ledger.sum(&order.mollie_order_id, "shipment_created", "captured"), cents("15.00"));
}

async fn where_the_caller_names_each_line_none_joins(mut world: World) {
    world.service.restart_with(&[EXPLICIT]).await;
    let order = world.create_and_check_out(draft(GIFT_CARD, "klarnapaylater"), "authorized").await;
    let first = world.orders().create_shipment(ship(&order, 0, 1, None)).await.unwrap().into_inner();
    assert_eq!(lines(&first), (vec!["1"], vec![]));
    let refused = refusal(world.orders().create_shipment(ship(&order, 0, 1, None)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "CAPTURE_OUT_OF_BOUNDS"));
}

async fn a_fee_is_registered_alone_once_all_goods_were_shipped_in_the_dashboard(world: World) {
    let order = world.create_and_check_out(draft(SECOND, "klarnapaylater"), "authorized").await;
    for line in [0, 1, 3] {
        world.simulator.ship_in_dashboard(&order, line).await;
    }
    sync(&world, &order).await.unwrap();
    let order = world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!(order.items.len(), 0, "{:?}", order.items);
    let request = ListShipmentsRequest { order_id: order.id.clone(), ..Default::default() };
    let parcels = world.orders().list_shipments(request).await.unwrap().into_inner().shipments;
    let ours: Vec<_> = parcels.iter().filter(|parcel| !parcel.made_elsewhere).map(lines).collect();
    assert_eq!(ours, [(vec!["3"], vec!["3"])]);
    let ledger = world.simulator.ledger().await;
    assert_eq!(ledger.sum(&order.mollie_order_id, "shipment_created", "captured"), cents("1677.00"));
}
