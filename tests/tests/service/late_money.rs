//! Money that comes when its order has ended, and money that is more than its order costs: told while it is there, and only
//! then.

use serde_json::json;
use tests::proto::{CloseReviewItemRequest, Order, OrderStatus, PaymentStatus, ReviewItemKind};
use tests::{LEGO, SOON, World, cents, draft, on_both_engines, until};

use crate::money::is_told;
use crate::requests::{cancel, sync};

on_both_engines!(
    a_transfer_that_comes_after_the_order_expired_is_told_until_a_person_closes_it,
    an_authorization_that_stays_on_a_canceled_order_is_told,
    money_on_a_canceled_order_that_is_given_back_in_time_alarms_nobody,
    money_on_an_expired_order_that_is_gone_on_the_second_reading_alarms_nobody,
    one_payment_of_more_than_the_order_costs_is_told_with_what_is_too_much,
    what_was_paid_too_much_and_given_back_alarms_nobody,
);

async fn a_transfer_that_comes_after_the_order_expired_is_told_until_a_person_closes_it(world: World) {
    let order = expired(&world).await;
    let transfer = attempt(&order);
    world.simulator.force_attempt(&transfer, "paid").await;
    let order = learns(&world, &order, PaymentStatus::Paid).await;
    assert_eq!((order.status(), order.closed_time, order.items.len()), (OrderStatus::Expired, None, 0));

    world.advance("PT2M").await;
    let order = reported(&world, &order).await;
    is_told(&order, ReviewItemKind::MoneyOnEndedOrder, &transfer, "holds 1027.99 EUR");
    // Neither time nor another reading closes the order or tells it again.
    world.advance("P30D").await;
    let again = sync(&world, &order).await.unwrap();
    assert_eq!((again.status(), again.closed_time, &again.items), (OrderStatus::Expired, None, &order.items));
    let close = CloseReviewItemRequest {
        order_id: order.id.clone(),
        number: order.items[0].number,
        actor: "jane@shop.example".to_owned(),
        reason: "given back by hand".to_owned(),
    };
    let closed = world.operators().close_review_item(close).await.unwrap().into_inner();
    assert!(closed.closed_time.is_some() && closed.items[0].closed.is_some(), "{closed:?}");
}

async fn an_authorization_that_stays_on_a_canceled_order_is_told(world: World) {
    let order = canceled(&world, "klarnapaylater").await;
    world.simulator.force_attempt(&attempt(&order), "authorized").await;
    let order = learns(&world, &order, PaymentStatus::Authorized).await;
    assert_eq!((order.status(), order.closed_time, order.items.len()), (OrderStatus::Canceled, None, 0));
    world.advance("PT2M").await;
    let order = reported(&world, &order).await;
    is_told(&order, ReviewItemKind::MoneyOnEndedOrder, &attempt(&order), "holds 1027.99 EUR");
    assert_eq!(order.closed_time, None);
}

async fn money_on_a_canceled_order_that_is_given_back_in_time_alarms_nobody(world: World) {
    let order = canceled(&world, "ideal").await;
    world.simulator.force_attempt(&attempt(&order), "paid").await;
    let order = learns(&world, &order, PaymentStatus::Paid).await;
    assert_eq!((order.closed_time, order.items.len()), (None, 0));
    no_hooks(&world).await;
    world.simulator.refund_attempt(&attempt(&order), "1027.99").await;
    world.advance("PT2M").await;
    let order = until("the order is closed", SOON, async || {
        Some(world.order(&order.id).await).filter(|order| order.closed_time.is_some())
    })
    .await;
    assert_eq!((order.status(), refunded(&order)), (OrderStatus::Canceled, 102_799));
    alarms_nobody(&world, &order).await;
}

async fn money_on_an_expired_order_that_is_gone_on_the_second_reading_alarms_nobody(world: World) {
    let order = expired(&world).await;
    world.simulator.force_attempt(&attempt(&order), "paid").await;
    let order = learns(&world, &order, PaymentStatus::Paid).await;
    assert_eq!((order.closed_time, order.items.len()), (None, 0));
    no_hooks(&world).await;
    world.simulator.force_attempt(&attempt(&order), "canceled").await;
    world.advance("PT2M").await;
    let order = learns(&world, &order, PaymentStatus::Canceled).await;
    assert_eq!((order.status(), order.closed_time.is_some()), (OrderStatus::Expired, true));
    alarms_nobody(&world, &order).await;
}

async fn one_payment_of_more_than_the_order_costs_is_told_with_what_is_too_much(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    world.simulator.pay_attempt(&attempt(&order), "1047.99").await;
    let order = world.reaches(&order.id, OrderStatus::Paid).await;
    is_told(&order, ReviewItemKind::SurplusPayment, &attempt(&order), "is 20.00 EUR more");
    assert_eq!(order.amount.as_ref().unwrap().value, "1027.99");
    assert_eq!(sync(&world, &order).await.unwrap().items, order.items);
}

async fn what_was_paid_too_much_and_given_back_alarms_nobody(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    no_hooks(&world).await;
    world.simulator.pay_attempt(&attempt(&order), "1047.99").await;
    world.simulator.refund_attempt(&attempt(&order), "20.00").await;
    let order = sync(&world, &order).await.unwrap();
    assert_eq!((order.status(), refunded(&order)), (OrderStatus::Paid, 2_000));
    assert_eq!(order.payments[0].amount.as_ref().unwrap().value, "1047.99");
    alarms_nobody(&world, &order).await;
}

/// An order that nobody has paid for 28 days, closed.
async fn expired(world: &World) -> Order {
    let order = world.create(draft(LEGO, "banktransfer")).await;
    world.advance("P29D").await;
    let order = world.reaches(&order.id, OrderStatus::Expired).await;
    assert!(order.closed_time.is_some());
    order
}

/// An order that was canceled before anybody paid it, closed.
async fn canceled(world: &World, method: &str) -> Order {
    let order = world.create(draft(LEGO, method)).await;
    world.orders().cancel_order(cancel(&order)).await.unwrap();
    let order = world.reaches(&order.id, OrderStatus::Canceled).await;
    assert!(order.closed_time.is_some());
    order
}

/// From now on only a reading tells what happens at Mollie.
async fn no_hooks(world: &World) {
    world.simulator.fail(json!([{ "fault": "hook_dropped", "count": "all" }])).await;
}

fn attempt(order: &Order) -> String {
    order.payments[0].mollie_payment_id.clone()
}

fn refunded(order: &Order) -> i64 {
    order.payments[0].amount_refunded.as_ref().map_or(0, |amount| cents(&amount.value))
}

/// The order once the service knows what has become of its only attempt.
async fn learns(world: &World, order: &Order, wanted: PaymentStatus) -> Order {
    until(&format!("the payment is {}", wanted.as_str_name()), SOON, async || {
        Some(world.order(&order.id).await).filter(|order| order.payments[0].status() == wanted)
    })
    .await
}

/// The order once there is something to look at.
async fn reported(world: &World, order: &Order) -> Order {
    until("an item is raised", SOON, async || {
        Some(world.order(&order.id).await).filter(|order| !order.items.is_empty())
    })
    .await
}

/// Nothing was ever raised, and another reading later raises nothing either.
async fn alarms_nobody(world: &World, order: &Order) {
    world.advance("PT2M").await;
    let order = sync(world, order).await.unwrap();
    assert!(order.items.is_empty(), "{:?}", order.items);
    let events = world.events(&order.id).await;
    assert!(events.iter().all(|event| event.kind != "item.raised"), "{events:?}");
}
