//! Reading a draft: its parts in the order in which the API has them, and all that is found.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{OrderDraft, OrderInput, expiry, locale, method, pages, spread, sums};
use crate::rules::address::AddressInput;
use crate::rules::agreements::Agreements;
use crate::rules::date::Today;
use crate::rules::line::{LineInput, LineReading, metadata_fits};
use crate::rules::money::{Currency, Money};
use crate::rules::rule::Mark::D;
use crate::rules::rule::Source::{Mollie, Ours};
use crate::rules::rule::rules;
use crate::rules::text::{characters, is_printable, shape, unseen};
use crate::rules::violation::{Findings, Violations};

rules! {
    NUMBER order_number = "order.number", Refuse, Mollie(D, "create order, orderNumber"),
        "An order has a number.",
        refused [|order| order["orderNumber"] = " ".into()],
        accepted [|order| order["orderNumber"] = "1".into()];

    NUMBER_FORM order_number_form = "order.number_form", Refuse, Ours("it is kept and looked for"),
        "An order number has at most 255 printable characters.",
        refused [|order| order["orderNumber"] = "1".repeat(256).into(), |order| order["orderNumber"] = "1\u{7}".into()],
        accepted [|order| order["orderNumber"] = "1".repeat(255).into()];

    NUMBER_SEEN order_number_seen = "order.number_seen", Warn, Ours("what looks like one number should be one"),
        "Of an order number every character is seen: it has no blanks around it, and none without width.",
        refused [
            |order| order["orderNumber"] = "1337 ".into(),
            |order| order["orderNumber"] = "13\u{200b}37".into(),
            |order| order["orderNumber"] = "\u{202e}1337".into(),
        ],
        accepted [|order| order["orderNumber"] = "13 37".into(), |order| order["orderNumber"] = "Größe-１３".into()];

    REFERENCES order_references = "order.references", Refuse, Ours("requests name lines by them"),
        "A reference names one line of the order.",
        refused [|order| {
            (order["lines"][0]["reference"], order["lines"][1]["reference"]) = ("A".into(), "A".into());
        }],
        accepted [|order| {
            (order["lines"][0]["reference"], order["lines"][1]["reference"]) = ("A".into(), "a".into());
        }];

    LINES order_lines = "order.lines", Refuse, Mollie(D, "create order, lines"),
        "An order has at least one line.",
        refused [|order| order["lines"] = serde_json::json!([])],
        accepted [|order| drop(order["lines"][1].take())];

    BIRTH order_consumer_date_of_birth = "order.consumer_date_of_birth", Refuse, Mollie(D, "create order, consumerDateOfBirth"),
        "A date of birth is YYYY-MM-DD.",
        refused [|order| order["consumerDateOfBirth"] = "19580131".into()],
        accepted [|order| order["consumerDateOfBirth"] = "1958-01-31".into()];

    BORN order_birth_plausible = "order.birth_plausible", Warn, Ours("a slip of the pen"),
        "A date of birth is past, and not before 1900.",
        refused [
            |order| order["consumerDateOfBirth"] = "2026-03-01".into(),
            |order| order["consumerDateOfBirth"] = "1899-12-31".into(),
        ],
        accepted [
            |order| order["consumerDateOfBirth"] = "2026-02-28".into(),
            |order| order["consumerDateOfBirth"] = "1900-01-01".into(),
        ];
}

impl OrderInput {
    /// Checks everything and gives the draft, or all that was found. `path`: how the caller calls the draft.
    ///
    /// # Errors
    /// Each fault with its path, rule, what was expected and what came; and the warnings.
    pub fn parse(self, path: &str, now: Timestamp, agreements: &Agreements) -> Result<OrderDraft, Findings> {
        let mut faults = Violations::under(agreements.clone());
        let at = |field: &str| format!("{path}.{field}");
        let today = Today::at(now);
        number(&self.order_number, &at("order_number"), &mut faults);
        let of_lines = self.currency_of_all_lines();
        let given = self.amount.as_ref().map(|amount| amount.parse_in(of_lines, &at("amount"), &mut faults));
        let of_amount = given.flatten().map(Money::currency);
        let currency = of_lines.or(of_amount).or_else(|| self.currency_of_first_line());
        let locale = locale::read(&self.locale, &at("locale"), &mut faults);
        method::check(&self, &at, &mut faults);
        metadata_fits(self.metadata.as_ref(), &at("metadata"), &mut faults);
        self.payment.check(&at("payment"), today, currency, &mut faults);
        let (redirect_url, cancel_url) = pages::read(&self, &at, &mut faults);
        let expires_on = expiry::expires_on(&self, &at("expires_on"), today, &mut faults);
        let birth = (&at("consumer_date_of_birth")[..], &BIRTH, &BORN);
        let born = today.birth(&self.consumer_date_of_birth, birth, &mut faults);
        if self.lines.is_empty() {
            faults.lacks(at("lines"), &LINES);
        }
        let shipped_by = expiry::shipped_by(&self, expires_on, today);
        self.references(&at, &mut faults);
        let lines = (0_usize..).zip(self.lines);
        let lines: Vec<LineReading> =
            lines.map(|(n, line)| line.parse(&at(&format!("lines[{n}]")), currency, &mut faults)).collect();
        expiry::ships_in_time(&lines, shipped_by, &at, &mut faults);
        let amount = sums::amount(given, &lines, self.payment.is_first(), &at, &mut faults);
        if let Some(amount) = amount {
            method::check_limits(&self.methods, amount, &at, &mut faults);
        }
        sums::vat(&lines, &at, &mut faults);
        spread::check(&lines, shipped_by.is_some(), &at, &mut faults);
        let mut address = |field: &str, input: Option<AddressInput>| {
            input.map(|input| input.parse(&at(field), &mut faults))
        };
        let billing_address = address("billing_address", self.billing_address);
        let shipping_address = address("shipping_address", self.shipping_address);
        let found = faults.into_findings();
        match amount {
            Some(amount) if found.violations.is_empty() => Ok(OrderDraft {
                order_number: self.order_number,
                amount,
                lines: lines.into_iter().filter_map(|line| line.draft).collect(),
                billing_address,
                shipping_address,
                consumer_date_of_birth: born,
                redirect_url,
                cancel_url,
                locale,
                methods: self.methods,
                payment: self.payment,
                metadata: self.metadata,
                expires_on,
                shopper_country_must_match_billing_country: self.shopper_country_must_match_billing_country,
                continues: None,
                warnings: found.warnings,
            }),
            Some(_) | None => Err(found),
        }
    }

    /// A reference that stands on two lines would name neither.
    fn references(&self, at: &impl Fn(&str) -> String, faults: &mut Violations) {
        let mut seen = HashSet::new();
        for (n, line) in self.lines.iter().enumerate() {
            if !line.reference.is_empty() && !seen.insert(&line.reference) {
                let path = at(&format!("lines[{n}].reference"));
                faults.breaks(path, &REFERENCES, "a reference that no other line has", &line.reference);
            }
        }
    }

    /// That of every amount of every line. If they agree among themselves, it is the order's amount that is wrong.
    fn currency_of_all_lines(&self) -> Option<Currency> {
        let mut codes = self.lines.iter().flat_map(LineInput::amounts).map(|amount| &amount.currency);
        let first = codes.next()?;
        let agreed = codes.all(|code| code == first).then(|| Currency::parse(first)).flatten();
        agreed.filter(|currency| !currency.is_special())
    }

    /// That of the first line, where the lines disagree and the order's amount says nothing.
    fn currency_of_first_line(&self) -> Option<Currency> {
        let prices = self.lines.iter().filter_map(|line| line.unit_price.as_ref());
        let mut read = prices.filter_map(|price| Currency::parse(&price.currency));
        read.find(|currency| !currency.is_special())
    }
}

/// An order's number.
pub(in crate::rules) fn number(number: &str, path: &str, faults: &mut Violations) {
    if number.trim().is_empty() {
        faults.lacks(path, &NUMBER);
    } else if characters(number) > 255 || !is_printable(number) {
        faults.breaks(path, &NUMBER_FORM, "at most 255 printable characters", shape(number));
    } else if let Some(unseen) = unseen(number) {
        let got = format!("U+{:04X}", u32::from(unseen));
        faults.breaks(path, &NUMBER_SEEN, "no blanks around it and no characters without width", got);
    }
}
