//! The only writer: all that a decision or an outcome records, saves and sets to work becomes one change, saved whole or not at
//! all.

use jiff::{SignedDuration, Timestamp};

use super::facts::Lane;
use super::operation::{Operation, State, Tries};
use super::task::Task;
use crate::ports::{Change, Ids, OperationWrite, RequestRecord, Run};
use crate::rules::cause::Unasked;
use crate::rules::concern;
use crate::rules::event::{EventData, Recorder, ResourceBefore};
use crate::rules::ids::{GroupId, IdempotencyKey, OperationId, RefundId, ReturnId, ShipmentId};
use crate::rules::item::{BY_ITSELF, Concern};
use crate::rules::lookup;
use crate::rules::operation::OperationState;
use crate::rules::order::Order;
use crate::rules::policy::Policy;
use crate::rules::precondition::{FailedPrecondition, PreconditionReason};
use crate::rules::refund::Refund;
use crate::rules::request_error::RequestError;
use crate::rules::ship_by::Agenda;
use crate::rules::shipment::{self, Origin, Shipment, ShipmentLine, ShipmentState, Tracking};

mod captures;
mod chargebacks;
mod deadline;
mod gap;
mod known;
mod number;
mod policies;
mod reading;
mod refunds;
mod written;

use known::Gap;
pub use known::{Author, Known, Reading};
pub use written::{NewOperation, Written};

/// What is known of an order, and what is written about it.
pub struct Pen<'a> {
    ids: &'a dyn Ids,
    author: Author,
    reading: Reading,
    recorder: Recorder,
    /// The order before the reading that was recorded.
    before: Option<Box<Order>>,
    gap: Option<Gap>,
    agenda: Agenda,
    expected_version: Option<u64>,
    unsettled: Vec<Operation>,
    known: Vec<Shipment>,
    known_refunds: Vec<Refund>,
    group: Option<GroupId>,
    joined: Option<GroupId>,
    new: Vec<NewOperation>,
    ended: Vec<OperationWrite>,
    shipments: Vec<Shipment>,
    refunds: Vec<Refund>,
    lookup: Option<Timestamp>,
    /// Whether a reading was recorded.
    has_read: bool,
    /// A number that another order holds, although this one is to hold it.
    taken_number: Option<String>,
    run: Option<Run>,
}

impl<'a> Pen<'a> {
    /// Starts from what is known. An order of version 0 is new.
    #[must_use]
    pub fn new(ids: &'a dyn Ids, author: Author, known: Known) -> Self {
        let Known { order, unsettled, shipments, refunds, taken_number } = known;
        let reading = Reading { as_of: author.now, is_latest: true };
        let expected_version = (order.version > 0).then_some(order.version);
        let (agenda, gap) = (order.agenda, Gap::of(&order, author.restored_time));
        let recorder = Recorder::new(order, author.now, author.grounds.clone());
        Self {
            ids,
            author,
            reading,
            recorder,
            before: None,
            gap,
            agenda,
            expected_version,
            unsettled: unsettled.unwrap_or_default(),
            known: shipments,
            known_refunds: refunds,
            group: None,
            joined: None,
            new: Vec::new(),
            ended: Vec::new(),
            shipments: Vec::new(),
            refunds: Vec::new(),
            lookup: None,
            has_read: false,
            taken_number,
            run: None,
        }
    }

    /// The same, with this reading of the order.
    #[must_use]
    pub fn on_reading(self, reading: Reading) -> Self {
        Self { reading, ..self }
    }

    /// Whether the order has not changed since Mollie was asked, so that this reading is the latest.
    #[must_use]
    pub const fn reads_latest(&self) -> bool {
        self.reading.is_latest
    }

    /// The order with all that was written so far.
    #[must_use]
    pub const fn order(&self) -> &Order {
        self.recorder.order()
    }

    /// The operations of the order that were not settled before, by turn.
    #[must_use]
    pub fn unsettled(&self) -> &[Operation] {
        &self.unsettled
    }

    /// Whether nothing of the order is under way, what was just set to work included.
    #[must_use]
    pub const fn is_at_rest(&self) -> bool {
        self.unsettled.is_empty() && self.new.is_empty()
    }

    /// The same for one lane.
    #[must_use]
    pub fn is_lane_at_rest(&self, lane: Lane) -> bool {
        let new = self.new.iter().map(|new| &new.operation);
        !self.unsettled.iter().chain(new).any(|operation| operation.task.lane() == lane)
    }

    /// The shipments of the order that were known before.
    #[must_use]
    pub fn known_shipments(&self) -> &[Shipment] {
        &self.known
    }

    /// A shipment that was known before, with what was written of it since.
    #[must_use]
    pub fn known_shipment(&self, id: ShipmentId) -> Option<Shipment> {
        self.shipments.iter().chain(&self.known).find(|shipment| shipment.id == id).cloned()
    }

    /// The shipments of the order that are known, each with what was written of it.
    #[must_use]
    pub fn shipments(&self) -> Vec<Shipment> {
        let is_known = |id| self.known.iter().any(|known| known.id == id);
        let new = self.shipments.iter().filter(|shipment| !is_known(shipment.id)).cloned();
        self.known.iter().filter_map(|known| self.known_shipment(known.id)).chain(new).collect()
    }

    /// The refunds of the order that were known before.
    #[must_use]
    pub fn known_refunds(&self) -> &[Refund] {
        &self.known_refunds
    }

    /// The refunds of the order that are known, each with what was written of it.
    #[must_use]
    pub fn refunds(&self) -> Vec<Refund> {
        let is_known = |id| self.known_refunds.iter().any(|known| known.id == id);
        let new = self.refunds.iter().filter(|refund| !is_known(refund.id)).cloned();
        self.known_refunds.iter().filter_map(|known| self.known_refund(known.id)).chain(new).collect()
    }

    /// A refund that was known before, with what was written of it since.
    #[must_use]
    pub fn known_refund(&self, id: RefundId) -> Option<Refund> {
        self.refunds.iter().chain(&self.known_refunds).find(|refund| refund.id == id).cloned()
    }

    /// What the order's profile has chosen.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.author.policy
    }

    /// When the reading that is written was asked for.
    #[must_use]
    pub const fn read_at(&self) -> Timestamp {
        self.reading.as_of
    }

    #[must_use]
    pub const fn settle_window(&self) -> SignedDuration {
        self.author.settle_window
    }

    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.author.now
    }

    /// A parcel that is recorded here now, and that Mollie does not know yet.
    #[must_use]
    pub fn new_shipment(&self, lines: Vec<ShipmentLine>, tracking: Option<Tracking>) -> Shipment {
        Shipment {
            id: ShipmentId::new(self.ids.ordered()),
            order_id: self.order().id,
            state: ShipmentState::Recorded,
            origin: Origin::Here,
            sequence: self.next_sequence(),
            mollie_id: None,
            shares: shipment::shares(self.order(), &lines),
            lines,
            companions: Vec::new(),
            tracking: tracking.clone(),
            first_tracking: tracking,
            pending_tracking: None,
            created_time: self.now(),
            registered_time: None,
            capture: None,
            rejection: None,
            held: None,
            carried_by: None,
            elsewhere: Vec::new(),
        }
    }

    #[must_use]
    pub fn new_refund_id(&self) -> RefundId {
        RefundId::new(self.ids.ordered())
    }

    #[must_use]
    pub fn new_return_id(&self) -> ReturnId {
        ReturnId::new(self.ids.ordered())
    }

    /// The sequence of the next recorded event.
    #[must_use]
    pub const fn next_sequence(&self) -> u64 {
        self.recorder.next_sequence()
    }

    /// Checks that no operation that would hold up this lane waits for an operator.
    ///
    /// # Errors
    /// [`RequestError::Blocked`], naming the operation.
    pub fn unblocked(&self, lane: Lane) -> Result<(), RequestError> {
        let waits = |operation: &&Operation| {
            operation.state.name() == OperationState::NeedsAttention && operation.task.lane().holds(lane)
        };
        match self.unsettled.iter().find(waits) {
            None => Ok(()),
            Some(operation) => {
                let text = format!(
                    "Operation {} of this order waits for an operator. Operations behind it are blocked until it is resolved.",
                    operation.id
                );
                Err(RequestError::Blocked(FailedPrecondition::of_order(
                    PreconditionReason::OrderNeedsAttention,
                    text,
                )))
            }
        }
    }

    /// The refusal as it is, or, if it asks to wait for a change of lines that itself waits for a person, that refusal.
    #[must_use]
    pub fn or_attention(&self, denied: RequestError, lane: Lane) -> RequestError {
        let waits = matches!(&denied, RequestError::Blocked(refusal) if refusal.reason == PreconditionReason::LinesChanging);
        if waits { self.unblocked(lane).err().unwrap_or(denied) } else { denied }
    }

    /// Records an event, before what it changes of a shipment or a refund is put.
    pub fn record(&mut self, data: EventData) {
        let resource = ResourceBefore::of(&data, |id| self.known_shipment(id), |id| self.known_refund(id));
        self.recorder.record_of(data, resource);
    }

    /// Records the order itself, as its first event.
    pub fn begin(&mut self, operation_id: OperationId) {
        self.recorder.begin(operation_id);
    }

    /// Raises a review item, unless it was raised before.
    pub fn raise(&mut self, concern: Concern) {
        self.recorder.raise(concern);
    }

    /// Closes items that nobody has to look at any more.
    pub fn close(&mut self, numbers: Vec<u32>, reason: &str) {
        for number in numbers {
            self.record(EventData::ItemClosed {
                number,
                by: BY_ITSELF.to_owned(),
                reason: reason.to_owned(),
            });
        }
    }

    /// Tells again what is told in open items, where it is another amount by now: each closes, and a later one says what is so.
    pub fn tell_anew(&mut self, concerns: Vec<Concern>) {
        for concern in concerns {
            let outdated = self.order().items.iter().filter(|item| item.is_outdated_by(&concern));
            let outdated: Vec<_> = outdated.map(|item| item.number).collect();
            if !outdated.is_empty() {
                self.close(outdated, "a later item says what is so now");
                self.raise(concern);
            }
        }
    }

    /// Saves a shipment, whole, in place of what was written of it before.
    pub fn put(&mut self, shipment: Shipment) {
        self.shipments.retain(|other| other.id != shipment.id);
        self.shipments.push(shipment);
    }

    /// Saves a refund, whole, in place of what was written of it before.
    pub fn put_refund(&mut self, refund: Refund) {
        self.refunds.retain(|other| other.id != refund.id);
        self.refunds.push(refund);
    }

    /// Schedules a look-up of the order by then.
    pub fn look_again(&mut self, time: Timestamp) {
        self.lookup = Some(self.lookup.map_or(time, |other| other.min(time)));
    }

    /// Schedules the next look-up by the order's age.
    pub fn look_again_on_schedule(&mut self) {
        if let Some(time) = lookup::next(self.order(), self.author.now, self.author.settle_window) {
            self.look_again(time);
        }
    }

    /// Whether a placement of the order would now be past its age limit.
    #[must_use]
    pub fn is_overdue(&self) -> bool {
        self.author.now > self.order().overdue_from(self.author.placement_age_limit)
    }

    /// Sets an operation to work. Its turn is that of the event recorded next.
    pub fn set_to_work(&mut self, task: impl Into<Task>, secret: Option<Vec<u8>>) -> OperationId {
        self.new_operation(task.into(), secret, None)
    }

    /// Sets to work an operation that is sent once another one has succeeded, and never if that one fails.
    pub fn set_to_work_after(&mut self, other: Option<OperationId>, task: impl Into<Task>) -> OperationId {
        self.new_operation(task.into(), None, other)
    }

    /// Writes what the service does unasked: its events say so, and its operations have that as their actor.
    pub fn unasked<T>(&mut self, unasked: Unasked, write: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.recorder.set_grounds(unasked.into());
        let written = write(self);
        self.recorder.set_grounds(before);
        written
    }

    fn new_operation(
        &mut self,
        task: Task,
        secret: Option<Vec<u8>>,
        after: Option<OperationId>,
    ) -> OperationId {
        let id = OperationId::new(self.ids.ordered());
        let operation = Operation {
            id,
            order_id: self.order().id,
            profile: self.order().profile.clone(),
            group: *self.group.get_or_insert(GroupId::from(id)),
            task,
            turn: self.recorder.next_sequence(),
            after,
            state: State::NEW,
            key: IdempotencyKey::new(self.ids.random()),
            tries: Tries::default(),
            created_time: self.author.now,
            not_before: self.author.now,
            last_problem: None,
            key_refused: false,
            sealed: None,
            actor: self.recorder.grounds().actor.clone(),
            caller: self.author.caller.clone(),
        };
        self.new.push(NewOperation { operation, secret });
        id
    }

    /// Joins this request to the operations of an earlier one, which do what it asks for.
    pub fn join(&mut self, group: GroupId) {
        self.joined = Some(group);
    }

    /// Settles an operation that no worker is about to send.
    pub fn end(&mut self, write: OperationWrite) {
        self.ended.push(write);
    }

    /// Withdraws an operation that was certainly never sent. What else its group does is no part of this request.
    pub fn withdraw(&mut self, operation: Operation) {
        self.unsettled.retain(|other| other.id != operation.id);
        let operation = operation.settled(State::Withdrawn { time: self.author.now });
        self.ended.push(OperationWrite::Withdraw { operation });
    }

    /// The order as it was known, if nothing is written after all.
    #[must_use]
    pub fn discard(self) -> Order {
        self.recorder.finish().0
    }

    /// Finishes the change. `request`: the id of the request and its outcome.
    #[must_use]
    pub fn finish(mut self, request: Option<RequestRecord>) -> Written {
        self.tell_of_gap();
        // Only now is it written what became of the operation that a reading was taken for.
        self.act_on_reading();
        self.give_up_number();
        self.tell_of_deadline();
        self.tell_of_attempt();
        let timer = self.renew_agenda();
        let (is_at_head, group) = (self.is_at_head(), self.group());
        let (order, events) = self.recorder.finish();
        let change = Change {
            order: order.clone(),
            expected_version: self.expected_version,
            events,
            request,
            operations: self.ended,
            shipments: self.shipments,
            refunds: self.refunds,
            lookup: self.lookup,
            timer,
            run: self.run,
            other: None,
        };
        Written { order, group, operations: self.new, is_at_head, change }
    }

    /// The order takes back a number that it had given away, and another one has taken it meanwhile.
    fn give_up_number(&mut self) {
        if let Some(number) =
            self.taken_number.take_if(|taken| self.recorder.order().held_number() == Some(taken))
        {
            self.record(EventData::NumberLost { number: number.clone() });
            self.raise(concern::number_shared(&number));
        }
    }

    /// What was set to work so far, or what was joined.
    #[must_use]
    pub fn group(&self) -> Option<GroupId> {
        self.group.or(self.joined)
    }

    /// Whether the first new operation can be sent at once: the others all need attention in lanes that do not hold this one.
    fn is_at_head(&self) -> bool {
        if self.new.first().is_some_and(|new| new.operation.after.is_some()) {
            return false;
        }
        let lane = self.new.first().map(|new| new.operation.task.lane());
        let is_aside = |other: &Operation| {
            other.state.name() == OperationState::NeedsAttention
                && lane.is_some_and(|lane| !other.task.lane().holds(lane))
        };
        self.unsettled.iter().all(is_aside)
    }
}
