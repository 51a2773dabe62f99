//! Events as documents, tagged by kind. They contain nothing personal, like the domain's events.

use domain::rules::event::EventData;
use domain::rules::ids::{
    LineId, MollieOrderId, MolliePaymentId, MollieRefundId, MollieShipmentId, OperationId, OrderId, RefundId,
    ShipmentId,
};
use domain::rules::operation::OperationState;
use domain::rules::status::RefundStatus;
use domain::rules::subject::Subject;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::chargeback::ChargebackDocument;
use super::item::ItemDocument;
use super::ledger::EntryDocument;
use super::line::LineDocument;
use super::line_change::LineChangingDocument;
use super::new_terms::NewTermsDocument;
use super::observed::ObservedDocument;
use super::order::RecordedOrderDocument;
use super::payment::PaymentDocument;
use super::refund::{self, RefundDocument};
use super::rejection::RejectionDocument;
use super::returned::ReturnDocument;
use super::shipment::{CaptureDocument, ShipmentDocument, TrackingDocument};
use super::word::{WordDocument, word};
use super::{Misfit, each, mirrors};

/// The event data, in the order of the domain's events.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EventDocument {
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
    ItemRaised {
        item: ItemDocument,
    },
    ItemClosed {
        number: u32,
        by: String,
        reason: String,
    },
}

impl From<&EventData> for EventDocument {
    fn from(data: &EventData) -> Self {
        match data {
            EventData::OrderRecorded { order, operation_id } => {
                Self::OrderRecorded { order: Box::new((&**order).into()), operation_id: operation_id.uuid() }
            }
            EventData::OrderPlaced { mollie_id, observed } => Self::OrderPlaced {
                mollie_id: mollie_id.to_string(),
                observed: Box::new((&**observed).into()),
            },
            EventData::PlacementRefused { rejection } => {
                Self::PlacementRefused { rejection: rejection.into() }
            }
            EventData::PlacementAbandoned { reason } => Self::PlacementAbandoned { reason: reason.clone() },
            EventData::OrderObserved { observed } => {
                Self::OrderObserved { observed: Box::new((&**observed).into()) }
            }
            EventData::ShipmentRecorded { shipment, operation_id, entries } => Self::ShipmentRecorded {
                shipment: Box::new((&**shipment).into()),
                operation_id: operation_id.map(|id| id.uuid()),
                entries: mirrors(entries),
            },
            EventData::ShipmentCarried { shipment_id, carried_by, operation_id, entries } => {
                Self::ShipmentCarried {
                    shipment_id: shipment_id.uuid(),
                    carried_by: carried_by.uuid(),
                    operation_id: operation_id.uuid(),
                    entries: mirrors(entries),
                }
            }
            EventData::ShipmentTooLate { shipment } => {
                Self::ShipmentTooLate { shipment: Box::new((&**shipment).into()) }
            }
            EventData::ShipmentRegistered {
                shipment_id,
                operation_id,
                mollie_id,
                registered_time,
                entries,
            } => Self::ShipmentRegistered {
                shipment_id: shipment_id.uuid(),
                operation_id: operation_id.uuid(),
                mollie_id: mollie_id.to_string(),
                registered_time: *registered_time,
                entries: mirrors(entries),
            },
            EventData::ShipmentRefused { shipment_id, operation_id, entries, rejection, elsewhere } => {
                Self::ShipmentRefused {
                    shipment_id: shipment_id.uuid(),
                    operation_id: operation_id.map(|id| id.uuid()),
                    entries: mirrors(entries),
                    rejection: rejection.into(),
                    elsewhere: elsewhere.iter().map(ToString::to_string).collect(),
                }
            }
            EventData::ShipmentUpdateRecorded { shipment_id, operation_id, tracking } => {
                Self::ShipmentUpdateRecorded {
                    shipment_id: shipment_id.uuid(),
                    operation_id: operation_id.uuid(),
                    tracking: tracking.clone().into(),
                }
            }
            EventData::ShipmentUpdated { shipment_id, operation_id, tracking } => Self::ShipmentUpdated {
                shipment_id: shipment_id.uuid(),
                operation_id: operation_id.map(OperationId::uuid),
                tracking: tracking.clone().map(Into::into),
            },
            EventData::ShipmentUpdateRefused { shipment_id, operation_id, rejection } => {
                Self::ShipmentUpdateRefused {
                    shipment_id: shipment_id.uuid(),
                    operation_id: operation_id.uuid(),
                    rejection: rejection.into(),
                }
            }
            EventData::ShipmentCaptured { shipment_id, capture } => {
                Self::ShipmentCaptured { shipment_id: shipment_id.uuid(), capture: capture.into() }
            }
            EventData::ShipmentObserved { shipment } => {
                Self::ShipmentObserved { shipment: Box::new((&**shipment).into()) }
            }
            EventData::ChargebackObserved { payment_id, chargeback } => {
                Self::ChargebackObserved { payment_id: payment_id.to_string(), chargeback: chargeback.into() }
            }
            EventData::CancellationRecorded { operation_id, release, entries } => {
                Self::CancellationRecorded {
                    operation_id: operation_id.uuid(),
                    entries: mirrors(entries),
                    release: release.iter().map(|line| line.number()).collect(),
                }
            }
            EventData::CancellationSucceeded { operation_id, entries } => {
                Self::CancellationSucceeded { operation_id: operation_id.uuid(), entries: mirrors(entries) }
            }
            EventData::CancellationRefused { operation_id, rejection, entries } => {
                Self::CancellationRefused {
                    operation_id: operation_id.uuid(),
                    rejection: rejection.into(),
                    entries: mirrors(entries),
                }
            }
            EventData::RefundRecorded { refund, operation_id, entries } => Self::RefundRecorded {
                refund: Box::new((&**refund).into()),
                operation_id: operation_id.uuid(),
                entries: mirrors(entries),
            },
            EventData::RefundRegistered {
                refund_id,
                operation_id,
                mollie_id,
                payment_id,
                status,
                registered_time,
                entries,
            } => Self::RefundRegistered {
                refund_id: refund_id.uuid(),
                operation_id: operation_id.uuid(),
                mollie_id: mollie_id.to_string(),
                payment_id: payment_id.as_ref().map(ToString::to_string),
                status: WordDocument::new(status, RefundStatus::as_str),
                registered_time: *registered_time,
                entries: mirrors(entries),
            },
            EventData::RefundRefused { refund_id, operation_id, rejection, entries } => Self::RefundRefused {
                refund_id: refund_id.uuid(),
                operation_id: operation_id.uuid(),
                rejection: rejection.into(),
                entries: mirrors(entries),
            },
            EventData::RefundWithdrawn { refund_id, operation_id, merged_into, entries } => {
                Self::RefundWithdrawn {
                    refund_id: refund_id.uuid(),
                    operation_id: operation_id.uuid(),
                    merged_into: merged_into.map(RefundId::uuid),
                    entries: mirrors(entries),
                }
            }
            EventData::RefundUpdated { refund_id, operation_id, status, entries } => Self::RefundUpdated {
                refund_id: refund_id.uuid(),
                operation_id: operation_id.map(OperationId::uuid),
                status: WordDocument::new(status, RefundStatus::as_str),
                entries: mirrors(entries),
            },
            EventData::RefundObserved { refund, entries } => {
                Self::RefundObserved { refund: Box::new((&**refund).into()), entries: mirrors(entries) }
            }
            EventData::UpdateRecorded { operation_id, terms } => {
                Self::UpdateRecorded { operation_id: operation_id.uuid(), terms: terms.into() }
            }
            EventData::Updated { operation_id, terms } => {
                Self::Updated { operation_id: operation_id.uuid(), terms: terms.into() }
            }
            EventData::UpdateRefused { operation_id, rejection } => {
                Self::UpdateRefused { operation_id: operation_id.uuid(), rejection: rejection.into() }
            }
            EventData::Superseded { by } => Self::Superseded { by: by.uuid() },
            EventData::Replaced { by } => Self::Replaced { by: by.uuid() },
            EventData::Reinstated { by } => Self::Reinstated { by: by.uuid() },
            EventData::NumberLost { number } => Self::NumberLost { number: number.clone() },
            EventData::PaymentRecorded { operation_id, methods } => {
                Self::PaymentRecorded { operation_id: operation_id.uuid(), methods: methods.clone() }
            }
            EventData::PaymentCreated { operation_id, payment } => Self::PaymentCreated {
                operation_id: operation_id.uuid(),
                payment: Box::new((&**payment).into()),
            },
            EventData::PaymentRefused { operation_id, rejection } => {
                Self::PaymentRefused { operation_id: operation_id.uuid(), rejection: rejection.into() }
            }
            EventData::LineChangeRecorded { change, entries } => {
                Self::LineChangeRecorded { change: Box::new((&**change).into()), entries: mirrors(entries) }
            }
            EventData::LinesChanged { operation_id, lines, entries } => Self::LinesChanged {
                operation_id: operation_id.uuid(),
                lines: mirrors(lines),
                entries: mirrors(entries),
            },
            EventData::LineChangeRefused { operation_id, rejection, entries } => Self::LineChangeRefused {
                operation_id: operation_id.uuid(),
                rejection: rejection.into(),
                entries: mirrors(entries),
            },
            EventData::ReturnRecorded { returned, entries } => {
                Self::ReturnRecorded { returned: Box::new((&**returned).into()), entries: mirrors(entries) }
            }
            EventData::RefundCancelRecorded { refund_id, operation_id } => {
                Self::RefundCancelRecorded { refund_id: refund_id.uuid(), operation_id: operation_id.uuid() }
            }
            EventData::RefundCancelRefused { refund_id, operation_id, rejection } => {
                Self::RefundCancelRefused {
                    refund_id: refund_id.uuid(),
                    operation_id: operation_id.uuid(),
                    rejection: rejection.into(),
                }
            }
            EventData::AttentionNeeded { operation_id, subject, reason } => Self::AttentionNeeded {
                operation_id: operation_id.uuid(),
                shipment_id: subject.shipment().map(ShipmentId::uuid),
                refund_id: subject.refund().map(RefundId::uuid),
                reason: reason.clone(),
            },
            EventData::OperationRetried { operation_id, subject, reason } => Self::OperationRetried {
                operation_id: operation_id.uuid(),
                shipment_id: subject.shipment().map(ShipmentId::uuid),
                refund_id: subject.refund().map(RefundId::uuid),
                reason: reason.clone(),
            },
            EventData::OperationResolved { operation_id, subject, outcome, reason } => {
                Self::OperationResolved {
                    operation_id: operation_id.uuid(),
                    shipment_id: subject.shipment().map(ShipmentId::uuid),
                    refund_id: subject.refund().map(RefundId::uuid),
                    outcome: outcome.as_str().to_owned(),
                    reason: reason.clone(),
                }
            }
            EventData::ItemRaised { item } => Self::ItemRaised { item: item.into() },
            EventData::ItemClosed { number, by, reason } => {
                Self::ItemClosed { number: *number, by: by.clone(), reason: reason.clone() }
            }
        }
    }
}

impl TryFrom<EventDocument> for EventData {
    type Error = Misfit;

    fn try_from(document: EventDocument) -> Result<Self, Misfit> {
        Ok(match document {
            EventDocument::OrderRecorded { order, operation_id } => Self::OrderRecorded {
                order: Box::new((*order).try_into()?),
                operation_id: OperationId::new(operation_id),
            },
            EventDocument::OrderPlaced { mollie_id, observed } => Self::OrderPlaced {
                mollie_id: MollieOrderId::new(mollie_id),
                observed: (*observed).try_into()?,
            },
            EventDocument::PlacementRefused { rejection } => {
                Self::PlacementRefused { rejection: rejection.try_into()? }
            }
            EventDocument::PlacementAbandoned { reason } => Self::PlacementAbandoned { reason },
            EventDocument::OrderObserved { observed } => {
                Self::OrderObserved { observed: (*observed).try_into()? }
            }
            EventDocument::ShipmentRecorded { shipment, operation_id, entries } => Self::ShipmentRecorded {
                shipment: Box::new((*shipment).try_into()?),
                entries: each(entries)?,
                operation_id: operation_id.map(OperationId::new),
            },
            EventDocument::ShipmentCarried { shipment_id, carried_by, operation_id, entries } => {
                Self::ShipmentCarried {
                    shipment_id: ShipmentId::new(shipment_id),
                    carried_by: ShipmentId::new(carried_by),
                    operation_id: OperationId::new(operation_id),
                    entries: each(entries)?,
                }
            }
            EventDocument::ShipmentTooLate { shipment } => {
                Self::ShipmentTooLate { shipment: Box::new((*shipment).try_into()?) }
            }
            EventDocument::ShipmentRegistered {
                shipment_id,
                operation_id,
                mollie_id,
                registered_time,
                entries,
            } => Self::ShipmentRegistered {
                shipment_id: ShipmentId::new(shipment_id),
                operation_id: OperationId::new(operation_id),
                mollie_id: MollieShipmentId::new(mollie_id),
                registered_time,
                entries: each(entries)?,
            },
            EventDocument::ShipmentRefused { shipment_id, operation_id, entries, rejection, elsewhere } => {
                Self::ShipmentRefused {
                    shipment_id: ShipmentId::new(shipment_id),
                    operation_id: operation_id.map(OperationId::new),
                    entries: each(entries)?,
                    rejection: rejection.try_into()?,
                    elsewhere: elsewhere.into_iter().map(MollieShipmentId::new).collect(),
                }
            }
            EventDocument::ShipmentUpdateRecorded { shipment_id, operation_id, tracking } => {
                Self::ShipmentUpdateRecorded {
                    shipment_id: ShipmentId::new(shipment_id),
                    operation_id: OperationId::new(operation_id),
                    tracking: tracking.into(),
                }
            }
            EventDocument::ShipmentUpdated { shipment_id, operation_id, tracking } => Self::ShipmentUpdated {
                shipment_id: ShipmentId::new(shipment_id),
                operation_id: operation_id.map(OperationId::new),
                tracking: tracking.map(Into::into),
            },
            EventDocument::ShipmentUpdateRefused { shipment_id, operation_id, rejection } => {
                Self::ShipmentUpdateRefused {
                    shipment_id: ShipmentId::new(shipment_id),
                    operation_id: OperationId::new(operation_id),
                    rejection: rejection.try_into()?,
                }
            }
            EventDocument::ShipmentCaptured { shipment_id, capture } => Self::ShipmentCaptured {
                shipment_id: ShipmentId::new(shipment_id),
                capture: capture.try_into()?,
            },
            EventDocument::ShipmentObserved { shipment } => {
                Self::ShipmentObserved { shipment: Box::new((*shipment).try_into()?) }
            }
            EventDocument::ChargebackObserved { payment_id, chargeback } => Self::ChargebackObserved {
                payment_id: MolliePaymentId::new(payment_id),
                chargeback: chargeback.try_into()?,
            },
            EventDocument::CancellationRecorded { operation_id, release, entries } => {
                Self::CancellationRecorded {
                    operation_id: OperationId::new(operation_id),
                    entries: each(entries)?,
                    release: release.into_iter().map(LineId::new).collect(),
                }
            }
            EventDocument::CancellationSucceeded { operation_id, entries } => Self::CancellationSucceeded {
                operation_id: OperationId::new(operation_id),
                entries: each(entries)?,
            },
            EventDocument::CancellationRefused { operation_id, rejection, entries } => {
                Self::CancellationRefused {
                    operation_id: OperationId::new(operation_id),
                    entries: each(entries)?,
                    rejection: rejection.try_into()?,
                }
            }
            EventDocument::RefundRecorded { refund, operation_id, entries } => Self::RefundRecorded {
                refund: Box::new((*refund).try_into()?),
                operation_id: OperationId::new(operation_id),
                entries: each(entries)?,
            },
            EventDocument::RefundRegistered {
                refund_id,
                operation_id,
                mollie_id,
                payment_id,
                status,
                registered_time,
                entries,
            } => Self::RefundRegistered {
                refund_id: RefundId::new(refund_id),
                operation_id: OperationId::new(operation_id),
                mollie_id: MollieRefundId::new(mollie_id),
                payment_id: payment_id.map(MolliePaymentId::new),
                status: refund::status(status)?,
                registered_time,
                entries: each(entries)?,
            },
            EventDocument::RefundRefused { refund_id, operation_id, rejection, entries } => {
                Self::RefundRefused {
                    refund_id: RefundId::new(refund_id),
                    operation_id: OperationId::new(operation_id),
                    rejection: rejection.try_into()?,
                    entries: each(entries)?,
                }
            }
            EventDocument::RefundWithdrawn { refund_id, operation_id, merged_into, entries } => {
                Self::RefundWithdrawn {
                    refund_id: RefundId::new(refund_id),
                    operation_id: OperationId::new(operation_id),
                    merged_into: merged_into.map(RefundId::new),
                    entries: each(entries)?,
                }
            }
            EventDocument::RefundUpdated { refund_id, operation_id, status, entries } => {
                Self::RefundUpdated {
                    refund_id: RefundId::new(refund_id),
                    operation_id: operation_id.map(OperationId::new),
                    status: refund::status(status)?,
                    entries: each(entries)?,
                }
            }
            EventDocument::RefundObserved { refund, entries } => {
                Self::RefundObserved { refund: Box::new((*refund).try_into()?), entries: each(entries)? }
            }
            EventDocument::UpdateRecorded { operation_id, terms } => {
                Self::UpdateRecorded { operation_id: OperationId::new(operation_id), terms: terms.into() }
            }
            EventDocument::Updated { operation_id, terms } => {
                Self::Updated { operation_id: OperationId::new(operation_id), terms: terms.into() }
            }
            EventDocument::UpdateRefused { operation_id, rejection } => Self::UpdateRefused {
                operation_id: OperationId::new(operation_id),
                rejection: rejection.try_into()?,
            },
            EventDocument::Superseded { by } => Self::Superseded { by: OrderId::new(by) },
            EventDocument::Replaced { by } => Self::Replaced { by: OrderId::new(by) },
            EventDocument::Reinstated { by } => Self::Reinstated { by: OrderId::new(by) },
            EventDocument::NumberLost { number } => Self::NumberLost { number },
            EventDocument::PaymentRecorded { operation_id, methods } => {
                Self::PaymentRecorded { operation_id: OperationId::new(operation_id), methods }
            }
            EventDocument::PaymentCreated { operation_id, payment } => Self::PaymentCreated {
                operation_id: OperationId::new(operation_id),
                payment: Box::new((*payment).try_into()?),
            },
            EventDocument::PaymentRefused { operation_id, rejection } => Self::PaymentRefused {
                operation_id: OperationId::new(operation_id),
                rejection: rejection.try_into()?,
            },
            EventDocument::LineChangeRecorded { change, entries } => {
                Self::LineChangeRecorded { change: Box::new((*change).try_into()?), entries: each(entries)? }
            }
            EventDocument::LinesChanged { operation_id, lines, entries } => Self::LinesChanged {
                operation_id: OperationId::new(operation_id),
                lines: each(lines)?,
                entries: each(entries)?,
            },
            EventDocument::LineChangeRefused { operation_id, rejection, entries } => {
                Self::LineChangeRefused {
                    operation_id: OperationId::new(operation_id),
                    rejection: rejection.try_into()?,
                    entries: each(entries)?,
                }
            }
            EventDocument::ReturnRecorded { returned, entries } => {
                Self::ReturnRecorded { returned: Box::new((*returned).try_into()?), entries: each(entries)? }
            }
            EventDocument::RefundCancelRecorded { refund_id, operation_id } => Self::RefundCancelRecorded {
                refund_id: RefundId::new(refund_id),
                operation_id: OperationId::new(operation_id),
            },
            EventDocument::RefundCancelRefused { refund_id, operation_id, rejection } => {
                Self::RefundCancelRefused {
                    refund_id: RefundId::new(refund_id),
                    operation_id: OperationId::new(operation_id),
                    rejection: rejection.try_into()?,
                }
            }
            EventDocument::AttentionNeeded { operation_id, shipment_id, refund_id, reason } => {
                Self::AttentionNeeded {
                    operation_id: OperationId::new(operation_id),
                    subject: subject(shipment_id, refund_id),
                    reason,
                }
            }
            EventDocument::OperationRetried { operation_id, shipment_id, refund_id, reason } => {
                Self::OperationRetried {
                    operation_id: OperationId::new(operation_id),
                    subject: subject(shipment_id, refund_id),
                    reason,
                }
            }
            EventDocument::OperationResolved { operation_id, shipment_id, refund_id, outcome, reason } => {
                Self::OperationResolved {
                    operation_id: OperationId::new(operation_id),
                    subject: subject(shipment_id, refund_id),
                    outcome: word("operation state", &outcome, OperationState::parse)?,
                    reason,
                }
            }
            EventDocument::ItemRaised { item } => Self::ItemRaised { item: item.try_into()? },
            EventDocument::ItemClosed { number, by, reason } => Self::ItemClosed { number, by, reason },
        })
    }
}

/// The subject of an operation.
fn subject(shipment_id: Option<Uuid>, refund_id: Option<Uuid>) -> Subject {
    Subject::of(shipment_id.map(ShipmentId::new), refund_id.map(RefundId::new), None)
}
