//! Paid or captured twice: judged over all payments and shipments, raised once, and never mistaken for the order's state.

use domain::ports::{Clock, Store};
use domain::rules::ids::OrderId;
use domain::rules::item::{Item, ItemKind};
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::payment::Payment;
use domain::rules::shipment::ShipmentState;
use domain::rules::status::{OrderStatus, PaymentStatus};
use jiff::SignedDuration;

use crate::intents::{euro, lamps, ship_lamps_elsewhere, the_rest, tracked};
use crate::items::{attempt, raised};
use crate::mollie::Fate;
use crate::world::{World, mins, secs};

/// In whatever order Mollie lists them.
#[tokio::test]
async fn the_later_of_two_paid_attempts_is_raised_once() {
    for turned in [false, true] {
        let world = World::new().await;
        let id = world.placed().await;
        let now = world.clock.now();
        let mut payments = vec![
            attempt("tr_1", PaymentStatus::Paid, now),
            attempt("tr_2", PaymentStatus::Paid, now + SignedDuration::from_secs(1)),
        ];
        if turned {
            payments.reverse();
        }
        world.pay(id).await;
        world.at_mollie(id, |order| order.payments = Some(payments)).await;
        for _ in 0..2 {
            world.sync(id).await;
            world.at_mollie(id, |order| order.method = Some("ideal".to_owned())).await;
        }
        let order = world.settled(id).await;
        assert_eq!(raised(&order), [(ItemKind::SurplusPayment, "tr_2")]);
        assert_eq!((order.facts.status, order.payments.len()), (Some(OrderStatus::Paid), 2));
    }
}

#[tokio::test]
async fn a_second_payment_is_raised_when_it_is_seen_and_not_again_once_refunded() {
    let world = World::new().await;
    let id = world.placed().await;
    let now = world.clock.now();
    let first = attempt("tr_1", PaymentStatus::Paid, now);
    let second = attempt("tr_2", PaymentStatus::Paid, now);
    let refunded = Payment { amount_refunded: Some(euro("758.00")), ..second.clone() };
    world.pay(id).await;
    for (payments, items) in [
        (vec![first.clone()], 0),
        (vec![first.clone(), refunded], 0),
        (vec![first.clone(), attempt("tr_2", PaymentStatus::Open, now)], 0),
        (vec![first, second], 1),
    ] {
        world.at_mollie(id, |order| order.payments = Some(payments)).await;
        assert_eq!(world.sync(id).await.items.len(), items);
    }
    world.settled(id).await;
}

/// It was found again after it was paid twice.
#[tokio::test]
async fn two_paid_attempts_of_an_order_found_again_are_raised_with_its_placement() {
    let world = World::new().await;
    world.mollie.next(Fate::LostAnswer);
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    let now = world.clock.now();
    world.mollie.side().ledger.orders[0].payments =
        Some(["tr_1", "tr_2"].map(|id| attempt(id, PaymentStatus::Paid, now)).to_vec());
    world.work(secs(2)).await;
    let order = world.settled(accepted.order_id).await;
    assert_eq!(raised(&order), [(ItemKind::SurplusPayment, "tr_2")]);
    assert_eq!(world.kinds(order.id).await[1..], ["order.placed", "item.raised"]);
}

#[tokio::test]
async fn an_old_attempt_that_ends_after_a_newer_one_was_paid_changes_nothing() {
    use PaymentStatus::{Canceled, Expired, Failed};
    for ended in [Expired, Failed, Canceled] {
        let world = World::new().await;
        let id = world.placed().await;
        let now = world.clock.now();
        let paid = attempt("tr_new", PaymentStatus::Paid, now);
        world.pay(id).await;
        for old in [PaymentStatus::Open, ended] {
            let payments = Some(vec![paid.clone(), attempt("tr_old", old, now)]);
            world.at_mollie(id, |order| order.payments = payments).await;
            let order = world.sync(id).await;
            assert_eq!((order.facts.status, order.items.len()), (Some(OrderStatus::Paid), 0));
        }
        let order = world.settled(id).await;
        assert_eq!(order.closed_time, None);
        assert!(world.ship(id, &the_rest()).await.is_ok(), "the last attempt is not the order");
    }
}

#[tokio::test]
async fn the_paid_attempt_need_be_neither_the_last_nor_the_newest() {
    let world = World::new().await;
    let id = world.placed().await;
    let now = world.clock.now();
    let newer = now + SignedDuration::from_secs(5);
    let payments = vec![
        attempt("tr_1", PaymentStatus::Paid, now),
        attempt("tr_2", PaymentStatus::Failed, newer),
        attempt("tr_3", PaymentStatus::Open, newer),
    ];
    world.pay(id).await;
    world.at_mollie(id, |order| order.payments = Some(payments)).await;
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!((order.facts.status, order.items.len()), (Some(OrderStatus::Paid), 0));
    world.ship_now(id, &the_rest()).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0));
}

/// The remaining window: the effect of the first call appears after the settle window, and Mollie is not trusted to recognise the
/// key. The double capture is detected and raised, and nothing else is wrong.
#[tokio::test]
async fn a_shipment_that_appears_after_the_settle_window_is_detected_as_captured_twice() {
    let world = World::without_trust().await;
    world.mollie.side().ledger.forgets_keys = true;
    let id = world.authorized().await;
    world.mollie.next(Fate::Late(mins(5)));
    let (accepted, _) = world.ship_now(id, &tracked(lamps(1), "3S1")).await;
    world.work(mins(3)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    assert_eq!(world.sync(id).await.items, []);
    world.advance(mins(3));
    assert_eq!(world.mollie.effects(), (1, 2, 0));
    for _ in 0..2 {
        world.sync(id).await;
    }
    let order = world.settled(id).await;
    let landed = world.shipment_ids(id).await.pop().unwrap();
    assert_eq!(raised(&order), [(ItemKind::SurplusShipment, landed.as_str())]);
    assert_eq!(order.lines[1].shipped.quantity, 2);
    let shipments = world.store.list_shipments(id).await.unwrap();
    assert_eq!(shipments.len(), 2);
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    assert!(world.kinds(id).await.ends_with(&["shipment.observed", "item.raised"]));
}

#[tokio::test]
async fn a_shipment_made_by_hand_for_a_rejected_one_is_not_a_surplus() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::Rejected);
    let (accepted, _) = world.ship_now(id, &tracked(lamps(1), "3S1")).await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, Some("3S1"), now)).await;
    world.sync(id).await;
    let order = world.settled(id).await;
    let refused = accepted.operation_id().unwrap().to_string();
    assert_eq!(raised(&order), [(ItemKind::ShipmentRefused, refused.as_str())], "there is one shipment");
}

#[tokio::test]
async fn a_different_shipment_made_elsewhere_is_not_a_surplus() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.ship_now(id, &tracked(lamps(1), "3S1")).await;
    let now = world.clock.now();
    world
        .at_mollie(id, |order| {
            ship_lamps_elsewhere(order, "shp_other", 1, Some("3S2"), now);
            ship_lamps_elsewhere(order, "shp_untracked", 1, None, now);
        })
        .await;
    assert_eq!(world.sync(id).await.items, []);
    assert_eq!(world.settled(id).await.lines[1].shipped.quantity, 3);
}

/// Two equal shipments of ours are two.
#[tokio::test]
async fn two_equal_shipments_of_ours_are_not_a_surplus() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.ship_now(id, &lamps(1)).await;
    world.ship_now(id, &lamps(1)).await;
    assert_eq!(world.sync(id).await.items, []);
    world.settled(id).await;
}

/// The same parcel was registered in the dashboard while ours waited, and ours is registered all the same.
#[tokio::test]
async fn a_shipment_made_elsewhere_before_ours_arrived_is_raised() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::NotSent(Some(mins(60))));
    world.ship_now(id, &tracked(lamps(1), "3S1")).await;
    world.advance(mins(30));
    let meanwhile = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, Some("3S1"), meanwhile)).await;
    world.sync(id).await;
    assert_eq!(world.order(id).await.items, [], "ours may still arrive");
    world.advance(mins(31));
    world.work(mins(3)).await;
    assert_eq!(world.mollie.effects(), (1, 2, 0));
    let items = world.settled(id).await.items;
    assert_eq!(items.len(), 1);
    assert_eq!((items[0].kind, items[0].subject.as_str()), (ItemKind::SurplusShipment, "shp_a"));
}

#[tokio::test]
async fn one_payment_above_the_orders_cost_is_raised_with_the_excess() {
    let world = World::new().await;
    let id = world.placed().await;
    let paid = attempt("tr_1", PaymentStatus::Paid, world.clock.now());
    let paid = Payment { amount: euro("800.00"), ..paid };
    world.pay(id).await;
    world.at_mollie(id, |order| order.payments = Some(vec![paid])).await;
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!(raised(&order), [(ItemKind::SurplusPayment, "tr_1")]);
    assert!(order.items[0].text.contains("42.00 EUR"), "{}", order.items[0].text);
}

/// Two payments of 758.00, of which so much was given back of the second.
async fn given_back(world: &World, id: OrderId, amount: &str) {
    let now = world.clock.now();
    let second = attempt("tr_2", PaymentStatus::Paid, now);
    let second = Payment { amount_refunded: Some(euro(amount)), ..second };
    let payments = Some(vec![attempt("tr_1", PaymentStatus::Paid, now), second]);
    world.at_mollie(id, |order| order.payments = payments).await;
    world.sync(id).await;
}

fn told(order: &Order) -> Vec<(&str, bool, bool)> {
    let of = |item: &'_ Item, amount: &str| item.text.contains(&format!(" is {amount} EUR more than"));
    let items = order.items.iter().filter(|item| item.kind == ItemKind::SurplusPayment);
    items.map(|item| (item.subject.as_str(), item.is_open(), of(item, "758.00"))).collect()
}

/// A person who goes by the first amount would give back too much.
#[tokio::test]
async fn the_item_about_a_surplus_says_what_is_left_of_it_and_closes_when_nothing_is() {
    let world = World::new().await;
    let id = world.placed().await;
    world.pay(id).await;
    given_back(&world, id, "0.00").await;
    given_back(&world, id, "58.00").await;
    let order = world.order(id).await;
    assert_eq!(told(&order), [("tr_2", false, true), ("tr_2", true, false)]);
    let open = order.items.iter().find(|item| item.is_open()).unwrap();
    assert!(open.text.contains(" is 700.00 EUR more than"), "{}", open.text);
    let closed = order.items[0].closed.clone().unwrap();
    assert_eq!(
        (closed.by.as_str(), closed.reason.as_str()),
        ("order-service", "a later item says what is so now")
    );
    for _ in 0..2 {
        world.advance(secs(3));
        world.sync(id).await;
        assert_eq!(told(&world.order(id).await).len(), 2, "it is told once");
    }
    given_back(&world, id, "758.00").await;
    let order = world.settled(id).await;
    assert_eq!(told(&order), [("tr_2", false, true), ("tr_2", false, false)]);
}

/// That person has checked this payment.
#[tokio::test]
async fn a_surplus_that_a_person_has_closed_is_not_told_again_for_another_amount() {
    let world = World::new().await;
    let id = world.placed().await;
    world.pay(id).await;
    given_back(&world, id, "0.00").await;
    world.close(id, 1).await.unwrap();
    given_back(&world, id, "58.00").await;
    assert_eq!(told(&world.settled(id).await), [("tr_2", false, true)]);
}

/// A line was removed after the shopper had paid: the amount that was right then is not a surplus.
#[tokio::test]
async fn an_amount_that_the_order_once_cost_is_not_a_surplus() {
    let world = World::new().await;
    let id = world.placed().await;
    let paid = attempt("tr_1", PaymentStatus::Paid, world.clock.now());
    world.pay(id).await;
    world
        .at_mollie(id, |order| {
            order.payments = Some(vec![paid]);
            order.amount = euro("698.00");
        })
        .await;
    assert_eq!(world.sync(id).await.items, []);
    world.settled(id).await;
}
