//! Lines of a draft (create order, `lines`).

use serde_json::Value;

use super::money::{Currency, Money, MoneyError};
use super::vat::VatRate;
use super::violation::Violations;

mod reading;

pub use reading::LineReading;

/// What is sold or deducted by a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineType {
    Physical,
    Digital,
    ShippingFee,
    Discount,
    StoreCredit,
    GiftCard,
    Surcharge,
}

impl LineType {
    /// Every type, in Mollie's order.
    pub const ALL: [Self; 7] = [
        Self::Physical,
        Self::Digital,
        Self::ShippingFee,
        Self::Discount,
        Self::StoreCredit,
        Self::GiftCard,
        Self::Surcharge,
    ];

    /// Mollie's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Physical => "physical",
            Self::Digital => "digital",
            Self::ShippingFee => "shipping_fee",
            Self::Discount => "discount",
            Self::StoreCredit => "store_credit",
            Self::GiftCard => "gift_card",
            Self::Surcharge => "surcharge",
        }
    }

    /// Reads Mollie's word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether a line of this type takes money off, so that its unit price is below zero (get order, `unitPrice`).
    #[must_use]
    pub const fn deducts(self) -> bool {
        match self {
            Self::Discount | Self::StoreCredit | Self::GiftCard => true,
            Self::Physical | Self::Digital | Self::ShippingFee | Self::Surcharge => false,
        }
    }

    /// Whether its VAT rate must be zero: these were taxed when they were sold.
    const fn is_untaxed(self) -> bool {
        match self {
            Self::StoreCredit | Self::GiftCard => true,
            Self::Physical | Self::Digital | Self::ShippingFee | Self::Discount | Self::Surcharge => false,
        }
    }
}

/// A currency and a decimal text, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AmountInput {
    pub currency: String,
    pub value: String,
}

impl AmountInput {
    /// Reads the amount or adds a fault.
    pub fn parse(&self, path: &str, rule: &'static str, faults: &mut Violations) -> Option<Money> {
        let got = format!("{} {}", self.value, self.currency);
        self.money()
            .map_err(|error| {
                let field = if error == MoneyError::Currency { "currency" } else { "value" };
                faults.add(format!("{path}.{field}"), rule, amount_expectation(&error), got);
                // How many decimals there must be the currency tells; whether it is a number at all does not hang on it.
                if error == MoneyError::Currency && !is_decimal(&self.value) {
                    faults.add(
                        format!("{path}.value"),
                        rule,
                        "a decimal number as text",
                        self.value.as_str(),
                    );
                }
            })
            .ok()
    }

    fn money(&self) -> Result<Money, MoneyError> {
        // Told before the decimals that such a currency would have.
        if Currency::parse(&self.currency).is_some_and(|currency| !currency.is_paid_in()) {
            return Err(MoneyError::Currency);
        }
        Money::parse(&self.currency, &self.value)
    }
}

fn is_decimal(text: &str) -> bool {
    text.parse::<rust_decimal::Decimal>().is_ok()
}

/// The currencies that Mollie names. Others that are paid in pass here: which of them it takes depends on the method.
const CURRENCIES: &str = "AED AUD BGN BRL CAD CHF CZK DKK EUR GBP HKD HUF ILS ISK JPY MXN MYR NOK NZD PHP PLN RON SEK SGD THB \
    TWD USD ZAR";

fn amount_expectation(error: &MoneyError) -> String {
    match error {
        MoneyError::Currency => {
            format!("a currency that is paid in, by its ISO 4217 code in upper case: {CURRENCIES} or another")
        }
        MoneyError::Value { decimals: 0 } => "a whole number as text, without decimals".to_owned(),
        MoneyError::Value { decimals } => {
            format!("a decimal number as text with exactly {decimals} decimals")
        }
        MoneyError::Overflow => "an amount that fits in 64 bits of minor units".to_owned(),
        MoneyError::CurrencyMismatch => "one currency".to_owned(),
    }
}

/// A line as a caller wrote it; an empty text is a missing one.
#[derive(Clone, Debug, Default)]
pub struct LineInput {
    /// `None`: the default, physical. `Some(None)`: a value the API does not know.
    pub line_type: Option<Option<LineType>>,
    pub category: String,
    pub name: String,
    pub quantity: i64,
    pub quantity_unit: String,
    pub unit_price: Option<AmountInput>,
    pub discount_amount: Option<AmountInput>,
    pub total_amount: Option<AmountInput>,
    pub vat_rate: String,
    pub vat_amount: Option<AmountInput>,
    pub sku: String,
    pub image_url: String,
    pub product_url: String,
    pub metadata: Option<Value>,
}

/// A line whose every rule holds.
#[derive(Clone, Debug, PartialEq)]
pub struct LineDraft {
    pub line_type: LineType,
    pub category: Option<String>,
    pub name: String,
    pub quantity: u32,
    pub quantity_unit: Option<String>,
    pub unit_price: Money,
    pub discount_amount: Option<Money>,
    pub total_amount: Money,
    pub vat_rate: VatRate,
    pub vat_amount: Money,
    pub sku: Option<String>,
    pub image_url: Option<String>,
    pub product_url: Option<String>,
    pub metadata: Option<Value>,
}

/// Mollie keeps about one kilobyte of metadata (create order, `metadata`).
pub(super) fn metadata_fits(metadata: Option<&Value>, path: &str, faults: &mut Violations) {
    let size = metadata.map_or(0, |value| value.to_string().len());
    if size > 1024 {
        faults.add(path, "metadata.size", "at most 1024 bytes as JSON", format!("{size} bytes"));
    }
}
