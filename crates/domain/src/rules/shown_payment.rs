//! The parameters of an order's payment as Mollie shows them (get order, `payment`: "has additional fields"). All of them are kept, by Mollie's
//! names, except for secrets and what is the shopper's: of those only the names. Decides nothing.

use serde_json::{Map, Value};

/// Words that make a parameter a secret or the shopper's own, wherever in its name: `cardToken`, `voucher_pin`.
const WITHHELD: [&str; 22] = [
    "token",
    "pin",
    "secret",
    "password",
    "cvc",
    "cvv",
    "iban",
    "consumer",
    "shopper",
    "cardholder",
    "holder",
    "email",
    "phone",
    "address",
    "birth",
    "given",
    "family",
    "webhook",
    "session",
    "credential",
    "passenger",
    "ip",
];

/// Names that do so only as a whole. What Klarna wants to know of special goods may name travellers.
const WITHHELD_NAMES: [&str; 4] = ["voucher number", "card number", "account number", "extra merchant data"];

/// What Mollie shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownPayment {
    /// By Mollie's names, at any depth.
    pub parameters: Map<String, Value>,
    /// The paths of what was shown and is kept nowhere: `cardToken`, `company.email`.
    pub withheld: Vec<String>,
}

impl ShownPayment {
    /// What may be kept of it. A null is nothing; `None` if nothing was shown.
    #[must_use]
    pub fn of(shown: &Map<String, Value>) -> Option<Self> {
        let mut withheld = Vec::new();
        let parameters = kept(shown, "", &mut withheld);
        (!parameters.is_empty() || !withheld.is_empty()).then_some(Self { parameters, withheld })
    }
}

fn kept(fields: &Map<String, Value>, path: &str, withheld: &mut Vec<String>) -> Map<String, Value> {
    let mut left = Map::new();
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        let path = format!("{path}{name}");
        if is_withheld(name) {
            withheld.push(path);
        } else {
            left.insert(name.clone(), kept_value(value, &path, withheld));
        }
    }
    left
}

fn kept_value(value: &Value, path: &str, withheld: &mut Vec<String>) -> Value {
    match value {
        Value::Object(fields) => Value::Object(kept(fields, &format!("{path}."), withheld)),
        Value::Array(items) => {
            let item = |(n, item)| kept_value(item, &format!("{path}[{n}]"), withheld);
            Value::Array(items.iter().enumerate().map(item).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn is_withheld(name: &str) -> bool {
    let words = words(name);
    let whole = words.join(" ");
    let is_one = |word: &str| WITHHELD.contains(&word);
    let is_plural = |word: &str| {
        word.strip_suffix('s').is_some_and(is_one) || word.strip_suffix("es").is_some_and(is_one)
    };
    WITHHELD_NAMES.iter().any(|name| whole.contains(name))
        || words.iter().any(|word| is_one(word) || is_plural(word))
}

/// `applePayPaymentToken` and `apple_pay_payment_token` have the same words.
fn words(name: &str) -> Vec<String> {
    let (mut words, mut was_lower) = (Vec::<String>::new(), false);
    for letter in name.chars() {
        let begins = letter.is_uppercase() && was_lower;
        was_lower = letter.is_lowercase() || letter.is_numeric();
        if !letter.is_alphanumeric() || begins || words.is_empty() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(shown: &Value) -> Option<ShownPayment> {
        ShownPayment::of(shown.as_object().unwrap())
    }

    #[test]
    fn of_a_shown_payment_secrets_and_what_is_the_shoppers_are_only_named() {
        let shown = of(&json!({
            "issuer": "ideal_INGBNL2A", "dueDate": "2026-03-05", "customerId": "cst_1", "mandateId": "mdt_1",
            "sequenceType": "first", "customerReference": "c-17", "captureMode": "manual", "routing": [{"amount": {"value": "1.00"}}],
            "company": {"vatNumber": "NL001", "entityType": null, "email": "a@b.example"},
            "applicationFee": {"description": "Fee"},
            "cardToken": "tkn_1", "applePayPaymentToken": "{}", "google_pay_payment_token": "x", "voucherNumber": "V-1", "voucherPin": 1234,
            "consumerAccount": "NL10", "consumerName": "T. Test", "billingEmail": "t@test.example",
            "webhookUrl": "https://shop.example/hook/token", "extraMerchantData": {"passengers": ["T. Test"]}, "shippingAddress": {"city": "X"},
            "lines": [{"cardTokens": ["tkn_2"]}],
        }))
        .unwrap();
        let left = json!({
            "issuer": "ideal_INGBNL2A", "dueDate": "2026-03-05", "customerId": "cst_1", "mandateId": "mdt_1",
            "sequenceType": "first", "customerReference": "c-17", "captureMode": "manual", "routing": [{"amount": {"value": "1.00"}}],
            "company": {"vatNumber": "NL001"}, "applicationFee": {"description": "Fee"}, "lines": [{}],
        });
        assert_eq!(Value::Object(shown.parameters.clone()), left);
        let mut names = shown.withheld.clone();
        names.sort();
        let expected = [
            "applePayPaymentToken",
            "billingEmail",
            "cardToken",
            "company.email",
            "consumerAccount",
            "consumerName",
            "extraMerchantData",
            "google_pay_payment_token",
            "lines[0].cardTokens",
            "shippingAddress",
            "voucherNumber",
            "voucherPin",
            "webhookUrl",
        ];
        assert_eq!(names, expected);
        let printed = format!("{shown:?}");
        for secret in ["tkn_", "V-1", "1234", "NL10", "Test", "@", "hook/token"] {
            assert!(!printed.contains(secret), "{secret}: {printed}");
        }
    }

    #[test]
    fn nothing_and_null_are_no_payment_and_words_within_words_are_not_secret() {
        assert_eq!((of(&json!({})), of(&json!({"issuer": null, "cardToken": null}))), (None, None));
        let harmless = json!({"pinned": 1, "shipping": true, "tip": "1.00", "description": "x"});
        let shown = of(&harmless).unwrap();
        assert_eq!((Value::Object(shown.parameters), shown.withheld), (harmless, Vec::new()));
    }
}
