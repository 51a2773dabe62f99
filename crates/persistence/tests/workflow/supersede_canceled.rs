//! A changed cart, and the caller cancels the new order before it has replaced the old one, or it comes too late: one of the two
//! goes on, never none.

use std::sync::Arc;

use domain::ports::Clock;
use domain::rules::ids::OrderId;
use domain::rules::item::ItemKind;
use domain::rules::operation::OperationState;
use domain::rules::placement::Placement;
use domain::rules::precondition::PreconditionReason;
use domain::rules::status::{LineStatus, OrderStatus, PaymentStatus, Read};
use domain::workflow::operator::{self, Verdict};

use crate::intents::{decision, reason};
use crate::items::attempt;
use crate::mollie::{Fate, meanwhile};
use crate::world::{World, all_at, mins, secs};

impl World {
    /// The new order's placement ends so while its caller does not know it, and it is canceled meanwhile.
    async fn canceled_meanwhile(self: &Arc<Self>, placement: Fate) -> (OrderId, OrderId) {
        let old = self.placed().await;
        let new = self.replace(old, "new", "1337").await.unwrap();
        let (world, id) = (Arc::clone(self), new.order_id);
        let cancels = meanwhile(async move {
            world.cancel(id).await.unwrap();
        });
        self.mollie.next_during(placement, cancels);
        self.drive(new.claim.as_ref().unwrap()).await;
        (old, new.order_id)
    }

    /// The old order goes on under its number, and the new one is over.
    async fn goes_on(&self, old: OrderId, new: OrderId, case: &str) {
        let (order, other) = (self.settled(old).await, self.settled(new).await);
        assert_eq!((order.superseded.is_none(), order.held_number()), (true, Some("1337")), "{case}");
        assert_eq!(order.facts.status, Some(OrderStatus::Created), "{case}");
        assert!(other.held_number().is_none(), "{case}: {:?}", other.facts.status);
        assert_eq!(self.alive_at_mollie(), 1, "{case}");
        let told = self.kinds(old).await;
        assert!(told.ends_with(&["order.superseded", "order.reinstated"]), "{case}: {told:?}");
    }

    /// The new order stays, and the old one is canceled.
    async fn is_replaced(&self, old: OrderId, new: OrderId, case: &str) {
        let (order, other) = (self.settled(old).await, self.settled(new).await);
        assert_eq!(order.facts.status, Some(OrderStatus::Canceled), "{case}");
        assert_eq!(
            (other.held_number().is_none(), self.holder_of("1337").await),
            (false, Some(new)),
            "{case}"
        );
        assert_eq!(self.alive_at_mollie(), 1, "{case}");
        let kinds = self.kinds(old).await;
        assert_eq!(kinds.iter().filter(|kind| **kind == "order.replaced").count(), 1, "{case}: {kinds:?}");
    }
}

#[tokio::test]
async fn if_the_new_order_is_canceled_before_it_is_known_to_be_placed_the_old_one_goes_on() {
    let placements = [
        Fate::Answered,
        Fate::LostAnswer,
        Fate::LostCall,
        Fate::Late(secs(30)),
        Fate::Stumbles,
        Fate::NotSent(None),
        Fate::Rejected,
    ];
    for placement in placements {
        let cancellations =
            [Fate::Answered, Fate::LostAnswer, Fate::LostCall, Fate::Late(secs(30)), Fate::Stumbles];
        for cancellation in cancellations {
            let case = format!("{placement:?}, {cancellation:?}");
            let world = World::new().await;
            let (old, new) = world.canceled_meanwhile(placement.clone()).await;
            if matches!(placement, Fate::Answered) {
                world.mollie.next(cancellation.clone());
            }
            world.live(200).await;
            world.goes_on(old, new, &case).await;
            // It may be replaced again.
            let again = world.replace(old, "again", "1337").await.unwrap();
            world.drive(again.claim.as_ref().unwrap()).await;
            world.live(5).await;
            world.is_replaced(old, again.order_id, &case).await;
        }
    }
}

/// Until then it is neither canceled nor does it have its number back: two orders under one number could both be paid.
#[tokio::test]
async fn the_old_order_waits_until_it_is_known_what_became_of_the_cancellation() {
    let world = World::new().await;
    let (old, new) = world.canceled_meanwhile(Fate::Answered).await;
    let order = world.order(old).await;
    assert_eq!(world.order(new).await.placement, Placement::Placed);
    let superseded = order.superseded.as_ref().unwrap();
    assert_eq!((superseded.is_final, order.held_number()), (false, None));
    assert_eq!(world.holder_of("1337").await, Some(new));
    // Nor does a third order replace the new one: it would leave two carts alive.
    assert_eq!(reason(world.replace(new, "third", "1337").await), PreconditionReason::OrderNotSupersedable);
    world.live(5).await;
    world.goes_on(old, new, "then").await;
}

/// Mollie keeps it, as while the shopper has a payment of it open.
#[tokio::test]
async fn if_mollie_does_not_cancel_the_new_order_the_old_one_is_canceled() {
    let world = World::new().await;
    let (old, new) = world.canceled_meanwhile(Fate::Answered).await;
    world.mollie.next(Fate::Rejected);
    world.live(10).await;
    world.is_replaced(old, new, "rejected").await;
}

#[tokio::test]
async fn if_the_new_order_was_paid_before_it_could_be_canceled_the_old_one_is_canceled() {
    let world = World::new().await;
    let (old, new) = world.canceled_meanwhile(Fate::Answered).await;
    let now = world.clock.now();
    world
        .at_mollie(new, |order| {
            order.payments = Some(vec![attempt("tr_1", PaymentStatus::Paid, now)]);
            all_at(order, OrderStatus::Paid, LineStatus::Paid);
        })
        .await;
    world.mollie.next(Fate::Rejected);
    world.live(20).await;
    world.is_replaced(old, new, "paid").await;
}

#[tokio::test]
async fn what_an_operator_decides_of_the_cancellation_decides_about_the_old_order() {
    for is_canceled in [true, false] {
        let case = format!("canceled: {is_canceled}");
        let world = World::new().await;
        let (old, new) = world.canceled_meanwhile(Fate::Answered).await;
        world.mollie.next(if is_canceled { Fate::LostAnswer } else { Fate::LostCall });
        let claim = world.claim_one().await;
        world.mollie.side().unreadable = Some(domain::ports::GatewayError::Unreadable("it is odd".into()));
        world.drive(&claim).await;
        world.work(mins(120)).await;
        let operation = claim.0.operation.id;
        assert_eq!(world.state(Some(operation)).await, OperationState::NeedsAttention, "{case}");
        assert!(!world.order(old).await.superseded.unwrap().is_final, "{case}");
        world.mollie.side().unreadable = None;
        let mollie_id = world.order(new).await.mollie_id.unwrap().to_string();
        let verdict = if is_canceled { Verdict::Succeeded { mollie_id } } else { Verdict::Rejected };
        operator::resolve_as(&*world, operation, &verdict, &decision()).await.unwrap();
        world.live(10).await;
        if is_canceled {
            world.goes_on(old, new, &case).await;
        } else {
            world.is_replaced(old, new, &case).await;
        }
    }
}

#[tokio::test]
async fn a_new_order_that_came_too_late_gives_way_to_the_old_one_unless_it_stays() {
    for stays in [false, true] {
        let case = format!("stays: {stays}");
        let world = World::new().await;
        let old = world.placed().await;
        let new = world.replace(old, "new", "1337").await.unwrap();
        world.mollie.next(Fate::HangsAfter);
        world.crash(new.claim.as_ref().unwrap()).await;
        world.advance(mins(16));
        world.end_leases().await;
        if stays {
            world.mollie.next(Fate::Rejected);
        }
        world.live(20).await;
        if stays {
            world.is_replaced(old, new.order_id, &case).await;
            let items = world.order(new.order_id).await.items;
            assert!(items.iter().any(|item| item.kind == ItemKind::LatePlacement), "{items:?}");
        } else {
            world.goes_on(old, new.order_id, &case).await;
        }
    }
}

/// Somebody canceled it at Mollie, or it has expired, before we know that it was placed.
#[tokio::test]
async fn a_new_order_that_is_over_when_it_is_found_replaces_nothing() {
    for status in [OrderStatus::Canceled, OrderStatus::Expired] {
        let world = World::new().await;
        let old = world.placed().await;
        let new = world.replace(old, "new", "1337").await.unwrap();
        world.mollie.next(Fate::HangsAfter);
        world.crash(new.claim.as_ref().unwrap()).await;
        world.mollie.side().ledger.orders[1].status = Some(Read::Known(status));
        world.end_leases().await;
        world.live(20).await;
        world.goes_on(old, new.order_id, status.as_str()).await;
    }
}

#[tokio::test]
async fn a_process_that_dies_while_the_new_order_is_canceled_changes_nothing_of_that() {
    for after_effect in [true, false] {
        let world = World::new().await;
        let (old, new) = world.canceled_meanwhile(Fate::Answered).await;
        let claim = world.claim_one().await;
        world.mollie.next(if after_effect { Fate::HangsAfter } else { Fate::HangsBefore });
        world.crash(&claim).await;
        world.end_leases().await;
        world.live(200).await;
        world.goes_on(old, new, "crash").await;
    }
}

/// Its answer says nothing of the status: a reading has the last word.
#[tokio::test]
async fn a_cancellation_whose_effect_only_a_reading_shows_brings_the_old_order_back() {
    let world = World::new().await;
    let (old, new) = world.canceled_meanwhile(Fate::Answered).await;
    let claim = world.claim_one().await;
    let other = Arc::clone(&world);
    let moves = meanwhile(async move {
        other.at_mollie(new, |order| order.method = Some("ideal".to_owned())).await;
        other.sync(new).await;
    });
    world.mollie.next_during(Fate::Answered, moves);
    world.drive(&claim).await;
    world.live(10).await;
    world.goes_on(old, new, "read").await;
}

/// From `order.replaced` on, the new order is the cart: who cancels it cancels the cart.
#[tokio::test]
async fn who_cancels_the_new_order_once_it_has_replaced_the_old_one_keeps_none() {
    let world = World::new().await;
    let old = world.placed().await;
    let new = world.replaced(old, "1337").await;
    let canceled = world.cancel(new).await.unwrap();
    world.drive(canceled.claim.as_ref().unwrap()).await;
    world.live(20).await;
    assert_eq!(world.settled(old).await.facts.status, Some(OrderStatus::Canceled));
    assert_eq!(world.settled(new).await.facts.status, Some(OrderStatus::Canceled));
    assert!(!world.kinds(old).await.contains(&"order.reinstated"));
}
