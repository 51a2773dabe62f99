//! Lines of a draft (create order, `lines`).

use jiff::civil::Date;
use serde_json::Value;

use super::amount_input::AmountInput;
use super::money::Money;
use super::rule::Mark::D;
use super::rule::Source::Mollie;
use super::rule::rules;
use super::vat::VatRate;
use super::violation::Violations;

pub(in crate::rules) mod price;
pub(in crate::rules) mod reading;
pub(in crate::rules) mod vat;

pub use reading::LineReading;
pub(super) use reading::ships_after;

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

    /// Whether it is what the shopper ordered, and no fee or deduction beside it.
    #[must_use]
    pub const fn is_goods(self) -> bool {
        match self {
            Self::Physical | Self::Digital => true,
            Self::ShippingFee | Self::Surcharge | Self::Discount | Self::StoreCredit | Self::GiftCard => {
                false
            }
        }
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
    pub planned_ship_date: String,
    pub reference: String,
}

impl LineInput {
    /// The amounts that are given.
    pub(super) fn amounts(&self) -> impl Iterator<Item = &AmountInput> {
        let all = [&self.unit_price, &self.discount_amount, &self.total_amount, &self.vat_amount];
        all.into_iter().flatten()
    }
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
    /// Never zero.
    pub discount_amount: Option<Money>,
    pub total_amount: Money,
    /// Its rate and amount, unless the profile lets them be left out.
    pub vat: Option<(VatRate, Money)>,
    pub sku: Option<String>,
    pub image_url: Option<String>,
    pub product_url: Option<String>,
    pub metadata: Option<Value>,
    /// When the merchant means to ship it. It stays here.
    pub planned_ship_date: Option<Date>,
    /// The caller's own name for the line. It stays here.
    pub reference: Option<String>,
}

rules! {
    METADATA metadata_size = "metadata.size", Refuse, Mollie(D, "create order, metadata: about 1 kB"),
        "Metadata, of the order or of a line, has at most 1,024 bytes as JSON.",
        refused [
            |order| order["lines"][0]["metadata"] = "x".repeat(1_023).into(),
            |order| order["metadata"] = "x".repeat(1_023).into(),
        ],
        accepted [|order| order["lines"][0]["metadata"] = "x".repeat(1_022).into()];
}

pub(super) fn metadata_fits(metadata: Option<&Value>, path: &str, faults: &mut Violations) {
    let size = metadata.map_or(0, |value| value.to_string().len());
    if size > 1024 {
        faults.breaks(path, &METADATA, "at most 1024 bytes as JSON", format!("{size} bytes"));
    }
}
