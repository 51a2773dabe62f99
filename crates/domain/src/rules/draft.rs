//! What a caller asks to be placed as an order, checked against every rule at once (create order).

use std::collections::HashSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::Value;

use super::address::{Address, AddressInput};
use super::line::{AmountInput, LineDraft, LineInput, LineReading, metadata_fits};
use super::money::Money;
use super::payment::PaymentParameters;
use super::text::{characters, given, is_absolute_url, is_printable, shape};
use super::violation::{Violation, Violations};

/// The locales that Mollie's payment pages know (create order, `locale`).
pub const LOCALES: [&str; 22] = [
    "en_US", "en_GB", "nl_NL", "nl_BE", "fr_FR", "fr_BE", "de_DE", "de_AT", "de_CH", "es_ES", "ca_ES",
    "pt_PT", "it_IT", "nb_NO", "sv_SE", "fi_FI", "da_DK", "is_IS", "hu_HU", "pl_PL", "lv_LV", "lt_LT",
];

/// A draft as a caller wrote it; an empty text is a missing one.
#[derive(Clone, Default)]
pub struct OrderInput {
    pub order_number: String,
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
    pub locale: String,
    pub methods: Vec<String>,
    pub payment: PaymentParameters,
    pub metadata: Option<Value>,
    pub expires_on: Option<Date>,
    pub shopper_country_must_match_billing_country: Option<bool>,
}

impl std::fmt::Debug for OrderDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { order_number, amount, lines, methods, .. } = self;
        write!(f, "OrderDraft({order_number}, {amount}, {} lines, {methods:?})", lines.len())
    }
}

impl OrderInput {
    /// Checks everything and gives the draft, or every fault there is. `path`: how the caller calls the draft.
    ///
    /// # Errors
    /// Each fault with its path, rule, what was expected and what came.
    pub fn parse(self, path: &str, now: Timestamp) -> Result<OrderDraft, Vec<Violation>> {
        let mut faults = Violations::default();
        let at = |field: &str| format!("{path}.{field}");
        if self.order_number.trim().is_empty() {
            faults.missing(at("order_number"), "order.number");
        } else if characters(&self.order_number) > 255 || !is_printable(&self.order_number) {
            faults.add(
                at("order_number"),
                "order.number",
                "at most 255 printable characters",
                shape(&self.order_number),
            );
        }
        let amount = match &self.amount {
            Some(amount) => amount.parse(&at("amount"), "order.amount", &mut faults),
            None => {
                faults.missing(at("amount"), "order.amount");
                None
            }
        };
        self.check_texts(&at, &mut faults);
        let today = Today::at(now);
        let expires_on = self.expires_on(&at("expires_on"), today, &mut faults);
        let born = self.date_of_birth(&at("consumer_date_of_birth"), today, &mut faults);
        self.check_billing(&at("billing_address"), &mut faults);
        if self.lines.is_empty() {
            faults.missing(at("lines"), "order.lines");
        } else if self.methods == ["voucher"] && self.lines.iter().all(|line| line.category.is_empty()) {
            faults.add(
                at("lines"),
                "order.voucher_category",
                "a category on one line, for vouchers to pay it",
                "none",
            );
        }
        let currency = amount.map(Money::currency);
        let lines = (0..).zip(self.lines);
        let lines: Vec<_> = lines
            .map(|(n, line): (usize, _)| line.parse(&at(&format!("lines[{n}]")), currency, &mut faults))
            .collect();
        if let Some(amount) = amount {
            sums_follow(amount, &lines, &at, &mut faults);
        }
        let mut address = |field: &str, input: Option<AddressInput>| {
            input.map(|input| input.parse(&at(field), &mut faults))
        };
        let billing_address = address("billing_address", self.billing_address);
        let shipping_address = address("shipping_address", self.shipping_address);
        match amount {
            Some(amount) if faults.is_empty() => Ok(OrderDraft {
                order_number: self.order_number,
                amount,
                lines: lines.into_iter().filter_map(|line| line.draft).collect(),
                billing_address,
                shipping_address,
                consumer_date_of_birth: born,
                redirect_url: given(self.redirect_url),
                cancel_url: given(self.cancel_url),
                locale: self.locale,
                methods: self.methods,
                payment: self.payment,
                metadata: self.metadata,
                expires_on,
                shopper_country_must_match_billing_country: self.shopper_country_must_match_billing_country,
            }),
            Some(_) | None => Err(faults.into_vec()),
        }
    }

    fn check_texts(&self, at: &impl Fn(&str) -> String, faults: &mut Violations) {
        if self.locale.is_empty() {
            faults.missing(at("locale"), "order.locale");
        } else if !LOCALES.contains(&self.locale.as_str()) {
            faults.add(at("locale"), "order.locale", format!("one of {}", LOCALES.join(" ")), &self.locale);
        }
        let mut seen = HashSet::new();
        for (n, method) in self.methods.iter().enumerate() {
            let shaped = !method.is_empty()
                && method.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if !seen.insert(method) || !shaped {
                faults.add(
                    at(&format!("method[{n}]")),
                    "order.method",
                    "a method by Mollie's name, such as ideal, each once",
                    method,
                );
            }
        }
        if self.redirect_url.is_empty() && !self.payment.needs_no_redirect() {
            faults.missing(at("redirect_url"), "order.redirect_url");
        }
        for (field, rule, url) in [
            ("redirect_url", "order.redirect_url", &self.redirect_url),
            ("cancel_url", "order.cancel_url", &self.cancel_url),
        ] {
            if !url.is_empty() && !is_absolute_url(url) {
                faults.add(at(field), rule, "an absolute address, such as https://shop.example/thanks", url);
            }
        }
        metadata_fits(self.metadata.as_ref(), &at("metadata"), faults);
        self.payment.check(&at("payment"), faults);
    }

    /// Only PayPal's express checkout brings an address of its own; Billie sells to organisations.
    fn check_billing(&self, path: &str, faults: &mut Violations) {
        let only = |method: &str| self.methods == [method];
        match &self.billing_address {
            None if !only("paypal") => faults.missing(path, "order.billing_address"),
            Some(address) if only("billie") && address.organization_name.trim().is_empty() => {
                faults.missing(format!("{path}.organization_name"), "address.organization_name");
            }
            Some(_) | None => (),
        }
    }

    fn expires_on(&self, path: &str, today: Today, faults: &mut Violations) -> Option<Date> {
        if self.expires_on.is_empty() {
            return None;
        }
        let Ok(date) = self.expires_on.parse::<Date>() else {
            faults.add(path, "order.expires_on", "a date as YYYY-MM-DD", &self.expires_on);
            return None;
        };
        let (first, last) = (days_after(today.earliest, 1), days_after(today.latest, 101));
        if date < first || date > last {
            faults.add(
                path,
                "order.expires_on",
                format!("from {first} (tomorrow) to {last} (100 days after)"),
                &self.expires_on,
            );
        }
        Some(date)
    }

    fn date_of_birth(&self, path: &str, today: Today, faults: &mut Violations) -> Option<Date> {
        let text = given(self.consumer_date_of_birth.clone())?;
        let date = text.parse::<Date>().ok().filter(|date| *date < today.latest);
        if date.is_none() {
            faults.add(path, "order.consumer_date_of_birth", "a past date as YYYY-MM-DD", shape(&text));
        }
        date
    }
}

/// Today's date in UTC and at Mollie. The documents do not say which zone "tomorrow" belongs to, so only what is wrong
/// in both is refused.
#[derive(Clone, Copy)]
struct Today {
    earliest: Date,
    latest: Date,
}

impl Today {
    fn at(now: Timestamp) -> Self {
        let utc = now.to_zoned(TimeZone::UTC).date();
        let amsterdam = TimeZone::get("Europe/Amsterdam").map_or(utc, |zone| now.to_zoned(zone).date());
        Self { earliest: utc.min(amsterdam), latest: utc.max(amsterdam) }
    }
}

fn days_after(date: Date, days: i32) -> Date {
    date.checked_add(Span::new().days(days)).unwrap_or(date)
}

/// The order's amount is the sum of its lines, and its VAT is nowhere below zero: checked where every line's figures are
/// right, so that a wrong line is told once.
fn sums_follow(amount: Money, lines: &[LineReading], at: &impl Fn(&str) -> String, faults: &mut Violations) {
    let zero = Money::zero(amount.currency());
    if let Some(totals) =
        lines.iter().map(|line| line.total).collect::<Option<Vec<_>>>().filter(|all| !all.is_empty())
    {
        match totals.into_iter().try_fold(zero, Money::plus) {
            Ok(total) if total == amount => (),
            Ok(total) => {
                let expected = format!("{total} (sum of the lines' total_amount)");
                faults.add(at("amount"), "order.amount", expected, amount.to_string());
            }
            Err(error) => faults.add(at("amount"), "order.amount", error.to_string(), amount.to_string()),
        }
    }
    let Some(vats) = lines.iter().map(|line| line.vat.as_ref()).collect::<Option<Vec<_>>>() else { return };
    let mut by_rate = std::collections::BTreeMap::<i64, (&str, i64)>::new();
    for (rate, vat) in vats {
        let entry = by_rate.entry(rate.key()).or_insert((rate.as_str(), 0));
        entry.1 = entry.1.saturating_add(vat.minor());
    }
    for (rate, sum) in by_rate.into_values().filter(|(_, sum)| *sum < 0) {
        let got = format!("{} at {rate} %", Money::from_minor(sum, amount.currency()));
        faults.add(at("lines"), "order.vat_per_rate", "no VAT below zero in sum for any rate", got);
    }
}

#[cfg(test)]
mod tests;
