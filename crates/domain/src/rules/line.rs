//! Lines of a draft (create order, `lines`).

use serde_json::Value;

use super::money::{Currency, Money, MoneyError};
use super::text::{at_most, given, is_web_url};
use super::vat::VatRate;
use super::violation::Violations;

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
        Money::parse(&self.currency, &self.value)
            .map_err(|error| {
                let field = if error == MoneyError::Currency {
                    "currency"
                } else {
                    "value"
                };
                faults.add(format!("{path}.{field}"), rule, amount_expectation(&error), got);
            })
            .ok()
    }
}

fn amount_expectation(error: &MoneyError) -> String {
    match error {
        MoneyError::Currency => "an ISO 4217 currency code in upper case, such as EUR".to_owned(),
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

impl LineInput {
    /// Checks the line against every rule that concerns it alone, and adds each fault under `path`. Gives the line if
    /// nothing in it was wrong. `currency`: the order's, where that could be read.
    pub fn parse(self, path: &str, currency: Option<Currency>, faults: &mut Violations) -> Option<LineDraft> {
        let mut mine = Violations::default();
        let at = |field: &str| format!("{path}.{field}");
        let line_type = self.line_type.unwrap_or(Some(LineType::Physical));
        if line_type.is_none() {
            mine.add(
                at("type"),
                "line.type",
                "a type the API names",
                "a number it does not know",
            );
        }
        self.texts(&at, &mut mine);
        let quantity = u32::try_from(self.quantity).ok().filter(|quantity| *quantity > 0);
        if quantity.is_none() {
            mine.add(
                at("quantity"),
                "line.quantity",
                "a whole number from 1",
                self.quantity.to_string(),
            );
        }
        let mut money = |field: &str, rule, input: &Option<AmountInput>, required: bool| match input {
            Some(input) => input.parse(&at(field), rule, &mut mine).and_then(|money| {
                let right = currency.is_none_or(|currency| money.currency() == currency);
                if let Some(currency) = currency.filter(|_| !right) {
                    mine.add(
                        format!("{}.currency", at(field)),
                        "order.one_currency",
                        currency.code(),
                        money.currency().code(),
                    );
                }
                right.then_some(money)
            }),
            None => {
                if required {
                    mine.missing(at(field), rule);
                }
                None
            }
        };
        let unit_price = money("unit_price", "line.unit_price", &self.unit_price, true);
        let total_amount = money("total_amount", "line.total_amount", &self.total_amount, true);
        let vat_amount = money("vat_amount", "line.vat_amount", &self.vat_amount, true);
        let discount_amount = money(
            "discount_amount",
            "line.discount_amount",
            &self.discount_amount,
            false,
        );
        let vat_rate = self.vat_rate(line_type, &at, &mut mine);
        if let (Some(line_type), Some(unit_price)) = (line_type, unit_price) {
            sign(line_type, unit_price, &at("unit_price"), &mut mine);
        }
        if let Some(discount) = discount_amount.filter(|discount| discount.minor() < 0) {
            mine.add(
                at("discount_amount"),
                "line.discount_amount",
                "zero or a positive amount",
                discount.to_string(),
            );
        }
        let discount_read = self.discount_amount.is_none() || discount_amount.is_some();
        if let (Some(unit_price), Some(quantity), Some(total), true) =
            (unit_price, quantity, total_amount, discount_read)
        {
            total_follows(
                unit_price,
                quantity,
                discount_amount,
                total,
                &at("total_amount"),
                &mut mine,
            );
        }
        if let (Some(rate), Some(total), Some(vat)) = (&vat_rate, total_amount, vat_amount) {
            let expected = rate.within(total);
            if !expected.admits(vat) {
                let expected = format!("{expected} (total_amount × {rate} / (100 + {rate}))");
                mine.add(at("vat_amount"), "line.vat_amount", expected, vat.to_string());
            }
        }
        let clean = mine.is_empty();
        for fault in mine.into_vec() {
            faults.add(fault.path, fault.rule, fault.expected, fault.got);
        }
        if !clean {
            return None;
        }
        Some(LineDraft {
            line_type: line_type?,
            category: given(self.category),
            name: self.name,
            quantity: quantity?,
            quantity_unit: given(self.quantity_unit),
            unit_price: unit_price?,
            discount_amount,
            total_amount: total_amount?,
            vat_rate: vat_rate?,
            vat_amount: vat_amount?,
            sku: given(self.sku),
            image_url: given(self.image_url),
            product_url: given(self.product_url),
            metadata: self.metadata,
        })
    }

    fn texts(&self, at: &impl Fn(&str) -> String, faults: &mut Violations) {
        if self.name.trim().is_empty() {
            faults.missing(at("name"), "line.name");
        }
        at_most(faults, &at("sku"), "line.sku", Some(&self.sku), 64);
        let categories = ["", "meal", "eco", "gift", "sport_culture"];
        if !categories.contains(&self.category.as_str()) {
            faults.add(
                at("category"),
                "line.category",
                categories[1..].join(", "),
                &self.category,
            );
        }
        for (field, url) in [("image_url", &self.image_url), ("product_url", &self.product_url)] {
            if !url.is_empty() && !is_web_url(url) {
                faults.add(at(field), "line.url", "an absolute http(s) address", url);
            }
        }
        metadata_fits(self.metadata.as_ref(), &at("metadata"), faults);
    }

    fn vat_rate(
        &self,
        line_type: Option<LineType>,
        at: &impl Fn(&str) -> String,
        faults: &mut Violations,
    ) -> Option<VatRate> {
        if self.vat_rate.is_empty() {
            faults.missing(at("vat_rate"), "line.vat_rate");
            return None;
        }
        let rate = VatRate::parse(&self.vat_rate);
        match &rate {
            None => faults.add(
                at("vat_rate"),
                "line.vat_rate",
                "a percentage as text, not negative, such as 21.00",
                &self.vat_rate,
            ),
            Some(rate) if line_type.is_some_and(LineType::is_untaxed) && !rate.is_zero() => {
                faults.add(
                    at("vat_rate"),
                    "line.vat_rate",
                    "0.00 for a line of this type",
                    rate.as_str(),
                );
            }
            Some(_) => (),
        }
        rate
    }
}

fn sign(line_type: LineType, unit_price: Money, path: &str, faults: &mut Violations) {
    let kind = line_type.as_str();
    if line_type.deducts() && unit_price.minor() >= 0 {
        faults.add(
            path,
            "line.unit_price",
            format!("below zero for a line of type {kind}"),
            unit_price.to_string(),
        );
    } else if !line_type.deducts() && unit_price.minor() < 0 {
        faults.add(
            path,
            "line.unit_price",
            format!("zero or above for a line of type {kind}"),
            unit_price.to_string(),
        );
    }
}

fn total_follows(
    unit: Money,
    quantity: u32,
    discount: Option<Money>,
    total: Money,
    path: &str,
    faults: &mut Violations,
) {
    let expected = unit
        .times(quantity)
        .and_then(|gross| gross.minus(discount.unwrap_or(Money::zero(unit.currency()))));
    match expected {
        Ok(expected) if expected == total => (),
        Ok(expected) => {
            let expected = format!("{expected} (unit_price × quantity − discount_amount)");
            faults.add(path, "line.total_amount", expected, total.to_string());
        }
        Err(error) => faults.add(path, "line.total_amount", error.to_string(), total.to_string()),
    }
}

/// Mollie keeps about one kilobyte of metadata (create order, `metadata`).
pub(super) fn metadata_fits(metadata: Option<&Value>, path: &str, faults: &mut Violations) {
    let size = metadata.map_or(0, |value| value.to_string().len());
    if size > 1024 {
        faults.add(
            path,
            "metadata.size",
            "at most 1024 bytes as JSON",
            format!("{size} bytes"),
        );
    }
}
