//! The two forms of an order file: Mollie's "Create order", or a request to this service, such as docs/first-order.json. Both are
//! converted to Mollie's form; unknown fields are left for the reader to refuse.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

/// The request's fields beside its draft.
const OF_THE_REQUEST: [&str; 4] = ["requestId", "validateOnly", "profile", "actor"];

/// The prefix of every line type in the API.
const LINE_TYPE: &str = "ORDER_LINE_TYPE_";

/// The order in Mollie's form.
pub fn mollies(file: Value) -> Result<Map<String, Value>> {
    let Value::Object(fields) = file else { bail!("an object is expected") };
    let mut fields = object(fields);
    let Some(draft) = fields.remove("draft") else { return Ok(fields) };
    if let Some(unknown) = fields.keys().find(|name| !OF_THE_REQUEST.contains(&name.as_str())) {
        bail!("{unknown} is not a field of CreateOrderRequest");
    }
    let Value::Object(draft) = draft else { bail!("draft: an object is expected") };
    Ok(draft)
}

fn object(fields: Map<String, Value>) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| field(&name, value)).collect()
}

fn field(name: &str, value: Value) -> (String, Value) {
    let name = match camel(name).as_str() {
        "expiresOn" => "expiresAt".to_owned(),
        name => name.to_owned(),
    };
    let value = match (name.as_str(), value) {
        // The caller's data, whose keys stay as they are.
        ("metadata", value) => value,
        ("type", Value::String(text)) => match text.strip_prefix(LINE_TYPE) {
            Some(word) => Value::String(word.to_ascii_lowercase()),
            None => Value::String(text),
        },
        // JSON of the API may carry whole numbers as text.
        ("quantity", Value::String(text)) => text.parse::<i64>().map_or(Value::String(text), Value::from),
        (_, Value::Object(fields)) => Value::Object(object(fields)),
        (_, Value::Array(values)) => Value::Array(values.into_iter().map(element).collect()),
        (_, value) => value,
    };
    (name, value)
}

fn element(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(object(fields)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => value,
    }
}

/// `order_number` as `orderNumber`; a camel-case name stays.
fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

/// Reads a file's text.
pub fn parse(text: &str) -> Result<Value> {
    let file = serde_json::from_str(text).context("the order file is not JSON")?;
    mollies(file).map(Value::Object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_order_of_the_api_is_read_as_one_of_mollie() {
        let ours = json!({"request_id": "a", "draft": {
            "order_number": "1", "expires_on": "2026-12-05", "metadata": {"my_key": [{"a_b": 1}]},
            "lines": [{"type": "ORDER_LINE_TYPE_GIFT_CARD", "quantity": "2", "unit_price": {"value": "1.00"}}],
        }});
        let mollies = json!({
            "orderNumber": "1", "expiresAt": "2026-12-05", "metadata": {"my_key": [{"a_b": 1}]},
            "lines": [{"type": "gift_card", "quantity": 2, "unitPrice": {"value": "1.00"}}],
        });
        for form in [ours.to_string(), ours["draft"].to_string(), mollies.to_string()] {
            assert_eq!(parse(&form).unwrap(), mollies);
        }
    }

    #[test]
    fn a_request_with_an_unknown_field_is_refused() {
        assert!(
            parse(r#"{"draft": {}, "request": "a"}"#).unwrap_err().to_string().contains("request is not")
        );
    }
}
