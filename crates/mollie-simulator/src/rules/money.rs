//! Amounts of money in whole minor units, and how Mollie writes them.
//!
//! Nothing here rounds: text that does not fit the currency exactly is refused.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A number of minor units (cents). Its currency is the order's: an order has one.
pub type Minor = i64;

/// Keeps every product of a price and a quantity, and every sum of lines, far inside of 64 bits.
const MAX_WHOLE_DIGITS: usize = 11;

/// An ISO 4217 code with the number of decimals Mollie uses for it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency {
    code: [u8; 3],
    decimals: u8,
}

impl Currency {
    /// `None` for what is not a currency that money is paid in.
    pub fn from_code(code: &str) -> Option<Self> {
        let iso = iso_currency::Currency::from_code(code)?;
        // Mollie's own list; the rest follows ISO 4217.
        let decimals = match code {
            "JPY" | "ISK" => 0,
            "HUF" | "ILS" | "TWD" => 2,
            _ => u8::try_from(iso.exponent()?).ok()?,
        };
        let code = code.as_bytes().try_into().ok()?;
        Some(Self { code, decimals })
    }

    pub fn code(&self) -> &str {
        str::from_utf8(&self.code).unwrap_or("???")
    }

    fn unit(self) -> u64 {
        10_u64.pow(u32::from(self.decimals))
    }

    /// So many hundredths of the currency, whatever decimals it has.
    pub(super) fn of_hundredths(self, hundredths: i64) -> Minor {
        let unit = Minor::try_from(self.unit()).unwrap_or(Minor::MAX);
        hundredths.saturating_mul(unit) / 100
    }

    /// Reads `-12.34`. `None` when the text is no number, too large, or has other decimals than the currency.
    pub fn parse(self, text: &str) -> Option<Minor> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (digits, ""),
        };
        let all_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > MAX_WHOLE_DIGITS || !all_digits {
            return None;
        }
        if fraction.len() != usize::from(self.decimals) {
            return None;
        }
        let minor: Minor = format!("{whole}{fraction}").parse().ok()?;
        Some(if negative { -minor } else { minor })
    }

    /// `1027.99`, as it stands in JSON.
    pub fn value(self, minor: Minor) -> String {
        self.text(minor, |whole| whole.to_string())
    }

    /// `{"value":"1027.99","currency":"EUR"}`.
    pub fn amount(self, minor: Minor) -> Value {
        json!({ "value": self.value(minor), "currency": self.code() })
    }

    /// `€1,027.99`, as it stands in error texts.
    pub fn spoken(self, minor: Minor) -> String {
        let sign = if minor < 0 { "-" } else { "" };
        let symbol = match self.code() {
            "EUR" => "€".to_owned(),
            "USD" => "$".to_owned(),
            "GBP" => "£".to_owned(),
            other => format!("{other} "),
        };
        format!("{sign}{symbol}{}", self.text(minor.saturating_abs(), grouped))
    }

    fn text(self, minor: Minor, whole_text: impl Fn(u64) -> String) -> String {
        let sign = if minor < 0 { "-" } else { "" };
        let (unit, size) = (self.unit(), minor.unsigned_abs());
        let whole = whole_text(size / unit);
        match self.decimals {
            0 => format!("{sign}{whole}"),
            decimals => format!("{sign}{whole}.{:0width$}", size % unit, width = usize::from(decimals)),
        }
    }
}

fn grouped(whole: u64) -> String {
    let digits = whole.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An amount as a control request gives it, in the shape of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    pub value: String,
    pub currency: String,
}

impl Amount {
    pub fn new(value: &str, currency: &str) -> Self {
        Self { value: value.to_owned(), currency: currency.to_owned() }
    }

    /// An order has one currency, and money that moves is more than none.
    pub(super) fn minor_in(&self, currency: Currency) -> Result<Minor, String> {
        if self.currency != currency.code() {
            return Err(format!("the currency is {}", currency.code()));
        }
        let minor = currency.parse(&self.value).filter(|minor| *minor > 0);
        minor.ok_or_else(|| format!("\"{}\" is no amount above zero", self.value))
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl TryFrom<String> for Currency {
    type Error = String;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::from_code(&code).ok_or_else(|| format!("no currency: {code}"))
    }
}
