//! Recording what Mollie reports, and refusing only on what it reports now.

use domain::ports::{Clock, GatewayError, LookupEnd, Store};
use domain::rules::payment::Payment;
use domain::rules::precondition::PreconditionReason;
use domain::rules::status::{LineStatus, OrderStatus, PaymentStatus, Read};
use domain::workflow::MutationError;
use domain::workflow::sync::{SyncError, sync};

use crate::intents::{lamps, reason, the_rest};
use crate::items::attempt;
use crate::mollie::meanwhile;
use crate::world::{World, mins, secs};

/// A look-up that read its order, the last one.
const READ: LookupEnd = LookupEnd { next: None, failures: 0, was_read: true };

#[tokio::test]
async fn an_unknown_status_stops_money_until_it_is_understood() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.at_mollie(id, |order| order.status = Some(Read::Unknown("disputed".to_owned()))).await;
    let order = world.sync(id).await;
    assert_eq!(order.facts.status, Some(OrderStatus::Authorized));
    assert_eq!(order.facts.unknown_status.as_deref(), Some("disputed"));
    assert_eq!(world.kinds(id).await.last(), Some(&"order.status_not_understood"));
    assert_eq!(reason(world.ship(id, &lamps(1)).await), PreconditionReason::StatusNotUnderstood);
    assert_eq!(reason(world.cancel(id).await), PreconditionReason::StatusNotUnderstood);
    world.settled(id).await;
    world.authorize(id).await;
    world.advance(secs(3));
    world.ship_now(id, &lamps(1)).await;
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0));
}

#[tokio::test]
async fn an_unknown_line_or_payment_status_stops_money_too() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.at_mollie(id, |order| order.lines[0].status = Read::Unknown("held".to_owned())).await;
    world.sync(id).await;
    assert_eq!(reason(world.ship(id, &lamps(1)).await), PreconditionReason::StatusNotUnderstood);
    let now = world.clock.now();
    world
        .at_mollie(id, |order| {
            order.lines[0].status = Read::Known(LineStatus::Authorized);
            let held = Read::Unknown("held".to_owned());
            order.payments =
                Some(vec![Payment { status: held, ..attempt("tr_1", PaymentStatus::Open, now) }]);
        })
        .await;
    world.sync(id).await;
    assert_eq!(reason(world.cancel(id).await), PreconditionReason::StatusNotUnderstood);
    world.settled(id).await;
}

#[tokio::test]
async fn news_is_one_event_and_known_facts_are_none() {
    let world = World::new().await;
    let id = world.placed().await;
    world.authorize(id).await;
    world.sync(id).await;
    let version = world.sound(id).await.version;
    world.advance(secs(5));
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!((order.version, order.observed_time), (version, Some(world.clock.now())));
    assert_eq!(world.kinds(id).await[2..], ["order.authorized"]);
}

#[tokio::test]
async fn after_two_readings_at_once_the_newer_state_stays() {
    let world = World::new().await;
    let id = world.placed().await;
    world.authorize(id).await;
    let other = world.clone();
    world.mollie.during_reading(meanwhile(async move {
        other.at_mollie(id, |order| order.method = Some("klarna".to_owned())).await;
        other.sync(id).await;
        other.at_mollie(id, |order| order.method = Some("billie".to_owned())).await;
    }));
    let readings = world.mollie.readings();
    assert_eq!(world.sync(id).await.facts.method.as_deref(), Some("billie"));
    assert_eq!(world.mollie.readings() - readings, 3);
    assert_eq!(world.settled(id).await.facts.method.as_deref(), Some("billie"));
}

/// The reading matched what we knew, but meanwhile we know more.
#[tokio::test]
async fn a_reading_without_news_returns_the_current_order() {
    let world = World::new().await;
    let id = world.placed().await;
    let other = world.clone();
    world.mollie.during_reading(meanwhile(async move {
        other.authorize(id).await;
        other.sync(id).await;
    }));
    let given = world.sync(id).await;
    let stored = world.settled(id).await;
    assert_eq!(stored.facts.status, Some(OrderStatus::Authorized));
    assert_eq!((given.version, given.facts.status), (stored.version, stored.facts.status));
}

#[tokio::test]
async fn an_order_is_refused_only_after_it_was_read_again() {
    let world = World::new().await;
    let id = world.placed().await;
    world.advance(secs(2));
    world.authorize(id).await;
    let readings = world.mollie.readings();
    assert!(world.ship(id, &lamps(1)).await.is_ok());
    assert_eq!(world.mollie.readings() - readings, 1);
    assert_eq!(world.sound(id).await.facts.status, Some(OrderStatus::Authorized));
}

#[tokio::test]
async fn a_reading_less_than_two_seconds_old_is_enough_to_refuse() {
    let world = World::new().await;
    let id = world.placed().await;
    world.sync(id).await;
    let readings = world.mollie.readings();
    world.advance(std::time::Duration::from_millis(1999));
    assert_eq!(reason(world.ship(id, &lamps(1)).await), PreconditionReason::OrderNotShippable);
    assert_eq!(world.mollie.readings(), readings);
    world.advance(std::time::Duration::from_millis(1));
    assert_eq!(reason(world.ship(id, &the_rest()).await), PreconditionReason::OrderNotShippable);
    assert_eq!(world.mollie.readings(), readings + 1);
    world.settled(id).await;
}

/// A reading is as old as its question, not as its answer.
#[tokio::test]
async fn a_slow_reading_is_not_fresh_when_it_arrives() {
    let world = World::new().await;
    let id = world.placed().await;
    let other = world.clone();
    world.mollie.during_reading(meanwhile(async move {
        other.authorize(id).await;
        other.advance(secs(10));
    }));
    world.sync(id).await;
    let shipped = world.ship(id, &lamps(1)).await;
    assert!(shipped.is_ok(), "refused on a state ten seconds old: {shipped:?}");
}

#[tokio::test]
async fn a_request_is_not_refused_if_the_order_cannot_be_read() {
    let world = World::new().await;
    let id = world.placed().await;
    world.advance(secs(3));
    let version = world.sound(id).await.version;
    for error in [
        GatewayError::Unavailable("503".to_owned()),
        GatewayError::NotFound,
        GatewayError::KeyRefused("401".to_owned()),
        GatewayError::Unreadable("no JSON".into()),
    ] {
        world.mollie.side().unreadable = Some(error);
        let shipped = world.ship(id, &lamps(1)).await;
        assert!(matches!(shipped, Err(MutationError::Unconfirmed(_))), "{shipped:?}");
        assert!(matches!(Box::pin(sync(&*world, id)).await, Err(SyncError::Gateway(_))));
    }
    world.pay(id).await;
    world.mollie.side().unreadable = None;
    world.sync(id).await;
    world.advance(secs(3));
    world.mollie.side().unreadable = Some(GatewayError::Unavailable("503".to_owned()));
    let canceled = world.cancel(id).await;
    assert!(matches!(canceled, Err(MutationError::Unconfirmed(_))), "{canceled:?}");
    assert_eq!(world.settled(id).await.version, version + 1);
    assert_eq!(world.mollie.calls().len(), 1);
}

#[tokio::test]
async fn an_order_that_is_not_placed_is_not_read() {
    let world = World::new().await;
    let accepted = world.recorded().await;
    assert!(matches!(Box::pin(sync(&*world, accepted.order_id)).await, Err(SyncError::NotPlaced)));
    assert_eq!(world.mollie.readings(), 0);
}

#[tokio::test]
async fn a_changed_address_is_named_in_the_event_and_stored_by_value() {
    let world = World::new().await;
    let id = world.placed().await;
    world
        .at_mollie(id, |order| {
            let address = order.billing_address.as_mut().unwrap();
            address.parts.city = Some("Utrecht".to_owned());
        })
        .await;
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!(order.personal.billing_address.unwrap().city.as_deref(), Some("Utrecht"));
    let events = world.events(id).await;
    let last = format!("{:?}", events.last().unwrap());
    assert!(last.contains("billing_address") && !last.contains("Utrecht"));
}

/// It ended and was closed, and was revived: from then on it is read on schedule like any other.
#[tokio::test]
async fn a_revived_order_is_read_on_schedule_again() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.cancel_now(id).await;
    let due = world.lookups().await;
    assert_eq!(due.len(), 1);
    world.store.finish_lookup(&due[0], READ).await.unwrap();
    world.advance(mins(24 * 60));
    assert!(world.lookups().await.is_empty());
    world.authorize(id).await;
    assert_eq!(world.sync(id).await.closed_time, None);
    world.advance(mins(6 * 60));
    assert_eq!(world.lookups().await.len(), 1);
}

/// A scheduled look-up sets the next one itself.
#[tokio::test]
async fn news_from_a_scheduled_look_up_does_not_make_another_one_due() {
    let world = World::new().await;
    let id = world.placed().await;
    world.advance(mins(15));
    let claims = world.lookups().await;
    assert_eq!(claims.len(), 1);
    world.authorize(id).await;
    world.sync(id).await;
    let next = world.clock.now() + jiff::SignedDuration::from_hours(6);
    world.store.finish_lookup(&claims[0], LookupEnd { next: Some(next), ..READ }).await.unwrap();
    world.advance(mins(6 * 60 - 1));
    assert!(world.lookups().await.is_empty());
    world.advance(mins(1));
    assert_eq!(world.lookups().await.len(), 1);
}
