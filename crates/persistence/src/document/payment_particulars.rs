//! What Mollie tells of a payment that no rule depends on, as a document.

use domain::rules::payment_particulars::{BankTransfer, PaymentParticulars, Voucher};
use serde::{Deserialize, Serialize};

use super::chargeback::ChargebackDocument;
use super::money::MoneyDocument;
use super::{Misfit, each, mirrors, optional};

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ParticularsDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mandate_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_remaining: Option<MoneyDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settlement_amount: Option<MoneyDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer: Option<TransferDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    vouchers: Vec<VoucherDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remainder_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_cancelable: Option<bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    chargebacks: Vec<ChargebackDocument>,
}

impl ParticularsDocument {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct TransferDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_bic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_reference: Option<String>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct VoucherDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<MoneyDocument>,
}

impl From<&PaymentParticulars> for ParticularsDocument {
    fn from(told: &PaymentParticulars) -> Self {
        let told = told.clone();
        let transfer = |BankTransfer { bank_name, bank_account, bank_bic, transfer_reference }| {
            TransferDocument { bank_name, bank_account, bank_bic, transfer_reference }
        };
        let voucher =
            |Voucher { issuer, amount }| VoucherDocument { issuer, amount: amount.as_ref().map(Into::into) };
        Self {
            sequence_type: told.sequence_type,
            customer_id: told.customer_id,
            mandate_id: told.mandate_id,
            country_code: told.country_code,
            failure_reason: told.failure_reason,
            amount_remaining: told.amount_remaining.as_ref().map(Into::into),
            settlement_amount: told.settlement_amount.as_ref().map(Into::into),
            transfer: told.transfer.map(transfer),
            vouchers: told.vouchers.into_iter().map(voucher).collect(),
            remainder_method: told.remainder_method,
            is_cancelable: told.is_cancelable,
            chargebacks: mirrors(&told.chargebacks),
        }
    }
}

impl TryFrom<ParticularsDocument> for PaymentParticulars {
    type Error = Misfit;

    fn try_from(document: ParticularsDocument) -> Result<Self, Misfit> {
        let transfer = |TransferDocument { bank_name, bank_account, bank_bic, transfer_reference }| {
            BankTransfer { bank_name, bank_account, bank_bic, transfer_reference }
        };
        let voucher = |VoucherDocument { issuer, amount }| Ok(Voucher { issuer, amount: optional(amount)? });
        Ok(Self {
            sequence_type: document.sequence_type,
            customer_id: document.customer_id,
            mandate_id: document.mandate_id,
            country_code: document.country_code,
            failure_reason: document.failure_reason,
            amount_remaining: optional(document.amount_remaining)?,
            settlement_amount: optional(document.settlement_amount)?,
            transfer: document.transfer.map(transfer),
            vouchers: document.vouchers.into_iter().map(voucher).collect::<Result<_, Misfit>>()?,
            remainder_method: document.remainder_method,
            is_cancelable: document.is_cancelable,
            chargebacks: each(document.chargebacks)?,
        })
    }
}
