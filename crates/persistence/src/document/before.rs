//! How what an event changes was before, as a document. It stands beside the event, and the fold never reads it.

use domain::rules::event::{Before, LineBefore, LineValues, OrderBefore, PaymentBefore, ResourceBefore};
use domain::rules::ids::{LineId, MolliePaymentId};
use domain::rules::money::Money;
use domain::rules::refund::RefundState;
use domain::rules::shipment::{CaptureStatus, ShipmentState};
use domain::rules::status::{LineStatus, OrderStatus, PaymentStatus, RefundStatus};
use serde::{Deserialize, Serialize};

use super::money::MoneyDocument;
use super::new_terms::NewTermsDocument;
use super::shipment::TrackingDocument;
use super::word::{WordDocument, word};
use super::{Misfit, each, mirrors, optional};

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct BeforeDocument {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<OrderBeforeDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lines: Vec<LineBeforeDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    payments: Vec<PaymentBeforeDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    grown: Option<GrownDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    terms: Option<NewTermsDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource: Option<ResourceBeforeDocument>,
}

#[derive(Debug, Serialize, Deserialize)]
struct OrderBeforeDocument {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unknown_status: Option<String>,
    amount: MoneyDocument,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    captured: Option<MoneyDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refunded: Option<MoneyDocument>,
}

#[derive(Debug, Serialize, Deserialize)]
struct LineBeforeDocument {
    id: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unknown_status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    values: Option<LineValuesDocument>,
}

#[derive(Debug, Serialize, Deserialize)]
struct LineValuesDocument {
    quantity: u32,
    unit_price: MoneyDocument,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    discount_amount: Option<MoneyDocument>,
    total_amount: MoneyDocument,
}

#[derive(Debug, Serialize, Deserialize)]
struct PaymentBeforeDocument {
    mollie_id: String,
    status: WordDocument,
    amount: MoneyDocument,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    captured: Option<MoneyDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refunded: Option<MoneyDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    charged_back: Option<MoneyDocument>,
}

#[derive(Debug, Serialize, Deserialize)]
struct GrownDocument {
    before: PaymentBeforeDocument,
    amount: MoneyDocument,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ResourceBeforeDocument {
    Shipment(String),
    Tracking(Option<TrackingDocument>),
    Capture(Option<WordDocument>),
    Refund { state: String, status: Option<WordDocument> },
}

impl BeforeDocument {
    /// `None`: there is nothing to keep.
    pub fn of(before: &Before) -> Option<Self> {
        (*before != Before::default()).then(|| Self {
            order: before.order.as_ref().map(Into::into),
            lines: mirrors(&before.lines),
            payments: mirrors(&before.payments),
            grown: before.grown.as_ref().map(Into::into),
            terms: (before.terms != Default::default()).then(|| (&before.terms).into()),
            resource: before.resource.as_ref().map(Into::into),
        })
    }
}

impl TryFrom<BeforeDocument> for Before {
    type Error = Misfit;

    fn try_from(document: BeforeDocument) -> Result<Self, Misfit> {
        Ok(Self {
            order: optional(document.order)?,
            lines: each(document.lines)?,
            payments: each(document.payments)?,
            grown: optional(document.grown)?,
            terms: document.terms.map(Into::into).unwrap_or_default(),
            resource: optional(document.resource)?,
        })
    }
}

impl From<&OrderBefore> for OrderBeforeDocument {
    fn from(before: &OrderBefore) -> Self {
        Self {
            status: before.status.map(|status| status.as_str().to_owned()),
            unknown_status: before.unknown_status.clone(),
            amount: (&before.amount).into(),
            captured: before.captured.as_ref().map(Into::into),
            refunded: before.refunded.as_ref().map(Into::into),
        }
    }
}

impl TryFrom<OrderBeforeDocument> for OrderBefore {
    type Error = Misfit;

    fn try_from(document: OrderBeforeDocument) -> Result<Self, Misfit> {
        let status = document.status.map(|text| word("order status", &text, OrderStatus::parse));
        Ok(Self {
            status: status.transpose()?,
            unknown_status: document.unknown_status,
            amount: document.amount.try_into()?,
            captured: optional(document.captured)?,
            refunded: optional(document.refunded)?,
        })
    }
}

impl From<&LineBefore> for LineBeforeDocument {
    fn from(before: &LineBefore) -> Self {
        Self {
            id: before.id.number(),
            status: before.status.map(|status| status.as_str().to_owned()),
            unknown_status: before.unknown_status.clone(),
            values: before.values.as_ref().map(Into::into),
        }
    }
}

impl TryFrom<LineBeforeDocument> for LineBefore {
    type Error = Misfit;

    fn try_from(document: LineBeforeDocument) -> Result<Self, Misfit> {
        let status = document.status.map(|text| word("line status", &text, LineStatus::parse));
        Ok(Self {
            id: LineId::new(document.id),
            status: status.transpose()?,
            unknown_status: document.unknown_status,
            values: optional(document.values)?,
        })
    }
}

impl From<&LineValues> for LineValuesDocument {
    fn from(values: &LineValues) -> Self {
        Self {
            quantity: values.quantity,
            unit_price: (&values.unit_price).into(),
            discount_amount: values.discount_amount.as_ref().map(Into::into),
            total_amount: (&values.total_amount).into(),
        }
    }
}

impl TryFrom<LineValuesDocument> for LineValues {
    type Error = Misfit;

    fn try_from(document: LineValuesDocument) -> Result<Self, Misfit> {
        Ok(Self {
            quantity: document.quantity,
            unit_price: document.unit_price.try_into()?,
            discount_amount: optional(document.discount_amount)?,
            total_amount: document.total_amount.try_into()?,
        })
    }
}

impl From<&PaymentBefore> for PaymentBeforeDocument {
    fn from(before: &PaymentBefore) -> Self {
        Self {
            mollie_id: before.mollie_id.to_string(),
            status: WordDocument::new(&before.status, PaymentStatus::as_str),
            amount: (&before.amount).into(),
            captured: before.captured.as_ref().map(Into::into),
            refunded: before.refunded.as_ref().map(Into::into),
            charged_back: before.charged_back.as_ref().map(Into::into),
        }
    }
}

impl TryFrom<PaymentBeforeDocument> for PaymentBefore {
    type Error = Misfit;

    fn try_from(document: PaymentBeforeDocument) -> Result<Self, Misfit> {
        Ok(Self {
            mollie_id: MolliePaymentId::new(document.mollie_id),
            status: document.status.read("payment status", PaymentStatus::parse)?,
            amount: document.amount.try_into()?,
            captured: optional(document.captured)?,
            refunded: optional(document.refunded)?,
            charged_back: optional(document.charged_back)?,
        })
    }
}

impl From<&(PaymentBefore, Money)> for GrownDocument {
    fn from((before, amount): &(PaymentBefore, Money)) -> Self {
        Self { before: before.into(), amount: amount.into() }
    }
}

impl TryFrom<GrownDocument> for (PaymentBefore, Money) {
    type Error = Misfit;

    fn try_from(document: GrownDocument) -> Result<Self, Misfit> {
        Ok((document.before.try_into()?, document.amount.try_into()?))
    }
}

impl From<&ResourceBefore> for ResourceBeforeDocument {
    fn from(before: &ResourceBefore) -> Self {
        match before {
            ResourceBefore::Shipment(state) => Self::Shipment(state.as_str().to_owned()),
            ResourceBefore::Tracking(tracking) => Self::Tracking(tracking.clone().map(Into::into)),
            ResourceBefore::Capture(status) => {
                Self::Capture(status.as_ref().map(|it| WordDocument::new(it, CaptureStatus::as_str)))
            }
            ResourceBefore::Refund { state, status } => Self::Refund {
                state: state.as_str().to_owned(),
                status: status.as_ref().map(|it| WordDocument::new(it, RefundStatus::as_str)),
            },
        }
    }
}

impl TryFrom<ResourceBeforeDocument> for ResourceBefore {
    type Error = Misfit;

    fn try_from(document: ResourceBeforeDocument) -> Result<Self, Misfit> {
        Ok(match document {
            ResourceBeforeDocument::Shipment(state) => {
                Self::Shipment(word("shipment state", &state, ShipmentState::parse)?)
            }
            ResourceBeforeDocument::Tracking(tracking) => Self::Tracking(tracking.map(Into::into)),
            ResourceBeforeDocument::Capture(status) => {
                let status = status.map(|it| it.read("capture status", CaptureStatus::parse));
                Self::Capture(status.transpose()?)
            }
            ResourceBeforeDocument::Refund { state, status } => {
                let status = status.map(|it| it.read("refund status", RefundStatus::parse));
                Self::Refund {
                    state: word("refund state", &state, RefundState::parse)?,
                    status: status.transpose()?,
                }
            }
        })
    }
}
