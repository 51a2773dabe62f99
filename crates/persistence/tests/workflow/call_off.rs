//! Canceling refunds: before Mollie has them, and while they are queued or pending there.

use domain::operations::cancel_refund::CallOff;
use domain::rules::ids::OrderId;
use domain::rules::operation::OperationState;
use domain::rules::part::Part;
use domain::rules::precondition::PreconditionReason;
use domain::rules::refund::RefundState;
use domain::rules::status::{Read, RefundStatus};
use domain::workflow::submit::{On, submit};
use domain::workflow::{MutationError, Recorded};

use crate::intents::{euro, intent, reason};
use crate::mollie::Fate;
use crate::refund::{goodwill, units};
use crate::world::{World, mins, secs};

impl World {
    pub async fn call_off(&self, id: OrderId, of: &Recorded) -> Result<Recorded, MutationError> {
        let intent = intent("CancelRefund", &format!("call-off-{}", self.number()));
        let refund_id = of.answer.refund().unwrap();
        Box::pin(submit(self, &intent, On::Order(id), &CallOff { refund_id })).await
    }
}

#[tokio::test]
async fn a_refund_that_was_never_sent_is_called_off_without_a_call() {
    let world = World::new().await;
    let id = world.paid().await;
    world.mollie.next(Fate::NotSent(Some(mins(10))));
    let (made, _) = world.refund_now(id, &units(2, 1)).await;
    let canceled = world.call_off(id, &made).await.unwrap();
    assert_eq!(canceled.claim, None);
    assert_eq!(world.state(made.operation_id()).await, OperationState::Withdrawn);
    assert_eq!(world.refund_of(&made).await.state, RefundState::Withdrawn);
    let order = world.settled(id).await;
    assert_eq!(order.lines[1].given_back(), Part::none(euro("0.00")));
    assert!(order.open_refunds.is_empty());
    assert!(world.kinds(id).await.ends_with(&["refund.withdrawn"]));
    let calls = world.mollie.calls().len();
    assert_eq!(world.call_off(id, &made).await.unwrap().group, None);
    assert_eq!(world.mollie.calls().len(), calls);
}

/// It is canceled once, whatever answer is lost; and nobody is alarmed by what was wanted.
#[tokio::test]
async fn a_pending_refund_is_canceled_at_mollie_once_and_raises_nothing() {
    for fate in [Fate::Answered, Fate::LostAnswer, Fate::LostCall, Fate::Late(secs(30)), Fate::Stumbles] {
        let world = World::new().await;
        let id = world.paid().await;
        let (made, _) = world.refund_now(id, &goodwill("5.00")).await;
        world.mollie.next(fate.clone());
        let canceled = world.call_off(id, &made).await.unwrap();
        let joined = world.call_off(id, &made).await.unwrap();
        assert_eq!(joined.group, canceled.group);
        world.drive(canceled.claim.as_ref().unwrap()).await;
        world.sync(id).await;
        world.work(mins(5)).await;
        world.sync(id).await;
        let refund = world.refund_of(&made).await;
        assert_eq!(refund.status, Some(Read::Known(RefundStatus::Canceled)), "{fate:?}");
        let order = world.settled(id).await;
        assert_eq!((order.beside.refunded, order.items.len()), (euro("0.00"), 0), "{fate:?}");
        assert_eq!(world.kinds(id).await.iter().filter(|kind| **kind == "refund.canceled").count(), 1);
    }
}

/// A reading that no longer counts its units comes before or after the answer.
#[tokio::test]
async fn the_units_of_a_canceled_refund_come_back_once() {
    let all = Part { quantity: 1, amount: euro("20.00") };
    for fate in [Fate::Answered, Fate::LostAnswer, Fate::LostCall, Fate::Late(secs(30)), Fate::Stumbles] {
        let world = World::new().await;
        let id = world.paid().await;
        let (made, _) = world.refund_now(id, &units(2, 1)).await;
        world.sync(id).await;
        world.mollie.next(fate.clone());
        let canceled = world.call_off(id, &made).await.unwrap();
        world.drive(canceled.claim.as_ref().unwrap()).await;
        for _ in 0..6 {
            for order in [world.order(id).await, world.sync(id).await] {
                let given_back = order.lines[1].given_back();
                assert!(
                    given_back == all || given_back == Part::none(all.amount),
                    "{fate:?}: {given_back:?}"
                );
            }
            world.work(mins(1)).await;
        }
        let order = world.settled(id).await;
        assert_eq!((order.lines[1].given_back(), order.items.len()), (Part::none(all.amount), 0), "{fate:?}");
    }
}

#[tokio::test]
async fn a_refund_that_went_too_far_is_not_canceled() {
    let world = World::new().await;
    let id = world.paid().await;
    let (made, _) = world.refund_now(id, &units(2, 1)).await;
    world.refunds_become(id, RefundStatus::Processing).await;
    // We do not know yet; Mollie does.
    let canceled = world.call_off(id, &made).await.unwrap();
    world.drive(canceled.claim.as_ref().unwrap()).await;
    assert_eq!(world.state(canceled.operation_id()).await, OperationState::Rejected);
    world.sync(id).await;
    assert_eq!(reason(world.call_off(id, &made).await), PreconditionReason::RefundNotCancelable);
    assert_eq!(world.settled(id).await.lines[1].refunded.quantity, 1);
    assert!(world.kinds(id).await.contains(&"refund.cancel_refused"));
}

/// It is on its way to Mollie, and nobody knows whether it has arrived.
#[tokio::test]
async fn the_cancellation_of_a_refund_under_way_waits_for_it() {
    for (fate, state) in
        [(Fate::LostAnswer, OperationState::Succeeded), (Fate::Rejected, OperationState::Withdrawn)]
    {
        let world = World::new().await;
        let id = world.paid().await;
        world.mollie.next(Fate::LostCall);
        let (made, _) = world.refund_now(id, &units(2, 1)).await;
        let canceled = world.call_off(id, &made).await.unwrap();
        assert_eq!(canceled.claim, None);
        world.mollie.next(fate);
        world.work(mins(5)).await;
        world.sync(id).await;
        assert_eq!(world.state(canceled.operation_id()).await, state);
        assert_eq!(world.settled(id).await.lines[1].given_back().quantity, 0);
    }
}
