//! Operator decisions about a shipment whose outcome stays ambiguous.

use std::sync::Arc;

use domain::operations::operation::Operation;
use domain::ports::{Clock, GatewayError, Store};
use domain::rules::event::EventData;
use domain::rules::field::Field;
use domain::rules::ids::{OperationId, OrderId};
use domain::rules::operation::OperationState;
use domain::rules::precondition::PreconditionReason;
use domain::rules::rejection::RejectedBy;
use domain::rules::shipment::ShipmentState;
use domain::workflow::Recorded;
use domain::workflow::operator::{OperatorError, Verdict, resolve_as, retry};
use domain::workflow::step::Progress;

use crate::intents::{chairs, decision, lamps, reason, ship_lamps_elsewhere, tracked, tracking};
use crate::mollie::Fate;
use crate::world::{World, mins, secs};

impl World {
    pub async fn retry(&self, id: Option<OperationId>) -> Result<Operation, OperatorError> {
        Box::pin(retry(self, id.unwrap(), &decision())).await
    }

    pub async fn succeeded(
        &self,
        id: Option<OperationId>,
        mollie_id: &str,
    ) -> Result<Operation, OperatorError> {
        let verdict = Verdict::Succeeded { mollie_id: mollie_id.to_owned() };
        Box::pin(resolve_as(self, id.unwrap(), &verdict, &decision())).await
    }

    pub async fn rejected(&self, id: Option<OperationId>) -> Result<Operation, OperatorError> {
        Box::pin(resolve_as(self, id.unwrap(), &Verdict::Rejected, &decision())).await
    }

    /// The operator decisions on the order: kind, by whom, and why.
    pub async fn decisions(&self, id: OrderId) -> Vec<(&'static str, String, String)> {
        let mut reported = Vec::new();
        for event in self.events(id).await {
            if let EventData::OperationRetried { reason, .. } | EventData::OperationResolved { reason, .. } =
                &event.data
            {
                reported.push((event.data.kind(), event.actor.clone().unwrap(), reason.clone()));
            }
        }
        reported
    }

    pub async fn shipment_ids(&self, id: OrderId) -> Vec<String> {
        let mollie_id = self.order(id).await.mollie_id.unwrap();
        let side = self.mollie.side();
        let shipments = side.ledger.find(&mollie_id).unwrap().shipments.clone().unwrap();
        shipments.iter().map(|shipment| shipment.mollie_id.to_string()).collect()
    }
}

/// A shipment of one lamp that is registered at Mollie, whose answer was lost and whose tracking was edited there.
pub async fn doubtful() -> (Arc<World>, OrderId, Recorded) {
    let world = World::without_trust().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.ship_now(id, &tracked(lamps(1), "3S1")).await;
    edit_tracking(&world, id, "3S2").await;
    world.work(mins(2)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
    (world, id, accepted)
}

async fn edit_tracking(world: &World, id: OrderId, code: &str) {
    world
        .at_mollie(id, |order| order.shipments.as_mut().unwrap()[0].tracking = Field::Value(tracking(code)))
        .await;
}

#[tokio::test]
async fn a_retried_shipment_that_can_now_be_matched_is_registered() {
    let (world, id, accepted) = doubtful().await;
    edit_tracking(&world, id, "3S1").await;
    let retried = world.retry(accepted.operation_id()).await.unwrap();
    assert_eq!((retried.state.name(), retried.tries.unreadable), (OperationState::Resolving, 0));
    assert_eq!(world.operation(accepted.operation_id()).await, retried);
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Recorded);
    assert_eq!(world.sound(id).await.lines[1].reserved.quantity, 1);
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    assert_eq!(world.settled(id).await.lines[1].shipped.quantity, 1);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 1, 0)));
    let reported = ("operation.retried", "olga".to_owned(), "looked at the parcels".to_owned());
    assert_eq!(world.decisions(id).await, [reported]);
}

#[tokio::test]
async fn a_retried_shipment_that_is_still_ambiguous_needs_attention_again() {
    let (world, id, accepted) = doubtful().await;
    for times in 2..4 {
        world.retry(accepted.operation_id()).await.unwrap();
        assert_eq!(world.step().await, Progress::Settled);
        assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
        assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::NeedsAttention);
        let kinds = world.kinds(id).await;
        assert_eq!(kinds.iter().filter(|kind| **kind == "operation.needs_attention").count(), times);
    }
    assert_eq!(world.sound(id).await.lines[1].reserved.quantity, 1);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 1, 0)));
}

/// It was unreadable for long; now it can be read, and nothing was ever done.
#[tokio::test]
async fn a_retried_shipment_that_is_certainly_absent_is_sent_again() {
    let world = World::without_trust().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostCall);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    world.mollie.side().unreadable = Some(GatewayError::Unreadable("no JSON".into()));
    world.work(mins(2)).await;
    assert_eq!(world.operation(accepted.operation_id()).await.tries.unreadable, 8);
    world.retry(accepted.operation_id()).await.unwrap();
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Deferred, "it is read eight times more");
    world.mollie.side().unreadable = None;
    world.work(secs(10)).await;
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    world.settled(id).await;
    let calls = world.mollie.calls();
    assert_eq!((calls.len(), world.mollie.effects()), (3, (1, 1, 0)));
    assert_eq!(calls[1].key, calls[2].key);
}

#[tokio::test]
async fn a_shipment_resolved_by_an_operator_is_registered_with_its_id() {
    let (world, id, accepted) = doubtful().await;
    let theirs = world.shipment_ids(id).await.remove(0);
    let resolved = world.succeeded(accepted.operation_id(), &theirs).await.unwrap();
    assert_eq!(
        (resolved.state.name(), resolved.state.settled_time()),
        (OperationState::Succeeded, Some(world.clock.now()))
    );
    let shipment = world.shipment(accepted.answer.shipment()).await;
    assert_eq!(
        (shipment.state, shipment.mollie_id.unwrap().to_string()),
        (ShipmentState::Registered, theirs)
    );
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!((order.lines[1].shipped.quantity, order.items.len()), (1, 0));
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 1, 0)));
    let kinds = world.kinds(id).await;
    let decided = kinds.iter().position(|kind| *kind == "operation.resolved").unwrap();
    assert_eq!(kinds[decided + 1], "shipment.registered");
    let reported = ("operation.resolved", "olga".to_owned(), "looked at the parcels".to_owned());
    assert_eq!(world.decisions(id).await, [reported]);
    assert_eq!(world.store.list_shipments(id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_shipment_is_not_resolved_with_an_unknown_or_different_id() {
    let (world, id, accepted) = doubtful().await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_two", 2, None, now)).await;
    let before = (world.order(id).await, world.operation(accepted.operation_id()).await);
    let unknown = world.succeeded(accepted.operation_id(), "shp_nobody").await;
    assert!(matches!(unknown, Err(OperatorError::NotAtMollie { .. })), "{unknown:?}");
    let other = world.succeeded(accepted.operation_id(), "shp_two").await;
    assert!(matches!(other, Err(OperatorError::DoesNotFit { .. })), "{other:?}");
    world.mollie.side().unreadable = Some(GatewayError::Unavailable("503".to_owned()));
    let unread = world.succeeded(accepted.operation_id(), "shp_two").await;
    assert!(matches!(unread, Err(OperatorError::Unverified(GatewayError::Unavailable(_)))), "{unread:?}");
    assert_eq!((world.order(id).await, world.operation(accepted.operation_id()).await), before);
}

#[tokio::test]
async fn a_shipment_is_not_resolved_with_the_id_of_a_known_one() {
    let world = World::without_trust().await;
    let id = world.authorized().await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_before", 1, None, now)).await;
    world.sync(id).await;
    world.ship_now(id, &lamps(1)).await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.ship_now(id, &tracked(lamps(1), "3S1")).await;
    world.at_mollie(id, |order| order.shipments.as_mut().unwrap()[2].tracking = Field::LeftOut).await;
    world.work(mins(2)).await;
    let ids = world.shipment_ids(id).await;
    for accounted_for in &ids[..2] {
        let reported = world.succeeded(accepted.operation_id(), accounted_for).await;
        assert!(matches!(reported, Err(OperatorError::DoesNotFit { .. })), "{reported:?}");
    }
    world.succeeded(accepted.operation_id(), &ids[2]).await.unwrap();
    assert_eq!(world.settled(id).await.lines[1].shipped.quantity, 3);
}

#[tokio::test]
async fn a_shipment_resolved_as_rejected_gives_its_units_back_and_raises_nothing() {
    let world = World::without_trust().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostCall);
    let (accepted, _) = world.ship_now(id, &tracked(lamps(1), "3S1")).await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, Some("3S9"), now)).await;
    world.work(mins(2)).await;
    let resolved = world.rejected(accepted.operation_id()).await.unwrap();
    assert_eq!(resolved.state.name(), OperationState::Rejected);
    let shipment = world.shipment(accepted.answer.shipment()).await;
    assert_eq!(shipment.state, ShipmentState::Refused);
    let words = shipment.rejection.unwrap();
    assert_eq!((words.by, words.detail.as_str()), (RejectedBy::Operator, "olga: looked at the parcels"));
    assert_eq!(words.to_string(), "Decided by an operator: “olga: looked at the parcels”");
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!((order.lines[1].shipped.quantity, order.lines[1].available().quantity), (1, 2));
    assert_eq!(order.items, []);
    let kinds = world.kinds(id).await;
    let decided = kinds.iter().position(|kind| *kind == "operation.resolved").unwrap();
    assert_eq!(kinds[decided + 1], "shipment.refused");
}

/// The person was wrong: what was resolved as rejected is at Mollie exactly as it was sent.
#[tokio::test]
async fn a_shipment_resolved_as_rejected_but_found_at_mollie_is_raised() {
    let (world, id, accepted) = doubtful().await;
    edit_tracking(&world, id, "3S1").await;
    world.rejected(accepted.operation_id()).await.unwrap();
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!(order.items.len(), 1);
    assert_eq!(order.items[0].kind.as_str(), "surplus_shipment");
    assert_eq!(order.lines[1].shipped.quantity, 1);
}

#[tokio::test]
async fn no_money_moves_while_attention_is_needed_and_it_moves_once_resolved() {
    let (world, id, accepted) = doubtful().await;
    assert_eq!(reason(world.ship(id, &chairs(1)).await), PreconditionReason::OrderNeedsAttention);
    assert_eq!(reason(world.cancel(id).await), PreconditionReason::OrderNeedsAttention);
    let theirs = world.shipment_ids(id).await.remove(0);
    world.succeeded(accepted.operation_id(), &theirs).await.unwrap();
    world.sync(id).await;
    let (_, progress) = world.ship_now(id, &chairs(1)).await;
    assert_eq!(progress, Progress::Settled);
    let (_, progress) = world.cancel_now(id).await;
    assert_eq!(progress, Progress::Settled);
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 2, 1));
}

/// A shipment waits behind it: its turn comes after the decision.
#[tokio::test]
async fn operations_behind_one_that_needed_attention_go_on_once_it_is_resolved() {
    let world = World::without_trust().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (first, _) = world.ship_now(id, &tracked(lamps(1), "3S1")).await;
    let second = world.ship(id, &chairs(1)).await.unwrap();
    edit_tracking(&world, id, "3S2").await;
    world.work(mins(2)).await;
    assert_eq!(world.state(second.operation_id()).await, OperationState::Pending);
    world.rests().await;
    world.rejected(first.operation_id()).await.unwrap();
    world.work(secs(2)).await;
    assert_eq!(world.state(second.operation_id()).await, OperationState::Succeeded);
}

#[tokio::test]
async fn an_operator_decides_only_on_operations_that_need_attention() {
    let world = World::new().await;
    let id = world.authorized().await;
    let pending = world.ship(id, &lamps(1)).await.unwrap();
    for is in [OperationState::InFlight, OperationState::Succeeded] {
        let outcomes = [
            world.retry(pending.operation_id()).await,
            world.succeeded(pending.operation_id(), "shp_1").await,
            world.rejected(pending.operation_id()).await,
        ];
        for outcome in outcomes {
            assert!(
                matches!(&outcome, Err(OperatorError::WrongState { is: state }) if *state == is),
                "{outcome:?}"
            );
        }
        if is == OperationState::InFlight {
            world.drive(pending.claim.as_ref().unwrap()).await;
        }
    }
    let nobody = Some(OperationId::new(id.uuid()));
    assert!(
        matches!(world.retry(nobody).await, Err(OperatorError::OperationNotFound(id)) if Some(id) == nobody)
    );
    assert!(
        matches!(world.rejected(nobody).await, Err(OperatorError::OperationNotFound(id)) if Some(id) == nobody)
    );
}

#[tokio::test]
async fn the_second_of_two_operators_learns_that_it_is_decided() {
    let (world, id, accepted) = doubtful().await;
    world.rejected(accepted.operation_id()).await.unwrap();
    let theirs = world.shipment_ids(id).await.remove(0);
    let second = world.succeeded(accepted.operation_id(), &theirs).await;
    assert!(matches!(second, Err(OperatorError::WrongState { is: OperationState::Rejected })), "{second:?}");
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Refused);
    assert_eq!(world.decisions(id).await.len(), 1);
}
