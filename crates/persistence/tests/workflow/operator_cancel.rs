//! Operator decisions about a cancellation whose outcome cannot be read.

use std::sync::Arc;

use domain::ports::GatewayError;
use domain::rules::ids::OrderId;
use domain::rules::operation::OperationState;
use domain::rules::status::OrderStatus;
use domain::workflow::Recorded;
use domain::workflow::operator::OperatorError;

use crate::mollie::Fate;
use crate::world::{World, mins, secs};

async fn unreadable(fate: Fate) -> (Arc<World>, OrderId, Recorded, String) {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(fate);
    let (accepted, _) = world.cancel_now(id).await;
    world.mollie.side().unreadable = Some(GatewayError::Unreadable("no JSON".into()));
    world.work(mins(2)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
    let mollie_id = world.order(id).await.mollie_id.unwrap().to_string();
    (world, id, accepted, mollie_id)
}

#[tokio::test]
async fn a_cancellation_resolved_by_an_operator_is_verified_and_recorded() {
    let (world, id, accepted, mollie_id) = unreadable(Fate::LostAnswer).await;
    let unread = world.succeeded(accepted.operation_id(), &mollie_id).await;
    assert!(matches!(unread, Err(OperatorError::Unverified(GatewayError::Unreadable(_)))), "{unread:?}");
    world.mollie.side().unreadable = None;
    let other = world.succeeded(accepted.operation_id(), "ord_1.99").await;
    assert!(matches!(other, Err(OperatorError::DoesNotFit { .. })), "{other:?}");
    world.succeeded(accepted.operation_id(), &mollie_id).await.unwrap();
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Canceled));
    let kinds = world.kinds(id).await;
    assert!(
        kinds.ends_with(&["operation.resolved", "cancellation.succeeded", "order.canceled"]),
        "{kinds:?}"
    );
    assert_eq!(world.mollie.effects(), (1, 0, 1));
}

#[tokio::test]
async fn a_cancellation_that_did_not_happen_is_resolved_as_rejected_only() {
    let (world, id, accepted, mollie_id) = unreadable(Fate::LostCall).await;
    world.mollie.side().unreadable = None;
    let reported = world.succeeded(accepted.operation_id(), &mollie_id).await;
    assert!(matches!(reported, Err(OperatorError::DoesNotFit { .. })), "{reported:?}");
    world.rejected(accepted.operation_id()).await.unwrap();
    let order = world.settled(id).await;
    assert_eq!((order.facts.status, order.items.len()), (Some(OrderStatus::Authorized), 0));
    assert!(world.kinds(id).await.ends_with(&["operation.resolved", "cancellation.refused"]));
    assert_eq!(world.mollie.effects(), (1, 0, 0));
}

#[tokio::test]
async fn a_retried_cancellation_that_did_not_happen_is_sent() {
    let (world, id, accepted, _) = unreadable(Fate::LostCall).await;
    world.mollie.side().unreadable = None;
    world.retry(accepted.operation_id()).await.unwrap();
    world.work(secs(5)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Canceled));
    assert_eq!(world.mollie.effects(), (1, 0, 1));
}
