//! Operator decisions about a placement whose outcome cannot be read.

use std::sync::Arc;

use domain::ports::GatewayError;
use domain::rules::operation::OperationState;
use domain::rules::placement::Placement;
use domain::rules::status::{LineStatus, OrderStatus};
use domain::workflow::Recorded;
use domain::workflow::operator::OperatorError;

use crate::mollie::Fate;
use crate::world::{World, all_at, mins, secs};

async fn unreadable(fate: Fate) -> (Arc<World>, Recorded) {
    let world = World::without_trust().await;
    world.mollie.next(fate);
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.mollie.side().unreadable = Some(GatewayError::Unreadable("no JSON".into()));
    world.work(mins(2)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
    world.mollie.side().unreadable = None;
    (world, accepted)
}

#[tokio::test]
async fn a_placement_resolved_by_an_operator_is_placed_with_its_id() {
    let (world, accepted) = unreadable(Fate::LostAnswer).await;
    let other = world.place("p2", "1338").await;
    world.drive(other.claim.as_ref().unwrap()).await;
    let unknown = world.succeeded(accepted.operation_id(), "ord_nobody").await;
    assert!(matches!(unknown, Err(OperatorError::NotAtMollie { .. })), "{unknown:?}");
    let foreign = world.order(other.order_id).await.mollie_id.unwrap().to_string();
    let foreign = world.succeeded(accepted.operation_id(), &foreign).await;
    assert!(matches!(foreign, Err(OperatorError::DoesNotFit { .. })), "{foreign:?}");
    assert_eq!(world.sound(accepted.order_id).await.placement, Placement::Placing);
    let id = world.mollie.side().ledger.orders[0].mollie_id.to_string();
    let resolved = world.succeeded(accepted.operation_id(), &id).await.unwrap();
    assert_eq!((resolved.state.name(), resolved.sealed), (OperationState::Succeeded, None));
    let order = world.settled(accepted.order_id).await;
    assert_eq!((order.placement, order.facts.status), (Placement::Placed, Some(OrderStatus::Created)));
    assert_eq!(order.mollie_id.unwrap().to_string(), id);
    assert!(world.kinds(accepted.order_id).await.ends_with(&["operation.resolved", "order.placed"]));
    assert_eq!(world.mollie.effects(), (2, 0, 0));
}

/// As if Mollie had just answered: past its age limit it is canceled, or raised if it holds money.
#[tokio::test]
async fn a_placement_resolved_by_an_operator_after_its_age_limit_is_late() {
    for (status, line) in [(OrderStatus::Created, LineStatus::Created), (OrderStatus::Paid, LineStatus::Paid)]
    {
        let (world, accepted) = unreadable(Fate::LostAnswer).await;
        world.advance(mins(20));
        let id = {
            let mut side = world.mollie.side();
            all_at(&mut side.ledger.orders[0], status, line);
            side.ledger.orders[0].mollie_id.to_string()
        };
        world.succeeded(accepted.operation_id(), &id).await.unwrap();
        world.work(secs(2)).await;
        let order = world.settled(accepted.order_id).await;
        let canceled = status == OrderStatus::Created;
        assert_eq!(order.facts.status == Some(OrderStatus::Canceled), canceled);
        let kinds: Vec<_> = order.items.iter().map(|item| item.kind.as_str()).collect();
        assert_eq!(kinds, if canceled { vec![] } else { vec!["late_placement"] });
    }
}

#[tokio::test]
async fn a_placement_resolved_as_rejected_gives_its_number_back() {
    let (world, accepted) = unreadable(Fate::LostCall).await;
    world.rejected(accepted.operation_id()).await.unwrap();
    let order = world.settled(accepted.order_id).await;
    assert_eq!((order.placement, order.held_number()), (Placement::Refused, None));
    assert_eq!(order.rejection.unwrap().detail, "olga: looked at the parcels");
    assert_eq!(world.operation(accepted.operation_id()).await.sealed, None);
    assert_ne!(world.place("p2", "1337").await.order_id, accepted.order_id);
}

#[tokio::test]
async fn a_retried_placement_is_found_or_sent_again() {
    for fate in [Fate::LostAnswer, Fate::LostCall] {
        let (world, accepted) = unreadable(fate).await;
        world.retry(accepted.operation_id()).await.unwrap();
        world.work(secs(5)).await;
        assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Placed);
        assert_eq!(world.mollie.effects(), (1, 0, 0));
    }
}

/// The secret has changed since the parameters were sealed: it cannot be sent, and is given up in time.
#[tokio::test]
async fn a_retried_placement_that_can_never_be_sent_needs_attention_again_or_is_given_up() {
    let world = World::new().await;
    world.mollie.next(Fate::NotSent(None));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.spoil_secrets().await;
    world.work(secs(2)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
    world.retry(accepted.operation_id()).await.unwrap();
    world.work(mins(2)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
    world.advance(mins(20));
    world.retry(accepted.operation_id()).await.unwrap();
    world.work(mins(2)).await;
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Abandoned);
    assert_eq!(world.mollie.effects(), (0, 0, 0));
}
