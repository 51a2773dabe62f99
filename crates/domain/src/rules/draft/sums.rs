//! The order's amount and VAT: sums over its lines, checked where every line's figures are right, so that a wrong line is
//! named once.

use std::collections::BTreeMap;

use crate::rules::amount_input::fitting;
use crate::rules::line::LineReading;
use crate::rules::money::Money;
use crate::rules::rule::Mark::{D, I, P};
use crate::rules::rule::Source::Mollie;
use crate::rules::rule::rules;
use crate::rules::violation::Violations;

rules! {
    SUM order_amount = "order.amount", Refuse, Mollie(D, "create order, amount"),
        "An amount, if given, is the sum of the lines' total_amount.",
        refused [|order| order["amount"] = serde_json::json!({ "currency": "EUR", "value": "1027.98" })],
        accepted [|order| order["amount"] = serde_json::json!({ "currency": "EUR", "value": "1027.99" })];

    POSITIVE order_amount_positive = "order.amount_positive", Refuse, Mollie(P, "an order of 0.00 is refused"),
        "An order costs more than nothing.",
        refused [|order| { drop(order["lines"][0].take()); order["lines"][1]["unitPrice"]["value"] = "0.00".into(); }],
        accepted [|order| { drop(order["lines"][0].take()); order["lines"][1]["unitPrice"]["value"] = "0.01".into(); }];

    FIRST order_amount_zero_first = "order.amount_zero_first", Warn, Mollie(I, "create order, payment.sequenceType"),
        "Whether an order whose payment is a first one may cost nothing is not documented.",
        refused [
            |order| {
                drop(order["lines"][0].take());
                order["lines"][1]["unitPrice"]["value"] = "0.00".into();
                order["payment"] = serde_json::json!({ "sequenceType": "first" });
            },
        ],
        accepted [
            |order| {
                drop(order["lines"][0].take());
                order["lines"][1]["unitPrice"]["value"] = "0.01".into();
                order["payment"] = serde_json::json!({ "sequenceType": "first" });
            },
        ];

    VAT order_vat_total = "order.vat_total", Refuse, Mollie(D, "create order, lines[].vatAmount"),
        "The VAT of all lines is not below zero in sum.",
        refused [|order| {
            order["lines"][0]["vatRate"] = "0".into();
            order["lines"][1]["unitPrice"]["value"] = "1.00".into();
            off(order, "-10.00", "21.00");
        }],
        accepted [|order| (order["lines"][0]["vatRate"], order["lines"][1]["vatRate"]) = ("0".into(), "0".into())];

    PER_RATE order_vat_per_rate = "order.vat_per_rate", Warn, Mollie(I, "create order, lines[].vatAmount"),
        "Nor is it for any one rate.",
        refused [|order| {
            (order["lines"][1]["vatRate"], order["lines"][1]["unitPrice"]["value"]) = ("9.00".into(), "1.00".into());
            off(order, "-10.00", "9.00");
        }],
        accepted [|order| off(order, "-10.00", "21.00")];

    DISCOUNT_RATE order_discount_rate = "order.discount_rate", Warn, Mollie(I, "create order, lines[].vatRate"),
        "A discount has the VAT rate of a line that it reduces; a discount on several rates is several lines.",
        refused [|order| off(order, "-10.00", "0.00")],
        accepted [|order| off(order, "-10.00", "21")];
}

/// Adds a discount to an example.
#[cfg(any(test, feature = "examples"))]
fn off(order: &mut serde_json::Value, price: &str, rate: &str) {
    let price = serde_json::json!({ "currency": "EUR", "value": price });
    let line = serde_json::json!({ "type": "discount", "name": "Off", "quantity": 1, "unitPrice": price, "vatRate": rate });
    order["lines"].as_array_mut().into_iter().for_each(|lines| lines.push(line.clone()));
}

/// The amount, given or computed. `given`: none if it was left out.
pub(in crate::rules) fn amount(
    given: Option<Option<Money>>,
    lines: &[LineReading],
    is_first: bool,
    at: &impl Fn(&str) -> String,
    faults: &mut Violations,
) -> Option<Money> {
    let totals = lines.iter().map(|line| line.total).collect::<Option<Vec<Money>>>();
    let sum = totals.as_deref().and_then(<[Money]>::split_first);
    let sum = sum.map(|(first, rest)| rest.iter().try_fold(*first, |sum, total| sum.plus(*total)));
    let given = match given {
        None => None,
        Some(None) => return None,
        Some(Some(given)) => Some(given),
    };
    let amount = match (given, sum) {
        (given, None) => given?,
        (None, Some(sum)) => fitting(sum, &at("amount"), faults)?,
        (Some(given), Some(Ok(sum))) => {
            if sum != given {
                let expected = format!("{sum} (sum of the lines' total_amount)");
                faults.breaks(at("amount"), &SUM, expected, given.to_string());
            }
            given
        }
        (Some(given), Some(Err(_))) => {
            faults.breaks(at("amount"), &SUM, "the sum of the lines' total_amount", given.to_string());
            return None;
        }
    };
    costs_something(amount, is_first, at("amount"), faults);
    Some(amount)
}

fn costs_something(amount: Money, is_first: bool, path: String, faults: &mut Violations) {
    match amount.minor() {
        0 if is_first => faults.breaks(path, &FIRST, "an amount above zero", amount.to_string()),
        minor if minor <= 0 => faults.breaks(path, &POSITIVE, "an amount above zero", amount.to_string()),
        _ => (),
    }
}

/// The VAT in sum, for each rate and altogether.
pub(in crate::rules) fn vat(lines: &[LineReading], at: &impl Fn(&str) -> String, faults: &mut Violations) {
    if lines.iter().any(|line| line.vat.is_none() && !line.is_without_vat) {
        return;
    }
    let mut by_rate = BTreeMap::<i64, (&str, i64)>::new();
    let mut currency = None;
    for (rate, vat) in lines.iter().filter_map(|line| line.vat.as_ref()) {
        currency = Some(vat.currency());
        let entry = by_rate.entry(rate.key()).or_insert((rate.as_str(), 0));
        entry.1 = entry.1.saturating_add(vat.minor());
    }
    let Some(currency) = currency else { return };
    let total = by_rate.values().fold(0_i64, |sum, (_, vat)| sum.saturating_add(*vat));
    if total < 0 {
        let got = Money::from_minor(total, currency).to_string();
        faults.breaks(at("lines"), &VAT, "no VAT below zero in sum", got);
    }
    for (rate, sum) in by_rate.into_values().filter(|(_, sum)| total >= 0 && *sum < 0) {
        let got = format!("{} at {rate} %", Money::from_minor(sum, currency));
        faults.breaks(at("lines"), &PER_RATE, "no VAT below zero in sum for any rate", got);
    }
    discounts(lines, at, faults);
}

fn discounts(lines: &[LineReading], at: &impl Fn(&str) -> String, faults: &mut Violations) {
    let rate_of = |line: &LineReading| line.vat.as_ref().map(|(rate, _)| rate.key());
    let reduced: Vec<_> = lines.iter().filter(|line| !line.takes_off()).filter_map(rate_of).collect();
    for (n, line) in lines.iter().enumerate().filter(|(_, line)| line.is_discount()) {
        if let Some((rate, _)) = line.vat.as_ref().filter(|(rate, _)| !reduced.contains(&rate.key())) {
            let path = format!("{}[{n}].vat_rate", at("lines"));
            faults.breaks(path, &DISCOUNT_RATE, "the rate of a line that it reduces", rate.as_str());
        }
    }
}
