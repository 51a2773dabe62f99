//! Request ids, deadlines and etags: the promises of every mutation.

use std::collections::BTreeSet;

use crate::submitted::cancel;
use crate::submitted::ship;
use domain::ports::{Clock, Fingerprint, GatewayError, OrderFilter, Store};
use domain::rules::ids::OrderId;
use domain::rules::precondition::PreconditionReason;
use domain::rules::status::{LineStatus, OrderStatus};
use domain::workflow::place::place;
use domain::workflow::{Intent, MutationError};

use crate::intents::{chairs, draft, intent, lamps, main_profile, reason};
use crate::world::{World, all_at, secs};

#[tokio::test]
async fn a_request_id_used_for_another_request_is_refused() {
    let world = World::new().await;
    let id = world.placed().await;
    let other = Intent { fingerprint: Fingerprint("two".to_owned()), ..intent("CreateOrder", "p") };
    let outcome = Box::pin(place(&*world, &other, main_profile(), draft("1338"))).await;
    assert!(matches!(&outcome, Err(MutationError::RequestReused { method }) if method == "CreateOrder"));
    let outcome = cancel(&*world, &intent("CancelOrder", "p"), id, &[]).await;
    assert!(matches!(&outcome, Err(MutationError::RequestReused { method }) if method == "CreateOrder"));
    let outcome = ship(&*world, &intent("CreateShipment", "p"), id, &chairs(1)).await;
    assert!(matches!(outcome, Err(MutationError::RequestReused { .. })));
    world.settled(id).await;
    assert_eq!(world.mollie.calls().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_equal_requests_at_once_are_one_order() {
    let world = World::new().await;
    let one = || world.recorded();
    let (a, b, c, d, e, f, g, h) = tokio::join!(one(), one(), one(), one(), one(), one(), one(), one());
    let all = [a, b, c, d, e, f, g, h];
    let ids: BTreeSet<_> = all.iter().map(|accepted| (accepted.order_id, accepted.operation_id())).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(all.iter().filter(|accepted| accepted.claim.is_some()).count(), 1);
    for claim in all.iter().filter_map(|accepted| accepted.claim.as_ref()) {
        world.drive(claim).await;
    }
    world.settled(all[0].order_id).await;
    let orders = world.store.list_orders(&OrderFilter::default(), None, 10).await.unwrap();
    assert_eq!((orders.items.len(), world.mollie.effects()), (1, (1, 0, 0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_equal_shipments_at_once_are_one() {
    let world = World::new().await;
    let id = world.authorized().await;
    let wish = intent("CreateShipment", "s");
    let (request, wish, world_) = (chairs(1), &wish, &*world);
    let one = || ship(world_, wish, id, &request);
    let (a, b, c, d, e, f, g, h) = tokio::join!(one(), one(), one(), one(), one(), one(), one(), one());
    let all = [a, b, c, d, e, f, g, h].map(Result::unwrap);
    let ids: BTreeSet<_> =
        all.iter().map(|accepted| (accepted.answer.shipment(), accepted.operation_id())).collect();
    assert_eq!(ids.len(), 1);
    let order = world.sound(id).await;
    assert_eq!((order.lines[0].reserved.quantity, order.lines[0].available().quantity), (1, 1));
    for claim in all.iter().filter_map(|accepted| accepted.claim.as_ref()) {
        world.drive(claim).await;
    }
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_one_of_eight_simultaneous_orders_holds_their_number() {
    let world = World::new().await;
    let wishes: Vec<_> = (0..8).map(|n| intent("CreateOrder", &format!("n{n}"))).collect();
    let one = |n: usize| place(&*world, &wishes[n], main_profile(), draft("7"));
    let all = tokio::join!(one(0), one(1), one(2), one(3), one(4), one(5), one(6), one(7));
    let all = [all.0, all.1, all.2, all.3, all.4, all.5, all.6, all.7];
    let (won, lost): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    let winner = won[0].as_ref().unwrap().order_id;
    assert_eq!(won.len(), 1);
    let reported =
        |lost: &Result<_, _>| matches!(lost, Err(MutationError::NumberHeld { by, .. }) if *by == winner);
    assert!(lost.iter().all(reported));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_shipments_at_once_never_exceed_the_available_units() {
    let world = World::new().await;
    let id = world.authorized().await;
    let request = lamps(1);
    let one = || world.ship(id, &request);
    let all = tokio::join!(one(), one(), one(), one(), one(), one(), one(), one());
    let all = [all.0, all.1, all.2, all.3, all.4, all.5, all.6, all.7];
    let (planned, refused): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    assert_eq!((planned.len(), refused.len()), (3, 5));
    for outcome in refused {
        assert_eq!(reason(outcome), PreconditionReason::QuantityNotAvailable);
    }
    let claims: Vec<_> = planned.into_iter().filter_map(|accepted| accepted.unwrap().claim).collect();
    assert_eq!(claims.len(), 1);
    world.sound(id).await;
    world.drive(&claims[0]).await;
    world.work(secs(2)).await;
    assert_eq!(world.settled(id).await.lines[1].shipped.quantity, 3);
    assert_eq!(world.mollie.effects(), (1, 3, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_cancellations_at_once_are_one_operation() {
    let world = World::new().await;
    let id = world.authorized().await;
    let one = || world.cancel(id);
    let all = tokio::join!(one(), one(), one(), one(), one(), one(), one(), one());
    let all = [all.0, all.1, all.2, all.3, all.4, all.5, all.6, all.7].map(Result::unwrap);
    let ids: BTreeSet<_> = all.iter().map(|accepted| accepted.operation_id()).collect();
    assert_eq!(ids.len(), 1);
    for claim in all.iter().filter_map(|accepted| accepted.claim.as_ref()) {
        world.drive(claim).await;
    }
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 0, 1));
}

#[tokio::test]
async fn a_repeated_cancellation_is_answered_with_its_operation_after_it_ended() {
    let world = World::new().await;
    let id = world.authorized().await;
    let wish = intent("CancelOrder", "c");
    let first = cancel(&*world, &wish, id, &[]).await.unwrap();
    world.drive(first.claim.as_ref().unwrap()).await;
    let again = cancel(&*world, &wish, id, &[]).await.unwrap();
    assert_eq!((again.operation_id(), again.claim), (first.operation_id(), None));
    world.settled(id).await;
    assert_eq!(world.mollie.calls().len(), 2);
}

#[tokio::test]
async fn nothing_is_saved_after_the_callers_deadline() {
    let world = World::new().await;
    let id = world.authorized().await;
    let version = world.sound(id).await.version;
    let late = |method, request| Intent { deadline: Some(world.clock.elapsed()), ..intent(method, request) };
    let placed = Box::pin(place(&*world, &late("CreateOrder", "late"), main_profile(), draft("7"))).await;
    let shipped = ship(&*world, &late("CreateShipment", "late"), id, &lamps(1)).await;
    let canceled = cancel(&*world, &late("CancelOrder", "late"), id, &[]).await;
    for outcome in [placed, shipped, canceled] {
        assert!(matches!(outcome, Err(MutationError::DeadlinePassed)), "{outcome:?}");
    }
    assert_eq!(world.settled(id).await.version, version);
    let orders = world.store.list_orders(&OrderFilter::default(), None, 10).await.unwrap();
    assert_eq!((orders.items.len(), world.mollie.calls().len()), (1, 1));
    let retried = ship(&*world, &intent("CreateShipment", "late"), id, &lamps(1)).await.unwrap();
    assert!(retried.claim.is_some());
}

#[tokio::test]
async fn a_stale_etag_is_refused_and_nothing_is_saved() {
    let world = World::new().await;
    let id = world.authorized().await;
    let version = world.sound(id).await.version;
    let on = |etag, method, request| Intent { etag: Some(etag), ..intent(method, request) };
    let shipped = ship(&*world, &on(version - 1, "CreateShipment", "e"), id, &lamps(1)).await;
    let canceled = cancel(&*world, &on(version + 1, "CancelOrder", "e"), id, &[]).await;
    for outcome in [shipped, canceled] {
        assert!(matches!(outcome, Err(MutationError::EtagMismatch { actual, .. }) if actual == version));
    }
    assert_eq!(world.settled(id).await.version, version);
    let wish = on(version, "CreateShipment", "e");
    let shipped = ship(&*world, &wish, id, &lamps(1)).await.unwrap();
    // The repeated request carries the etag it was decided on.
    let again = ship(&*world, &wish, id, &lamps(1)).await.unwrap();
    assert_eq!(again.answer.shipment(), shipped.answer.shipment());
    assert_eq!(world.sound(id).await.version, version + 1);
}

#[tokio::test]
async fn an_unknown_order_is_neither_shipped_nor_canceled() {
    let world = World::new().await;
    let nobody = OrderId::new(uuid::Uuid::from_u128(1));
    assert!(
        matches!(world.ship(nobody, &lamps(1)).await, Err(MutationError::OrderNotFound(id)) if id == nobody)
    );
    assert!(matches!(world.cancel(nobody).await, Err(MutationError::OrderNotFound(id)) if id == nobody));
    world.advance(secs(1));
    world.rests().await;
}

#[tokio::test]
async fn a_repeated_cancellation_may_carry_the_etag_it_was_decided_on() {
    let world = World::new().await;
    let id = world.authorized().await;
    let etag = Some(world.sound(id).await.version);
    let wish = Intent { etag, ..intent("CancelOrder", "c") };
    let first = cancel(&*world, &wish, id, &[]).await.unwrap();
    let again = cancel(&*world, &wish, id, &[]).await.unwrap();
    assert_eq!((again.operation_id(), again.claim), (first.operation_id(), None));
    world.drive(first.claim.as_ref().unwrap()).await;
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 0, 1));
}

#[tokio::test]
async fn a_number_is_free_once_a_reading_shows_that_its_holder_has_ended() {
    let world = World::new().await;
    let first = world.placed().await;
    world.advance(secs(3));
    let wish = intent("CreateOrder", "p2");
    let held = Box::pin(place(&*world, &wish, main_profile(), draft("1337"))).await;
    assert!(matches!(held, Err(MutationError::NumberHeld { by, .. }) if by == first));
    world.advance(secs(3));
    world.at_mollie(first, |order| all_at(order, OrderStatus::Expired, LineStatus::Canceled)).await;
    world.mollie.side().unreadable = Some(GatewayError::Unavailable("503".to_owned()));
    let unread = Box::pin(place(&*world, &wish, main_profile(), draft("1337"))).await;
    assert!(matches!(unread, Err(MutationError::Unconfirmed(_))), "{unread:?}");
    world.mollie.side().unreadable = None;
    let second = Box::pin(place(&*world, &wish, main_profile(), draft("1337"))).await.unwrap();
    assert_ne!(second.order_id, first);
    world.drive(second.claim.as_ref().unwrap()).await;
    world.settled(second.order_id).await;
    assert_eq!(world.settled(first).await.held_number(), None);
}

#[tokio::test]
async fn a_cancellation_with_nothing_to_do_keeps_its_request_id() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.cancel_now(id).await;
    let wish = intent("CancelOrder", "nothing");
    assert_eq!(cancel(&*world, &wish, id, &[]).await.unwrap().operation_id(), None);
    let outcome = ship(&*world, &intent("CreateShipment", "nothing"), id, &lamps(1)).await;
    assert!(matches!(&outcome, Err(MutationError::RequestReused { method }) if method == "CancelOrder"));
}
