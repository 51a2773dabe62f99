//! Amounts as a caller writes them, wherever a draft has one: a currency and a decimal text.

use super::money::{Currency, Money, MoneyError};
use super::rule::Mark::{D, I};
use super::rule::Source::{Mollie, Ours};
use super::rule::rules;
use super::violation::Violations;

rules! {
    CURRENCY amount_currency = "amount.currency", Refuse, Mollie(D, "create order, amount.currency"),
        "A currency is an ISO 4217 code in upper case that money has; gold, test codes and the like are none.",
        refused [
            |order| order["lines"][0]["unitPrice"]["currency"] = "eur".into(),
            |order| order["lines"][0]["unitPrice"]["currency"] = "XAU".into(),
        ],
        accepted [|order| order["lines"][0]["unitPrice"]["currency"] = "EUR".into()];

    FUND amount_fund = "amount.fund", Warn, Mollie(I, "multicurrency"),
        "A fund code such as CHE or CLF is ISO 4217's, but nobody pays in it.",
        refused [
            |order| {
                drop(order["lines"][1].take());
                order["lines"][0]["unitPrice"]["currency"] = "CHE".into();
                order["lines"][0]["discountAmount"]["currency"] = "CHE".into();
            },
        ],
        accepted [
            |order| {
                drop(order["lines"][1].take());
                order["lines"][0]["unitPrice"]["currency"] = "CHF".into();
                order["lines"][0]["discountAmount"]["currency"] = "CHF".into();
            },
        ];

    VALUE amount_value = "amount.value", Refuse, Mollie(D, "create order, amount.value; multicurrency"),
        "A value is decimal text with exactly the currency's decimals: JPY and ISK have none, HUF, ILS and TWD two, others ISO 4217's.",
        refused [
            |order| order["lines"][1]["unitPrice"]["value"] = "10.005".into(),
            |order| order["lines"][1]["unitPrice"]["value"] = "10".into(),
            |order| only(order, "JPY", "1.00"),
        ],
        accepted [
            |order| only(order, "JPY", "1"),
            |order| only(order, "HUF", "10.50"),
        ];

    SIZE amount_size = "amount.size", Refuse, Ours("sums stay exact"),
        "An amount, given or computed, has at most 11 digits before its decimals.",
        refused [
            |order| order["lines"][1]["unitPrice"]["value"] = "100000000000.00".into(),
            |order| {
                only(order, "EUR", "50000000000.00");
                order["lines"][0]["quantity"] = 2.into();
            },
            |order| {
                only(order, "EUR", "50000000000.00");
                let line = order["lines"][0].clone();
                order["lines"] = serde_json::json!([line, line]);
            },
            |order| {
                only(order, "EUR", "99999999999.00");
                order["lines"][0]["quantity"] = 4_294_967_295_u32.into();
            },
        ],
        accepted [
            |order| only(order, "EUR", "99999999999.99"),
            |order| {
                only(order, "EUR", "33333333333.33");
                order["lines"][0]["quantity"] = 3.into();
            },
        ];

    ONE_CURRENCY order_one_currency = "order.one_currency", Refuse, Mollie(D, "create order, lines[].unitPrice"),
        "All amounts of an order are in one currency.",
        refused [
            |order| order["lines"][1]["unitPrice"]["currency"] = "USD".into(),
            |order| order["amount"] = serde_json::json!({ "currency": "USD", "value": "1027.99" }),
        ],
        accepted [|order| order["lines"][1]["unitPrice"]["currency"] = "EUR".into()];
}

/// An example of one line at this price.
#[cfg(any(test, feature = "examples"))]
fn only(order: &mut serde_json::Value, currency: &str, value: &str) {
    let price = serde_json::json!({ "currency": currency, "value": value });
    let line = serde_json::json!({ "type": "physical", "name": "A", "quantity": 1, "unitPrice": price, "vatRate": "0" });
    order["lines"] = serde_json::json!([line]);
}

/// A sum that was computed, if it is not too large.
pub(super) fn fitting(sum: Result<Money, MoneyError>, path: &str, faults: &mut Violations) -> Option<Money> {
    match sum {
        Ok(money) if has_few_digits(money) => return Some(money),
        Ok(money) => too_large(path, money.to_string(), faults),
        Err(_) => too_large(path, "more".to_owned(), faults),
    }
    None
}

fn too_large(path: impl Into<String>, got: String, faults: &mut Violations) {
    faults.breaks(path, &SIZE, format!("at most {MOST_DIGITS} digits before the decimals"), got);
}

fn has_few_digits(money: Money) -> bool {
    money.minor().unsigned_abs() < 10_u64.pow(MOST_DIGITS + money.currency().decimals())
}

/// Digits before the decimals.
const MOST_DIGITS: u32 = 11;

/// The currencies that Mollie names. Others pass here as well: which of them it takes depends on the method.
const CURRENCIES: &str = "AED AUD BGN BRL CAD CHF CZK DKK EUR GBP HKD HUF ILS ISK JPY MXN MYR NOK NZD PHP PLN RON SEK SGD THB \
    TWD USD ZAR";

/// A currency and a decimal text, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AmountInput {
    pub currency: String,
    pub value: String,
}

impl AmountInput {
    /// Reads the amount or adds a fault.
    pub fn parse(&self, path: &str, faults: &mut Violations) -> Option<Money> {
        let got = || format!("{} {}", self.value, self.currency).trim().to_owned();
        let currency = Currency::parse(&self.currency).filter(|currency| !currency.is_special());
        let Some(currency) = currency else {
            let expected = format!(
                "a currency that is paid in, by its ISO 4217 code in upper case: {CURRENCIES} or another"
            );
            faults.breaks(format!("{path}.currency"), &CURRENCY, expected, got());
            // How many decimals there must be, the currency says; whether it is a number does not depend on it.
            if self.value.parse::<rust_decimal::Decimal>().is_err() {
                faults.breaks(
                    format!("{path}.value"),
                    &VALUE,
                    "a decimal number as text",
                    self.value.as_str(),
                );
            }
            return None;
        };
        if currency.is_fund() {
            faults.breaks(format!("{path}.currency"), &FUND, "a currency that is paid in", currency.code());
        }
        match Money::parse(&self.currency, &self.value) {
            Ok(money) if has_few_digits(money) => return Some(money),
            Ok(_) | Err(MoneyError::Overflow) => too_large(format!("{path}.value"), got(), faults),
            Err(MoneyError::Currency | MoneyError::Value { .. } | MoneyError::CurrencyMismatch) => {
                let expected = match currency.decimals() {
                    0 => "a whole number as text, without decimals".to_owned(),
                    decimals => format!("a decimal number as text with exactly {decimals} decimals"),
                };
                faults.breaks(format!("{path}.value"), &VALUE, expected, got());
            }
        }
        None
    }

    /// The amount, if it is in the order's currency as far as that is known.
    pub fn parse_in(&self, currency: Option<Currency>, path: &str, faults: &mut Violations) -> Option<Money> {
        let money = self.parse(path, faults)?;
        match currency.filter(|currency| *currency != money.currency()) {
            None => Some(money),
            Some(currency) => {
                let got = money.currency().code();
                faults.breaks(format!("{path}.currency"), &ONE_CURRENCY, currency.code(), got);
                None
            }
        }
    }
}
