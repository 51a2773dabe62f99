//! Refunds as documents: whole for events and, beside the searched columns, for their table.

use domain::rules::ids::{LineId, MolliePaymentId, MollieRefundId, OrderId, RefundId};
use domain::rules::refund::{Override, Refund, RefundState, Route};
use domain::rules::shipment::Origin;
use domain::rules::status::{Read, RefundStatus};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::money::MoneyDocument;
use super::rejection::RejectionDocument;
use super::shipment::ShipmentLineDocument;
use super::word::{WordDocument, word};
use super::{Misfit, each, mirrors, optional};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RefundDocument {
    id: Uuid,
    order_id: Uuid,
    state: String,
    origin: String,
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    mollie_id: Option<String>,
    route: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_id: Option<String>,
    amount: MoneyDocument,
    lines: Vec<ShipmentLineDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    not_leaving: Vec<(u32, u32)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    overrides: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<WordDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settlement_amount: Option<MoneyDocument>,
    created_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    registered_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejection: Option<RejectionDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<Uuid>,
}

impl From<&Refund> for RefundDocument {
    fn from(refund: &Refund) -> Self {
        Self {
            id: refund.id.uuid(),
            order_id: refund.order_id.uuid(),
            state: refund.state.as_str().to_owned(),
            origin: refund.origin.as_str().to_owned(),
            sequence: refund.sequence,
            mollie_id: refund.mollie_id.as_ref().map(ToString::to_string),
            route: refund.route.as_str().to_owned(),
            payment_id: refund.payment_id.as_ref().map(ToString::to_string),
            amount: (&refund.amount).into(),
            lines: mirrors(&refund.lines),
            not_leaving: refund.not_leaving.iter().map(|(id, quantity)| (id.number(), *quantity)).collect(),
            description: refund.description.clone(),
            overrides: refund.overrides.iter().map(|limit| limit.as_str().to_owned()).collect(),
            status: refund.status.as_ref().map(|status| WordDocument::new(status, RefundStatus::as_str)),
            settlement_amount: refund.settlement_amount.as_ref().map(Into::into),
            created_time: refund.created_time,
            registered_time: refund.registered_time,
            rejection: refund.rejection.as_ref().map(Into::into),
            merged_into: refund.merged_into.map(RefundId::uuid),
        }
    }
}

impl TryFrom<RefundDocument> for Refund {
    type Error = Misfit;

    fn try_from(document: RefundDocument) -> Result<Self, Misfit> {
        let kept = document.not_leaving.into_iter().map(|(id, quantity)| (LineId::new(id), quantity));
        let limits = document.overrides.iter().map(|text| word("override", text, Override::parse));
        Ok(Self {
            id: RefundId::new(document.id),
            order_id: OrderId::new(document.order_id),
            state: word("refund state", &document.state, RefundState::parse)?,
            origin: word("refund origin", &document.origin, Origin::parse)?,
            sequence: document.sequence,
            mollie_id: document.mollie_id.map(MollieRefundId::new),
            route: word("route", &document.route, Route::parse)?,
            payment_id: document.payment_id.map(MolliePaymentId::new),
            amount: document.amount.try_into()?,
            lines: each(document.lines)?,
            not_leaving: kept.collect(),
            description: document.description,
            overrides: limits.collect::<Result<_, _>>()?,
            status: document.status.map(status).transpose()?,
            settlement_amount: optional(document.settlement_amount)?,
            created_time: document.created_time,
            registered_time: document.registered_time,
            rejection: optional(document.rejection)?,
            merged_into: document.merged_into.map(RefundId::new),
        })
    }
}

/// A refund's status at Mollie.
pub(super) fn status(document: WordDocument) -> Result<Read<RefundStatus>, Misfit> {
    document.read("refund status", RefundStatus::parse)
}
