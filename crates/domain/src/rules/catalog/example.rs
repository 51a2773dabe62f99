//! The order that the rules' examples change, and what is found in it then. For tests.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{mollie_json, rules};
use crate::rules::draft::OrderDraft;
#[cfg(test)]
use crate::rules::rule::Rule;
use crate::rules::rule::{Change, Severity};
use crate::rules::violation::Findings;

/// The order that the examples change: as Mollie documents it, but for the figures that follow from others.
#[must_use]
pub fn example() -> Value {
    let euro = |value: &str| json!({ "currency": "EUR", "value": value });
    let address = json!({
        "organizationName": "Mollie B.V.", "title": "Dhr", "givenName": "Piet", "familyName": "Mondriaan",
        "email": "piet@mondriaan.com", "phone": "+31208202070", "streetAndNumber": "Keizersgracht 126",
        "postalCode": "1234AB", "city": "Amsterdam", "country": "NL",
    });
    json!({
        "orderNumber": "1337", "locale": "nl_NL", "method": "ideal",
        "redirectUrl": "https://example.org/redirect",
        "billingAddress": address, "shippingAddress": address,
        "lines": [
            { "type": "physical", "name": "LEGO 42083 Bugatti Chiron", "quantity": 2, "unitPrice": euro("399.00"),
              "discountAmount": euro("100.00"), "vatRate": "21.00" },
            { "type": "physical", "name": "LEGO 42056 Porsche 911 GT3 RS", "quantity": 1, "unitPrice": euro("329.99"),
              "vatRate": "21.00" },
        ],
    })
}

/// When the examples are judged that name no time: noon of 1 March 2026 in UTC.
#[must_use]
pub fn noon() -> Timestamp {
    Timestamp::from_second(1_772_366_400).unwrap_or_default()
}

/// When an order is judged: at the time that its key `now` names, which is no field of a draft, or else at noon.
///
/// # Errors
/// The time is none, in words.
pub fn time_of(order: &mut Value) -> Result<Timestamp, String> {
    let named = order.as_object_mut().and_then(|order| order.remove("now"));
    let Some(named) = named else { return Ok(noon()) };
    let text = named.as_str().ok_or_else(|| format!("{named} is no time"))?;
    text.parse().map_err(|_| format!("{text} is no time"))
}

/// The order as a draft, judged at its time and under its profile; and whether that profile reads "Get order".
pub fn judged(mut order: Value) -> (Result<OrderDraft, Findings>, bool) {
    let read = time_of(&mut order).and_then(|now| Ok((now, mollie_json::read(&order)?)));
    let (now, (input, agreements)) = read.unwrap_or_else(|problem| panic!("{problem}: {order}"));
    (input.parse("draft", now, &agreements), agreements.reads_get_order)
}

/// What is found in the example order after a change. Under a profile that reads "Get order", what is left out is not told.
#[must_use]
pub fn found(change: Change) -> Findings {
    let mut order = example();
    change(&mut order);
    let (judged, reads_get_order) = judged(order);
    let mut found = match judged {
        Ok(draft) => Findings { violations: Vec::new(), warnings: draft.warnings },
        Err(found) => found,
    };
    let is_required = |id: &str| rules().any(|rule| rule.id == id && rule.severity == Severity::Required);
    if reads_get_order {
        found.warnings.retain(|warning| !is_required(warning.rule));
    }
    found
}

/// Each example breaks the rule and no other, and nothing is found at its boundary. `test`: the name of the rule's test.
#[cfg(test)]
pub fn holds(rule: &Rule, test: &str) {
    assert_eq!(test, rule.id.replace('.', "_"), "a rule's test has its id for a name");
    let wrong = wrong_examples(rule);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with the examples of a rule: each must break it and no other, and nothing is found at its boundary.
#[cfg(test)]
fn wrong_examples(rule: &Rule) -> Vec<String> {
    let mut wrong = Vec::new();
    if rule.refused.is_empty() || rule.accepted.is_empty() {
        wrong.push(format!("{} has no examples", rule.id));
    }
    for (n, change) in rule.refused.iter().enumerate() {
        let found = found(*change);
        let (broken, silent) = match rule.severity {
            Severity::Refuse | Severity::Required => (&found.violations, &found.warnings),
            Severity::Warn => (&found.warnings, &found.violations),
        };
        let is_only = !broken.is_empty() && broken.iter().all(|it| it.rule == rule.id);
        if !is_only || !silent.is_empty() {
            wrong.push(format!("{}, example {n}: {found:?}", rule.id));
        }
    }
    for (n, change) in rule.accepted.iter().enumerate() {
        let found = found(*change);
        if found != Findings::default() {
            wrong.push(format!("{}, boundary {n}: {found:?}", rule.id));
        }
    }
    wrong
}
