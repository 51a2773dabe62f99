//! Events: every change of an order, recorded once, in order. Folding them yields the order, except for personal data, of which
//! they name only the fields.

use jiff::Timestamp;

use super::cause::Cause;
use super::chargeback::Chargeback;
use super::deadline_notice::Notice;
use super::ids::{
    LineId, MollieOrderId, MolliePaymentId, MollieRefundId, MollieShipmentId, OperationId, OrderId, RefundId,
    ShipmentId,
};
use super::item::Item;
use super::ledger::Entry;
use super::operation::OperationState;
use super::order::{Line, LineChanging, Order};
use super::order_update::NewTerms;
use super::payment::Payment;
use super::policy_notice::PolicyNotice;
use super::refund::Refund;
use super::rejection::Rejection;
use super::returned::Return;
use super::shipment::{Capture, Shipment, Tracking};
use super::snapshot::Observed;
use super::status::{Read, RefundStatus};
use super::subject::Subject;

mod before;
mod earlier;
mod entries;
mod fold;
mod kind;
mod kinds;
mod lines;
mod observed;
mod payments;
mod recorder;
mod releases;
mod shipments;
mod terms;
mod touched;

pub use before::{Before, LineBefore, LineValues, OrderBefore, PaymentBefore, ResourceBefore};
pub use kinds::KINDS;
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
    /// The order's people are told of its deadline.
    DeadlineTold { notice: Box<Notice> },
    /// People, or the mailer, are told of an order that is not paid, or of lines that are shipped unasked.
    PolicyTold { notice: Box<PolicyNotice> },
    /// A review item was raised.
    ItemRaised { item: Item },
    /// An operator closed a review item.
    ItemClosed { number: u32, by: String, reason: String },
}

/// One event of one order.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub order_id: OrderId,
    /// From 1 within the order, without gaps.
    pub sequence: u64,
    pub time: Timestamp,
    pub data: EventData,
    /// How what it changes was before.
    pub before: Before,
    /// Why it was written.
    pub cause: Cause,
    /// The person or system it was written for, if there was one.
    pub actor: Option<String>,
}

#[cfg(test)]
mod tests;
