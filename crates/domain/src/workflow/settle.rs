//! Writing how an operation ended: its outcome, what it means for the order, and the events, in one transaction, and only
//! while the lease is ours.

use jiff::Timestamp;

use super::drive::{Progress, is_overdue};
use super::intent::new_operation;
use super::{ROUNDS, sync};
use crate::ports::{Change, Clock, CommitError, OperationWrite, OrderKey, Ports, Store, StoreError};
use crate::rules::event::{EventData, Recorder};
use crate::rules::lookup;
use crate::rules::operation::{Claim, Operation, OperationKind, OperationState};
use crate::rules::order::Order;
use crate::rules::refusal::Rejection;
use crate::rules::shipment::{self, Shipment, ShipmentState};
use crate::rules::snapshot::{self, ShipmentSnapshot, Snapshot};
use crate::rules::status::{OrderStatus, Read};

/// How an operation ended.
#[derive(Clone, Debug)]
pub(super) enum Ending {
    Placed(Box<Snapshot>),
    Shipped(ShipmentSnapshot),
    Canceled(Box<Snapshot>),
    /// The order never came to stand.
    NothingToCancel,
    Rejected(Rejection),
    /// The protocol cannot decide it; an operator must.
    Attention(String),
}

/// Writes the ending. `seen`: the version the order had before Mollie was asked; if it has moved on since, what Mollie
/// answered about the order may be older than what is known by now, and the order is read again instead.
pub(super) async fn end<P: Ports>(
    ports: &P,
    claim: &Claim,
    seen: u64,
    ending: &Ending,
) -> Result<Progress, StoreError> {
    let id = claim.operation.order_id;
    for _ in 0..ROUNDS {
        let order = ports.store().load_order(&OrderKey::Id(id)).await?;
        let order = order.ok_or_else(|| StoreError::Inconsistent(format!("order {id} is gone")))?;
        let shipments = ports.store().list_shipments(id).await?;
        let unsettled = ports.store().unsettled_operations(id).await?;
        match ports.store().commit(plan(ports, claim, seen, order, &shipments, &unsettled, ending)).await {
            Ok(()) => return Ok(Progress::Settled),
            Err(CommitError::VersionMoved) => (),
            Err(CommitError::LeaseLost) => return Ok(Progress::LeaseLost),
            Err(CommitError::Store(error)) => return Err(error),
            Err(error @ (CommitError::RequestTaken | CommitError::NumberHeld)) => {
                return Err(StoreError::Inconsistent(format!("operation {}: {error}", claim.operation.id)));
            }
        }
    }
    Err(StoreError::Unavailable(format!("order {id} is changing too fast")))
}

struct Plan<'a> {
    recorder: Recorder,
    operation: Operation,
    shipment: Option<Shipment>,
    known: &'a [Shipment],
    extra: Option<Operation>,
    now: Timestamp,
}

fn plan<P: Ports>(
    ports: &P,
    claim: &Claim,
    seen: u64,
    order: Order,
    known: &[Shipment],
    unsettled: &[Operation],
    ending: &Ending,
) -> Change {
    let (now, expected_version) = (ports.clock().now(), order.version);
    let operation = claim.operation.clone();
    let mut plan = Plan {
        recorder: Recorder::new(order, now, operation.actor.clone()),
        shipment: known.iter().find(|shipment| Some(shipment.id) == operation.shipment_id).cloned(),
        operation,
        known,
        extra: None,
        now,
    };
    match ending {
        Ending::Placed(snapshot) => {
            plan.placed(snapshot);
            plan.extra = late_cancellation(ports, plan.recorder.order(), snapshot, unsettled, now);
        }
        Ending::Shipped(theirs) => plan.shipped(theirs),
        Ending::Canceled(snapshot) => plan.canceled(snapshot, expected_version == seen),
        Ending::NothingToCancel => plan.succeeded(),
        Ending::Rejected(rejection) => plan.rejected(rejection),
        Ending::Attention(reason) => plan.attention(reason),
    }
    plan.finish(claim, expected_version)
}

/// A placement found after its age limit has nobody waiting for it: unpaid, it is canceled at Mollie.
fn late_cancellation<P: Ports>(
    ports: &P,
    order: &Order,
    snapshot: &Snapshot,
    unsettled: &[Operation],
    now: Timestamp,
) -> Option<Operation> {
    let unpaid = snapshot.status == Read::Known(OrderStatus::Created);
    let asked = unsettled.iter().any(|operation| operation.kind == OperationKind::CancelOrder);
    let needed = unpaid && !asked && is_overdue(ports, order);
    needed.then(|| new_operation(ports, order, OperationKind::CancelOrder, order.version + 1, now))
}

impl Plan<'_> {
    fn succeeded(&mut self) {
        let operation_id = self.operation.id;
        // A repeated call may have been refused for what the first one had done.
        self.operation.rejection = None;
        self.operation.settle(OperationState::Succeeded, self.now);
        if self.operation.kind == OperationKind::CancelOrder {
            self.recorder.record(EventData::CancellationSucceeded { operation_id });
        }
    }

    fn placed(&mut self, snapshot: &Snapshot) {
        let observed = Box::new(snapshot::observed(self.recorder.order(), snapshot));
        let personal = snapshot::personal(&self.recorder.order().personal, snapshot);
        self.recorder.record(EventData::OrderPlaced { mollie_id: snapshot.mollie_id.clone(), observed });
        self.recorder.note_reading(self.asked(), personal);
        self.succeeded();
    }

    fn shipped(&mut self, theirs: &ShipmentSnapshot) {
        if let Some(shipment) = &mut self.shipment {
            shipment.state = ShipmentState::Registered;
            shipment.mollie_id = Some(theirs.mollie_id.clone());
            shipment.registered_time = Some(theirs.created_time);
            let shipped = shipment::shipped_with(self.recorder.order(), self.known, shipment);
            self.recorder.record(EventData::ShipmentRegistered {
                shipment_id: shipment.id,
                mollie_id: theirs.mollie_id.clone(),
                registered_time: theirs.created_time,
                lines: shipment.lines.clone(),
                shipped,
            });
        }
        self.succeeded();
    }

    fn canceled(&mut self, snapshot: &Snapshot, is_newest: bool) {
        self.succeeded();
        let asked = self.asked();
        if is_newest {
            sync::observe(&mut self.recorder, snapshot, asked);
        }
    }

    /// What Mollie answered was true when it was asked, at the earliest.
    fn asked(&self) -> Timestamp {
        self.operation.last_sent_time.unwrap_or(self.now)
    }

    fn rejected(&mut self, rejection: &Rejection) {
        let operation_id = self.operation.id;
        self.operation.rejection = Some(rejection.clone());
        self.operation.settle(OperationState::Rejected, self.now);
        let rejection = rejection.clone();
        match (self.operation.kind, &mut self.shipment) {
            (OperationKind::PlaceOrder, _) => self.recorder.record(EventData::PlacementRefused { rejection }),
            (OperationKind::CreateShipment, Some(shipment)) => {
                shipment.state = ShipmentState::Refused;
                shipment.rejection = Some(rejection.clone());
                let (shipment_id, lines) = (shipment.id, shipment.lines.clone());
                self.recorder.record(EventData::ShipmentRefused { shipment_id, lines, rejection });
            }
            (OperationKind::CancelOrder, _) | (OperationKind::CreateShipment, None) => {
                self.recorder.record(EventData::CancellationRefused { operation_id, rejection });
            }
        }
    }

    fn attention(&mut self, reason: &str) {
        self.operation.state = OperationState::NeedsAttention;
        self.operation.last_problem = Some(reason.to_owned());
        if let Some(shipment) = &mut self.shipment {
            shipment.state = ShipmentState::NeedsAttention;
        }
        let reason = reason.to_owned();
        self.recorder.record(EventData::AttentionNeeded { operation_id: self.operation.id, reason });
    }

    fn finish(mut self, claim: &Claim, expected_version: u64) -> Change {
        if let Some(extra) = &self.extra {
            self.recorder.record(EventData::CancellationRecorded { operation_id: extra.id });
        }
        let (order, events) = self.recorder.finish();
        let release = OperationWrite::Release { operation: self.operation, token: claim.token };
        let extra = self.extra.map(|operation| OperationWrite::Insert { operation, claim: None });
        let lookup = match claim.operation.kind {
            OperationKind::PlaceOrder => lookup::next(&order, self.now),
            // The order's status follows from what was done; its hook may be lost.
            OperationKind::CreateShipment | OperationKind::CancelOrder => {
                order.mollie_id.is_some().then_some(self.now)
            }
        };
        Change {
            order,
            expected_version: Some(expected_version),
            events,
            request: None,
            operations: std::iter::once(release).chain(extra).collect(),
            shipments: self.shipment.into_iter().collect(),
            lookup,
        }
    }
}

/// Withdraws a placement that is pending and was certainly never sent, or whose absence is proved.
pub(super) async fn withdraw<P: Ports>(ports: &P, placement: &Operation) -> Result<Progress, StoreError> {
    for _ in 0..ROUNDS {
        let Some(order) = ports.store().load_order(&OrderKey::Id(placement.order_id)).await? else {
            return Err(StoreError::Inconsistent(format!("order {} is gone", placement.order_id)));
        };
        let (now, expected_version) = (ports.clock().now(), order.version);
        let mut recorder = Recorder::new(order, now, None);
        recorder
            .record(EventData::PlacementAbandoned { reason: "not placed within its age limit".to_owned() });
        let (order, events) = recorder.finish();
        let mut operation = placement.clone();
        operation.settle(OperationState::Withdrawn, now);
        let change = Change {
            order,
            expected_version: Some(expected_version),
            events,
            request: None,
            operations: vec![OperationWrite::Withdraw { operation }],
            shipments: Vec::new(),
            lookup: None,
        };
        match ports.store().commit(change).await {
            Ok(()) => return Ok(Progress::Settled),
            Err(CommitError::VersionMoved) => (),
            // It was taken up once more: whoever holds it decides.
            Err(CommitError::LeaseLost) => return Ok(Progress::LeaseLost),
            Err(CommitError::Store(error)) => return Err(error),
            Err(error @ (CommitError::RequestTaken | CommitError::NumberHeld)) => {
                return Err(StoreError::Inconsistent(format!("operation {}: {error}", placement.id)));
            }
        }
    }
    Ok(Progress::Deferred)
}
