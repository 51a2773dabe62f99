//! The age limit of placements.

use domain::rules::operation::OperationState;
use domain::rules::placement::Placement;
use domain::rules::status::OrderStatus;
use domain::workflow::step::Progress;

use crate::mollie::Fate;
use crate::world::{World, mins, secs};

#[tokio::test]
async fn a_placement_never_sent_within_its_age_limit_is_abandoned_without_a_call() {
    let world = World::new().await;
    world.mollie.next(Fate::NotSent(Some(mins(15))));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(mins(15) + secs(1));
    assert_eq!(world.step().await, Progress::Settled);
    let order = world.settled(accepted.order_id).await;
    assert_eq!((order.placement, order.held_number()), (Placement::Abandoned, None));
    let operation = world.operation(accepted.operation_id()).await;
    assert_eq!((operation.state.name(), operation.sealed), (OperationState::Withdrawn, None));
    assert_eq!(world.kinds(order.id).await, ["order.recorded", "order.placement_abandoned"]);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (1, (0, 0, 0)));
    assert_eq!(world.recorded().await.order_id, order.id);
    assert_ne!(world.place("p2", "1337").await.order_id, order.id);
}

#[tokio::test]
async fn a_placement_just_in_time_is_sent() {
    let world = World::new().await;
    world.mollie.next(Fate::NotSent(Some(mins(15))));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(mins(15));
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Placed);
}

#[tokio::test]
async fn an_order_found_unpaid_after_its_age_limit_is_canceled_at_mollie() {
    let world = World::new().await;
    world.mollie.next(Fate::HangsAfter);
    let accepted = world.recorded().await;
    world.crash(accepted.claim.as_ref().unwrap()).await;
    world.advance(mins(16));
    world.end_leases().await;
    assert_eq!(world.step().await, Progress::Settled);
    let order = world.sound(accepted.order_id).await;
    assert_eq!((order.placement, order.facts.status), (Placement::Placed, Some(OrderStatus::Created)));
    assert_eq!(world.kinds(order.id).await[2..], ["cancellation.recorded"]);
    assert_eq!(world.step().await, Progress::Settled);
    let order = world.settled(accepted.order_id).await;
    assert_eq!(order.facts.status, Some(OrderStatus::Canceled));
    assert_eq!(order.held_number(), None);
    assert_eq!(world.mollie.effects(), (1, 0, 1));
}

#[tokio::test]
async fn an_order_found_paid_after_its_age_limit_is_kept() {
    let world = World::new().await;
    world.mollie.next(Fate::HangsAfter);
    let accepted = world.recorded().await;
    world.crash(accepted.claim.as_ref().unwrap()).await;
    {
        let mut side = world.mollie.side();
        crate::world::all_at(
            &mut side.ledger.orders[0],
            OrderStatus::Paid,
            domain::rules::status::LineStatus::Paid,
        );
    }
    world.advance(mins(16));
    world.end_leases().await;
    world.work(secs(10)).await;
    let order = world.settled(accepted.order_id).await;
    assert_eq!((order.placement, order.facts.status), (Placement::Placed, Some(OrderStatus::Paid)));
    assert_eq!(world.mollie.effects(), (1, 0, 0));
}

#[tokio::test]
async fn an_order_lost_until_its_age_limit_is_abandoned_once_it_is_certainly_absent() {
    let world = World::new().await;
    world.mollie.next(Fate::HangsBefore);
    let accepted = world.recorded().await;
    world.crash(accepted.claim.as_ref().unwrap()).await;
    world.advance(mins(16));
    world.end_leases().await;
    assert_eq!(world.step().await, Progress::Settled);
    let order = world.settled(accepted.order_id).await;
    assert_eq!(order.placement, Placement::Abandoned);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (1, (0, 0, 0)));
}

#[tokio::test]
async fn an_order_sent_shortly_before_its_age_limit_is_abandoned_only_after_the_settle_window() {
    let world = World::without_trust().await;
    world.mollie.next(Fate::NotSent(Some(mins(15) - secs(10))));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(mins(15) - secs(10));
    world.mollie.next(Fate::Late(secs(75)));
    assert_eq!(world.step().await, Progress::Deferred);
    world.work(secs(70)).await;
    assert_eq!(world.sound(accepted.order_id).await.placement, Placement::Placing);
    assert_eq!(world.mollie.calls().len(), 2);
    world.work(secs(30)).await;
    let order = world.settled(accepted.order_id).await;
    assert_eq!((order.placement, order.facts.status), (Placement::Placed, Some(OrderStatus::Canceled)));
    assert_eq!(world.mollie.effects(), (1, 0, 1));
}

/// Absence was proved once; from then on the placement counts as never sent.
#[tokio::test]
async fn a_placement_proved_absent_and_then_held_back_beyond_its_age_limit_is_not_sent() {
    let world = World::without_trust().await;
    world.mollie.next(Fate::LostCall);
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(secs(89));
    world.step().await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Pending);
    world.mollie.next(Fate::NotSent(Some(mins(20))));
    assert_eq!(world.step().await, Progress::Deferred);
    world.advance(mins(20));
    world.work(mins(3)).await;
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Abandoned);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (0, 0, 0)));
}

/// Its first call left no trace, its key has expired, and it is past its age limit.
#[tokio::test]
async fn a_lost_placement_held_back_beyond_its_age_limit_is_not_sent() {
    let world = World::new().await;
    world.mollie.next(Fate::LostCall);
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(secs(1));
    world.step().await;
    world.mollie.next(Fate::NotSent(Some(mins(70))));
    assert_eq!(world.step().await, Progress::Deferred);
    world.advance(mins(70));
    world.work(mins(3)).await;
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Abandoned);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (0, 0, 0)));
}

/// Its key lives, but it is past its age limit.
#[tokio::test]
async fn a_lost_placement_is_not_sent_again_after_its_age_limit_although_its_key_lives() {
    let world = World::new().await;
    world.mollie.next(Fate::LostCall);
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(secs(1));
    world.step().await;
    world.mollie.next(Fate::NotSent(Some(mins(20))));
    assert_eq!(world.step().await, Progress::Deferred);
    world.advance(mins(20));
    world.work(mins(3)).await;
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Abandoned);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (0, 0, 0)));
}

#[tokio::test]
async fn a_placement_is_given_up_at_its_age_limit_however_long_mollie_asks_to_wait() {
    let world = World::new().await;
    world.mollie.next(Fate::NotSent(Some(mins(300))));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(mins(15) + secs(1));
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Abandoned);
    assert_eq!(world.mollie.calls().len(), 1);
}

/// The call may still take effect: Mollie would have an order that is unknown here.
#[tokio::test]
async fn a_placement_sent_just_before_its_age_limit_is_not_given_up_within_the_settle_window() {
    let world = World::new().await;
    world.mollie.next(Fate::NotSent(Some(mins(15))));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(mins(15));
    world.mollie.next(Fate::Late(secs(70)));
    assert_eq!(world.step().await, Progress::Deferred);
    world.work(mins(3)).await;
    let order = world.settled(accepted.order_id).await;
    assert_eq!((order.placement, order.facts.status), (Placement::Placed, Some(OrderStatus::Canceled)));
    assert_eq!(world.mollie.effects(), (1, 0, 1), "Mollie has an order that is abandoned here");
}

#[tokio::test]
async fn an_order_found_authorized_after_its_age_limit_is_not_canceled() {
    let world = World::new().await;
    world.mollie.next(Fate::HangsAfter);
    let accepted = world.recorded().await;
    world.crash(accepted.claim.as_ref().unwrap()).await;
    {
        let mut side = world.mollie.side();
        let order = &mut side.ledger.orders[0];
        crate::world::all_at(order, OrderStatus::Authorized, domain::rules::status::LineStatus::Authorized);
    }
    world.advance(mins(16));
    world.end_leases().await;
    world.work(secs(10)).await;
    let order = world.settled(accepted.order_id).await;
    assert_eq!((order.placement, order.facts.status), (Placement::Placed, Some(OrderStatus::Authorized)));
    assert_eq!(world.mollie.effects(), (1, 0, 0));
}
