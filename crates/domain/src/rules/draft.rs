//! What a caller asks to be placed as an order, checked against every rule at once (create order).

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::address::{Address, AddressInput};
use super::date::Today;
use super::line::{AmountInput, LineDraft, LineInput, LineReading, metadata_fits};
use super::money::Money;
use super::payment::PaymentParameters;
use super::text::{characters, is_printable, shape};
use super::violation::{Violation, Violations};
use super::web_address::{self, Schemes};

/// The locales that Mollie's payment pages know (create order, `locale`).
pub const LOCALES: [&str; 22] = [
    "en_US", "en_GB", "nl_NL", "nl_BE", "fr_FR", "fr_BE", "de_DE", "de_AT", "de_CH", "es_ES", "ca_ES",
    "pt_PT", "it_IT", "nb_NO", "sv_SE", "fi_FI", "da_DK", "is_IS", "hu_HU", "pl_PL", "lv_LV", "lt_LT",
];

/// What a profile has agreed with Mollie, where that bounds a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreements {
    /// So many days ahead at most an order for Klarna expires (create order, `expiresAt`: 28, unless agreed otherwise).
    pub klarna_expiry_days: u16,
}

impl Default for Agreements {
    fn default() -> Self {
        Self { klarna_expiry_days: 28 }
    }
}

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
    pub fn parse(
        self,
        path: &str,
        now: Timestamp,
        agreements: Agreements,
    ) -> Result<OrderDraft, Vec<Violation>> {
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
        if let Some(amount) = amount {
            self.costs_something(amount, at("amount"), &mut faults);
        }
        let today = Today::at(now);
        self.check_texts(&at, today, &mut faults);
        let (redirect_url, cancel_url) = self.pages(&at, &mut faults);
        let expires_on = self.expires_on(&at("expires_on"), today, agreements, &mut faults);
        let (birth, rule) = (at("consumer_date_of_birth"), "order.consumer_date_of_birth");
        let born = today.birth(&self.consumer_date_of_birth, (&birth, rule), &mut faults);
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
                redirect_url,
                cancel_url,
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

    /// Mollie refuses an order that costs nothing (practice), but for a first payment: that is made for its mandate.
    fn costs_something(&self, amount: Money, path: String, faults: &mut Violations) {
        let (least, expected) = match self.payment.is_first() {
            true => (0, "an amount of zero or above, as the payment is a first one"),
            false => (1, "an amount above zero; zero only where payment.sequence_type is first"),
        };
        if amount.minor() < least {
            faults.add(path, "order.amount", expected, amount.to_string());
        }
    }

    fn check_texts(&self, at: &impl Fn(&str) -> String, today: Today, faults: &mut Violations) {
        if self.locale.trim().is_empty() {
            faults.missing(at("locale"), "order.locale");
        } else if !is_locale(&self.locale) {
            let expected =
                format!("a language and a country as xx_XX or xx-XX, such as {}", LOCALES.join(" "));
            faults.add(at("locale"), "order.locale", expected, &self.locale);
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
        metadata_fits(self.metadata.as_ref(), &at("metadata"), faults);
        self.payment.check(&at("payment"), today, faults);
    }

    fn pages(
        &self,
        at: &impl Fn(&str) -> String,
        faults: &mut Violations,
    ) -> (Option<String>, Option<String>) {
        if self.redirect_url.is_empty() && !self.payment.needs_no_redirect() {
            faults.missing(at("redirect_url"), "order.redirect_url");
        }
        let mut page =
            |field: &str, rule, text: &str| web_address::read(text, Schemes::Any, (&at(field), rule), faults);
        let redirect_url = page("redirect_url", "order.redirect_url", &self.redirect_url);
        (redirect_url, page("cancel_url", "order.cancel_url", &self.cancel_url))
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

    fn expires_on(
        &self,
        path: &str,
        today: Today,
        agreements: Agreements,
        faults: &mut Violations,
    ) -> Option<Date> {
        let date = today.ahead(&self.expires_on, (path, "order.expires_on"), faults)?;
        let last = today.plus(agreements.klarna_expiry_days);
        // Beside other methods Klarna is only not offered to the shopper.
        let only_klarna =
            !self.methods.is_empty() && self.methods.iter().all(|method| method.starts_with("klarna"));
        if only_klarna && date > last {
            let days = agreements.klarna_expiry_days;
            let expected = format!("{last} at the latest: Klarna waits {days} days");
            faults.add(path, "order.expires_on_klarna", expected, &self.expires_on);
        }
        Some(date)
    }
}

/// Two letters and two: Mollie took others than it documents, but no language alone (practice).
fn is_locale(text: &str) -> bool {
    text.split_once(['_', '-']).is_some_and(|(language, country)| {
        language.len() == 2
            && country.len() == 2
            && language.bytes().all(|byte| byte.is_ascii_lowercase())
            && country.bytes().all(|byte| byte.is_ascii_uppercase())
    })
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
