//! Duplicate orders under the hook address of one of ours: found in a search, or revealed by their webhooks.

use std::sync::Arc;

use domain::ports::{Clock, GatewayError};
use domain::rules::ids::{MollieOrderId, OrderId};
use domain::rules::item::ItemKind;
use domain::rules::operation::OperationState;
use domain::rules::placement::Placement;
use domain::rules::status::{LineStatus, OrderStatus, PaymentStatus};
use domain::workflow::lookup::LookedUp;
use domain::workflow::sync::SyncError;

use crate::items::{attempt, raised};
use crate::mollie::Fate;
use crate::world::{World, all_at, mins, secs};

fn is_done(looked: &LookedUp) -> bool {
    matches!(looked, LookedUp::Done { .. })
}

/// The placement was sent twice, Mollie was not trusted to recognise the key, and the first call took effect late.
async fn placed_twice() -> (Arc<World>, OrderId, String) {
    let world = World::without_trust().await;
    world.mollie.side().ledger.forgets_keys = true;
    world.mollie.next(Fate::Late(mins(5)));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.work(mins(3)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    world.advance(mins(3));
    assert_eq!(world.mollie.effects(), (2, 0, 0));
    let late = world.mollie.side().ledger.orders[1].mollie_id.to_string();
    (world, accepted.order_id, late)
}

#[tokio::test]
async fn a_placement_that_takes_effect_after_the_settle_window_is_revealed_by_its_webhook() {
    let (world, id, late) = placed_twice().await;
    let ours = world.order(id).await.mollie_id.unwrap();
    world.hook(id, ours.as_str()).await;
    assert!(is_done(&world.look_up().await));
    assert_eq!(world.settled(id).await.items, [], "its own webhook hints at no other order");
    for _ in 0..2 {
        world.hook(id, &late).await;
        let readings = world.mollie.readings();
        assert!(is_done(&world.look_up().await));
        let order = world.settled(id).await;
        assert_eq!(raised(&order), [(ItemKind::SurplusOrder, late.as_str())]);
        assert_eq!(order.mollie_id.as_ref(), Some(&ours));
        assert!(world.mollie.readings() - readings <= 2);
    }
    assert_eq!(world.kinds(id).await.last(), Some(&"item.raised"));
}

/// A payment's webhook names only the payment.
#[tokio::test]
async fn an_unknown_payment_hints_at_a_second_order() {
    let (world, id, late) = placed_twice().await;
    world.hook(id, "tr_stranger").await;
    assert!(is_done(&world.look_up().await));
    assert_eq!(raised(&world.settled(id).await), [(ItemKind::SurplusOrder, late.as_str())]);
}

#[tokio::test]
async fn hints_about_known_ids_cause_no_search() {
    let world = World::new().await;
    let id = world.placed().await;
    let now = world.clock.now();
    world.at_mollie(id, |order| order.payments = Some(vec![attempt("tr_1", PaymentStatus::Open, now)])).await;
    let ours = world.order(id).await.mollie_id.unwrap();
    for hint in [ours.as_str(), "tr_1", "re_1", "nonsense"] {
        world.hook(id, hint).await;
    }
    let readings = world.mollie.readings();
    assert!(is_done(&world.look_up().await));
    assert_eq!(world.mollie.readings() - readings, 1, "the order itself");
    world.hook(id, "tr_2").await;
    let readings = world.mollie.readings();
    assert!(is_done(&world.look_up().await));
    assert_eq!(world.mollie.readings() - readings, 2, "and a search");
    assert_eq!(world.settled(id).await.items, []);
}

#[tokio::test]
async fn an_order_at_mollie_for_a_rejected_or_abandoned_one_is_raised() {
    for placement in [Placement::Refused, Placement::Abandoned] {
        let world = World::without_trust().await;
        let accepted = match placement {
            Placement::Refused => {
                world.mollie.next(Fate::Rejected);
                let accepted = world.recorded().await;
                world.drive(accepted.claim.as_ref().unwrap()).await;
                let place = world.place("p2", "1338").await;
                world.drive(place.claim.as_ref().unwrap()).await;
                accepted
            }
            Placement::Placing | Placement::Placed | Placement::Abandoned => {
                world.mollie.next(Fate::Late(mins(30)));
                let accepted = world.recorded().await;
                world.drive(accepted.claim.as_ref().unwrap()).await;
                world.advance(mins(16));
                world.work(mins(2)).await;
                world.advance(mins(20));
                accepted
            }
        };
        let id = accepted.order_id;
        let order = world.settled(id).await;
        assert_eq!(order.placement, placement);
        let stranger = MollieOrderId::new("ord_9.x");
        {
            let address = domain::workflow::hook_address(&*world, &order);
            let mut side = world.mollie.side();
            let found = side.ledger.orders.last_mut().unwrap();
            (found.mollie_id, found.webhook_url) = (stranger.clone(), Some(address));
        }
        world.hook(id, "tr_stranger").await;
        let claims = world.lookups().await;
        let claim = claims.iter().find(|claim| claim.order_id == id).unwrap();
        let looked = Box::pin(domain::workflow::lookup::look_up(&*world, claim)).await.unwrap();
        assert!(matches!(looked, LookedUp::Done { next: None }), "{looked:?}");
        let order = world.settled(id).await;
        assert_eq!(raised(&order), [(ItemKind::SurplusOrder, "ord_9.x")]);
        assert_eq!((order.placement, order.mollie_id), (placement, None));
        assert!(order.items[0].text.contains(placement.as_str()));
    }
}

#[tokio::test]
async fn hints_survive_a_failed_look_up() {
    let (world, id, late) = placed_twice().await;
    world.hook(id, &late).await;
    world.mollie.side().unreadable = Some(GatewayError::Unavailable("503".to_owned()));
    for _ in 0..3 {
        let looked = world.look_up().await;
        assert!(matches!(looked, LookedUp::Failed { problem: SyncError::Gateway(_), .. }), "{looked:?}");
        world.advance(mins(5));
    }
    world.mollie.side().unreadable = None;
    assert!(is_done(&world.look_up().await));
    assert_eq!(world.settled(id).await.items.len(), 1);
}

/// No call was left: that is nobody's failure, so it neither counts as one nor takes longer each time.
#[tokio::test]
async fn a_look_up_for_which_no_call_is_left_is_put_off_and_keeps_its_hints() {
    let (world, id, late) = placed_twice().await;
    world.hook(id, &late).await;
    let later = GatewayError::Later { problem: "used up".to_owned(), pause: secs(40) };
    world.mollie.side().unreadable = Some(later);
    for _ in 0..3 {
        let now = world.clock.now();
        let LookedUp::PutOff { next } = world.look_up().await else { panic!("it is put off") };
        let waits = next.duration_since(now).as_secs();
        assert!((40..=52).contains(&waits), "{waits}");
        world.advance(secs(39));
        assert_eq!(world.lookups().await, [], "not before");
        world.advance(secs(13));
    }
    world.mollie.side().unreadable = None;
    assert!(is_done(&world.look_up().await));
    assert_eq!(world.settled(id).await.items.len(), 1);
}

/// The order itself is read, and then Mollie goes down before the search.
#[tokio::test]
async fn hints_survive_a_failed_search() {
    let (world, id, late) = placed_twice().await;
    world.hook(id, &late).await;
    let other = world.clone();
    world.mollie.during_reading(crate::mollie::meanwhile(async move {
        other.mollie.side().unreadable = Some(GatewayError::Unavailable("503".to_owned()));
    }));
    assert!(matches!(world.look_up().await, LookedUp::Failed { .. }));
    assert_eq!(world.settled(id).await.items, []);
    world.mollie.side().unreadable = None;
    world.advance(secs(1));
    assert!(is_done(&world.look_up().await));
    assert_eq!(world.settled(id).await.items.len(), 1);
}

#[tokio::test]
async fn hints_wait_for_an_order_that_is_not_placed_yet() {
    let world = World::new().await;
    let accepted = world.recorded().await;
    world.hook(accepted.order_id, "tr_stranger").await;
    for _ in 0..2 {
        let looked = world.look_up().await;
        assert!(matches!(looked, LookedUp::Waiting { .. }), "{looked:?}");
        world.rests().await;
        world.advance(secs(1));
    }
    assert_eq!(world.mollie.readings(), 0);
    world.end_leases().await;
    world.work(secs(2)).await;
    let order = world.settled(accepted.order_id).await;
    assert_eq!(order.placement, Placement::Placed);
    let mut second = world.mollie.side().ledger.orders[0].clone();
    second.mollie_id = MollieOrderId::new("ord_9.x");
    world.mollie.side().ledger.orders.push(second);
    assert!(is_done(&world.look_up().await));
    assert_eq!(raised(&world.settled(order.id).await), [(ItemKind::SurplusOrder, "ord_9.x")]);
}

/// Its answers were lost twice, and both calls had their effect.
#[tokio::test]
async fn the_order_with_money_is_adopted_and_its_duplicate_raised() {
    for paid in [None, Some(1)] {
        let world = World::without_trust().await;
        world.mollie.next(Fate::LostAnswer);
        let accepted = world.recorded().await;
        world.drive(accepted.claim.as_ref().unwrap()).await;
        {
            let mut side = world.mollie.side();
            let mut second = side.ledger.orders[0].clone();
            second.mollie_id = MollieOrderId::new("ord_9.x");
            side.ledger.orders.push(second);
            if let Some(paid) = paid {
                all_at(&mut side.ledger.orders[paid], OrderStatus::Paid, LineStatus::Paid);
            }
        }
        world.work(secs(2)).await;
        let order = world.settled(accepted.order_id).await;
        let (ours, other) = if paid.is_some() { ("ord_9.x", "ord_1.1") } else { ("ord_1.1", "ord_9.x") };
        assert_eq!(order.mollie_id.as_ref().map(MollieOrderId::as_str), Some(ours));
        assert_eq!(raised(&order), [(ItemKind::SurplusOrder, other)]);
        assert_eq!(world.kinds(order.id).await[1..], ["order.placed", "item.raised"]);
    }
}
