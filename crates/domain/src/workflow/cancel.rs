//! Canceling an order, wherever it stands.

use jiff::Timestamp;

use super::intent::{Accepted, Begun, Intent, MutationError, Needs, refuse_if_attention_needed};
use super::{ROUNDS, confirm, ship};
use crate::ports::{Change, Clock, CommitError, OperationWrite, Ports, Standing, Store};
use crate::rules::cancellation::{self, CancelRefusal, Cancellation};
use crate::rules::claim::Known;
use crate::rules::event::{EventData, Recorder};
use crate::rules::ids::{LineId, OperationId, OrderId};
use crate::rules::operation::{Operation, OperationKind, OperationState};
use crate::rules::order::Order;

/// Cancels the order: at Mollie, or by withdrawing it before Mollie has it. An order that is canceled already stays as
/// it is, and that is a success. `release`: the lines that are given up although they take money off goods that were shipped,
/// as the caller wrote them.
///
/// # Errors
/// [`MutationError`]; what depends on the order's state is refused only after that state was confirmed at Mollie.
pub async fn cancel<P: Ports>(
    ports: &P,
    intent: &Intent,
    order_id: OrderId,
    release: &[String],
) -> Result<Accepted, MutationError> {
    let mut confirmed = None;
    for _ in 0..ROUNDS {
        let Standing { order, unsettled } = match intent.begin(ports, order_id, Needs::Nothing).await? {
            Begun::Before(accepted) => return Ok(*accepted),
            Begun::Now(standing) => *standing,
        };
        let (cancellation, named) = match cancellation::plan(&order, release) {
            Ok(planned) => planned,
            Err(refusal) => {
                if let Some(before) = intent.seen(ports).await? {
                    return Ok(before);
                }
                if confirmed.is_none() && confirm::is_stale(ports, &order).await? {
                    confirmed = Some(Box::pin(confirm::confirm(ports, order_id)).await?);
                    continue;
                }
                let needs_counters = refusal.hangs_on_counters();
                return Err(confirm::refuse(&order, needs_counters, confirmed, refused(refusal)));
            }
        };
        let (change, accepted) = match cancellation {
            Cancellation::Nothing => nothing(ports, intent, order),
            Cancellation::Withdraw | Cancellation::AtMollie => {
                if let Err(refusal) = refuse_if_attention_needed(&unsettled) {
                    return intent.seen(ports).await?.ok_or(refusal);
                }
                plan(ports, intent, order, &unsettled, (cancellation, named))
            }
        };
        if let Err(late) = intent.in_time(ports) {
            return intent.seen(ports).await?.ok_or(late);
        }
        match ports.store().commit(change).await {
            Ok(()) => return Ok(accepted),
            // The placement was taken up in this very moment, or the order moved on: decide again.
            Err(CommitError::VersionMoved | CommitError::LeaseLost) => (),
            Err(CommitError::RequestTaken) => {
                return intent.seen(ports).await?.ok_or(MutationError::Contended);
            }
            Err(error @ (CommitError::NumberHeld | CommitError::Store(_))) => {
                return Err(MutationError::from_commit(error));
            }
        }
    }
    Err(MutationError::Contended)
}

fn refused(refusal: CancelRefusal) -> MutationError {
    match refusal {
        CancelRefusal::Invalid(faults) => MutationError::Invalid(faults),
        CancelRefusal::State(refusal) => MutationError::Refused(refusal),
    }
}

/// The order is over already; only the request id is kept.
fn nothing<P: Ports>(ports: &P, intent: &Intent, order: Order) -> (Change, Accepted) {
    let (order_id, now) = (order.id, ports.clock().now());
    let change = Change {
        expected_version: Some(order.version),
        order,
        events: Vec::new(),
        request: Some(intent.record(order_id, None, None, now)),
        operations: Vec::new(),
        shipments: Vec::new(),
        lookup: None,
    };
    (change, Accepted { order_id, shipment_id: None, operation_id: None, claim: None })
}

fn plan<P: Ports>(
    ports: &P,
    intent: &Intent,
    order: Order,
    unsettled: &[Operation],
    (cancellation, release): (Cancellation, Vec<LineId>),
) -> (Change, Accepted) {
    let (now, expected_version, order_id) = (ports.clock().now(), order.version, order.id);
    let mut recorder = Recorder::new(order, now, intent.actor.clone());
    let (writes, operation_id, claim) =
        match (unsent_placement(unsettled), under_way(unsettled), cancellation) {
            (Some(placement), _, Cancellation::Withdraw) => {
                (withdraw(&mut recorder, placement, now), Some(placement.id), None)
            }
            (_, Some(other), _) => {
                join(&mut recorder, other, release);
                (Vec::new(), Some(other), None)
            }
            (_, None, _) => {
                let turn = recorder.next_sequence();
                let operation = intent.operation(ports, recorder.order(), OperationKind::CancelOrder, turn);
                recorder.record(EventData::CancellationRecorded { operation_id: operation.id, release });
                let known = Known { order: recorder.order().clone(), shipment: None };
                let at_head = unsettled.is_empty().then_some(known);
                let ((id, write), claim) = ship::insert(ports, operation, at_head);
                (vec![write], Some(id), claim)
            }
        };
    let (order, events) = recorder.finish();
    let change = Change {
        order,
        expected_version: Some(expected_version),
        events,
        request: Some(intent.record(order_id, None, operation_id, now)),
        operations: writes,
        shipments: Vec::new(),
        lookup: None,
    };
    (change, Accepted { order_id, shipment_id: None, operation_id, claim })
}

/// A cancellation under way gives up what this request names as well.
fn join(recorder: &mut Recorder, operation_id: OperationId, mut release: Vec<LineId>) {
    release.retain(|id| !recorder.order().releases.contains(id));
    if !release.is_empty() {
        recorder.record(EventData::CancellationRecorded { operation_id, release });
    }
}

fn unsent_placement(unsettled: &[Operation]) -> Option<&Operation> {
    unsettled.iter().find(|operation| {
        operation.kind == OperationKind::PlaceOrder
            && operation.state == OperationState::Pending
            && operation.first_sent_time.is_none()
    })
}

fn under_way(unsettled: &[Operation]) -> Option<OperationId> {
    unsettled
        .iter()
        .find(|operation| operation.kind == OperationKind::CancelOrder)
        .map(|operation| operation.id)
}

fn withdraw(recorder: &mut Recorder, placement: &Operation, now: Timestamp) -> Vec<OperationWrite> {
    recorder.record(EventData::PlacementAbandoned { reason: "withdrawn before it was sent".to_owned() });
    let mut operation = placement.clone();
    operation.settle(OperationState::Withdrawn, now);
    vec![OperationWrite::Withdraw { operation }]
}
