//! Canceled or expired orders with a payment that still holds money.

use domain::ports::{Clock, Store};
use domain::rules::ids::OrderId;
use domain::rules::order::Order;
use domain::rules::payment::Payment;
use domain::rules::status::{LineStatus, OrderStatus, PaymentStatus};
use domain::workflow::lookup::LookedUp;

use crate::intents::euro;
use crate::items::attempt;
use crate::world::{World, all_at, mins, secs};

fn items(order: &Order) -> Vec<(&'static str, &str, bool)> {
    order.items.iter().map(|item| (item.kind.as_str(), item.subject.as_str(), item.is_open())).collect()
}

impl World {
    /// A placed order that has ended at Mollie with this status and this payment.
    async fn ended(&self, status: OrderStatus, payment: Payment) -> OrderId {
        let id = self.placed().await;
        self.at_mollie(id, |order| {
            all_at(order, status, LineStatus::Canceled);
            order.payments = Some(vec![payment]);
        })
        .await;
        id
    }
}

#[tokio::test]
async fn money_on_an_expired_order_is_raised_if_it_is_still_there_after_the_settle_window() {
    for status in [OrderStatus::Expired, OrderStatus::Canceled] {
        for payment in [PaymentStatus::Paid, PaymentStatus::Authorized] {
            let world = World::new().await;
            let payment = Payment {
                amount_refunded: Some(euro("58.00")),
                ..attempt("tr_1", payment, world.clock.now())
            };
            let id = world.ended(status, payment).await;
            let order = world.sync(id).await;
            assert_eq!((order.items.len(), order.closed_time), (0, None), "it may only be late");
            world.advance(secs(59));
            assert_eq!(world.sync(id).await.items, []);
            world.advance(secs(1));
            for _ in 0..2 {
                world.sync(id).await;
            }
            let order = world.settled(id).await;
            assert_eq!(items(&order), [("money_on_ended_order", "tr_1", true)]);
            assert!(order.items[0].text.contains("700.00 EUR"), "{}", order.items[0].text);
            assert_eq!(order.closed_time, None);
            let closed = world.close(id, 1).await.unwrap();
            assert_eq!(closed.closed_time, Some(world.clock.now()));
            assert_eq!(world.sync(id).await.closed_time, closed.closed_time);
        }
    }
}

#[tokio::test]
async fn money_that_leaves_an_ended_order_within_the_settle_window_raises_nothing() {
    let world = World::new().await;
    let paid = attempt("tr_1", PaymentStatus::Authorized, world.clock.now());
    let id = world.ended(OrderStatus::Canceled, paid.clone()).await;
    assert_eq!(world.sync(id).await.closed_time, None);
    world.advance(secs(30));
    let gone = Payment { status: attempt("tr_1", PaymentStatus::Canceled, paid.created_time).status, ..paid };
    world.at_mollie(id, |order| order.payments = Some(vec![gone])).await;
    assert_eq!(world.sync(id).await.closed_time, Some(world.clock.now()));
    world.advance(mins(2));
    world.sync(id).await;
    assert_eq!(items(&world.settled(id).await), []);
}

/// The schedule finds it, without a caller or a webhook.
#[tokio::test]
async fn an_ended_order_with_money_is_looked_up_again_after_the_settle_window_and_then_regularly() {
    let world = World::new().await;
    let paid = attempt("tr_1", PaymentStatus::Paid, world.clock.now());
    let id = world.ended(OrderStatus::Expired, paid).await;
    world.sync(id).await;
    world.advance(mins(2));
    assert!(matches!(world.look_up().await, LookedUp::Done { next: Some(_) }));
    assert_eq!(items(&world.settled(id).await).len(), 1);
    world.advance(mins(6 * 60 + 1));
    assert!(matches!(world.look_up().await, LookedUp::Done { next: Some(_) }));
    world.close(id, 1).await.unwrap();
    world.advance(mins(6 * 60 + 1));
    assert!(matches!(world.look_up().await, LookedUp::Done { next: None }));
    assert_eq!(world.kinds(id).await.iter().filter(|kind| **kind == "item.raised").count(), 1);
    assert!(world.store.unsettled_operations(id).await.unwrap().is_empty());
}

/// A closed review item does not cover what comes later.
#[tokio::test]
async fn a_second_payment_on_an_ended_order_is_raised_although_the_first_was_dealt_with() {
    let world = World::new().await;
    let first = attempt("tr_1", PaymentStatus::Paid, world.clock.now());
    let id = world.ended(OrderStatus::Expired, first.clone()).await;
    world.sync(id).await;
    world.advance(mins(2));
    world.sync(id).await;
    world.close(id, 1).await.unwrap();
    let given_back = Payment { amount_refunded: Some(first.amount), ..first };
    let second = attempt("tr_2", PaymentStatus::Paid, world.clock.now());
    world.at_mollie(id, |order| order.payments = Some(vec![given_back, second])).await;
    assert_eq!(world.sync(id).await.closed_time, None);
    world.advance(mins(2));
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!(
        items(&order),
        [("money_on_ended_order", "tr_1", false), ("money_on_ended_order", "tr_2", true)]
    );
}
