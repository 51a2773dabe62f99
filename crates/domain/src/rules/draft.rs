//! What a caller asks to be placed as an order, and what it is once every rule holds (create order).

use jiff::civil::Date;
use serde_json::Value;

use super::address::{Address, AddressInput};
use super::amount_input::AmountInput;
use super::ids::OrderId;
use super::line::{LineDraft, LineInput};
use super::money::Money;
use super::payment::PaymentParameters;
use super::violation::Violation;

pub(in crate::rules) mod expiry;
pub mod locale;
pub(in crate::rules) mod method;
pub(in crate::rules) mod pages;
pub(in crate::rules) mod reading;
pub(in crate::rules) mod spread;
pub(in crate::rules) mod sums;

/// A draft as a caller wrote it; an empty text is a missing one.
#[derive(Clone, Default)]
pub struct OrderInput {
    pub order_number: String,
    /// Left out it is the sum of the lines' totals.
    pub amount: Option<AmountInput>,
    pub lines: Vec<LineInput>,
    pub billing_address: Option<AddressInput>,
    pub shipping_address: Option<AddressInput>,
    pub consumer_date_of_birth: String,
    pub redirect_url: String,
    pub cancel_url: String,
    pub locale: String,
    pub methods: Vec<String>,
    pub payment: PaymentParameters,
    pub metadata: Option<Value>,
    pub expires_on: String,
    pub shopper_country_must_match_billing_country: Option<bool>,
}

/// A draft whose every rule holds.
#[derive(Clone, PartialEq)]
pub struct OrderDraft {
    pub order_number: String,
    pub amount: Money,
    pub lines: Vec<LineDraft>,
    pub billing_address: Option<Address>,
    pub shipping_address: Option<Address>,
    pub consumer_date_of_birth: Option<Date>,
    pub redirect_url: Option<String>,
    pub cancel_url: Option<String>,
    /// None only where the profile lets it be left out.
    pub locale: Option<String>,
    pub methods: Vec<String>,
    pub payment: PaymentParameters,
    pub metadata: Option<Value>,
    pub expires_on: Option<Date>,
    pub shopper_country_must_match_billing_country: Option<bool>,
    /// The order whose open lines it takes up. No part of what is read as a draft.
    pub continues: Option<OrderId>,
    /// What Mollie may refuse of it.
    pub warnings: Vec<Violation>,
}

impl std::fmt::Debug for OrderDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { order_number, amount, lines, methods, .. } = self;
        write!(f, "OrderDraft({order_number}, {amount}, {} lines, {methods:?})", lines.len())
    }
}

impl OrderInput {
    /// Whether this is the only method.
    pub(in crate::rules) fn pays_only(&self, method: &str) -> bool {
        self.methods == [method]
    }
}

#[cfg(test)]
mod tests;
