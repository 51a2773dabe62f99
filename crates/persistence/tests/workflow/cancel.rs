//! Canceling: every way that its call can end.

use domain::ports::GatewayError;
use domain::rules::field::Field;
use domain::rules::operation::OperationState;
use domain::rules::part::Part;
use domain::rules::precondition::PreconditionReason;
use domain::rules::status::{LineStatus, OrderStatus, Read};
use domain::workflow::step::Progress;

use crate::intents::{chairs, euro, reason};
use crate::ledger::canceled;
use crate::mollie::{Fate, meanwhile};
use crate::world::{World, all_at, mins, secs};

#[tokio::test]
async fn an_accepted_cancellation_ends_the_order() {
    let world = World::new().await;
    let id = world.authorized().await;
    let (accepted, progress) = world.cancel_now(id).await;
    assert_eq!(
        (progress, world.state(accepted.operation_id()).await),
        (Progress::Settled, OperationState::Succeeded)
    );
    let order = world.settled(id).await;
    assert_eq!((order.facts.status, order.held_number()), (Some(OrderStatus::Canceled), None));
    assert!(order.lines.iter().all(|line| line.available().quantity == 0));
    assert!(order.closed_time.is_some());
    let kinds = world.kinds(id).await;
    assert_eq!(kinds[3..], ["cancellation.recorded", "cancellation.succeeded", "order.canceled"]);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 0, 1)));
}

#[tokio::test]
async fn canceling_twice_has_one_effect_and_succeeds_twice() {
    let world = World::new().await;
    let id = world.authorized().await;
    let first = world.cancel(id).await.unwrap();
    let second = world.cancel(id).await.unwrap();
    assert_eq!((second.operation_id(), &second.claim), (first.operation_id(), &None));
    world.drive(first.claim.as_ref().unwrap()).await;
    let version = world.settled(id).await.version;
    let third = world.cancel(id).await.unwrap();
    assert_eq!((third.operation_id(), third.claim), (None, None));
    world.work(secs(5)).await;
    assert_eq!(world.settled(id).await.version, version);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 0, 1)));
}

#[tokio::test]
async fn an_order_canceled_elsewhere_counts_as_canceled_although_mollie_refuses() {
    let world = World::new().await;
    let id = world.authorized().await;
    let cancel = world.cancel(id).await.unwrap();
    world.at_mollie(id, |order| all_at(order, OrderStatus::Canceled, LineStatus::Canceled)).await;
    assert_eq!(world.drive(cancel.claim.as_ref().unwrap()).await, Progress::Settled);
    let done = world.operation(cancel.operation_id()).await;
    assert_eq!((done.state.name(), done.state.rejection().cloned()), (OperationState::Succeeded, None));
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Canceled));
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 0, 0)));
}

#[tokio::test]
async fn a_refused_cancellation_leaves_the_order_as_it_is() {
    let world = World::new().await;
    let id = world.authorized().await;
    let before = world.sound(id).await;
    world.mollie.next(Fate::Rejected);
    let (accepted, progress) = world.cancel_now(id).await;
    assert_eq!(
        (progress, world.state(accepted.operation_id()).await),
        (Progress::Settled, OperationState::Rejected)
    );
    let after = world.settled(id).await;
    assert_eq!((&after.facts, &after.lines), (&before.facts, &before.lines));
    assert_eq!(world.kinds(id).await.last(), Some(&"cancellation.refused"));
    assert_eq!(world.mollie.effects(), (1, 0, 0));
}

#[tokio::test]
async fn an_unconfirmed_rejection_is_not_final() {
    let world = World::new().await;
    let id = world.authorized().await;
    let cancel = world.cancel(id).await.unwrap();
    world.at_mollie(id, |order| all_at(order, OrderStatus::Canceled, LineStatus::Canceled)).await;
    world.mollie.side().unreadable = Some(GatewayError::Unavailable("503".to_owned()));
    assert_eq!(world.drive(cancel.claim.as_ref().unwrap()).await, Progress::Deferred);
    assert_eq!(world.state(cancel.operation_id()).await, OperationState::Resolving);
    world.mollie.side().unreadable = None;
    world.work(secs(10)).await;
    assert_eq!(world.state(cancel.operation_id()).await, OperationState::Succeeded);
    world.settled(id).await;
    assert_eq!(world.mollie.calls().len(), 2);
}

#[tokio::test]
async fn a_cancellation_whose_answer_was_lost_is_not_made_again() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, progress) = world.cancel_now(id).await;
    assert_eq!(progress, Progress::Deferred);
    world.sync(id).await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Canceled));
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 0, 1)));
}

#[tokio::test]
async fn a_crash_after_the_effect_of_a_cancellation_leaves_one() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::HangsAfter);
    let cancel = world.cancel(id).await.unwrap();
    world.crash(cancel.claim.as_ref().unwrap()).await;
    world.end_leases().await;
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Canceled));
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 0, 1)));
}

#[tokio::test]
async fn a_lost_cancellation_is_not_repeated_within_the_settle_window_although_keys_are_trusted() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostCall);
    let (accepted, _) = world.cancel_now(id).await;
    world.work(secs(87)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Resolving);
    assert_eq!(world.mollie.calls().len(), 2);
    world.work(secs(20)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    world.settled(id).await;
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (3, (1, 0, 1)));
}

#[tokio::test]
async fn a_cancellation_that_lands_late_is_found() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::Late(secs(70)));
    let (accepted, _) = world.cancel_now(id).await;
    world.work(mins(2)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    world.settled(id).await;
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 0, 1)));
}

#[tokio::test]
async fn a_paid_order_is_not_canceled() {
    let world = World::new().await;
    let id = world.placed().await;
    world.pay(id).await;
    world.sync(id).await;
    assert_eq!(reason(world.cancel(id).await), PreconditionReason::OrderNotCancelable);
    world.settled(id).await;
    assert_eq!(world.mollie.calls().len(), 1);
}

/// It ended before the cancellation reached Mollie, and some of its lines had been canceled by hand earlier.
#[tokio::test]
async fn an_order_completed_by_shipping_does_not_count_as_canceled() {
    let world = World::new().await;
    let id = world.authorized().await;
    world
        .at_mollie(id, |order| {
            let lamps = &mut order.lines[1];
            lamps.canceled = Some(Part { quantity: 1, amount: euro("20.00") });
        })
        .await;
    world.sync(id).await;
    let cancel = world.cancel(id).await.unwrap();
    world
        .at_mollie(id, |order| {
            for line in &mut order.lines {
                let all = Part { quantity: line.quantity, amount: line.total_amount };
                line.shipped = Some(all.without(canceled(line)));
                line.status = Read::Known(LineStatus::Completed);
            }
            order.status = Some(Read::Known(OrderStatus::Completed));
        })
        .await;
    world.drive(cancel.claim.as_ref().unwrap()).await;
    world.settled(id).await;
    assert_eq!(world.state(cancel.operation_id()).await, OperationState::Rejected);
}

/// Mollie may have introduced a new word for canceled orders.
#[tokio::test]
async fn an_unknown_status_does_not_prove_that_a_cancellation_is_absent() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    world.cancel_now(id).await;
    world.at_mollie(id, |order| order.status = Some(Read::Unknown("released".to_owned()))).await;
    world.work(mins(5)).await;
    world.sound(id).await;
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 0, 1)));
}

/// The answer is as old as the effect; a later reading is newer.
#[tokio::test]
async fn a_late_answer_does_not_undo_a_later_reading() {
    let world = World::new().await;
    let id = world.authorized().await;
    let cancel = world.cancel(id).await.unwrap();
    let other = world.clone();
    world.mollie.next_during(
        Fate::Answered,
        meanwhile(async move {
            other.at_mollie(id, |order| order.is_cancelable = Field::Value(false)).await;
            other.sync(id).await;
        }),
    );
    world.drive(cancel.claim.as_ref().unwrap()).await;
    world.settled(id).await;
    let kinds = world.kinds(id).await;
    assert_eq!(kinds.iter().filter(|kind| **kind == "order.updated").count(), 0, "{kinds:?}");
    assert_eq!(world.order(id).await.facts.is_cancelable, Some(false));
}

/// Its status does not say why it is completed: only the units canceled since the request do.
#[tokio::test]
async fn a_lost_cancellation_of_a_shipping_order_is_found_although_its_webhook_came_first() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.ship_now(id, &chairs(1)).await;
    world.sync(id).await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.cancel_now(id).await;
    assert_eq!(world.sync(id).await.facts.status, Some(OrderStatus::Completed));
    world.work(mins(3)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    let order = world.settled(id).await;
    assert_eq!((order.lines[0].canceled.quantity, order.lines[1].canceled.quantity), (1, 3));
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (3, (1, 1, 1)));
}

/// Its two hundred and sixty-second event records what was canceled by hand.
#[tokio::test]
async fn earlier_cancellations_are_known_however_many_events_an_order_has() {
    let world = World::new().await;
    let id = world.authorized().await;
    for n in 0..258 {
        world.at_mollie(id, |order| order.method = Some(format!("method{n}"))).await;
        world.sync(id).await;
    }
    world
        .at_mollie(id, |order| {
            let lamps = &mut order.lines[1];
            lamps.canceled = Some(Part { quantity: 1, amount: euro("20.00") });
        })
        .await;
    world.sync(id).await;
    let cancel = world.cancel(id).await.unwrap();
    world
        .at_mollie(id, |order| {
            for line in &mut order.lines {
                let all = Part { quantity: line.quantity, amount: line.total_amount };
                line.shipped = Some(all.without(canceled(line)));
                line.status = Read::Known(LineStatus::Completed);
            }
            order.status = Some(Read::Known(OrderStatus::Completed));
        })
        .await;
    world.drive(cancel.claim.as_ref().unwrap()).await;
    world.settled(id).await;
    assert_eq!(world.state(cancel.operation_id()).await, OperationState::Rejected);
}

/// The webhook of the cancellation may be processed before its answer is written: the caller still learns what was canceled.
#[tokio::test]
async fn a_cancellation_whose_webhook_is_read_first_reports_what_was_canceled() {
    let world = World::new().await;
    let id = world.authorized().await;
    let other = world.clone();
    let hook = meanwhile(async move {
        other.sync(id).await;
    });
    world.mollie.next_during(Fate::Answered, hook);
    let (accepted, progress) = world.cancel_now(id).await;
    assert_eq!(
        (progress, world.state(accepted.operation_id()).await),
        (Progress::Settled, OperationState::Succeeded)
    );
    let order = world.sound(id).await;
    let canceled: Vec<_> = order.lines.iter().map(|line| line.canceled.quantity).collect();
    assert_eq!((order.facts.status, canceled), (Some(OrderStatus::Canceled), vec![2, 3]));
}
