//! Reading a line: every rule that concerns it alone, and what can be read of it even where something is wrong.

use super::{AmountInput, LineDraft, LineInput, LineType, metadata_fits};
use crate::rules::money::{Currency, Money};
use crate::rules::text::{at_most, given};
use crate::rules::vat::VatRate;
use crate::rules::violation::Violations;
use crate::rules::web_address::{self, Schemes};

/// What could be read of a line: the order's sums are checked wherever the figures themselves are right.
#[derive(Debug)]
pub struct LineReading {
    /// The line, if nothing in it was wrong.
    pub draft: Option<LineDraft>,
    /// Its total, if that follows from price, quantity and discount.
    pub total: Option<Money>,
    /// Its VAT, if that follows from the total.
    pub vat: Option<(VatRate, Money)>,
}

/// The pages of a line, as they are sent.
struct Pages {
    image: Option<String>,
    product: Option<String>,
}

/// The amounts of a line, where they could be read.
struct Amounts {
    unit_price: Option<Money>,
    discount: Option<Money>,
    total: Option<Money>,
    vat: Option<Money>,
}

impl LineInput {
    /// Checks the line against every rule that concerns it alone, and adds each fault under `path`. `currency`: the
    /// order's, where that could be read.
    pub fn parse(self, path: &str, currency: Option<Currency>, faults: &mut Violations) -> LineReading {
        let mut mine = Violations::default();
        let at = |field: &str| format!("{path}.{field}");
        let line_type = self.line_type.unwrap_or(Some(LineType::Physical));
        if line_type.is_none() {
            mine.add(at("type"), "line.type", "a type the API names", "a number it does not know");
        }
        self.texts(&at, &mut mine);
        let pages = self.pages(&at, &mut mine);
        let quantity = u32::try_from(self.quantity).ok().filter(|quantity| *quantity > 0);
        if quantity.is_none() {
            mine.add(
                at("quantity"),
                "line.quantity",
                "a whole number from 1 to 4294967295",
                self.quantity.to_string(),
            );
        }
        let amounts = self.amounts(currency, &at, &mut mine);
        let rate = self.vat_rate(line_type, &at, &mut mine);
        if let (Some(line_type), Some(unit_price)) = (line_type, amounts.unit_price) {
            sign(line_type, unit_price, &at("unit_price"), &mut mine);
        }
        let total = self.total(&amounts, quantity, &at, &mut mine);
        let vat = vat_follows(rate.as_ref(), &amounts, &at("vat_amount"), &mut mine);
        let clean = mine.is_empty();
        faults.append(mine);
        let vat = rate.clone().zip(vat);
        let draft = if clean { self.draft((line_type, quantity), &amounts, rate, pages) } else { None };
        LineReading { draft, total, vat }
    }

    fn draft(
        self,
        (line_type, quantity): (Option<LineType>, Option<u32>),
        amounts: &Amounts,
        rate: Option<VatRate>,
        pages: Pages,
    ) -> Option<LineDraft> {
        Some(LineDraft {
            line_type: line_type?,
            category: given(self.category),
            name: self.name,
            quantity: quantity?,
            quantity_unit: given(self.quantity_unit),
            unit_price: amounts.unit_price?,
            discount_amount: amounts.discount,
            total_amount: amounts.total?,
            vat_rate: rate?,
            vat_amount: amounts.vat?,
            sku: given(self.sku),
            image_url: pages.image,
            product_url: pages.product,
            metadata: self.metadata,
        })
    }

    fn amounts(
        &self,
        currency: Option<Currency>,
        at: &impl Fn(&str) -> String,
        faults: &mut Violations,
    ) -> Amounts {
        let mut money = |field: &str, rule, input: &Option<AmountInput>, required: bool| match input {
            Some(input) => one_currency(input.parse(&at(field), rule, faults)?, currency, &at(field), faults),
            None => {
                if required {
                    faults.missing(at(field), rule);
                }
                None
            }
        };
        Amounts {
            unit_price: money("unit_price", "line.unit_price", &self.unit_price, true),
            total: money("total_amount", "line.total_amount", &self.total_amount, true),
            vat: money("vat_amount", "line.vat_amount", &self.vat_amount, true),
            discount: money("discount_amount", "line.discount_amount", &self.discount_amount, false),
        }
    }

    /// The total, if it is price × quantity − discount, and the discount takes no more than the price.
    fn total(
        &self,
        amounts: &Amounts,
        quantity: Option<u32>,
        at: &impl Fn(&str) -> String,
        faults: &mut Violations,
    ) -> Option<Money> {
        if let Some(discount) = amounts.discount.filter(|discount| discount.minor() < 0) {
            let expected = "zero or a positive amount";
            faults.add(at("discount_amount"), "line.discount_amount", expected, discount.to_string());
        }
        let discount_unread = self.discount_amount.is_some() && amounts.discount.is_none();
        let (unit_price, quantity, total) =
            (amounts.unit_price?, quantity?, amounts.total.filter(|_| !discount_unread)?);
        let discount = amounts.discount.unwrap_or(Money::zero(unit_price.currency()));
        let gross = unit_price.times(quantity);
        if let Ok(gross) = gross
            && unit_price.minor() >= 0
            && discount.minor() > gross.minor()
        {
            let expected = format!("at most {gross} (unit_price × quantity)");
            faults.add(at("discount_amount"), "line.discount_amount", expected, discount.to_string());
        }
        let wrong = match gross.and_then(|gross| gross.minus(discount)) {
            Ok(expected) if expected == total => return Some(total),
            Ok(expected) => format!("{expected} (unit_price × quantity − discount_amount)"),
            Err(error) => error.to_string(),
        };
        faults.add(at("total_amount"), "line.total_amount", wrong, total.to_string());
        None
    }

    fn texts(&self, at: &impl Fn(&str) -> String, faults: &mut Violations) {
        if self.name.trim().is_empty() {
            faults.missing(at("name"), "line.name");
        }
        at_most(faults, &at("sku"), "line.sku", Some(&self.sku), 64);
        let categories = ["", "meal", "eco", "gift", "sport_culture"];
        if !categories.contains(&self.category.as_str()) {
            faults.add(at("category"), "line.category", categories[1..].join(", "), &self.category);
        }
        metadata_fits(self.metadata.as_ref(), &at("metadata"), faults);
    }

    fn pages(&self, at: &impl Fn(&str) -> String, faults: &mut Violations) -> Pages {
        let mut page =
            |field: &str, text: &str| web_address::read(text, Schemes::Web, (&at(field), "line.url"), faults);
        let image = page("image_url", &self.image_url);
        Pages { image, product: page("product_url", &self.product_url) }
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
        let rate = VatRate::parse(&self.vat_rate).filter(|rate| !rate.has_leading_zeros());
        match &rate {
            None => faults.add(
                at("vat_rate"),
                "line.vat_rate",
                "a percentage as text from 0 to 999.9999, with at most 4 decimals and no zeros before it, such as 21.00",
                &self.vat_rate,
            ),
            Some(rate) if line_type.is_some_and(LineType::is_untaxed) && !rate.is_zero() => {
                faults.add(at("vat_rate"), "line.vat_rate", "0.00 for a line of this type", rate.as_str());
            }
            Some(_) => (),
        }
        rate
    }
}

fn sign(line_type: LineType, unit_price: Money, path: &str, faults: &mut Violations) {
    let kind = line_type.as_str();
    if line_type.deducts() && unit_price.minor() > 0 {
        faults.add(
            path,
            "line.unit_price",
            format!("zero or below for a line of type {kind}"),
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

fn one_currency(
    money: Money,
    currency: Option<Currency>,
    path: &str,
    faults: &mut Violations,
) -> Option<Money> {
    match currency.filter(|currency| *currency != money.currency()) {
        None => Some(money),
        Some(currency) => {
            let got = money.currency().code();
            faults.add(format!("{path}.currency"), "order.one_currency", currency.code(), got);
            None
        }
    }
}

fn vat_follows(
    rate: Option<&VatRate>,
    amounts: &Amounts,
    path: &str,
    faults: &mut Violations,
) -> Option<Money> {
    let (rate, total, vat) = (rate?, amounts.total?, amounts.vat?);
    let expected = rate.within(total);
    if expected.admits(vat) {
        return Some(vat);
    }
    let expected = format!("{expected} (total_amount × {rate} / (100 + {rate}))");
    faults.add(path, "line.vat_amount", expected, vat.to_string());
    None
}
