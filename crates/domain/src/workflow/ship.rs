//! Shipping: goods that left are recorded as a fact, whether Mollie can be reached or not.

use std::time::Duration;

use super::intent::{Accepted, Begun, Intent, MutationError, Needs};
use super::{ROUNDS, confirm};
#[cfg(feature = "planted")]
use crate::planted::Planted;
use crate::ports::{Change, Clock, CommitError, Ids, OperationWrite, Ports, Standing, Store, StoreError};
use crate::rules::claim::{Claim, Known};
use crate::rules::event::{EventData, Recorder};
use crate::rules::ids::{LeaseToken, OperationId, OrderId, ShipmentId};
use crate::rules::operation::{Operation, OperationKind, OperationState};
use crate::rules::order::Order;
use crate::rules::refusal::RefusalReason;
use crate::rules::shipment::{
    self, Origin, ShipRefusal, Shipment, ShipmentLine, ShipmentRequest, ShipmentState,
};

/// Records a shipment and the operation that registers it at Mollie.
///
/// # Errors
/// [`MutationError`]; what depends on the order's state is refused only after that state was confirmed at Mollie.
pub async fn ship<P: Ports>(
    ports: &P,
    intent: &Intent,
    order_id: OrderId,
    request: &ShipmentRequest,
) -> Result<Accepted, MutationError> {
    let mut confirmed = None;
    for _ in 0..ROUNDS {
        let Standing { order, unsettled } = match intent.begin(ports, order_id, Needs::Money).await? {
            Begun::Before(accepted) => return Ok(*accepted),
            Begun::Now(standing) => *standing,
        };
        let lines = match shipment::plan(&order, request) {
            Ok(lines) => lines,
            Err(refusal) => {
                if let Some(before) = intent.seen(ports).await? {
                    return Ok(before);
                }
                if confirmed.is_none() && confirm::is_stale(ports, &order).await? {
                    confirmed = Some(Box::pin(confirm::confirm(ports, order_id)).await?);
                    continue;
                }
                let needs_counters = refusal.hangs_on_counters();
                let refusal = with_whereabouts(ports, &order, refusal).await?;
                return Err(confirm::refuse(&order, needs_counters, confirmed, refused(refusal)));
            }
        };
        let (change, accepted) = plan(ports, intent, order, lines, request, unsettled.is_empty());
        if let Err(late) = intent.in_time(ports) {
            return intent.seen(ports).await?.ok_or(late);
        }
        match ports.store().commit(change).await {
            Ok(()) => return Ok(accepted),
            #[cfg(feature = "planted")]
            Err(CommitError::Store(_)) if Planted::AcknowledgesUnsaved.is_chosen() => return Ok(accepted),
            Err(CommitError::VersionMoved) => (),
            Err(CommitError::RequestTaken) => {
                return intent.seen(ports).await?.ok_or(MutationError::Contended);
            }
            Err(error @ (CommitError::NumberHeld | CommitError::LeaseLost | CommitError::Store(_))) => {
                return Err(MutationError::from_commit(error));
            }
        }
    }
    Err(MutationError::Contended)
}

/// Whoever asks for units that are gone is told where they went.
async fn with_whereabouts<P: Ports>(
    ports: &P,
    order: &Order,
    refusal: ShipRefusal,
) -> Result<ShipRefusal, StoreError> {
    match refusal {
        ShipRefusal::State(refusal) if refusal.reason == RefusalReason::QuantityNotAvailable => {
            let shipments = ports.store().list_shipments(order.id).await?;
            Ok(ShipRefusal::State(shipment::with_whereabouts(refusal, &shipments)))
        }
        ShipRefusal::State(_) | ShipRefusal::Invalid(_) => Ok(refusal),
    }
}

fn refused(refusal: ShipRefusal) -> MutationError {
    match refusal {
        ShipRefusal::Invalid(faults) => MutationError::Invalid(faults),
        ShipRefusal::State(refusal) => MutationError::Refused(refusal),
    }
}

fn plan<P: Ports>(
    ports: &P,
    intent: &Intent,
    order: Order,
    lines: Vec<ShipmentLine>,
    request: &ShipmentRequest,
    at_head: bool,
) -> (Change, Accepted) {
    let (now, expected_version) = (ports.clock().now(), order.version);
    let shipment = Shipment {
        id: ShipmentId::new(ports.ids().ordered()),
        order_id: order.id,
        state: ShipmentState::Recorded,
        origin: Origin::Here,
        mollie_id: None,
        lines,
        tracking: request.tracking.clone(),
        created_time: now,
        registered_time: None,
        rejection: None,
        elsewhere: Vec::new(),
    };
    let mut recorder = Recorder::new(order, now, intent.actor.clone());
    let turn = recorder.next_sequence();
    let operation = intent.operation(ports, recorder.order(), OperationKind::CreateShipment, turn);
    let operation = Operation { shipment_id: Some(shipment.id), ..operation };
    recorder.record(EventData::ShipmentRecorded {
        shipment: Box::new(shipment.clone()),
        operation_id: operation.id,
    });
    let (order, events) = recorder.finish();
    let known = Known { order: order.clone(), shipment: Some(shipment.clone()) };
    let (write, claim) = insert(ports, operation, at_head.then_some(known));
    let accepted =
        Accepted { order_id: order.id, shipment_id: Some(shipment.id), operation_id: Some(write.0), claim };
    let change = Change {
        request: Some(intent.record(order.id, Some(shipment.id), Some(write.0), now)),
        order,
        expected_version: Some(expected_version),
        events,
        operations: vec![write.1],
        shipments: vec![shipment],
        lookup: None,
    };
    (change, accepted)
}

/// A new operation, claimed at once if nothing of the order is before it: then `at_head` is what is saved with it.
pub(super) fn insert<P: Ports>(
    ports: &P,
    operation: Operation,
    at_head: Option<Known>,
) -> ((OperationId, OperationWrite), Option<(Claim, Duration)>) {
    let id = operation.id;
    let Some(known) = at_head.map(Box::new) else {
        return ((id, OperationWrite::Insert { operation, claim: None }), None);
    };
    let sent = Some(operation.created_time);
    let operation = Operation {
        state: OperationState::InFlight,
        first_sent_time: sent,
        last_sent_time: sent,
        ..operation
    };
    let token = LeaseToken::new(ports.ids().random());
    let claim = Claim { operation: operation.clone(), token, known: Some(known) };
    let claim = (claim, ports.clock().elapsed());
    ((id, OperationWrite::Insert { operation, claim: Some((token, ports.settings().lease)) }), Some(claim))
}
