//! Payments as documents: what Mollie reports of each attempt.

use domain::rules::ids::MolliePaymentId;
use domain::rules::payment::Payment;
use domain::rules::status::PaymentStatus;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::money::MoneyDocument;
use super::payment_particulars::ParticularsDocument;
use super::word::WordDocument;
use super::{Misfit, optional};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PaymentDocument {
    mollie_id: String,
    status: WordDocument,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    amount: MoneyDocument,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkout_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_captured: Option<MoneyDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_refunded: Option<MoneyDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remainder_amount: Option<MoneyDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_charged_back: Option<MoneyDocument>,
    created_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorized_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capture_before: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "ParticularsDocument::is_empty")]
    particulars: ParticularsDocument,
}

impl From<&Payment> for PaymentDocument {
    fn from(payment: &Payment) -> Self {
        Self {
            mollie_id: payment.mollie_id.to_string(),
            status: WordDocument::new(&payment.status, PaymentStatus::as_str),
            method: payment.method.clone(),
            amount: (&payment.amount).into(),
            checkout_url: payment.checkout_url.clone(),
            amount_captured: payment.amount_captured.as_ref().map(Into::into),
            amount_refunded: payment.amount_refunded.as_ref().map(Into::into),
            remainder_amount: payment.remainder_amount.as_ref().map(Into::into),
            amount_charged_back: payment.amount_charged_back.as_ref().map(Into::into),
            created_time: payment.created_time,
            authorized_time: payment.authorized_time,
            paid_time: payment.paid_time,
            ended_time: payment.ended_time,
            expires_time: payment.expires_time,
            capture_before: payment.capture_before,
            particulars: (&payment.particulars).into(),
        }
    }
}

impl TryFrom<PaymentDocument> for Payment {
    type Error = Misfit;

    fn try_from(document: PaymentDocument) -> Result<Self, Misfit> {
        Ok(Self {
            mollie_id: MolliePaymentId::new(document.mollie_id),
            status: document.status.read("payment status", PaymentStatus::parse)?,
            method: document.method,
            amount: document.amount.try_into()?,
            checkout_url: document.checkout_url,
            amount_captured: optional(document.amount_captured)?,
            amount_refunded: optional(document.amount_refunded)?,
            remainder_amount: optional(document.remainder_amount)?,
            amount_charged_back: optional(document.amount_charged_back)?,
            created_time: document.created_time,
            authorized_time: document.authorized_time,
            paid_time: document.paid_time,
            ended_time: document.ended_time,
            expires_time: document.expires_time,
            capture_before: document.capture_before,
            particulars: document.particulars.try_into()?,
        })
    }
}
