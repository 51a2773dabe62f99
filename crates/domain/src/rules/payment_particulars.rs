//! What Mollie tells of a payment that no rule depends on (get payment): for people who look at it. It holds nothing personal: of `details`
//! only what is Mollie's own account, vouchers and reasons, never the shopper's name, account or card.

use super::chargeback::Chargeback;
use super::money::Money;

/// What is told beside status, amounts and times. An answer that leaves something out takes nothing back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentParticulars {
    /// `oneoff`, `first` or `recurring`.
    pub sequence_type: Option<String>,
    pub customer_id: Option<String>,
    pub mandate_id: Option<String>,
    /// Of the shopper's means of payment, ISO 3166-1 alpha-2.
    pub country_code: Option<String>,
    /// Mollie's word for why it failed, such as `insufficient_funds`.
    pub failure_reason: Option<String>,
    /// What may still be refunded, as Mollie tells.
    pub amount_remaining: Option<Money>,
    /// What is settled to the merchant.
    pub settlement_amount: Option<Money>,
    /// Where a bank transfer goes.
    pub transfer: Option<BankTransfer>,
    pub vouchers: Vec<Voucher>,
    /// With what the rest was paid, where vouchers paid a part.
    pub remainder_method: Option<String>,
    /// Whether Mollie says that it can be canceled. Nothing depends on it.
    pub is_cancelable: Option<bool>,
    /// What the shopper's bank took back, one by one, oldest first as far as they were read.
    pub chargebacks: Vec<Chargeback>,
}

/// Where the shopper transfers the money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankTransfer {
    pub bank_name: Option<String>,
    pub bank_account: Option<String>,
    pub bank_bic: Option<String>,
    pub transfer_reference: Option<String>,
}

/// A part that was paid by voucher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    pub issuer: Option<String>,
    pub amount: Option<Money>,
}

impl PaymentParticulars {
    /// These, and of what they leave out what was known before.
    #[must_use]
    pub fn or(self, before: &Self) -> Self {
        let text = |new: Option<String>, old: &Option<String>| new.or_else(|| old.clone());
        Self {
            sequence_type: text(self.sequence_type, &before.sequence_type),
            customer_id: text(self.customer_id, &before.customer_id),
            mandate_id: text(self.mandate_id, &before.mandate_id),
            country_code: text(self.country_code, &before.country_code),
            failure_reason: text(self.failure_reason, &before.failure_reason),
            amount_remaining: self.amount_remaining.or(before.amount_remaining),
            settlement_amount: self.settlement_amount.or(before.settlement_amount),
            transfer: self.transfer.or_else(|| before.transfer.clone()),
            vouchers: if self.vouchers.is_empty() { before.vouchers.clone() } else { self.vouchers },
            remainder_method: text(self.remainder_method, &before.remainder_method),
            // Shown only while it is open: once that is over, it says nothing any more.
            is_cancelable: self.is_cancelable,
            chargebacks: if self.chargebacks.is_empty() {
                before.chargebacks.clone()
            } else {
                self.chargebacks
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::euro;
    use crate::rules::ids::MollieChargebackId;

    #[test]
    fn what_an_answer_leaves_out_stays_known_and_what_it_tells_is_new() {
        let text = |text: &str| Some(text.to_owned());
        let whole = PaymentParticulars {
            sequence_type: text("first"),
            customer_id: text("cst_1"),
            mandate_id: text("mdt_1"),
            country_code: text("NL"),
            failure_reason: text("insufficient_funds"),
            amount_remaining: Some(euro("1.00")),
            settlement_amount: Some(euro("2.00")),
            transfer: Some(BankTransfer { bank_name: text("Bank"), ..BankTransfer::default() }),
            vouchers: vec![Voucher { issuer: text("sodexo"), amount: Some(euro("3.00")) }],
            remainder_method: text("ideal"),
            is_cancelable: Some(true),
            chargebacks: vec![Chargeback {
                mollie_id: MollieChargebackId::new("chb_1"),
                amount: Some(euro("1.00")),
                settlement_amount: None,
                created_time: None,
                reversed_time: None,
                reason_code: None,
                reason: text("fraud"),
            }],
        };
        let ended = PaymentParticulars { is_cancelable: None, ..whole.clone() };
        assert_eq!(PaymentParticulars::default().or(&whole), ended);
        assert_eq!(whole.clone().or(&PaymentParticulars::default()), whole);
        let newer = PaymentParticulars {
            amount_remaining: Some(euro("0.00")),
            vouchers: vec![Voucher { issuer: None, amount: None }],
            ..PaymentParticulars::default()
        };
        let after = newer.clone().or(&whole);
        assert_eq!((after.amount_remaining, &after.vouchers), (newer.amount_remaining, &newer.vouchers));
        assert_eq!(after.failure_reason, whole.failure_reason);
    }
}
