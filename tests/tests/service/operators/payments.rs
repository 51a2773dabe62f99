//! Attempts to pay beside each other: judged is their set, whichever comes last, and what was paid twice is raised.

use std::slice;

use tests::proto::{
    CreateRefundRequest, ListRefundsRequest, Order, OrderDraft, OrderStatus, PaymentStatus, Refund,
    RefundState, ReviewItemKind,
};
use tests::{LEGO, SOON, World, amount, draft, new_request_id, on_both_engines, told, until};

use super::{BY, REASON, close, with_open_items};
use crate::requests::{ship_rest, sync};

const GIVES_BACK: (&str, &str) = ("ORDER_SERVICE__PROFILES__MAIN__SURPLUS_PAYMENTS", "refund_surplus");

on_both_engines!(
    an_old_attempt_that_expires_after_a_newer_one_was_paid_leaves_the_order_paid,
    the_paid_attempt_need_not_be_the_last,
    two_paid_attempts_are_one_paid_order_and_a_surplus_to_look_at,
    the_second_payment_is_given_back_once_where_the_profile_wants_that,
    of_a_captured_authorization_and_a_payment_the_payment_is_given_back,
    where_the_bank_took_one_of_two_payments_back_a_person_decides,
    a_surplus_that_a_person_refunds_closes_itself,
);

async fn an_old_attempt_that_expires_after_a_newer_one_was_paid_leaves_the_order_paid(world: World) {
    let (order, [old, new]) = two_attempts(&world).await;
    world.simulator.end_attempt(&new, "paid").await;
    world.reaches(&order.id, OrderStatus::Paid).await;
    world.simulator.end_attempt(&old, "expired").await;
    let order = learns(&world, &order, &old, PaymentStatus::Expired).await;
    assert_eq!(order.status(), OrderStatus::Paid);
    assert_eq!(status(&order, &new), PaymentStatus::Paid);
    assert!(order.items.is_empty(), "{:?}", order.items);
    assert_eq!(kinds(&world, &order, "order.expired").await, 0);
}

async fn the_paid_attempt_need_not_be_the_last(world: World) {
    let (order, [_, second]) = two_attempts(&world).await;
    let third = world.simulator.begin_attempt(&order.mollie_order_id, "ideal").await;
    world.simulator.end_attempt(&second, "paid").await;
    world.reaches(&order.id, OrderStatus::Paid).await;
    world.simulator.end_attempt(&third, "failed").await;
    let order = learns(&world, &order, &third, PaymentStatus::Failed).await;
    assert_eq!((order.status(), order.payments.len()), (OrderStatus::Paid, 3));
    assert_eq!(order.payments.last().unwrap().mollie_payment_id, third);
    assert_eq!(status(&order, &second), PaymentStatus::Paid);
    assert!(order.items.is_empty(), "{:?}", order.items);
}

async fn two_paid_attempts_are_one_paid_order_and_a_surplus_to_look_at(world: World) {
    let (order, [first, second]) = paid_twice(&world).await;
    assert_eq!(order.status(), OrderStatus::Paid);
    let item = &order.items[0];
    assert_eq!((order.items.len(), item.kind()), (1, ReviewItemKind::SurplusPayment));
    assert_eq!((item.number, &item.subject), (1, &first));
    assert!(item.text.contains(&second) && item.text.contains("1027.99"), "{}", item.text);
    let events = world.events(&order.id).await;
    let raised: Vec<_> = events.iter().filter(|event| event.kind == "item.raised").collect();
    let first_raised = told::item(raised[0]);
    assert_eq!((raised.len(), first_raised.item_number, &first_raised.item), (1, 1, &Some(item.clone())));
    assert_eq!(with_open_items(&world).await, slice::from_ref(&order.id));

    let closed = world.operators().close_review_item(close(&order, 1)).await.unwrap().into_inner();
    let closure = closed.items[0].closed.clone().unwrap();
    assert_eq!((closure.by.as_str(), closure.reason.as_str(), closure.time.is_some()), (BY, REASON, true));
    assert!(with_open_items(&world).await.is_empty());
    let reported = world.events(&order.id).await.pop().unwrap();
    assert_eq!((reported.kind.as_str(), reported.actor.as_str()), ("item.closed", BY));
    let told = told::item(&reported);
    assert_eq!((told.item_number, told.closed.as_ref()), (1, Some(&closure)));
    // Closed once more it stays as it was, and what was looked at is not raised again.
    let again = world.operators().close_review_item(close(&order, 1)).await.unwrap().into_inner();
    assert_eq!(again.etag, closed.etag);
    let request = tests::proto::SyncOrderRequest { id: order.id.clone() };
    assert_eq!(world.orders().sync_order(request).await.unwrap().into_inner().items, closed.items);
}

async fn the_second_payment_is_given_back_once_where_the_profile_wants_that(mut world: World) {
    world.service.restart_with(&[GIVES_BACK]).await;
    let (order, [surplus, _]) = paid_twice(&world).await;
    assert_eq!(refunds(&world, &order).await, [], "not before the settle window is over");
    world.advance("PT2M").await;
    is_given_back(&world, &order, &surplus).await;
    closes_itself(&world, &order).await;
    world.advance("PT2H").await;
    let order = sync(&world, &order).await.unwrap();
    assert_eq!((refunds(&world, &order).await.len(), order.status()), (1, OrderStatus::Paid));
    assert_eq!(world.simulator.traffic().await.of("POST /v2/payments/{id}/refunds"), 1);
}

/// The shopper authorizes in one tab and pays in the other: what was captured stays.
async fn of_a_captured_authorization_and_a_payment_the_payment_is_given_back(mut world: World) {
    world.service.restart_with(&[GIVES_BACK]).await;
    let methods = ["klarnapaylater", "ideal"].map(str::to_owned).to_vec();
    let order = world.create(OrderDraft { method: methods, ..draft(LEGO, "") }).await;
    let authorization = world.simulator.begin_attempt(&order.mollie_order_id, "klarnapaylater").await;
    let second = world.simulator.begin_attempt(&order.mollie_order_id, "ideal").await;
    world.simulator.end_attempt(&authorization, "authorized").await;
    let order = world.reaches(&order.id, OrderStatus::Authorized).await;
    world.orders().create_shipment(ship_rest(&order)).await.unwrap();
    let order = world.reaches(&order.id, OrderStatus::Completed).await;
    world.advance("PT1M").await;
    world.simulator.end_attempt(&second, "paid").await;
    learns(&world, &order, &second, PaymentStatus::Paid).await;
    world.advance("PT2M").await;
    is_given_back(&world, &order, &second).await;
    closes_itself(&world, &order).await;
}

/// Both would be gone.
async fn where_the_bank_took_one_of_two_payments_back_a_person_decides(mut world: World) {
    world.service.restart_with(&[GIVES_BACK]).await;
    let (order, [_, first]) = paid_twice(&world).await;
    world.simulator.charge_back(&first, "5.00").await;
    sync(&world, &order).await.unwrap();
    world.advance("PT2M").await;
    let order = sync(&world, &order).await.unwrap();
    assert_eq!(refunds(&world, &order).await, []);
    let open = order.items.iter().filter(|item| item.closed.is_none());
    let kinds: Vec<_> = open.map(|item| item.kind()).collect();
    assert_eq!(kinds, [ReviewItemKind::SurplusPayment, ReviewItemKind::Chargeback]);
}

/// The whole of this payment, and nothing else.
async fn is_given_back(world: &World, order: &Order, payment: &str) {
    let refunded = until("the surplus is given back", SOON, async || {
        let made = refunds(world, order).await;
        made.first().is_some_and(|refund| refund.state() == RefundState::Registered).then_some(made)
    })
    .await;
    let [refund] = refunded.as_slice() else { panic!("{refunded:?}") };
    let amount = refund.amount.as_ref().unwrap();
    assert_eq!((refund.mollie_payment_id.as_str(), amount.value.as_str()), (payment, "1027.99"));
}

async fn a_surplus_that_a_person_refunds_closes_itself(world: World) {
    let (order, [surplus, _]) = paid_twice(&world).await;
    world.advance("PT2M").await;
    let order = sync(&world, &order).await.unwrap();
    assert_eq!((refunds(&world, &order).await.len(), order.items[0].closed.is_none()), (0, true));
    let request = CreateRefundRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        amount: Some(amount("1027.99")),
        mollie_payment_id: surplus,
        ..Default::default()
    };
    world.orders().create_refund(request).await.unwrap();
    closes_itself(&world, &order).await;
}

async fn refunds(world: &World, order: &Order) -> Vec<Refund> {
    let list = ListRefundsRequest { order_id: order.id.clone(), ..Default::default() };
    world.orders().list_refunds(list).await.unwrap().into_inner().refunds
}

/// Its only item is closed by a reading.
async fn closes_itself(world: &World, order: &Order) {
    let by = until("the item is closed", SOON, async || {
        let items = sync(world, order).await.unwrap().items;
        items[0].closed.clone().map(|closure| closure.by)
    });
    assert_eq!(by.await, "order-service");
}

/// An order whose two attempts were both paid, the newer one first: the older one is what came on top.
pub(super) async fn paid_twice(world: &World) -> (Order, [String; 2]) {
    let (order, [first, second]) = two_attempts(world).await;
    world.simulator.end_attempt(&second, "paid").await;
    world.reaches(&order.id, OrderStatus::Paid).await;
    // Mollie tells whole seconds.
    world.simulator.advance("PT2S").await;
    world.simulator.end_attempt(&first, "paid").await;
    (learns(world, &order, &first, PaymentStatus::Paid).await, [first, second])
}

/// An order with two attempts that have not ended.
async fn two_attempts(world: &World) -> (Order, [String; 2]) {
    let order = world.create(draft(LEGO, "ideal")).await;
    let first = order.payments[0].mollie_payment_id.clone();
    let second = world.simulator.begin_attempt(&order.mollie_order_id, "ideal").await;
    (order, [first, second])
}

/// The order once the service knows, by Mollie's hook, how an attempt ended.
async fn learns(world: &World, order: &Order, payment: &str, wanted: PaymentStatus) -> Order {
    until(&format!("{payment} is {}", wanted.as_str_name()), SOON, async || {
        Some(world.order(&order.id).await).filter(|order| status(order, payment) == wanted)
    })
    .await
}

fn status(order: &Order, payment: &str) -> PaymentStatus {
    let found = order.payments.iter().find(|one| one.mollie_payment_id == payment);
    found.map_or(PaymentStatus::Unspecified, tests::proto::Payment::status)
}

async fn kinds(world: &World, order: &Order, kind: &str) -> usize {
    world.events(&order.id).await.iter().filter(|event| event.kind == kind).count()
}
