//! Reading a line: every rule that concerns it alone, and what can be read of it even where something is wrong.

use super::price::Price;
use super::vat;
use super::{LineDraft, LineInput, LineType, metadata_fits};
use crate::rules::date;
use crate::rules::money::{Currency, Money};
use crate::rules::rule::Mark::{D, I};
use crate::rules::rule::Source::{Mollie, Ours};
use crate::rules::rule::rules;
use crate::rules::text::{given, longer_than};
use crate::rules::vat::VatRate;
use crate::rules::violation::{Violation, Violations};
use crate::rules::web_address::{self, Schemes};

rules! {
    TYPE line_type = "line.type", Refuse, Ours("a number is no word of Mollie's"),
        "A type is one that the API names.",
        refused [|order| order["lines"][0]["type"] = "bundle".into()],
        accepted [|order| order["lines"][0]["type"] = "digital".into()];

    TYPE_LEFT_OUT line_type_left_out = "line.type_left_out", Warn, Mollie(D, "get order, lines[].type: default physical"),
        "A line without a type is taken as physical. Many clients send 0, which is none, for a type they do not know.",
        refused [|order| drop(order["lines"][0]["type"].take())],
        accepted [|order| order["lines"][0]["type"] = "physical".into()];

    CATEGORY line_category = "line.category", Warn, Mollie(D, "create order, lines[].category; get order has one more"),
        "A category is meal, eco, gift or sport_culture; the list grows.",
        refused [|order| order["lines"][0]["category"] = "food".into()],
        accepted [|order| order["lines"][0]["category"] = "sport_culture".into()];

    NAME line_name = "line.name", Refuse, Mollie(D, "create order, lines[].name"),
        "A line has a name.",
        refused [|order| order["lines"][0]["name"] = " ".into()],
        accepted [|order| order["lines"][0]["name"] = "A".into()];

    QUANTITY line_quantity = "line.quantity", Refuse, Mollie(D, "create order, lines[].quantity"),
        "A quantity is a whole number from 1.",
        refused [|order| order["lines"][1]["quantity"] = 0.into(), |order| order["lines"][1]["quantity"] = (-1).into()],
        accepted [|order| order["lines"][1]["quantity"] = 1.into(), |order| order["lines"][1]["quantity"] = 10_000.into()];

    SKU line_sku = "line.sku", Refuse, Mollie(D, "create order, lines[].sku"),
        "A SKU has at most 64 characters.",
        refused [|order| order["lines"][0]["sku"] = "5".repeat(65).into()],
        accepted [|order| order["lines"][0]["sku"] = "5".repeat(64).into()];

    PLANNED line_planned_ship_date = "line.planned_ship_date", Refuse, Ours("Mollie has no such field"),
        "The date on which a line is to be shipped is YYYY-MM-DD.",
        refused [|order| order["lines"][0]["plannedShipDate"] = "soon".into()],
        accepted [|order| order["lines"][0]["plannedShipDate"] = "2026-03-05".into()];

    REFERENCE line_reference = "line.reference", Refuse, Ours("Mollie has no such field"),
        "A reference is the caller's own name for a line: at most 64 characters, without blanks around it, and no number of up to four digits, which is a line id.",
        refused [
            |order| order["lines"][0]["reference"] = "7".into(),
            |order| order["lines"][0]["reference"] = "0001".into(),
            |order| order["lines"][0]["reference"] = "5".repeat(65).into(),
            |order| order["lines"][0]["reference"] = " 4711-1".into(),
        ],
        accepted [
            |order| order["lines"][0]["reference"] = "A".into(),
            |order| order["lines"][0]["reference"] = "47110".into(),
            |order| order["lines"][0]["reference"] = "5".repeat(64).into(),
        ];

    DISCOUNT_OF_DEDUCTION line_discount_on_deduction = "line.discount_on_deduction", Warn, Mollie(I, "get order, lines[].discountAmount: not relevant"),
        "A line that takes money off has no discount besides.",
        refused [|order| {
            (order["lines"][1]["type"], order["lines"][1]["unitPrice"]["value"]) = ("discount".into(), "-10.00".into());
            order["lines"][1]["discountAmount"] = serde_json::json!({ "currency": "EUR", "value": "1.00" });
        }],
        accepted [|order| {
            (order["lines"][1]["type"], order["lines"][1]["unitPrice"]["value"]) = ("discount".into(), "-10.00".into());
        }];
}

/// What could be read of a line: the order's sums are checked wherever the figures themselves are right.
#[derive(Debug)]
pub struct LineReading {
    /// The line, if nothing in it was wrong.
    pub draft: Option<LineDraft>,
    /// Its total, given or computed, if that follows from price, quantity and discount.
    pub total: Option<Money>,
    /// Its VAT, given or computed, if that follows from the total.
    pub vat: Option<(VatRate, Money)>,
    /// It has no VAT rate: "Get order" calls that optional.
    pub is_without_vat: bool,
    pub line_type: Option<LineType>,
}

impl LineReading {
    /// Whether it takes money off.
    #[must_use]
    pub fn takes_off(&self) -> bool {
        self.line_type.is_some_and(LineType::deducts)
    }

    /// Whether it takes off a part of the goods' price.
    #[must_use]
    pub fn is_discount(&self) -> bool {
        self.line_type == Some(LineType::Discount)
    }
}

impl LineInput {
    /// Checks the line against every rule that concerns it alone, and adds what it finds under `path`. `currency`: the
    /// order's, where that could be read.
    pub fn parse(self, path: &str, currency: Option<Currency>, faults: &mut Violations) -> LineReading {
        self.parse_judging(|_| true, path, currency, faults)
    }

    /// The same, without the faults that are not judged. Where a value cannot be read, there is no draft all the same.
    pub fn parse_judging(
        self,
        is_judged: impl Fn(&Violation) -> bool,
        path: &str,
        currency: Option<Currency>,
        faults: &mut Violations,
    ) -> LineReading {
        let mut mine = faults.beside();
        let at = |field: &str| format!("{path}.{field}");
        let line_type = self.line_type(&at("type"), &mut mine);
        self.texts(&at, &mut mine);
        let pages = self.pages(&at, &mut mine);
        let quantity = self.quantity(&at("quantity"), &mut mine);
        let price = Price::read(&self, quantity, line_type, currency, &at, &mut mine);
        let rate = vat::rate(&self.vat_rate, line_type, &at("vat_rate"), &mut mine);
        let vat = vat::amount(&self, rate.as_ref(), price, line_type, &at("vat_amount"), &mut mine);
        if line_type.is_some_and(LineType::deducts)
            && price.discount.is_some_and(|discount| discount.minor() > 0)
        {
            let got = price.discount.map_or_else(String::new, |discount| discount.to_string());
            mine.breaks(at("discount_amount"), &DISCOUNT_OF_DEDUCTION, "none", got);
        }
        let planned = date::day(&self.planned_ship_date, &at("planned_ship_date"), &PLANNED, &mut mine);
        mine.keep(is_judged);
        let clean = mine.is_empty();
        faults.append(mine);
        let (is_without_vat, line_vat) = (self.vat_rate.is_empty(), rate.clone().zip(vat));
        let draft =
            clean.then(|| self.draft((line_type, quantity), price, line_vat.clone(), pages)).flatten();
        let draft = draft.map(|draft| LineDraft { planned_ship_date: planned, ..draft });
        LineReading { draft, total: price.total, vat: line_vat, is_without_vat, line_type }
    }

    fn draft(
        self,
        (line_type, quantity): (Option<LineType>, Option<u32>),
        price: Price,
        vat: Option<(VatRate, Money)>,
        (image_url, product_url): (Option<String>, Option<String>),
    ) -> Option<LineDraft> {
        Some(LineDraft {
            line_type: line_type?,
            category: given(self.category),
            name: self.name,
            quantity: quantity?,
            quantity_unit: given(self.quantity_unit),
            unit_price: price.unit?,
            // Mollie leaves a discount of zero out of its answers.
            discount_amount: price.discount.filter(|discount| discount.minor() != 0),
            total_amount: price.total?,
            vat,
            sku: given(self.sku),
            image_url,
            product_url,
            metadata: self.metadata,
            planned_ship_date: None,
            reference: given(self.reference),
        })
    }

    /// Left out it is physical.
    fn line_type(&self, path: &str, faults: &mut Violations) -> Option<LineType> {
        match self.line_type {
            None => {
                let expected = match faults.refuses(&TYPE_LEFT_OUT) {
                    true => "a type, such as physical",
                    false => "a type; this is taken as physical",
                };
                faults.breaks(path, &TYPE_LEFT_OUT, expected, "none");
                Some(LineType::Physical)
            }
            Some(None) => {
                faults.breaks(path, &TYPE, "a type that the API names", "another");
                None
            }
            Some(known) => known,
        }
    }

    fn quantity(&self, path: &str, faults: &mut Violations) -> Option<u32> {
        let quantity = u32::try_from(self.quantity).ok().filter(|quantity| *quantity > 0);
        if quantity.is_none() {
            faults.breaks(path, &QUANTITY, "a whole number from 1 to 4294967295", self.quantity.to_string());
        }
        quantity
    }

    fn texts(&self, at: &impl Fn(&str) -> String, faults: &mut Violations) {
        if self.name.trim().is_empty() {
            faults.lacks(at("name"), &NAME);
        }
        longer_than(64, &self.sku, &at("sku"), &SKU, faults);
        let categories = ["", "meal", "eco", "gift", "sport_culture"];
        if !categories.contains(&self.category.as_str()) {
            faults.breaks(at("category"), &CATEGORY, categories[1..].join(", "), &self.category);
        }
        self.reference(&at("reference"), faults);
        metadata_fits(self.metadata.as_ref(), &at("metadata"), faults);
    }

    fn reference(&self, path: &str, faults: &mut Violations) {
        let is_number = self.reference.bytes().all(|byte| byte.is_ascii_digit());
        let is_line_id = (1..=4).contains(&self.reference.len()) && is_number;
        if is_line_id || self.reference.trim() != self.reference || self.reference.chars().count() > 64 {
            let expected = "at most 64 characters, no blanks around them, and no number of up to four digits";
            faults.breaks(path, &REFERENCE, expected, &self.reference);
        }
    }

    fn pages(
        &self,
        at: &impl Fn(&str) -> String,
        faults: &mut Violations,
    ) -> (Option<String>, Option<String>) {
        let mut page = |field: &str, text: &str| web_address::read(text, Schemes::Web, &at(field), faults);
        (page("image_url", &self.image_url), page("product_url", &self.product_url))
    }
}

/// Whether a line is to be shipped after the day until when its money is held.
pub(in crate::rules) fn ships_after(line: &LineDraft, last: jiff::civil::Date) -> bool {
    line.planned_ship_date.is_some_and(|date| date > last)
}
