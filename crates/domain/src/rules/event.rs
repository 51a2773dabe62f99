//! Events: every change of an order, recorded once, in order. Folding them yields the order, except for personal data, of which
//! they name only the fields.

use jiff::Timestamp;

use super::chargeback::Chargeback;
use super::ids::{
    LineId, MollieOrderId, MolliePaymentId, MollieRefundId, MollieShipmentId, OperationId, OrderId, RefundId,
    ShipmentId,
};
use super::item::{Closure, Item};
use super::ledger::{Entry, Pool, Stage};
use super::operation::OperationState;
use super::order::{Canceled, Line, LineChanging, Order, Personal, Renaming, Terms};
use super::order_update::NewTerms;
use super::part::Part;
use super::payment::Payment;
use super::placement::Placement;
use super::refund::Refund;
use super::rejection::{RejectedBy, Rejection};
use super::returned::Return;
use super::shipment::{Capture, CaptureStatus, HeldParcel, Shipment, ShipmentLine, Tracking};
use super::snapshot::Observed;
use super::status::{OrderStatus, Read, RefundStatus};
use super::stranded;
use super::subject::Subject;
use super::superseded::Superseded;

mod lines;
mod recorder;
mod releases;

pub use recorder::Recorder;

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum EventData {
    /// The order was recorded, without personal values.
    OrderRecorded { order: Box<Order>, operation_id: OperationId },
    /// Mollie has it.
    OrderPlaced { mollie_id: MollieOrderId, observed: Box<Observed> },
    /// Mollie rejected it.
    PlacementRefused { rejection: Rejection },
    /// It was given up before Mollie had it.
    PlacementAbandoned { reason: String },
    /// Mollie reported something new.
    OrderObserved { observed: Box<Observed> },
    /// Goods left; their units are reserved until Mollie has registered them. A held parcel has no operation.
    ShipmentRecorded { shipment: Box<Shipment>, operation_id: Option<OperationId>, entries: Vec<Entry> },
    /// A held parcel goes along with another one; what it reserved beyond that is free again.
    ShipmentCarried {
        shipment_id: ShipmentId,
        carried_by: ShipmentId,
        operation_id: OperationId,
        entries: Vec<Entry>,
    },
    /// Goods left although the order was over: nothing is sent.
    ShipmentTooLate { shipment: Box<Shipment> },
    /// Mollie registered a shipment of ours.
    ShipmentRegistered {
        shipment_id: ShipmentId,
        operation_id: OperationId,
        mollie_id: MollieShipmentId,
        registered_time: Timestamp,
        entries: Vec<Entry>,
    },
    /// Mollie rejected a shipment; its units are available again.
    ShipmentRefused {
        shipment_id: ShipmentId,
        /// None of a held parcel, which was never sent.
        operation_id: Option<OperationId>,
        entries: Vec<Entry>,
        rejection: Rejection,
        /// The shipments at Mollie that hold its units, if that is the reason.
        elsewhere: Vec<MollieShipmentId>,
    },
    /// New tracking was requested for a shipment.
    ShipmentUpdateRecorded { shipment_id: ShipmentId, operation_id: OperationId, tracking: Tracking },
    /// A shipment has new tracking, set by us or elsewhere.
    ShipmentUpdated { shipment_id: ShipmentId, operation_id: Option<OperationId>, tracking: Option<Tracking> },
    /// Mollie rejected the new tracking.
    ShipmentUpdateRefused { shipment_id: ShipmentId, operation_id: OperationId, rejection: Rejection },
    /// Mollie tells something new of a shipment's money.
    ShipmentCaptured { shipment_id: ShipmentId, capture: Capture },
    /// Mollie holds a shipment that was made elsewhere.
    ShipmentObserved { shipment: Box<Shipment> },
    /// A cancellation was requested, of the order or, with entries, of these units. `release`: the deductions it gives up.
    CancellationRecorded { operation_id: OperationId, release: Vec<LineId>, entries: Vec<Entry> },
    /// Mollie canceled what could be canceled, or these units.
    CancellationSucceeded { operation_id: OperationId, entries: Vec<Entry> },
    /// Mollie rejected the cancellation.
    CancellationRefused { operation_id: OperationId, rejection: Rejection, entries: Vec<Entry> },
    /// A refund was requested; what it gives back is reserved until Mollie has it.
    RefundRecorded { refund: Box<Refund>, operation_id: OperationId, entries: Vec<Entry> },
    /// Mollie has a refund of ours.
    RefundRegistered {
        refund_id: RefundId,
        operation_id: OperationId,
        mollie_id: MollieRefundId,
        payment_id: Option<MolliePaymentId>,
        status: Read<RefundStatus>,
        registered_time: Timestamp,
        entries: Vec<Entry>,
    },
    /// Mollie rejected a refund; what it would have given back is free again.
    RefundRefused {
        refund_id: RefundId,
        operation_id: OperationId,
        rejection: Rejection,
        entries: Vec<Entry>,
    },
    /// A refund was called off before Mollie had it.
    RefundWithdrawn {
        refund_id: RefundId,
        operation_id: OperationId,
        /// The refund that gives its money back instead.
        merged_into: Option<RefundId>,
        entries: Vec<Entry>,
    },
    /// A refund has another status at Mollie. `operation_id`: the cancellation that caused it.
    RefundUpdated {
        refund_id: RefundId,
        operation_id: Option<OperationId>,
        status: Read<RefundStatus>,
        entries: Vec<Entry>,
    },
    /// Mollie has a refund that was made elsewhere.
    RefundObserved { refund: Box<Refund>, entries: Vec<Entry> },
    /// Lines were given back: what is canceled and what is refunded of them, each by events of its own, belongs together. Entries: of
    /// what is worth nothing.
    ReturnRecorded { returned: Box<Return>, entries: Vec<Entry> },
    /// A payment's list of chargebacks has a new one, or says more of one: that it was returned.
    ChargebackObserved { payment_id: MolliePaymentId, chargeback: Chargeback },
    /// A further payment was requested. Empty methods: those of the order.
    PaymentRecorded { operation_id: OperationId, methods: Vec<String> },
    /// Mollie opened it.
    PaymentCreated { operation_id: OperationId, payment: Box<Payment> },
    /// Mollie rejected it, or nobody waits for it any more.
    PaymentRefused { operation_id: OperationId, rejection: Rejection },
    /// Other terms or addresses were requested.
    UpdateRecorded { operation_id: OperationId, terms: NewTerms },
    /// Mollie has them.
    Updated { operation_id: OperationId, terms: NewTerms },
    /// Mollie, or the supplier, did not take them: the order is as it was.
    UpdateRefused { operation_id: OperationId, rejection: Rejection },
    /// Another order is to replace this one, and its number is free.
    Superseded { by: OrderId },
    /// Mollie has the order that replaces this one: this one is to be canceled.
    Replaced { by: OrderId },
    /// There will be no order that replaces this one: it has its number back.
    Reinstated { by: OrderId },
    /// The order has a number that another order holds by now.
    NumberLost { number: String },
    /// Changes of lines were requested: what is canceled is reserved, and lines that change have nothing available.
    LineChangeRecorded { change: Box<LineChanging>, entries: Vec<Entry> },
    /// Mollie has made them: new lines, and those with new values, whole.
    LinesChanged { operation_id: OperationId, lines: Vec<Line>, entries: Vec<Entry> },
    /// Mollie, or the supplier, did not make them: all lines are as they were.
    LineChangeRefused { operation_id: OperationId, rejection: Rejection, entries: Vec<Entry> },
    /// The cancellation of a refund was requested.
    RefundCancelRecorded { refund_id: RefundId, operation_id: OperationId },
    /// Mollie did not cancel a refund.
    RefundCancelRefused { refund_id: RefundId, operation_id: OperationId, rejection: Rejection },
    /// An operation waits for an operator.
    AttentionNeeded { operation_id: OperationId, subject: Subject, reason: String },
    /// An operator resumed the resolution of an operation.
    OperationRetried { operation_id: OperationId, subject: Subject, reason: String },
    /// An operator resolved an operation: succeeded or rejected.
    OperationResolved { operation_id: OperationId, subject: Subject, outcome: OperationState, reason: String },
    /// A review item was raised.
    ItemRaised { item: Item },
    /// An operator closed a review item.
    ItemClosed { number: u32, by: String, reason: String },
}

impl EventData {
    /// The event's kind as readers see it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::OrderRecorded { .. } => "order.recorded",
            Self::OrderPlaced { .. } => "order.placed",
            Self::PlacementRefused { .. } => "order.placement_refused",
            Self::PlacementAbandoned { .. } => "order.placement_abandoned",
            Self::OrderObserved { observed } => observed_kind(observed),
            Self::ShipmentRecorded { .. } => "shipment.recorded",
            Self::ShipmentCarried { .. } => "shipment.carried",
            Self::ShipmentTooLate { .. } => "shipment.too_late",
            Self::ShipmentRegistered { .. } => "shipment.registered",
            Self::ShipmentRefused { .. } => "shipment.refused",
            Self::ShipmentUpdateRecorded { .. } => "shipment.update_recorded",
            Self::ShipmentUpdated { .. } => "shipment.updated",
            Self::ShipmentUpdateRefused { .. } => "shipment.update_refused",
            Self::ShipmentCaptured { capture, .. } => captured_kind(&capture.status),
            Self::ShipmentObserved { .. } => "shipment.observed",
            Self::CancellationRecorded { .. } => "cancellation.recorded",
            Self::CancellationSucceeded { .. } => "cancellation.succeeded",
            Self::CancellationRefused { .. } => "cancellation.refused",
            Self::RefundRecorded { .. } => "refund.recorded",
            Self::RefundRegistered { .. } => "refund.registered",
            Self::RefundRefused { .. } => "refund.refused",
            Self::RefundWithdrawn { .. } => "refund.withdrawn",
            Self::RefundUpdated { status, .. } => updated_kind(status),
            Self::RefundObserved { .. } => "refund.observed",
            Self::ReturnRecorded { .. } => "return.recorded",
            Self::ChargebackObserved { chargeback, .. } => match chargeback.stands() {
                true => "chargeback.received",
                false => "chargeback.reversed",
            },
            Self::PaymentRecorded { .. } => "payment.recorded",
            Self::PaymentCreated { .. } => "payment.created",
            Self::PaymentRefused { .. } => "payment.refused",
            Self::UpdateRecorded { .. } => "order.update_recorded",
            Self::Updated { .. } => "order.terms_updated",
            Self::UpdateRefused { .. } => "order.update_refused",
            Self::Superseded { .. } => "order.superseded",
            Self::Replaced { .. } => "order.replaced",
            Self::Reinstated { .. } => "order.reinstated",
            Self::NumberLost { .. } => "order.number_lost",
            Self::LineChangeRecorded { .. } => "lines.change_recorded",
            Self::LinesChanged { .. } => "lines.changed",
            Self::LineChangeRefused { .. } => "lines.change_refused",
            Self::RefundCancelRecorded { .. } => "refund.cancel_recorded",
            Self::RefundCancelRefused { .. } => "refund.cancel_refused",
            Self::AttentionNeeded { .. } => "operation.needs_attention",
            Self::OperationRetried { .. } => "operation.retried",
            Self::OperationResolved { .. } => "operation.resolved",
            Self::ItemRaised { .. } => "item.raised",
            Self::ItemClosed { .. } => "item.closed",
        }
    }

    /// Its ledger entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match self {
            Self::OrderPlaced { observed, .. } | Self::OrderObserved { observed } => &observed.entries,
            Self::ShipmentRecorded { entries, .. }
            | Self::ShipmentCarried { entries, .. }
            | Self::ShipmentRegistered { entries, .. }
            | Self::ShipmentRefused { entries, .. }
            | Self::CancellationRecorded { entries, .. }
            | Self::CancellationSucceeded { entries, .. }
            | Self::CancellationRefused { entries, .. }
            | Self::LineChangeRecorded { entries, .. }
            | Self::LinesChanged { entries, .. }
            | Self::LineChangeRefused { entries, .. }
            | Self::RefundRecorded { entries, .. }
            | Self::RefundRegistered { entries, .. }
            | Self::RefundRefused { entries, .. }
            | Self::RefundWithdrawn { entries, .. }
            | Self::RefundUpdated { entries, .. }
            | Self::RefundObserved { entries, .. }
            | Self::ReturnRecorded { entries, .. } => entries,
            // The counters of a shipment made elsewhere come with the observation that found it.
            Self::ShipmentObserved { .. }
            | Self::ShipmentTooLate { .. }
            | Self::ShipmentCaptured { .. }
            | Self::RefundCancelRecorded { .. }
            | Self::RefundCancelRefused { .. }
            | Self::ChargebackObserved { .. }
            | Self::PaymentRecorded { .. }
            | Self::PaymentCreated { .. }
            | Self::PaymentRefused { .. }
            | Self::UpdateRecorded { .. }
            | Self::Updated { .. }
            | Self::UpdateRefused { .. }
            | Self::Superseded { .. }
            | Self::Replaced { .. }
            | Self::Reinstated { .. }
            | Self::NumberLost { .. }
            | Self::ShipmentUpdateRecorded { .. }
            | Self::ShipmentUpdated { .. }
            | Self::ShipmentUpdateRefused { .. }
            | Self::OrderRecorded { .. }
            | Self::PlacementRefused { .. }
            | Self::PlacementAbandoned { .. }
            | Self::AttentionNeeded { .. }
            | Self::OperationRetried { .. }
            | Self::OperationResolved { .. }
            | Self::ItemRaised { .. }
            | Self::ItemClosed { .. } => &[],
        }
    }
}

const fn captured_kind(status: &Read<CaptureStatus>) -> &'static str {
    match status {
        Read::Known(CaptureStatus::Pending) => "capture.pending",
        Read::Known(CaptureStatus::Succeeded) => "capture.succeeded",
        Read::Known(CaptureStatus::Failed) => "capture.failed",
        Read::Known(CaptureStatus::Missing) => "capture.missing",
        Read::Unknown(_) => "capture.status_not_understood",
    }
}

const fn updated_kind(status: &Read<RefundStatus>) -> &'static str {
    match status {
        Read::Known(RefundStatus::Queued) => "refund.queued",
        Read::Known(RefundStatus::Pending) => "refund.pending",
        Read::Known(RefundStatus::Processing) => "refund.processing",
        Read::Known(RefundStatus::Refunded) => "refund.refunded",
        Read::Known(RefundStatus::Failed) => "refund.failed",
        Read::Known(RefundStatus::Canceled) => "refund.canceled",
        Read::Unknown(_) => "refund.status_not_understood",
    }
}

fn observed_kind(observed: &Observed) -> &'static str {
    if observed.facts.unknown_status.is_some() {
        return "order.status_not_understood";
    }
    match observed.facts.status.filter(|_| observed.status_changed) {
        None => "order.updated",
        Some(OrderStatus::Created) => "order.created",
        Some(OrderStatus::Pending) => "order.pending",
        Some(OrderStatus::Authorized) => "order.authorized",
        Some(OrderStatus::Paid) => "order.paid",
        Some(OrderStatus::Shipping) => "order.shipping",
        Some(OrderStatus::Completed) => "order.completed",
        Some(OrderStatus::Canceled) => "order.canceled",
        Some(OrderStatus::Expired) => "order.expired",
    }
}

/// One event of one order.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub order_id: OrderId,
    /// From 1 within the order, without gaps.
    pub sequence: u64,
    pub time: Timestamp,
    pub data: EventData,
    /// The caller it was made for, if there was one.
    pub actor: Option<String>,
}

impl Order {
    /// The order after an event; `None` before its first. Personal data stays as it was.
    #[must_use]
    pub fn after(before: Option<Self>, event: &Event) -> Option<Self> {
        let mut order = match (&event.data, before) {
            (EventData::OrderRecorded { order, .. }, None) => (**order).clone(),
            (_, before) => before?,
        };
        order.advance(event);
        Some(order)
    }

    /// Applies an event that is not the first.
    fn advance(&mut self, event: &Event) {
        self.version = event.sequence;
        self.apply(&event.data, event.time);
        for entry in event.data.entries() {
            match entry.line_id {
                Some(id) => self.line_mut(id).into_iter().for_each(|line| line.enter(entry)),
                None => self.beside.enter(entry),
            }
        }
        self.note_canceled_unpaid();
        self.raise_highest_amount();
        if let EventData::CancellationRefused { .. } = &event.data {
            let payments = &self.payments;
            self.superseded.iter_mut().for_each(|superseded| superseded.keep(event.time, payments));
        }
        self.number_released |= self.frees_number();
        self.stranded = stranded::after(self, event.time);
        self.closed_time =
            self.closed_time.filter(|_| self.is_over()).or_else(|| self.is_over().then_some(event.time));
    }

    fn apply(&mut self, data: &EventData, time: Timestamp) {
        match data {
            EventData::OrderRecorded { .. }
            | EventData::ShipmentTooLate { .. }
            | EventData::ShipmentUpdateRecorded { .. }
            | EventData::ShipmentUpdated { .. }
            | EventData::ShipmentUpdateRefused { .. }
            | EventData::RefundCancelRecorded { .. }
            | EventData::RefundCancelRefused { .. }
            | EventData::PaymentRecorded { .. }
            | EventData::PaymentRefused { .. }
            | EventData::AttentionNeeded { .. }
            | EventData::OperationRetried { .. }
            | EventData::OperationResolved { .. } => (),
            EventData::ShipmentRecorded { shipment, .. } => {
                let held = HeldParcel { shipment_id: shipment.id, lines: shipment.lines.clone() };
                self.held.extend(shipment.held.is_some().then_some(held));
            }
            EventData::ShipmentCarried { shipment_id, .. }
            | EventData::ShipmentRefused { shipment_id, .. } => {
                self.held.retain(|parcel| parcel.shipment_id != *shipment_id);
            }
            EventData::ShipmentRegistered { shipment_id, entries, .. } => {
                let settled = entries.iter().filter(|entry| entry.stage == Stage::Settled);
                self.expect_capture(*shipment_id, settled.map(|entry| entry.part));
            }
            EventData::ShipmentObserved { shipment } => {
                self.expect_capture(shipment.id, shipment.lines.iter().map(|line| line.part));
            }
            EventData::ShipmentCaptured { shipment_id, capture } => {
                self.open_captures.retain(|id| id != shipment_id);
                self.open_captures.extend(capture.is_open().then_some(*shipment_id));
                self.lost_captures.retain(|(id, _)| id != shipment_id);
                self.lost_captures.extend(capture.is_lost().then_some((*shipment_id, capture.amount)));
            }
            EventData::CancellationRecorded { operation_id, release, entries } => {
                self.give_up(*operation_id, release, entries);
                self.superseded.iter_mut().for_each(|superseded| superseded.asked_time = Some(time));
            }
            EventData::CancellationSucceeded { operation_id, entries } => {
                self.remember_canceled(*operation_id, entries, Stage::Settled);
                self.lines_changed_time = Some(time);
            }
            // If an operator was wrong, its effect comes to light later.
            EventData::CancellationRefused { operation_id, rejection, entries } => {
                self.take_back_releases(*operation_id, rejection, entries);
                if rejection.by == RejectedBy::Operator {
                    self.remember_canceled(*operation_id, entries, Stage::Freed);
                }
            }
            EventData::ReturnRecorded { returned, .. } => self.returns.push((**returned).clone()),
            EventData::PaymentCreated { operation_id, payment } => {
                // What a reading shows of it is newer than the answer that it was opened.
                if self.payments.iter().all(|known| known.mollie_id != payment.mollie_id) {
                    self.put_payment(payment);
                }
                self.made_payments.push((*operation_id, payment.mollie_id.clone()));
            }
            EventData::ChargebackObserved { payment_id, chargeback } => {
                self.put_chargeback(payment_id, chargeback);
            }
            EventData::UpdateRecorded { operation_id, terms } => {
                if let Some(number) = &terms.order_number {
                    let (operation_id, number) = (*operation_id, number.clone());
                    self.renaming = Some(Box::new(Renaming { operation_id, number }));
                }
            }
            EventData::Updated { operation_id, terms } => {
                if self.renaming.take_if(|renaming| renaming.operation_id == *operation_id).is_some() {
                    // Whatever became of the old one, this one is its own.
                    self.number_released = false;
                }
                self.terms.take(terms);
            }
            EventData::UpdateRefused { operation_id, .. } => {
                self.renaming.take_if(|renaming| renaming.operation_id == *operation_id);
            }
            EventData::Superseded { by } => {
                self.superseded = Some(Box::new(Superseded::by(*by)));
            }
            EventData::Replaced { .. } => {
                self.superseded.iter_mut().for_each(|superseded| superseded.is_final = true);
            }
            EventData::Reinstated { .. } => self.superseded = None,
            EventData::NumberLost { .. } => self.number_released = true,
            EventData::LineChangeRecorded { change, .. } => self.begin_line_change(change),
            EventData::LinesChanged { operation_id, lines, entries } => {
                self.end_line_change(*operation_id);
                self.remember_canceled(*operation_id, entries, Stage::Settled);
                self.take_lines(*operation_id, lines, entries);
                self.lines_changed_time = Some(time);
            }
            EventData::LineChangeRefused { operation_id, rejection, entries } => {
                self.end_line_change(*operation_id);
                if rejection.by == RejectedBy::Operator {
                    self.remember_canceled(*operation_id, entries, Stage::Freed);
                }
            }
            EventData::RefundRecorded { refund, .. } | EventData::RefundObserved { refund, .. } => {
                self.follow(refund.id, refund.is_open());
            }
            EventData::RefundRegistered { refund_id, status, .. }
            | EventData::RefundUpdated { refund_id, status, .. } => {
                let is_final = matches!(status, Read::Known(status) if status.is_final());
                self.follow(*refund_id, !is_final);
            }
            EventData::RefundRefused { refund_id, .. } | EventData::RefundWithdrawn { refund_id, .. } => {
                self.follow(*refund_id, false);
            }
            EventData::OrderPlaced { mollie_id, observed } => {
                self.placement = Placement::Placed;
                self.mollie_id = Some(mollie_id.clone());
                self.observe(observed);
            }
            EventData::PlacementRefused { rejection } => {
                self.placement = Placement::Refused;
                self.rejection = Some(rejection.clone());
            }
            EventData::PlacementAbandoned { .. } => self.placement = Placement::Abandoned,
            EventData::OrderObserved { observed } => self.observe(observed),
            EventData::ItemRaised { item } => self.items.push(item.clone()),
            EventData::ItemClosed { number, by, reason } => {
                let closure = Closure { time, by: by.clone(), reason: reason.clone() };
                let items = self.items.iter_mut().filter(|item| item.number == *number);
                items.for_each(|item| item.closed = Some(closure.clone()));
            }
        }
    }

    fn remember_canceled(&mut self, operation_id: OperationId, entries: &[Entry], stage: Stage) {
        let is_canceled = |entry: &&Entry| entry.pool == Pool::Canceled && entry.stage == stage;
        let line = |entry: &Entry| Some(ShipmentLine { line_id: entry.line_id?, part: entry.part });
        let lines: Vec<_> = entries.iter().filter(is_canceled).filter_map(line).collect();
        if !lines.is_empty() {
            self.cancellations.push(Canceled { operation_id, lines });
        }
    }

    fn observe(&mut self, observed: &Observed) {
        self.facts = observed.facts.clone();
        self.terms.amount = observed.amount;
        for line in &observed.lines {
            match self.line_mut(line.id) {
                Some(ours) => *ours = line.clone(),
                None => self.lines.push(line.clone()),
            }
        }
        self.drop_lines(&observed.gone);
        observed.payments.iter().for_each(|payment| self.put_payment(payment));
        if !observed.payments.is_empty() {
            self.note_canceled_authorized();
        }
        self.note_highest_amount(observed.amount);
    }

    /// Attempts stand in the order in which they were created, as Mollie lists them.
    fn put_payment(&mut self, payment: &Payment) {
        if let Some(ours) = self.payments.iter_mut().find(|ours| ours.mollie_id == payment.mollie_id) {
            *ours = payment.clone();
            return;
        }
        let later = self.payments.iter().position(|other| other.created_time > payment.created_time);
        self.payments.insert(later.unwrap_or(self.payments.len()), payment.clone());
    }

    fn put_chargeback(&mut self, payment: &MolliePaymentId, chargeback: &Chargeback) {
        let Some(payment) = self.payments.iter_mut().find(|ours| ours.mollie_id == *payment) else { return };
        let all = &mut payment.particulars.chargebacks;
        if let Some(known) = all.iter_mut().find(|known| known.mollie_id == chargeback.mollie_id) {
            *known = chargeback.clone();
            return;
        }
        let later = all.iter().position(|other| other.created_time > chargeback.created_time);
        all.insert(later.unwrap_or(all.len()), chargeback.clone());
    }

    /// Follows the capture of a shipment, if it is to bring money.
    fn expect_capture(&mut self, id: ShipmentId, parts: impl Iterator<Item = Part>) {
        let minor = parts.fold(0_i64, |sum, part| sum.saturating_add(part.amount.minor()));
        self.open_captures.extend((minor > 0 && self.captures_by_shipment()).then_some(id));
    }

    /// Whether a refund is followed from now on.
    fn follow(&mut self, id: RefundId, is_open: bool) {
        self.open_refunds.retain(|other| *other != id);
        self.open_refunds.extend(is_open.then_some(id));
    }

    /// Whether nothing more is expected: ended at Mollie with no money left to deal with and no capture or refund on its way, or
    /// never placed.
    fn is_over(&self) -> bool {
        let ended = self.facts.status.is_some_and(OrderStatus::is_final)
            && !stranded::is_open(self)
            && self.open_captures.is_empty()
            && self.open_refunds.is_empty();
        !self.placement.is_alive() || ended
    }

    /// The order without personal data, as events hold it.
    #[must_use]
    pub fn impersonal(&self) -> Self {
        Self { personal: Personal::default(), ..self.clone() }
    }
}

impl Terms {
    fn take(&mut self, new: &NewTerms) {
        let NewTerms { order_number, redirect_url, cancel_url, personal: _ } = new.clone();
        self.redirect_url = redirect_url.or(self.redirect_url.take());
        self.cancel_url = cancel_url.or(self.cancel_url.take());
        if let Some(number) = order_number {
            self.order_number = number;
        }
    }
}

#[cfg(test)]
mod tests;
