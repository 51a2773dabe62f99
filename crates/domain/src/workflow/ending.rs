//! What the end of an operation changes: its own row, the order and its shipment, events, and what a person must look at.
//! The same whether Mollie answered, an observation showed it, or an operator decided.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::sync;
use crate::operations::new_operation;
use crate::ports::{Change, Clock, OperationWrite, OrderKey, Ports, Store, StoreError};
use crate::rules::decision::Decision;
use crate::rules::event::{EventData, Recorder};
use crate::rules::ids::{LeaseToken, MollieOrderId, MollieShipmentId, OrderId};
use crate::rules::operation::{Operation, OperationKind, OperationState};
use crate::rules::order::Order;
use crate::rules::refusal::Rejection;
use crate::rules::shipment::{Finding, Shipment, ShipmentState};
use crate::rules::snapshot::{self, ShipmentSnapshot, Snapshot};
use crate::rules::status::{OrderStatus, Read};
use crate::rules::text::printable;
use crate::rules::{adoption, concern, lookup};
use crate::workflow::step::is_overdue;

mod shipment;

/// How an operation ended.
#[derive(Clone, Debug)]
pub(super) enum Ending {
    /// The order, and which others stand at Mollie in its place.
    Placed(Box<Snapshot>, Vec<MollieOrderId>),
    Shipped(ShipmentSnapshot),
    Canceled(Box<Snapshot>),
    /// The order never came to stand.
    NothingToCancel,
    Rejected(Rejection),
    /// Mollie refused the shipment; the order was read to understand why.
    Unshipped(Box<Unshipped>),
    /// The protocol cannot decide it; an operator must.
    Attention(String),
}

/// A shipment that Mollie refused, and what tells why.
#[derive(Clone, Debug)]
pub(super) struct Unshipped {
    pub rejection: Rejection,
    /// The order as it was read behind the refusal.
    pub snapshot: Snapshot,
    /// The shipments made elsewhere that were known when ours was recorded.
    pub old: BTreeSet<MollieShipmentId>,
}

/// By what right the ending is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hand<'a> {
    /// The operation was worked on under this lease.
    Lease(LeaseToken),
    /// It needed attention, and a person decided.
    Operator(&'a Decision),
}

/// What Mollie said, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    /// What was answered was true when it was asked, at the earliest.
    pub asked: Timestamp,
    /// Whether the order is still as it was when it was asked; otherwise more may be known by now.
    pub is_newest: bool,
}

/// What an ending is written upon.
#[derive(Debug)]
pub(super) struct Before {
    pub order: Order,
    pub shipments: Vec<Shipment>,
    /// Whether a placement would come too late now, without anybody having asked for its cancellation.
    is_unwanted: bool,
    /// Whether it would come too late.
    is_late: bool,
}

impl Before {
    pub async fn load<P: Ports>(ports: &P, id: OrderId) -> Result<Self, StoreError> {
        let order = ports.store().load_order(&OrderKey::Id(id)).await?;
        let order = order.ok_or_else(|| StoreError::Inconsistent(format!("order {id} is gone")))?;
        Self::around(ports, order).await
    }

    /// What belongs to the order is read after it: a change made in between moves its version.
    pub async fn around<P: Ports>(ports: &P, order: Order) -> Result<Self, StoreError> {
        // Goods leave for orders that Mollie has.
        let shipments = match order.mollie_id {
            Some(_) => ports.store().list_shipments(order.id).await?,
            None => Vec::new(),
        };
        let is_late = order.mollie_id.is_none() && is_overdue(ports, &order);
        let is_unwanted =
            is_late && !is_cancellation_asked(&ports.store().unsettled_operations(order.id).await?);
        Ok(Self { order, shipments, is_unwanted, is_late })
    }
}

struct Plan<'a> {
    recorder: Recorder,
    operation: Operation,
    shipment: Option<Shipment>,
    known: &'a [Shipment],
    /// Shipments made elsewhere that came to light.
    found: Vec<Shipment>,
    extra: Option<Operation>,
    /// Whether what was found at Mollie left out what money depends on, or contradicted itself.
    is_incomplete: bool,
    hand: Hand<'a>,
    heard: Heard,
    now: Timestamp,
}

/// Plans everything the ending changes, on what was loaded before.
pub(super) fn plan<P: Ports>(
    ports: &P,
    operation: &Operation,
    hand: Hand<'_>,
    before: Before,
    ending: &Ending,
    heard: Heard,
) -> Change {
    let Before { order, shipments, is_unwanted, is_late } = before;
    let (now, expected_version) = (ports.clock().now(), order.version);
    let actor = match hand {
        Hand::Lease(_) => operation.actor.clone(),
        Hand::Operator(decision) => Some(decision.by().to_owned()),
    };
    let mut plan = Plan {
        recorder: Recorder::new(order, now, actor),
        shipment: shipments.iter().find(|shipment| Some(shipment.id) == operation.shipment_id).cloned(),
        operation: operation.clone(),
        known: &shipments,
        found: Vec::new(),
        extra: None,
        is_incomplete: false,
        hand,
        heard,
        now,
    };
    match ending {
        Ending::Placed(snapshot, others) => {
            plan.decided(OperationState::Succeeded);
            plan.placed(ports, snapshot, others, is_late);
            plan.is_incomplete = snapshot.counter_left_out().is_some() || !snapshot.contradictions.is_empty();
            plan.found = sync::foreign_shipments(ports, &mut plan.recorder, &shipments, snapshot);
            plan.extra = (is_unwanted && is_unpaid(snapshot))
                .then(|| late_cancellation(ports, plan.recorder.order(), now));
        }
        Ending::Shipped(theirs) => {
            plan.decided(OperationState::Succeeded);
            plan.shipped(theirs);
        }
        Ending::Canceled(snapshot) => {
            plan.decided(OperationState::Succeeded);
            plan.canceled(ports, snapshot);
            if heard.is_newest {
                plan.found = sync::foreign_shipments(ports, &mut plan.recorder, &shipments, snapshot);
            }
        }
        Ending::NothingToCancel => {
            plan.decided(OperationState::Succeeded);
            plan.succeeded();
        }
        Ending::Rejected(rejection) => {
            plan.decided(OperationState::Rejected);
            plan.rejected(rejection);
        }
        Ending::Unshipped(unshipped) => {
            if heard.is_newest {
                sync::observe(ports, &mut plan.recorder, &unshipped.snapshot, heard.asked);
                plan.found =
                    sync::foreign_shipments(ports, &mut plan.recorder, &shipments, &unshipped.snapshot);
            }
            plan.unshipped(unshipped);
        }
        Ending::Attention(reason) => plan.attention(reason),
    }
    plan.finish(ports, expected_version)
}

fn is_unpaid(snapshot: &Snapshot) -> bool {
    snapshot.status == Read::Known(OrderStatus::Created)
}

fn is_cancellation_asked(unsettled: &[Operation]) -> bool {
    unsettled.iter().any(|operation| operation.kind == OperationKind::CancelOrder)
}

/// On whose behalf an order is canceled that nobody waits for any more.
const AGE_LIMIT: &str = "order-service (age limit)";

/// A placement found after its age limit has nobody waiting for it: unpaid, it is canceled at Mollie. Its turn is that of
/// the event that is recorded next.
fn late_cancellation<P: Ports>(ports: &P, order: &Order, now: Timestamp) -> Operation {
    let actor = Some(AGE_LIMIT.to_owned());
    Operation {
        actor,
        ..new_operation(ports.ids(), order, OperationKind::CancelOrder, order.version + 1, now)
    }
}

impl Plan<'_> {
    /// A person's decision is told before what it leads to.
    fn decided(&mut self, outcome: OperationState) {
        match self.hand {
            Hand::Lease(_) => (),
            Hand::Operator(decision) => self.recorder.record(EventData::OperationResolved {
                operation_id: self.operation.id,
                outcome,
                reason: decision.reason().to_owned(),
            }),
        }
    }

    fn succeeded(&mut self) {
        let operation_id = self.operation.id;
        // A repeated call may have been refused for what the first one had done.
        self.operation.rejection = None;
        self.operation.settle(OperationState::Succeeded, self.now);
        if self.operation.kind == OperationKind::CancelOrder {
            self.recorder.record(EventData::CancellationSucceeded { operation_id });
        }
    }

    fn placed<P: Ports>(&mut self, ports: &P, snapshot: &Snapshot, others: &[MollieOrderId], late: bool) {
        let observed = Box::new(snapshot::observed(self.recorder.order(), snapshot));
        let personal = snapshot::personal(&self.recorder.order().personal, snapshot);
        self.recorder.record(EventData::OrderPlaced { mollie_id: snapshot.mollie_id.clone(), observed });
        let confirmed = sync::confirmed(self.recorder.order(), snapshot, self.heard.asked);
        self.recorder.note_reading(confirmed, personal);
        sync::judge_money(ports, &mut self.recorder, snapshot, self.heard.asked);
        if late && adoption::holds_money(&snapshot.status) {
            let status = match &snapshot.status {
                Read::Known(status) => status.as_str(),
                Read::Unknown(word) => word,
            };
            self.recorder.raise(concern::late_placement(&self.operation, &snapshot.mollie_id, status));
        }
        for other in others {
            let concern = concern::surplus_order(self.recorder.order(), other);
            self.recorder.raise(concern);
        }
        self.succeeded();
    }

    fn canceled<P: Ports>(&mut self, ports: &P, snapshot: &Snapshot) {
        self.succeeded();
        if self.heard.is_newest {
            sync::observe(ports, &mut self.recorder, snapshot, self.heard.asked);
        }
    }

    fn rejected(&mut self, rejection: &Rejection) {
        let operation_id = self.operation.id;
        self.operation.rejection = Some(rejection.clone());
        self.operation.settle(OperationState::Rejected, self.now);
        match (self.operation.kind, self.shipment.take()) {
            (OperationKind::PlaceOrder, _) => {
                self.recorder.record(EventData::PlacementRefused { rejection: rejection.clone() });
            }
            (OperationKind::CreateShipment, Some(shipment)) => {
                self.shipment_refused(shipment, rejection, &Finding::default());
            }
            (OperationKind::CancelOrder, _) | (OperationKind::CreateShipment, None) => {
                let refused = EventData::CancellationRefused { operation_id, rejection: rejection.clone() };
                self.recorder.record(refused);
                self.stays(rejection);
            }
        }
    }

    /// An order that nobody waits for was to be canceled, and Mollie keeps it: no caller will hear of it.
    fn stays(&mut self, rejection: &Rejection) {
        let is_own = self.operation.actor.as_deref() == Some(AGE_LIMIT);
        if let Some(mollie_id) = self.recorder.order().mollie_id.clone().filter(|_| is_own) {
            self.recorder.raise(concern::late_placement_stays(&self.operation, &mollie_id, rejection));
        }
    }

    fn attention(&mut self, reason: &str) {
        let reason = &printable(reason);
        self.operation.state = OperationState::NeedsAttention;
        self.operation.last_problem = Some(reason.clone());
        if let Some(shipment) = &mut self.shipment {
            shipment.state = ShipmentState::NeedsAttention;
        }
        let reason = reason.clone();
        self.recorder.record(EventData::AttentionNeeded { operation_id: self.operation.id, reason });
    }

    fn finish<P: Ports>(mut self, ports: &P, expected_version: u64) -> Change {
        if let Some(extra) = &self.extra {
            let (operation_id, release) = (extra.id, Vec::new());
            self.recorder.record(EventData::CancellationRecorded { operation_id, release });
        }
        let (order, events) = self.recorder.finish();
        let lookup = match self.operation.kind {
            OperationKind::PlaceOrder if self.is_incomplete => Some(lookup::again(self.now, 0)),
            OperationKind::PlaceOrder => lookup::next(&order, self.now, ports.settings().settle_window),
            // The order's status follows from what was done; its hook may be lost.
            OperationKind::CreateShipment | OperationKind::CancelOrder => {
                order.mollie_id.is_some().then_some(self.now)
            }
        };
        let operation = self.operation;
        let write = match self.hand {
            Hand::Lease(token) => OperationWrite::Release { operation, token },
            Hand::Operator(_) => OperationWrite::Decide { operation },
        };
        let extra = self.extra.map(|operation| OperationWrite::Insert { operation, claim: None });
        Change {
            order,
            expected_version: Some(expected_version),
            events,
            request: None,
            operations: std::iter::once(write).chain(extra).collect(),
            shipments: self.shipment.into_iter().chain(self.found).collect(),
            lookup,
        }
    }
}
