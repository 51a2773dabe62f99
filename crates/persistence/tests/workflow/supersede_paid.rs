//! A changed cart, and the shopper goes on with the old one: what was paid there is a person's to decide, and what only may be paid
//! there is canceled when Mollie lets it be.

use std::sync::Arc;

use domain::ports::{Clock, OrderFilter, Store};
use domain::rules::ids::OrderId;
use domain::rules::item::ItemKind;
use domain::rules::order::Order;
use domain::rules::precondition::PreconditionReason;
use domain::rules::status::{LineStatus, OrderStatus, PaymentStatus};

use crate::intents::{reason, the_rest};
use crate::items::attempt;
use crate::mollie::{Fate, meanwhile};
use crate::world::{World, all_at, mins};

impl World {
    async fn has_attempt(&self, id: OrderId, status: PaymentStatus) {
        let now = self.clock.now();
        self.at_mollie(id, |order| order.payments = Some(vec![attempt("tr_1", status, now)])).await;
    }

    async fn authorizes(&self, id: OrderId) {
        self.has_attempt(id, PaymentStatus::Authorized).await;
        self.authorize(id).await;
    }
}

fn raised(order: &Order) -> usize {
    order.items.iter().filter(|item| item.kind == ItemKind::SupersededPaid).count()
}

/// Mollie does not cancel while the shopper has a payment open.
#[tokio::test]
async fn an_open_payment_keeps_the_old_order_until_it_has_ended() {
    let world = World::new().await;
    let old = world.placed().await;
    world.has_attempt(old, PaymentStatus::Open).await;
    world.sync(old).await;
    world.replaced(old, "1337").await;
    world.live(60).await;
    let order = world.settled(old).await;
    assert_eq!((order.facts.status, world.cancel_calls()), (Some(OrderStatus::Created), 1));
    // Readings alone do not make it ask again.
    for _ in 0..3 {
        world.live(20).await;
        world.sync(old).await;
    }
    assert_eq!(world.cancel_calls(), 1);
    world.has_attempt(old, PaymentStatus::Expired).await;
    world.hook(old, "tr_1").await;
    world.live(5).await;
    let order = world.settled(old).await;
    assert_eq!((order.facts.status, world.cancel_calls()), (Some(OrderStatus::Canceled), 2));
    assert!(order.items.is_empty(), "{:?}", order.items);
    let kinds = world.kinds(old).await;
    assert_eq!(kinds.iter().filter(|kind| **kind == "cancellation.refused").count(), 1, "{kinds:?}");
}

/// The shopper opened it after the last reading: it is known only from the reading after the refusal.
#[tokio::test]
async fn a_payment_that_nobody_told_of_keeps_the_old_order_as_well() {
    let world = World::new().await;
    let old = world.placed().await;
    world.replaced(old, "1337").await;
    let other = Arc::clone(&world);
    // Opened between the reading before the call and the call.
    world.mollie.next_during(
        Fate::Rejected,
        meanwhile(async move { other.has_attempt(old, PaymentStatus::Open).await }),
    );
    world.live(90).await;
    assert_eq!(world.cancel_calls(), 1);
    world.has_attempt(old, PaymentStatus::Failed).await;
    world.sync(old).await;
    world.live(5).await;
    assert_eq!(world.settled(old).await.facts.status, Some(OrderStatus::Canceled));
}

/// Mollie refuses, and nothing is known of an open payment: it is asked again, but not without pause.
#[tokio::test]
async fn a_refusal_that_nothing_explains_is_asked_again_some_hours_later() {
    let world = World::new().await;
    let old = world.placed().await;
    world.replaced(old, "1337").await;
    world.mollie.next(Fate::Rejected);
    world.live(120).await;
    assert_eq!(world.cancel_calls(), 1);
    world.advance(mins(5 * 60));
    world.sync(old).await;
    world.live(5).await;
    assert_eq!(world.cancel_calls(), 1);
    world.advance(mins(60));
    world.sync(old).await;
    world.live(5).await;
    assert_eq!(world.settled(old).await.facts.status, Some(OrderStatus::Canceled));
}

#[tokio::test]
async fn money_on_the_old_order_is_raised_once_and_stays_there() {
    let world = World::new().await;
    let old = world.placed().await;
    world.has_attempt(old, PaymentStatus::Open).await;
    world.sync(old).await;
    world.replaced(old, "1337").await;
    world.live(30).await;
    world.authorizes(old).await;
    world.hook(old, "tr_1").await;
    world.live(30).await;
    world.sync(old).await;
    let order = world.settled(old).await;
    assert_eq!((order.facts.status, raised(&order)), (Some(OrderStatus::Authorized), 1));
    assert_eq!(world.cancel_calls(), 1, "before it was authorized");
}

/// The shopper pays between the last reading and the change that moves the number, or before the new order is placed.
#[tokio::test]
async fn money_that_came_unseen_before_the_new_order_was_placed_is_raised_then() {
    for is_read in [false, true] {
        let world = World::new().await;
        let old = world.placed().await;
        let new = world.replace(old, "new", "1337").await.unwrap();
        world.authorizes(old).await;
        if is_read {
            world.sync(old).await;
        }
        assert_eq!(raised(&world.order(old).await), 0, "the new one may still be refused");
        world.drive(new.claim.as_ref().unwrap()).await;
        world.live(10).await;
        let order = world.settled(old).await;
        assert_eq!((order.facts.status, raised(&order)), (Some(OrderStatus::Authorized), 1), "{is_read}");
        assert_eq!(world.cancel_calls(), 0, "{is_read}");
    }
}

#[tokio::test]
async fn money_on_an_order_whose_replacement_was_refused_is_its_own() {
    let world = World::new().await;
    let old = world.placed().await;
    let new = world.replace(old, "new", "1338").await.unwrap();
    world.authorizes(old).await;
    world.sync(old).await;
    world.mollie.next(Fate::Rejected);
    world.drive(new.claim.as_ref().unwrap()).await;
    world.live(10).await;
    let order = world.settled(old).await;
    assert_eq!((order.held_number(), order.items.len(), world.cancel_calls()), (Some("1337"), 0, 0));
}

/// It holds no number any more, and has it all the same: whoever looks for the number finds both.
#[tokio::test]
async fn an_old_order_that_is_delivered_all_the_same_is_found_by_its_number() {
    let world = World::new().await;
    let old = world.placed().await;
    let new = world.replaced(old, "1337").await;
    world.authorizes(old).await;
    world.sync(old).await;
    let parcel = world.ship(old, &the_rest()).await.unwrap();
    world.drive(parcel.claim.as_ref().unwrap()).await;
    world.sync(old).await;
    assert_eq!(world.settled(old).await.facts.status, Some(OrderStatus::Completed));
    let filter = OrderFilter { order_number: Some("1337".to_owned()), ..OrderFilter::default() };
    let found = world.store.list_orders(&filter, None, 10).await.unwrap().items;
    let found: Vec<_> = found.iter().map(|found| found.order.id).collect();
    assert_eq!((found, world.holder_of("1337").await), (vec![new, old], Some(new)));
}

/// A reading said that it is unpaid, and the shopper pays before the cancellation is sent.
#[tokio::test]
async fn what_was_authorized_after_the_reading_is_not_released() {
    let world = World::new().await;
    let old = world.placed().await;
    world.replaced(old, "1337").await;
    world.look_up().await;
    let claim = world.claim_one().await;
    world.authorizes(old).await;
    world.drive(&claim).await;
    world.live(10).await;
    let order = world.settled(old).await;
    assert_eq!((order.facts.status, raised(&order)), (Some(OrderStatus::Authorized), 1));
    assert_eq!((world.cancel_calls(), world.alive_at_mollie()), (0, 2));
    assert!(world.kinds(old).await.contains(&"cancellation.refused"));
}

/// Its first call is lost, and the shopper pays before it can be told.
#[tokio::test]
async fn a_lost_cancellation_is_not_repeated_once_the_shopper_has_paid() {
    let world = World::new().await;
    let old = world.placed().await;
    world.replaced(old, "1337").await;
    world.look_up().await;
    let claim = world.claim_one().await;
    world.mollie.next(Fate::LostCall);
    world.drive(&claim).await;
    world.authorizes(old).await;
    world.live(200).await;
    let order = world.settled(old).await;
    assert_eq!((order.facts.status, raised(&order)), (Some(OrderStatus::Authorized), 1));
    assert_eq!(world.cancel_calls(), 1);
}

/// An authorization lapses: the order can be paid again, and is canceled.
#[tokio::test]
async fn an_old_order_that_lost_its_money_again_is_canceled() {
    let world = World::new().await;
    let old = world.placed().await;
    world.has_attempt(old, PaymentStatus::Open).await;
    world.sync(old).await;
    world.replaced(old, "1337").await;
    world.authorizes(old).await;
    world.live(10).await;
    world.has_attempt(old, PaymentStatus::Expired).await;
    world.at_mollie(old, |order| all_at(order, OrderStatus::Created, LineStatus::Created)).await;
    world.sync(old).await;
    world.live(10).await;
    assert_eq!(world.settled(old).await.facts.status, Some(OrderStatus::Canceled));
}

#[tokio::test]
async fn a_replaced_order_is_given_no_further_payment() {
    let world = World::new().await;
    let old = world.placed().await;
    world.has_attempt(old, PaymentStatus::Failed).await;
    world.sync(old).await;
    let new = world.replace(old, "new", "1337").await.unwrap();
    assert_eq!(reason(world.pay_anew(old).await), PreconditionReason::OrderSuperseded);
    world.mollie.next(Fate::Rejected);
    world.drive(new.claim.as_ref().unwrap()).await;
    world.pay_anew(old).await.unwrap();
}
