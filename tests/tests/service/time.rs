//! Twenty-eight days in a moment: service and simulator live on the same simulated day.

use tests::proto::OrderStatus;
use tests::{LEGO, World, cents, draft, on_both_engines};

use crate::requests::ship;

const DAY: i64 = 24 * 60 * 60;

on_both_engines!(
    an_order_that_nobody_pays_expires_and_frees_its_number,
    what_is_not_shipped_of_an_authorized_order_is_lost_at_its_end,
);

async fn an_order_that_nobody_pays_expires_and_frees_its_number(world: World) {
    let first = world.create(draft(LEGO, "ideal")).await;
    world.advance("P29D").await;
    let expired = world.reaches(&first.id, OrderStatus::Expired).await;
    assert!(expired.closed_time.is_some() && expired.checkout_url.is_empty());
    let second = world.create(draft(LEGO, "ideal")).await;
    let (before, after) = (first.created_time.unwrap().seconds, second.created_time.unwrap().seconds);
    assert!(after - before >= 29 * DAY, "the service's clock has gone {} s", after - before);
}

async fn what_is_not_shipped_of_an_authorized_order_is_lost_at_its_end(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    world.reaches(&order.id, OrderStatus::Shipping).await;
    world.advance("P29D").await;
    let ended = world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!(cents(&ended.amount_captured.as_ref().unwrap().value), 29_900);
    let lost: Vec<_> =
        ended.lines.iter().map(|line| (line.quantity_shipped, line.quantity_canceled)).collect();
    assert_eq!(lost, [(1, 1), (0, 1)]);
}
