//! Events as documents, tagged by kind. They contain nothing personal, like the domain's events. Here is their shape; `written.rs` and
//! `read.rs` have one arm for each, so that no event is left out.

use domain::rules::event::{Before, Event, EventData};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Misfit;
use super::before::BeforeDocument;
use super::chargeback::ChargebackDocument;
use super::deadline::NoticeDocument;
use super::item::ItemDocument;
use super::ledger::EntryDocument;
use super::line::LineDocument;
use super::line_change::LineChangingDocument;
use super::new_terms::NewTermsDocument;
use super::observed::ObservedDocument;
use super::order::RecordedOrderDocument;
use super::payment::PaymentDocument;
use super::policy::PolicyNoticeDocument;
use super::refund::RefundDocument;
use super::rejection::RejectionDocument;
use super::returned::ReturnDocument;
use super::shipment::{CaptureDocument, ShipmentDocument, TrackingDocument};
use super::word::WordDocument;

mod read;
mod written;

/// What an event tells: what happened, and how that was before.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ToldDocument {
    data: EventDocument,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Box<BeforeDocument>>,
}

impl From<&Event> for ToldDocument {
    fn from(event: &Event) -> Self {
        Self { data: (&event.data).into(), before: BeforeDocument::of(&event.before).map(Box::new) }
    }
}

impl TryFrom<ToldDocument> for (EventData, Before) {
    type Error = Misfit;

    fn try_from(document: ToldDocument) -> Result<Self, Misfit> {
        let before = document.before.map(|before| (*before).try_into()).transpose()?;
        Ok((document.data.try_into()?, before.unwrap_or_default()))
    }
}

/// The event data, in the order of the domain's events.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EventDocument {
    OrderRecorded {
        order: Box<RecordedOrderDocument>,
        operation_id: Uuid,
    },
    OrderPlaced {
        mollie_id: String,
        observed: Box<ObservedDocument>,
    },
    PlacementRefused {
        rejection: RejectionDocument,
    },
    PlacementAbandoned {
        reason: String,
    },
    OrderObserved {
        observed: Box<ObservedDocument>,
    },
    ShipmentRecorded {
        shipment: Box<ShipmentDocument>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operation_id: Option<Uuid>,
        entries: Vec<EntryDocument>,
    },
    ShipmentCarried {
        shipment_id: Uuid,
        carried_by: Uuid,
        operation_id: Uuid,
        entries: Vec<EntryDocument>,
    },
    ShipmentTooLate {
        shipment: Box<ShipmentDocument>,
    },
    ShipmentRegistered {
        shipment_id: Uuid,
        operation_id: Uuid,
        mollie_id: String,
        registered_time: Timestamp,
        entries: Vec<EntryDocument>,
    },
    ShipmentRefused {
        shipment_id: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operation_id: Option<Uuid>,
        entries: Vec<EntryDocument>,
        rejection: RejectionDocument,
        elsewhere: Vec<String>,
    },
    ShipmentUpdateRecorded {
        shipment_id: Uuid,
        operation_id: Uuid,
        tracking: TrackingDocument,
    },
    ShipmentUpdated {
        shipment_id: Uuid,
        #[serde(skip_serializing_if = "Option::is_none")]
        operation_id: Option<Uuid>,
        #[serde(skip_serializing_if = "Option::is_none")]
        tracking: Option<TrackingDocument>,
    },
    ShipmentUpdateRefused {
        shipment_id: Uuid,
        operation_id: Uuid,
        rejection: RejectionDocument,
    },
    ShipmentCaptured {
        shipment_id: Uuid,
        capture: CaptureDocument,
    },
    ShipmentObserved {
        shipment: Box<ShipmentDocument>,
    },
    ChargebackObserved {
        payment_id: String,
        chargeback: ChargebackDocument,
    },
    CancellationRecorded {
        operation_id: Uuid,
        release: Vec<u32>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        entries: Vec<EntryDocument>,
    },
    CancellationSucceeded {
        operation_id: Uuid,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        entries: Vec<EntryDocument>,
    },
    CancellationRefused {
        operation_id: Uuid,
        rejection: RejectionDocument,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        entries: Vec<EntryDocument>,
    },
    RefundRecorded {
        refund: Box<RefundDocument>,
        operation_id: Uuid,
        entries: Vec<EntryDocument>,
    },
    RefundRegistered {
        refund_id: Uuid,
        operation_id: Uuid,
        mollie_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        payment_id: Option<String>,
        status: WordDocument,
        registered_time: Timestamp,
        entries: Vec<EntryDocument>,
    },
    RefundRefused {
        refund_id: Uuid,
        operation_id: Uuid,
        rejection: RejectionDocument,
        entries: Vec<EntryDocument>,
    },
    RefundWithdrawn {
        refund_id: Uuid,
        operation_id: Uuid,
        #[serde(skip_serializing_if = "Option::is_none")]
        merged_into: Option<Uuid>,
        entries: Vec<EntryDocument>,
    },
    RefundUpdated {
        refund_id: Uuid,
        #[serde(skip_serializing_if = "Option::is_none")]
        operation_id: Option<Uuid>,
        status: WordDocument,
        entries: Vec<EntryDocument>,
    },
    RefundObserved {
        refund: Box<RefundDocument>,
        entries: Vec<EntryDocument>,
    },
    ReturnRecorded {
        returned: Box<ReturnDocument>,
        entries: Vec<EntryDocument>,
    },
    UpdateRecorded {
        operation_id: Uuid,
        terms: NewTermsDocument,
    },
    Updated {
        operation_id: Uuid,
        terms: NewTermsDocument,
    },
    UpdateRefused {
        operation_id: Uuid,
        rejection: RejectionDocument,
    },
    Superseded {
        by: Uuid,
    },
    Replaced {
        by: Uuid,
    },
    Reinstated {
        by: Uuid,
    },
    NumberLost {
        number: String,
    },
    PaymentRecorded {
        operation_id: Uuid,
        methods: Vec<String>,
    },
    PaymentCreated {
        operation_id: Uuid,
        payment: Box<PaymentDocument>,
    },
    PaymentRefused {
        operation_id: Uuid,
        rejection: RejectionDocument,
    },
    LineChangeRecorded {
        change: Box<LineChangingDocument>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        entries: Vec<EntryDocument>,
    },
    LinesChanged {
        operation_id: Uuid,
        lines: Vec<LineDocument>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        entries: Vec<EntryDocument>,
    },
    LineChangeRefused {
        operation_id: Uuid,
        rejection: RejectionDocument,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        entries: Vec<EntryDocument>,
    },
    RefundCancelRecorded {
        refund_id: Uuid,
        operation_id: Uuid,
    },
    RefundCancelRefused {
        refund_id: Uuid,
        operation_id: Uuid,
        rejection: RejectionDocument,
    },
    AttentionNeeded {
        operation_id: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shipment_id: Option<Uuid>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refund_id: Option<Uuid>,
        reason: String,
    },
    OperationRetried {
        operation_id: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shipment_id: Option<Uuid>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refund_id: Option<Uuid>,
        reason: String,
    },
    OperationResolved {
        operation_id: Uuid,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shipment_id: Option<Uuid>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refund_id: Option<Uuid>,
        outcome: String,
        reason: String,
    },
    DeadlineTold {
        notice: Box<NoticeDocument>,
    },
    PolicyTold {
        notice: Box<PolicyNoticeDocument>,
    },
    ItemRaised {
        item: ItemDocument,
    },
    ItemClosed {
        number: u32,
        by: String,
        reason: String,
    },
}
