//! Answers that leave out what money depends on: recorded as far as they go, never taken for "nothing happened", and read again.

use domain::ports::{Clock, GatewayError};
use domain::rules::operation::OperationState;
use domain::rules::precondition::PreconditionReason;
use domain::rules::status::{LineStatus, OrderStatus};
use domain::workflow::MutationError;
use domain::workflow::lookup::LookedUp;
use jiff::SignedDuration;

use crate::intents::{chairs, lamps, reason, ship_lamps_elsewhere, the_rest};
use crate::mollie::Fate;
use crate::world::{World, all_at, mins, secs};

/// The field that blocked the confirmation for a mutation.
fn unconfirmed<T: std::fmt::Debug>(outcome: Result<T, MutationError>) -> Option<String> {
    match outcome {
        Err(MutationError::Unconfirmed(GatewayError::Unreadable(misread))) => misread.field,
        other => panic!("not unconfirmed: {other:?}"),
    }
}

#[tokio::test]
async fn shipped_units_stay_shipped_when_mollie_leaves_the_counters_out_and_are_read_again() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.ship_now(id, &lamps(1)).await;
    world.mollie.side().leaves_counters_out = true;
    for pause in [1, 2, 4, 8, 16] {
        let looked = world.look_up().await;
        let LookedUp::Incomplete { left_out, next } = looked else { panic!("{looked:?}") };
        assert_eq!(left_out.field.as_deref(), Some("lines[0].quantityShipped"));
        assert_eq!(next, world.clock.now() + SignedDuration::from_secs(pause));
        let order = world.sound(id).await;
        assert_eq!((order.lines[1].shipped.quantity, order.lines[1].available().quantity), (1, 2));
        assert_eq!(order.facts.status, Some(OrderStatus::Shipping));
        world.advance(std::time::Duration::from_secs(pause.unsigned_abs()) - secs(1));
        assert!(world.lookups().await.is_empty(), "read again before {pause} s");
        world.advance(secs(1));
    }
    world.mollie.side().leaves_counters_out = false;
    assert!(matches!(world.look_up().await, LookedUp::Done { next: Some(_) }));
    world.settled(id).await;
}

#[tokio::test]
async fn an_ended_order_is_read_again_until_its_counters_are_reported() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.side().leaves_counters_out = true;
    let (canceled, _) = world.cancel_now(id).await;
    assert_eq!(world.state(canceled.operation_id()).await, OperationState::Succeeded);
    assert!(world.order(id).await.closed_time.is_some());
    assert!(matches!(world.look_up().await, LookedUp::Incomplete { .. }));
    world.mollie.side().leaves_counters_out = false;
    world.advance(secs(1));
    assert!(matches!(world.look_up().await, LookedUp::Done { next: None }));
    assert!(world.settled(id).await.lines.iter().all(|line| line.available().quantity == 0));
}

#[tokio::test]
async fn an_incomplete_reading_for_a_caller_makes_the_look_up_due() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.side().leaves_counters_out = true;
    let observed = world.sync(id).await.observed_time;
    assert_eq!(observed, world.sync(id).await.observed_time, "nothing is confirmed");
    assert!(world.lookups().await.is_empty());
    world.advance(secs(1));
    assert!(matches!(world.look_up().await, LookedUp::Incomplete { .. }));
}

#[tokio::test]
async fn a_shipment_made_elsewhere_counts_although_its_line_has_no_counter() {
    let world = World::new().await;
    let id = world.authorized().await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_x", 2, None, now)).await;
    world.mollie.side().leaves_counters_out = true;
    let order = world.sync(id).await;
    assert_eq!((order.lines[1].shipped.quantity, order.lines[1].available().quantity), (2, 1));
    world.mollie.side().leaves_counters_out = false;
    assert_eq!(world.sync(id).await.lines, order.lines);
    world.settled(id).await;
}

/// Its status does not say why it is completed: only the counters do.
#[tokio::test]
async fn a_lost_cancellation_does_not_count_as_absent_while_counters_are_missing() {
    let world = World::without_trust().await;
    let id = world.authorized().await;
    world.ship_now(id, &chairs(1)).await;
    world.sync(id).await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.cancel_now(id).await;
    world.mollie.side().leaves_counters_out = true;
    world.work(secs(30)).await;
    let operation = world.operation(accepted.operation_id()).await;
    assert_eq!(operation.state.name(), OperationState::Resolving);
    assert!(operation.last_problem.unwrap().contains("lines[0].quantityCanceled: left out"));
    world.mollie.side().leaves_counters_out = false;
    world.work(secs(10)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    world.settled(id).await;
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (3, (1, 1, 1)));
}

#[tokio::test]
async fn a_rejected_cancellation_is_not_believed_while_counters_are_missing() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.ship_now(id, &chairs(1)).await;
    world.sync(id).await;
    let cancel = world.cancel(id).await.unwrap();
    // The rest was canceled in the dashboard, so Mollie rejects our cancellation.
    world.at_mollie(id, crate::ledger::cancel_the_rest).await;
    world.mollie.side().leaves_counters_out = true;
    world.drive(cancel.claim.as_ref().unwrap()).await;
    assert_eq!(world.state(cancel.operation_id()).await, OperationState::Resolving);
    world.mollie.side().leaves_counters_out = false;
    world.work(secs(10)).await;
    assert_eq!(world.state(cancel.operation_id()).await, OperationState::Succeeded);
    world.settled(id).await;
}

#[tokio::test]
async fn a_lost_shipment_is_not_sent_again_while_mollie_leaves_the_shipments_out() {
    let world = World::without_trust().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    world.mollie.side().leaves_shipments_out = true;
    world.work(mins(4)).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0));
    let operation = world.operation(accepted.operation_id()).await;
    assert_eq!(operation.state.name(), OperationState::NeedsAttention);
    assert!(operation.last_problem.unwrap().contains("_embedded.shipments: left out"));
}

#[tokio::test]
async fn a_request_that_depends_on_counters_is_refused_only_if_they_are_reported() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.ship_now(id, &lamps(2)).await;
    world.sync(id).await;
    world.advance(secs(3));
    world.mollie.side().leaves_counters_out = true;
    let version = world.order(id).await.version;
    for _ in 0..2 {
        assert_eq!(unconfirmed(world.ship(id, &lamps(2)).await).as_deref(), Some("lines[0].quantityShipped"));
    }
    assert_eq!(world.sound(id).await.version, version);
    world.mollie.side().leaves_counters_out = false;
    assert_eq!(reason(world.ship(id, &lamps(2)).await), PreconditionReason::QuantityNotAvailable);
}

#[tokio::test]
async fn a_request_that_depends_on_a_status_is_refused_whatever_else_is_missing() {
    let world = World::new().await;
    let id = world.placed().await;
    world.pay(id).await;
    world.mollie.side().leaves_counters_out = true;
    world.sync(id).await;
    world.advance(secs(3));
    assert_eq!(reason(world.cancel(id).await), PreconditionReason::OrderNotCancelable);
    world.at_mollie(id, |order| all_at(order, OrderStatus::Completed, LineStatus::Completed)).await;
    world.advance(secs(3));
    world.sync(id).await;
    assert_eq!(reason(world.ship(id, &the_rest()).await), PreconditionReason::NothingRemaining);
}

/// A new order cannot have been shipped yet.
#[tokio::test]
async fn the_answer_to_our_own_create_needs_no_counters() {
    let world = World::new().await;
    world.mollie.side().leaves_counters_out = true;
    let id = world.placed().await;
    let order = world.settled(id).await;
    assert!(order.lines.iter().all(|line| line.shipped.quantity == 0) && order.observed_time.is_some());
    world.advance(mins(1));
    assert!(world.lookups().await.is_empty());
    assert_eq!(world.mollie.readings(), 0);
}

#[tokio::test]
async fn a_lost_order_that_is_found_paid_without_its_counters_is_read_again_at_once() {
    let world = World::new().await;
    world.mollie.next(Fate::LostAnswer);
    let placing = world.recorded().await;
    world.drive(placing.claim.as_ref().unwrap()).await;
    all_at(&mut world.mollie.side().ledger.orders[0], OrderStatus::Paid, LineStatus::Paid);
    world.mollie.side().leaves_counters_out = true;
    world.work(secs(3)).await;
    assert_eq!(world.order(placing.order_id).await.facts.status, Some(OrderStatus::Paid));
    assert!(matches!(world.look_up().await, LookedUp::Incomplete { .. }));
}
