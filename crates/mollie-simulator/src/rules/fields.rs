//! Reading fields of a JSON request body: `null` counts as missing, a wrong type is a fault of that field.
//!
//! Shapes only (text, date, address of a page, amount); what a value means is decided by who reads it.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::answer::Refusal;
use super::money::{Currency, Minor};

/// Mollie says "approximately 1 kB".
const MAX_METADATA_BYTES: usize = 1024;

/// An object of the request, and how error texts name its fields.
#[derive(Clone)]
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    /// `""` or `"lines.0."`.
    prefix: String,
}

impl<'a> Fields<'a> {
    pub fn top(body: &'a Value) -> Result<Self, Refusal> {
        match body {
            Value::Object(object) => Ok(Self { object, prefix: String::new() }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(Refusal::bad_request("The request body is not a JSON object."))
            }
        }
    }

    pub fn nested(value: &'a Value, name: &str) -> Result<Self, Refusal> {
        match value {
            Value::Object(object) => Ok(Self { object, prefix: format!("{name}.") }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(Refusal::field(name, format!("The {name} should be an object.")))
            }
        }
    }

    /// The name of a field in an error: `lines.0.quantity`.
    pub fn path(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Whether the name stands there, even with null.
    pub fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// An object within this one.
    pub fn object(&self, name: &str) -> Result<Option<Self>, Refusal> {
        self.get(name).map(|value| Self::nested(value, &self.path(name))).transpose()
    }

    /// Refuses what is none of `known`, even when it is null.
    pub fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        match self.object.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(Refusal::no_parameter("body", &self.path(name))),
        }
    }

    pub fn refuse(&self, name: &str, detail: impl Into<String>) -> Refusal {
        Refusal::field(self.path(name), detail)
    }

    pub fn missing(&self, name: &str) -> Refusal {
        self.refuse(name, format!("The {name} field is missing."))
    }

    pub fn required<T>(&self, name: &str, value: Option<T>) -> Result<T, Refusal> {
        value.ok_or_else(|| self.missing(name))
    }

    pub fn text(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        self.get(name)
            .map(|value| {
                value.as_str().ok_or_else(|| self.refuse(name, format!("The {name} should be a string.")))
            })
            .transpose()
    }

    pub fn required_text(&self, name: &str) -> Result<&'a str, Refusal> {
        let text = self.required(name, self.text(name)?)?;
        if text.trim().is_empty() { Err(self.missing(name)) } else { Ok(text) }
    }

    pub fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.get(name)
            .map(|value| {
                value.as_bool().ok_or_else(|| self.refuse(name, format!("The {name} should be a boolean.")))
            })
            .transpose()
    }

    pub fn date(&self, name: &str) -> Result<Option<Date>, Refusal> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date = text.parse().ok().filter(|_| shaped);
        date.map(Some)
            .ok_or_else(|| self.refuse(name, format!("The {name} should be a date, as in 2018-12-31.")))
    }

    /// A whole number of at least one.
    pub fn quantity(&self, name: &str) -> Result<Option<u32>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let whole =
            value.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|number| *number >= 1);
        whole
            .map(Some)
            .ok_or_else(|| self.refuse(name, format!("The {name} should be a whole number of at least 1.")))
    }

    pub fn list(&self, name: &str) -> Result<Option<&'a Vec<Value>>, Refusal> {
        self.get(name)
            .map(|value| {
                value.as_array().ok_or_else(|| self.refuse(name, format!("The {name} should be an array.")))
            })
            .transpose()
    }

    /// A page address with a scheme; apps register their own schemes. Blanks and raw umlauts were seen to be refused.
    pub fn url(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let known =
            text.split_once("://").is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty());
        if known && text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_whitespace() || byte == 0x0b) {
            Ok(Some(text))
        } else {
            Err(self.refuse(name, format!("The {name} is not a valid URL.")))
        }
    }

    /// Anything up to about a kilobyte; `null` when missing.
    pub fn metadata(&self) -> Result<Value, Refusal> {
        let metadata = self.get("metadata").cloned().unwrap_or(Value::Null);
        if metadata.to_string().len() > MAX_METADATA_BYTES {
            return Err(self.refuse("metadata", "The metadata may be at most 1024 bytes."));
        }
        Ok(metadata)
    }

    /// An amount object, with the currency it names.
    pub fn money(&self, name: &str) -> Result<Option<(Currency, Minor)>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let shape =
            || self.refuse(name, format!("The {name} should be an object with a currency and a value."));
        let part = |key: &str| value.get(key).and_then(Value::as_str).ok_or_else(shape);
        let (code, text) = (part("currency")?, part("value")?);
        let currency = Currency::from_code(code)
            .ok_or_else(|| self.refuse(name, format!("The {name} has an unknown currency: {code}.")))?;
        let minor = currency
            .parse(text)
            .ok_or_else(|| self.refuse(name, format!("The {name} contains an invalid value: {text}.")))?;
        Ok(Some((currency, minor)))
    }

    /// An amount in the currency of the order.
    pub fn money_in(&self, name: &str, currency: Currency) -> Result<Option<Minor>, Refusal> {
        match self.money(name)? {
            None => Ok(None),
            Some((named, minor)) if named == currency => Ok(Some(minor)),
            Some((named, _)) => Err(self.refuse(
                name,
                format!("The {name} is in {}, but the order is in {}.", named.code(), currency.code()),
            )),
        }
    }
}
