//! An attempt to pay that has ended, over gRPC: it is told, and where the profile wants it the service makes the next payment.

use tests::proto::event_cause::Cause;
use tests::proto::{
    ListOrderPaymentsRequest, Order, OrderEvent, OrderStatus, Payment, PaymentStatus, UnaskedAction,
};
use tests::{SOON, World, numbered, on_both_engines, told as tells, until};

use crate::lost::{arm, faults};
use crate::requests::sync;

on_both_engines!(
    an_attempt_that_has_ended_is_told_with_its_reason_and_nothing_is_done_by_default,
    a_shopper_gets_another_page_unasked_and_pays_there,
    whatever_becomes_of_its_answer_one_payment_is_made,
    an_order_paid_by_bank_transfer_gets_no_second_chance,
);

/// The service makes at most two payments, an hour after an attempt has ended, at any time of day.
const CHANCE: [(&str, &str); 3] = [
    ("ORDER_SERVICE__PROFILES__MAIN__SECOND_CHANCE", "create_payment"),
    ("ORDER_SERVICE__PROFILES__MAIN__SECOND_CHANCE_MOST", "2"),
    ("ORDER_SERVICE__PROFILES__MAIN__QUIET_HOURS", "none"),
];

/// The first event of this kind, once it is there.
pub async fn told(world: &World, order: &Order, kind: &str) -> OrderEvent {
    until(kind, SOON, async || world.events(&order.id).await.into_iter().find(|event| event.kind == kind))
        .await
}

/// An order whose first attempt has ended so.
pub async fn tried(world: &World, number: &str, method: &str, result: &str) -> Order {
    let order = world.create(numbered(number, method)).await;
    world.simulator.check_out(&order.checkout_url, result).await;
    told(world, &order, "payment.attempt_ended").await;
    order
}

async fn statuses(world: &World, order: &Order) -> Vec<PaymentStatus> {
    let request = ListOrderPaymentsRequest { order_id: order.id.clone(), ..Default::default() };
    let listed = world.orders().list_order_payments(request).await.unwrap().into_inner();
    listed.payments.iter().map(Payment::status).collect()
}

async fn payments_asked_for(world: &World) -> u64 {
    world.simulator.traffic().await.of("POST /v2/orders/{id}/payments")
}

async fn an_attempt_that_has_ended_is_told_with_its_reason_and_nothing_is_done_by_default(world: World) {
    for (number, result) in [("told-1", "failed"), ("told-2", "canceled"), ("told-3", "expired")] {
        let order = tried(&world, number, "ideal", result).await;
        let event = told(&world, &order, "payment.attempt_ended").await;
        let notice = tells::unpaid(&event);
        assert_eq!((notice.attempts, &*notice.method, &*notice.payment_status), (1, "ideal", result));
        assert_eq!(notice.mollie_payment_id, world.order(&order.id).await.payments[0].mollie_payment_id);
    }
    world.advance("PT3H").await;
    assert_eq!(payments_asked_for(&world).await, 0);
}

async fn a_shopper_gets_another_page_unasked_and_pays_there(mut world: World) {
    world.service.restart_with(&CHANCE).await;
    let order = tried(&world, "chance", "ideal", "failed").await;
    world.advance("PT55M").await;
    assert_eq!(statuses(&world, &order).await, [PaymentStatus::Failed]);
    world.advance("PT6M").await;
    let given = told(&world, &order, "payment.second_chance").await;
    assert_eq!((&*given.actor, tells::unpaid(&given).attempts), ("order-service (second chance)", 1));
    let Some(Cause::Unasked(unasked)) = given.cause.clone().unwrap().cause else {
        panic!("nobody asked for it")
    };
    assert_eq!(unasked.action(), UnaskedAction::SecondChance);
    let link = told(&world, &order, "payment.next_link").await;
    let notice = tells::unpaid(&link);
    assert_eq!((notice.attempts, given.operation_id), (2, link.operation_id.clone()));
    assert!(notice.checkout_url.starts_with("http"), "{}", notice.checkout_url);
    world.simulator.check_out(&notice.checkout_url, "paid").await;
    world.reaches(&order.id, OrderStatus::Paid).await;
    world.advance("PT24H").await;
    assert_eq!(payments_asked_for(&world).await, 1);
}

async fn whatever_becomes_of_its_answer_one_payment_is_made(mut world: World) {
    world.service.restart_with(&CHANCE).await;
    for (n, fault) in faults().iter().enumerate() {
        let order = tried(&world, &format!("lost-{n}"), "paypal", "failed").await;
        arm(&world, fault, "POST", "/v2/orders/*/payments").await;
        world.advance("PT61M").await;
        told(&world, &order, "payment.next_link").await;
        world.settles(&order.id).await;
        sync(&world, &order).await.unwrap();
        assert_eq!(statuses(&world, &order).await, [PaymentStatus::Failed, PaymentStatus::Open], "{fault}");
        let events = world.events(&order.id).await;
        let given = events.iter().filter(|event| event.kind == "payment.second_chance");
        assert_eq!(given.count(), 1, "{fault}");
    }
}

async fn an_order_paid_by_bank_transfer_gets_no_second_chance(mut world: World) {
    world.service.restart_with(&CHANCE).await;
    let order = tried(&world, "transfer", "banktransfer", "canceled").await;
    world.advance("PT3H").await;
    sync(&world, &order).await.unwrap();
    assert_eq!(payments_asked_for(&world).await, 0);
}
