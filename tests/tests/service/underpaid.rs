//! An order that was paid, or authorized, with less than it costs: which calls give up a line that nobody paid for, and that the item's
//! advice says so.

use tests::proto::{
    CancelOrderLinesRequest, Order, OrderLineStatus, OrderStatus, ReviewItem, ReviewItemKind,
};
use tests::{LEGO, World, draft, on_both_engines, refusal};
use tonic::Code;

use crate::requests::{cancel, cancel_lines, manage, ship, sync, without};

on_both_engines!(
    of_a_paid_order_no_call_gives_up_a_line_that_nobody_paid_for,
    of_an_authorized_order_what_fits_is_shipped_and_the_rest_lapses,
    an_authorized_order_is_canceled_whole_and_releases_what_is_authorized,
    a_cancellation_of_what_nobody_authorized_takes_off_what_goods_need,
);

/// Of 1,027.99 the shopper paid 698.00: the first line.
async fn paid(world: &World) -> Order {
    let order = world.create(draft(LEGO, "ideal")).await;
    world.simulator.pay_attempt(&order.payments[0].mollie_payment_id, "698.00").await;
    world.reaches(&order.id, OrderStatus::Paid).await
}

async fn authorized(world: &World) -> Order {
    let order = world.create(draft(LEGO, "klarnapaylater")).await;
    world.simulator.authorize_attempt(&order.payments[0].mollie_payment_id, "698.00").await;
    world.reaches(&order.id, OrderStatus::Authorized).await
}

fn told(order: &Order) -> &ReviewItem {
    let [item] = &order.items[..] else { panic!("{:?}", order.items) };
    assert_eq!(item.kind(), ReviewItemKind::Underpaid);
    assert!(item.text.contains("329.99 EUR are missing"), "{}", item.text);
    item
}

async fn of_a_paid_order_no_call_gives_up_a_line_that_nobody_paid_for(world: World) {
    let order = paid(&world).await;
    let item = told(&order);
    assert!(
        item.text.contains("no call gives up a line that nobody paid for: it stays available"),
        "{}",
        item.text
    );
    let changes = world.simulator.traffic().await.changes();
    let refused = [
        refusal(world.orders().cancel_order_lines(cancel_lines(&order, 1, 1, None)).await),
        refusal(world.orders().manage_order_lines(manage(&order, vec![without(&order, 1, 1)])).await),
        refusal(world.orders().cancel_order(cancel(&order)).await),
    ];
    let reasons: Vec<_> = refused.iter().map(|it| it.reason.as_str()).collect();
    assert_eq!(reasons, ["ORDER_NOT_CANCELABLE", "ORDER_NOT_CHANGEABLE", "ORDER_NOT_CANCELABLE"]);
    assert_eq!(world.simulator.traffic().await.changes(), changes);
    world.orders().create_shipment(ship(&order, 0, 2, None)).await.unwrap();
    let order = sync(&world, &order).await.unwrap();
    assert_eq!((order.status(), order.lines[1].quantity_available), (OrderStatus::Shipping, 1));
    told(&order);
}

async fn of_an_authorized_order_what_fits_is_shipped_and_the_rest_lapses(world: World) {
    let order = authorized(&world).await;
    let item = told(&order);
    let says = "ship what the authorization covers and leave the rest: Mollie cancels it when the order ends";
    assert!(item.text.contains(says), "{}", item.text);
    world.orders().create_shipment(ship(&order, 0, 2, None)).await.unwrap();
    let order = sync(&world, &order).await.unwrap();
    let refused = refusal(world.orders().create_shipment(ship(&order, 1, 1, None)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "CAPTURE_OUT_OF_BOUNDS"));
    let refused = refusal(world.orders().cancel_order_lines(cancel_lines(&order, 1, 1, None)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "CAPTURE_OUT_OF_BOUNDS"));
    told(&order);
    world.advance("P29D").await;
    let order = world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!(order.amount_captured.as_ref().unwrap().value, "698.00");
    assert_eq!(order.lines[1].status(), OrderLineStatus::Canceled);
    assert!(order.items[0].closed.is_some(), "nothing is missing of what left: {:?}", order.items);
    assert_eq!(order.items.len(), 1, "{:?}", order.items);
}

async fn an_authorized_order_is_canceled_whole_and_releases_what_is_authorized(world: World) {
    let order = authorized(&world).await;
    assert!(told(&order).text.contains("or cancel the order (CancelOrder) and make a new one"));
    world.orders().cancel_order(cancel(&order)).await.unwrap();
    let order = world.reaches(&order.id, OrderStatus::Canceled).await;
    assert!(order.items.iter().all(|item| item.closed.is_some()), "{:?}", order.items);
}

/// Mollie releases a line's price, whether or not it was authorized: then the other goods cannot be captured.
async fn a_cancellation_of_what_nobody_authorized_takes_off_what_goods_need(world: World) {
    let order = authorized(&world).await;
    let says = "Do not cancel lines instead: what is canceled is released of what is authorized";
    assert!(told(&order).text.contains(says), "{}", order.items[0].text);
    let wanted = CancelOrderLinesRequest { validate_only: true, ..cancel_lines(&order, 1, 1, None) };
    let preview = world.orders().cancel_order_lines(wanted).await.unwrap().into_inner();
    assert_eq!(preview.cancellation.unwrap().capturable_amount.unwrap().value, "368.01");
}
