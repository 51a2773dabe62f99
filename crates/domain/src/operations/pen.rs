//! The one hand that writes: what a decision records, puts down and sets to work becomes one change, saved whole or not at all.

use jiff::Timestamp;

use crate::ports::{Change, Ids, OperationWrite, RequestRecord, Standing};
use crate::rules::denied::Denied;
use crate::rules::event::{EventData, Recorder};
use crate::rules::ids::{Caller, IdempotencyKey, OperationId, ShipmentId};
use crate::rules::operation::{Operation, OperationKind, OperationState};
use crate::rules::order::Order;
use crate::rules::refusal::{Refusal, RefusalReason};
use crate::rules::shipment::Shipment;

/// Who decides, and when.
#[derive(Clone, Debug)]
pub struct Author {
    pub caller: Caller,
    /// On whose behalf.
    pub actor: Option<String>,
    pub now: Timestamp,
}

/// What is known of an order, and what is written about it.
pub struct Pen<'a> {
    ids: &'a dyn Ids,
    author: Author,
    recorder: Recorder,
    expected_version: u64,
    unsettled: Vec<Operation>,
    new: Vec<Operation>,
    settled: Vec<OperationWrite>,
    shipments: Vec<Shipment>,
}

/// What was written, before it is known who works on it first.
pub struct Written {
    pub order: Order,
    /// New operations, pending, by turn.
    pub operations: Vec<Operation>,
    /// Whether the first of them is the first of its order.
    pub is_at_head: bool,
    change: Change,
}

impl<'a> Pen<'a> {
    /// Begins on what is known.
    #[must_use]
    pub fn new(ids: &'a dyn Ids, author: Author, known: Standing) -> Self {
        let Standing { order, unsettled } = known;
        let expected_version = order.version;
        let recorder = Recorder::new(order, author.now, author.actor.clone());
        let (new, settled, shipments) = (Vec::new(), Vec::new(), Vec::new());
        Self { ids, author, recorder, expected_version, unsettled, new, settled, shipments }
    }

    /// The order as it is with all that was written so far.
    #[must_use]
    pub const fn order(&self) -> &Order {
        self.recorder.order()
    }

    /// The operations of the order that were not settled before, by turn.
    #[must_use]
    pub fn unsettled(&self) -> &[Operation] {
        &self.unsettled
    }

    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.author.now
    }

    #[must_use]
    pub fn new_shipment_id(&self) -> ShipmentId {
        ShipmentId::new(self.ids.ordered())
    }

    /// Makes sure that no operation of the order waits for an operator, as money is to move.
    ///
    /// # Errors
    /// [`Denied::Blocked`], naming the operation.
    pub fn unblocked(&self) -> Result<(), Denied> {
        match self.unsettled.iter().find(|operation| operation.state == OperationState::NeedsAttention) {
            None => Ok(()),
            Some(operation) => {
                let text = format!(
                    "Operation {} of this order waits for an operator; until it is resolved no money moves.",
                    operation.id
                );
                Err(Denied::Blocked(Refusal::of_order(RefusalReason::OrderNeedsAttention, text)))
            }
        }
    }

    /// Records what happened.
    pub fn record(&mut self, data: EventData) {
        self.recorder.record(data);
    }

    /// Puts down a shipment, whole.
    pub fn put(&mut self, shipment: Shipment) {
        self.shipments.push(shipment);
    }

    /// Sets an operation to work. Its turn is that of the event recorded next.
    pub fn set_to_work(&mut self, kind: OperationKind, shipment_id: Option<ShipmentId>) -> OperationId {
        let Author { caller, actor, now } = self.author.clone();
        let turn = self.recorder.next_sequence();
        let operation = new_operation(self.ids, self.order(), kind, turn, now);
        let id = operation.id;
        self.new.push(Operation { shipment_id, actor, caller, ..operation });
        id
    }

    /// Withdraws an operation that was certainly never sent.
    pub fn withdraw(&mut self, mut operation: Operation) {
        operation.settle(OperationState::Withdrawn, self.author.now);
        self.settled.push(OperationWrite::Withdraw { operation });
    }

    /// The order as it was known, where nothing is written after all.
    #[must_use]
    pub fn discard(self) -> Order {
        self.recorder.finish().0
    }

    /// Ends the writing. `request`: whose request it was, and what became of it.
    #[must_use]
    pub fn finish(self, request: RequestRecord) -> Written {
        let (order, events) = self.recorder.finish();
        let change = Change {
            order: order.clone(),
            expected_version: Some(self.expected_version),
            events,
            request: Some(request),
            operations: self.settled,
            shipments: self.shipments,
            lookup: None,
        };
        Written { order, operations: self.new, is_at_head: self.unsettled.is_empty(), change }
    }
}

impl Written {
    /// The shipment with this id, if it was put down.
    #[must_use]
    pub fn shipment(&self, id: Option<ShipmentId>) -> Option<&Shipment> {
        self.change.shipments.iter().find(|shipment| Some(shipment.id) == id)
    }

    /// The change, with the new operations as they are given out.
    #[must_use]
    pub fn change(self, operations: impl IntoIterator<Item = OperationWrite>) -> Change {
        let mut change = self.change;
        change.operations.extend(operations);
        change
    }
}

/// A new operation of the order, pending at its turn.
#[must_use]
pub fn new_operation(
    ids: &dyn Ids,
    order: &Order,
    kind: OperationKind,
    turn: u64,
    now: Timestamp,
) -> Operation {
    Operation {
        id: OperationId::new(ids.ordered()),
        order_id: order.id,
        profile: order.profile.clone(),
        kind,
        shipment_id: None,
        turn,
        state: OperationState::Pending,
        key: IdempotencyKey::new(ids.random()),
        attempts: 0,
        deferrals: 0,
        unreadable: 0,
        created_time: now,
        first_sent_time: None,
        last_sent_time: None,
        not_before: now,
        settled_time: None,
        rejection: None,
        last_problem: None,
        sealed: None,
        actor: None,
        caller: order.caller.clone(),
    }
}
