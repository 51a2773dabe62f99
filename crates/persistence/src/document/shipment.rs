//! Shipments as documents: whole for events and, beside the searched columns, for their table.

use domain::rules::ids::{LineId, MollieCaptureId, MolliePaymentId, MollieShipmentId, OrderId, ShipmentId};
use domain::rules::shipment::{
    Capture, CaptureStatus, HeldParcel, Origin, Share, Shipment, ShipmentLine, ShipmentState, Tracking,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::money::{MoneyDocument, PartDocument};
use super::rejection::RejectionDocument;
use super::word::{WordDocument, word};
use super::{Misfit, each, mirrors, optional};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ShipmentLineDocument {
    line_id: u32,
    part: PartDocument,
}

impl From<&ShipmentLine> for ShipmentLineDocument {
    fn from(line: &ShipmentLine) -> Self {
        Self { line_id: line.line_id.number(), part: (&line.part).into() }
    }
}

impl TryFrom<ShipmentLineDocument> for ShipmentLine {
    type Error = Misfit;

    fn try_from(document: ShipmentLineDocument) -> Result<Self, Misfit> {
        Ok(Self { line_id: LineId::new(document.line_id), part: document.part.try_into()? })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TrackingDocument {
    carrier: String,
    code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl From<Tracking> for TrackingDocument {
    fn from(Tracking { carrier, code, url }: Tracking) -> Self {
        Self { carrier, code, url }
    }
}

impl From<TrackingDocument> for Tracking {
    fn from(TrackingDocument { carrier, code, url }: TrackingDocument) -> Self {
        Self { carrier, code, url }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ShipmentDocument {
    id: Uuid,
    order_id: Uuid,
    state: String,
    origin: String,
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    mollie_id: Option<String>,
    lines: Vec<ShipmentLineDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    companions: Vec<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shares: Vec<ShareDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking: Option<TrackingDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending_tracking: Option<TrackingDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_tracking: Option<TrackingDocument>,
    created_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    registered_time: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    capture: Option<CaptureDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejection: Option<RejectionDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    held: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    carried_by: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    elsewhere: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ShareDocument {
    line: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vat: Option<MoneyDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    discount: Option<MoneyDocument>,
}

impl From<&Share> for ShareDocument {
    fn from(share: &Share) -> Self {
        Self {
            line: share.line_id.number(),
            vat: share.vat.as_ref().map(Into::into),
            discount: share.discount.as_ref().map(Into::into),
        }
    }
}

impl TryFrom<ShareDocument> for Share {
    type Error = Misfit;

    fn try_from(document: ShareDocument) -> Result<Self, Misfit> {
        Ok(Self {
            line_id: LineId::new(document.line),
            vat: optional(document.vat)?,
            discount: optional(document.discount)?,
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CaptureDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    mollie_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payment: Option<String>,
    amount: MoneyDocument,
    status: WordDocument,
}

impl From<&Capture> for CaptureDocument {
    fn from(capture: &Capture) -> Self {
        Self {
            mollie_id: capture.mollie_id.as_ref().map(ToString::to_string),
            payment: capture.payment.as_ref().map(ToString::to_string),
            amount: (&capture.amount).into(),
            status: WordDocument::new(&capture.status, CaptureStatus::as_str),
        }
    }
}

impl TryFrom<CaptureDocument> for Capture {
    type Error = Misfit;

    fn try_from(document: CaptureDocument) -> Result<Self, Misfit> {
        Ok(Self {
            mollie_id: document.mollie_id.map(MollieCaptureId::new),
            payment: document.payment.map(MolliePaymentId::new),
            amount: document.amount.try_into()?,
            status: document.status.read("capture status", CaptureStatus::parse)?,
        })
    }
}

impl From<&Shipment> for ShipmentDocument {
    fn from(shipment: &Shipment) -> Self {
        Self {
            id: shipment.id.uuid(),
            order_id: shipment.order_id.uuid(),
            state: shipment.state.as_str().to_owned(),
            origin: shipment.origin.as_str().to_owned(),
            sequence: shipment.sequence,
            mollie_id: shipment.mollie_id.as_ref().map(ToString::to_string),
            lines: mirrors(&shipment.lines),
            companions: shipment.companions.iter().map(|id| id.number()).collect(),
            shares: mirrors(&shipment.shares),
            tracking: shipment.tracking.clone().map(Into::into),
            first_tracking: shipment.first_tracking.clone().map(Into::into),
            pending_tracking: shipment.pending_tracking.clone().map(Into::into),
            created_time: shipment.created_time,
            registered_time: shipment.registered_time,
            capture: shipment.capture.as_ref().map(Into::into),
            rejection: shipment.rejection.as_ref().map(Into::into),
            held: shipment.held.clone(),
            carried_by: shipment.carried_by.map(|id| id.uuid()),
            elsewhere: shipment.elsewhere.iter().map(ToString::to_string).collect(),
        }
    }
}

impl TryFrom<ShipmentDocument> for Shipment {
    type Error = Misfit;

    fn try_from(document: ShipmentDocument) -> Result<Self, Misfit> {
        Ok(Self {
            id: ShipmentId::new(document.id),
            order_id: OrderId::new(document.order_id),
            state: word("shipment state", &document.state, ShipmentState::parse)?,
            origin: word("shipment origin", &document.origin, Origin::parse)?,
            sequence: document.sequence,
            mollie_id: document.mollie_id.map(MollieShipmentId::new),
            lines: each(document.lines)?,
            companions: document.companions.into_iter().map(LineId::new).collect(),
            shares: each(document.shares)?,
            tracking: document.tracking.map(Into::into),
            first_tracking: document.first_tracking.map(Into::into),
            pending_tracking: document.pending_tracking.map(Into::into),
            created_time: document.created_time,
            registered_time: document.registered_time,
            capture: optional(document.capture)?,
            rejection: optional(document.rejection)?,
            held: document.held,
            carried_by: document.carried_by.map(ShipmentId::new),
            elsewhere: document.elsewhere.into_iter().map(MollieShipmentId::new).collect(),
        })
    }
}

/// A held parcel, as its order knows it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct HeldParcelDocument {
    shipment_id: Uuid,
    lines: Vec<ShipmentLineDocument>,
}

impl From<&HeldParcel> for HeldParcelDocument {
    fn from(parcel: &HeldParcel) -> Self {
        Self { shipment_id: parcel.shipment_id.uuid(), lines: mirrors(&parcel.lines) }
    }
}

impl TryFrom<HeldParcelDocument> for HeldParcel {
    type Error = Misfit;

    fn try_from(document: HeldParcelDocument) -> Result<Self, Misfit> {
        Ok(Self { shipment_id: ShipmentId::new(document.shipment_id), lines: each(document.lines)? })
    }
}
