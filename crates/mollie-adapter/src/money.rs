//! Amounts as Mollie writes them, `{"currency": "EUR", "value": "10.00"}`, both ways. Never through a float.

use domain::rules::misread::Misread;
use domain::rules::money::{Currency, Money};
use serde::Serialize;

use crate::json::Object;

/// An amount in a request.
#[derive(Serialize)]
pub struct Amount {
    currency: &'static str,
    value: String,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self { currency: money.currency().code(), value: money.value() }
    }
}

impl Object<'_> {
    /// An amount, if there is one.
    pub fn money(&self, name: &str) -> Result<Option<Money>, Misread> {
        let Some(amount) = self.object(name)?.filter(|amount| !amount.is_empty()) else {
            return Ok(None);
        };
        let code = amount.required_text("currency")?;
        let currency =
            Currency::parse(&code).ok_or_else(|| amount.wrong("currency", "a known currency code"))?;
        let wrong = || {
            let expected = format!("a decimal number as text that is exact in {code}");
            amount.wrong("value", expected)
        };
        // A JSON number would have gone through a float somewhere.
        let text = amount.value("value").and_then(|value| value.as_str()).ok_or_else(wrong)?;
        let padded = with_decimals(text, currency.decimals()).ok_or_else(wrong)?;
        Money::parse(&code, &padded).map(Some).map_err(|_| wrong())
    }

    /// A required amount.
    pub fn required_money(&self, name: &str) -> Result<Money, Misread> {
        self.money(name)?.ok_or_else(|| self.wrong(name, "an amount"))
    }

    /// A non-zero amount. Mollie leaves zero out, sends null or writes it: all mean the same.
    pub fn some_money(&self, name: &str) -> Result<Option<Money>, Misread> {
        Ok(self.money(name)?.filter(|money| money.minor() != 0))
    }
}

/// The same number with exactly this many decimals; `None` if that would change it.
fn with_decimals(text: &str, decimals: u32) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    let width = usize::try_from(decimals).ok()?;
    if fraction.len() > width {
        return None;
    }
    let point = if width == 0 { "" } else { "." };
    Some(format!("{whole}{point}{fraction:0<width$}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(currency: &str, value: &str) -> Result<Option<i64>, String> {
        let json = json!({"amount": {"currency": currency, "value": value}});
        let object = Object::root(&json).unwrap();
        let money = object.money("amount").map_err(|error| error.to_string())?;
        Ok(money.map(Money::minor))
    }

    #[test]
    fn an_exact_amount_is_read_with_any_number_of_zeros() {
        for (currency, value, minor) in [
            ("EUR", "10.00", 1000),
            ("EUR", "10", 1000),
            ("EUR", "10.5", 1050),
            ("EUR", "-0.540", -54),
            ("EUR", "-0.00", 0),
            ("JPY", "1200.00", 1200),
            ("BHD", "1.2", 1200),
            ("HUF", "10.50", 1050),
        ] {
            assert_eq!(read(currency, value), Ok(Some(minor)), "{currency} {value}");
        }
    }

    #[test]
    fn an_amount_that_would_have_to_be_rounded_is_refused_with_its_place() {
        for (currency, value) in [
            ("EUR", "10.005"),
            ("JPY", "1.5"),
            ("EUR", "ten"),
            ("EUR", "1e2"),
            ("EUR", "1,00"),
            ("EUR", "1.-5"),
            ("EUR", "1.0.0"),
        ] {
            let error = read(currency, value).unwrap_err();
            assert!(error.starts_with("amount.value: expected"), "{currency} {value}: {error}");
        }
        assert_eq!(read("XYZ", "1.00").unwrap_err(), "amount.currency: expected a known currency code");
    }

    #[test]
    fn an_amount_that_is_a_number_is_refused() {
        let json = json!({"amount": {"currency": "EUR", "value": 10.1}});
        assert!(Object::root(&json).unwrap().money("amount").is_err());
    }

    #[test]
    fn no_amount_null_and_zero_are_the_same() {
        for json in [
            json!({}),
            json!({"a": null}),
            json!({"a": {}}),
            json!({"a": {"currency": "EUR", "value": "0.00"}}),
        ] {
            assert_eq!(Object::root(&json).unwrap().some_money("a"), Ok(None), "{json}");
        }
    }
}
