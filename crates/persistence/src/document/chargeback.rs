//! Chargebacks as documents.

use domain::rules::chargeback::Chargeback;
use domain::rules::ids::MollieChargebackId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::money::MoneyDocument;
use super::{Misfit, optional};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChargebackDocument {
    mollie_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<MoneyDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settlement_amount: Option<MoneyDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reversed_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl From<&Chargeback> for ChargebackDocument {
    fn from(chargeback: &Chargeback) -> Self {
        Self {
            mollie_id: chargeback.mollie_id.to_string(),
            amount: chargeback.amount.as_ref().map(Into::into),
            settlement_amount: chargeback.settlement_amount.as_ref().map(Into::into),
            created_time: chargeback.created_time,
            reversed_time: chargeback.reversed_time,
            reason_code: chargeback.reason_code.clone(),
            reason: chargeback.reason.clone(),
        }
    }
}

impl TryFrom<ChargebackDocument> for Chargeback {
    type Error = Misfit;

    fn try_from(document: ChargebackDocument) -> Result<Self, Misfit> {
        Ok(Self {
            mollie_id: MollieChargebackId::new(document.mollie_id),
            amount: optional(document.amount)?,
            settlement_amount: optional(document.settlement_amount)?,
            created_time: document.created_time,
            reversed_time: document.reversed_time,
            reason_code: document.reason_code,
            reason: document.reason,
        })
    }
}
