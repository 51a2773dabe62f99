//! Chargebacks: what a shopper's bank took back of a payment, one by one, for people who answer it (chargebacks API). How much was taken
//! in all is the payment's own sum, and that alone counts.

use jiff::Timestamp;

use super::ids::{MollieChargebackId, MolliePaymentId};
use super::money::Money;

/// One chargeback. What an answer leaves out, or says in an odd way, is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chargeback {
    pub mollie_id: MollieChargebackId,
    pub amount: Option<Money>,
    /// What it takes off the merchant's settlement: below zero, in the settlement's currency.
    pub settlement_amount: Option<Money>,
    pub created_time: Option<Timestamp>,
    /// When the bank returned it.
    pub reversed_time: Option<Timestamp>,
    /// The bank's code: `AC01`.
    pub reason_code: Option<String>,
    pub reason: Option<String>,
}

impl Chargeback {
    /// Whether the bank still has its money.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.reversed_time.is_none()
    }

    /// This one, with what it leaves out as it was known.
    #[must_use]
    pub fn or(self, before: &Self) -> Self {
        Self {
            mollie_id: self.mollie_id,
            amount: self.amount.or(before.amount),
            settlement_amount: self.settlement_amount.or(before.settlement_amount),
            created_time: self.created_time.or(before.created_time),
            reversed_time: self.reversed_time.or(before.reversed_time),
            reason_code: self.reason_code.or_else(|| before.reason_code.clone()),
            reason: self.reason.or_else(|| before.reason.clone()),
        }
    }
}

/// The chargebacks that a payment's own list has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedChargebacks {
    pub payment: MolliePaymentId,
    pub chargebacks: Vec<Chargeback>,
}
