//! What Mollie last reported of an order, as a document.

use domain::rules::found_line::FoundLine;
use domain::rules::ids::{LineId, MollieLineId};
use domain::rules::order::Facts;
use domain::rules::status::OrderStatus;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::money::MoneyDocument;
use super::shown_payment::ShownPaymentDocument;
use super::unread::UnreadDocument;
use super::word::word;
use super::{Misfit, mirrors, optional};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FactsDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_cancelable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_captured: Option<MoneyDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_refunded: Option<MoneyDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkout_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mollie_profile_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dashboard_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<ShownPaymentDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorized_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    canceled_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expired_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_time: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    found_lines: Vec<FoundLineDocument>,
    #[serde(default, skip_serializing_if = "UnreadDocument::is_empty")]
    unread: UnreadDocument,
}

#[derive(Debug, Serialize, Deserialize)]
struct FoundLineDocument {
    line_id: u32,
    mollie_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unseen_since: Option<Timestamp>,
}

impl From<&FoundLine> for FoundLineDocument {
    fn from(found: &FoundLine) -> Self {
        let (line_id, mollie_id) = (found.line_id.number(), found.mollie_id.to_string());
        Self { line_id, mollie_id, unseen_since: found.unseen_since }
    }
}

impl From<FoundLineDocument> for FoundLine {
    fn from(document: FoundLineDocument) -> Self {
        let (line_id, mollie_id) = (LineId::new(document.line_id), MollieLineId::new(document.mollie_id));
        Self { line_id, mollie_id, unseen_since: document.unseen_since }
    }
}

impl From<&Facts> for FactsDocument {
    fn from(facts: &Facts) -> Self {
        Self {
            status: facts.status.map(|status| status.as_str().to_owned()),
            unknown_status: facts.unknown_status.clone(),
            method: facts.method.clone(),
            is_cancelable: facts.is_cancelable,
            amount_captured: facts.amount_captured.as_ref().map(Into::into),
            amount_refunded: facts.amount_refunded.as_ref().map(Into::into),
            checkout_url: facts.checkout_url.clone(),
            created_time: facts.created_time,
            mollie_profile_id: facts.mollie_profile_id.clone(),
            dashboard_url: facts.dashboard_url.clone(),
            payment: facts.payment.as_deref().cloned().map(Into::into),
            expires_time: facts.expires_time,
            authorized_time: facts.authorized_time,
            paid_time: facts.paid_time,
            canceled_time: facts.canceled_time,
            expired_time: facts.expired_time,
            completed_time: facts.completed_time,
            found_lines: mirrors(&facts.found_lines),
            unread: (&facts.unread).into(),
        }
    }
}

impl TryFrom<FactsDocument> for Facts {
    type Error = Misfit;

    fn try_from(document: FactsDocument) -> Result<Self, Misfit> {
        let status = document.status.map(|text| word("order status", &text, OrderStatus::parse));
        Ok(Self {
            status: status.transpose()?,
            unknown_status: document.unknown_status,
            method: document.method,
            is_cancelable: document.is_cancelable,
            amount_captured: optional(document.amount_captured)?,
            amount_refunded: optional(document.amount_refunded)?,
            checkout_url: document.checkout_url,
            created_time: document.created_time,
            mollie_profile_id: document.mollie_profile_id,
            dashboard_url: document.dashboard_url,
            payment: document.payment.map(|payment| Box::new(payment.into())),
            expires_time: document.expires_time,
            authorized_time: document.authorized_time,
            paid_time: document.paid_time,
            canceled_time: document.canceled_time,
            expired_time: document.expired_time,
            completed_time: document.completed_time,
            found_lines: document.found_lines.into_iter().map(Into::into).collect(),
            unread: document.unread.into(),
        })
    }
}
