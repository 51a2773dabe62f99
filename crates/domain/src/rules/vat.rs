//! The VAT within an amount that includes it: `total × rate / (100 + rate)` (create order, `vatAmount`), rounded to
//! the currency's minor unit. Which way Mollie rounds an exact half is not documented, so both neighbours are right.

use std::fmt;

use rust_decimal::Decimal;

use super::money::Money;

/// Ten-thousandths of a percent: four decimals are more than any VAT rate in force has.
const SCALE: u32 = 4;

/// A VAT rate in percent, not negative, kept as the text it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VatRate {
    text: String,
    scaled: i64,
}

impl VatRate {
    /// Reads a percentage such as `21.00`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let decimal = Decimal::from_str_exact(text).ok().filter(|_| plain)?;
        if decimal.scale() > SCALE
            || decimal >= Decimal::ONE_THOUSAND
            || text.starts_with('.')
            || text.ends_with('.')
            || text.split('.').next().is_some_and(|whole| whole.len() > 3)
        {
            return None;
        }
        let mut scaled = decimal;
        scaled.rescale(SCALE);
        i64::try_from(scaled.mantissa()).ok().map(|scaled| Self { text: text.to_owned(), scaled })
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether zeros come before the number, as in `021.00`.
    #[must_use]
    pub fn has_leading_zeros(&self) -> bool {
        let whole = self.text.split('.').next().unwrap_or_default();
        whole.len() > 1 && whole.starts_with('0')
    }

    /// Whether the rate is zero.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.scaled == 0
    }

    /// A key under which equal rates meet, however they were written.
    #[must_use]
    pub const fn key(&self) -> i64 {
        self.scaled
    }

    /// The VAT within `total`.
    #[must_use]
    pub fn within(&self, total: Money) -> Vat {
        let hundred = 100 * 10_i128.pow(SCALE);
        let (numerator, denominator) =
            (i128::from(total.minor()) * i128::from(self.scaled), hundred + i128::from(self.scaled));
        let (floor, rest) = (numerator.div_euclid(denominator), numerator.rem_euclid(denominator));
        let at = |minor: i128| Money::from_minor(i64::try_from(minor).unwrap_or(i64::MAX), total.currency());
        match (rest * 2).cmp(&denominator) {
            std::cmp::Ordering::Less => Vat { low: at(floor), high: at(floor) },
            std::cmp::Ordering::Equal => Vat { low: at(floor), high: at(floor + 1) },
            std::cmp::Ordering::Greater => Vat { low: at(floor + 1), high: at(floor + 1) },
        }
    }
}

impl fmt::Display for VatRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The VAT within an amount: one value, or two neighbours where the exact result is half a minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vat {
    low: Money,
    high: Money,
}

impl Vat {
    /// Whether the exact result is half a minor unit.
    #[must_use]
    pub fn is_half(self) -> bool {
        self.low != self.high
    }

    /// The nearest amount; of two the one away from zero.
    #[must_use]
    pub const fn nearest(self) -> Money {
        if self.high.minor() > 0 { self.high } else { self.low }
    }

    /// Whether `amount` is one minor unit beside this VAT.
    #[must_use]
    pub const fn is_beside(self, amount: Money) -> bool {
        amount.minor() == self.low.minor() - 1 || amount.minor() == self.high.minor() + 1
    }

    /// Whether `amount` is this VAT.
    #[must_use]
    pub fn admits(self, amount: Money) -> bool {
        amount == self.low || amount == self.high
    }
}

impl fmt::Display for Vat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.low == self.high { self.low.fmt(f) } else { write!(f, "{} or {}", self.low, self.high) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(total: &str, rate: &str, currency: &str, vat: &str) -> bool {
        let money = |value| Money::parse(currency, value).unwrap();
        VatRate::parse(rate).unwrap().within(money(total)).admits(money(vat))
    }

    #[test]
    fn published_examples_hold_and_a_cent_beside_them_does_not() {
        for (total, rate, currency, vat, off) in [
            ("49.94", "26.5", "EUR", "10.46", "10.47"),
            ("678.00", "23", "PLN", "126.78", "126.77"),
            ("-3.95", "16.00", "EUR", "-0.54", "-0.55"),
            ("174.50", "21.00", "EUR", "30.29", "30.28"),
            ("698.00", "21.00", "EUR", "121.14", "121.13"),
            ("100.00", "25.00", "SEK", "20.00", "20.01"),
        ] {
            assert!(admits(total, rate, currency, vat), "{vat} within {total}");
            assert!(!admits(total, rate, currency, off), "{off} within {total}");
        }
    }

    #[test]
    fn both_neighbours_of_an_exact_half_cent_are_accepted() {
        assert!(admits("0.03", "20.00", "EUR", "0.00") && admits("0.03", "20.00", "EUR", "0.01"));
        assert!(!admits("0.03", "20.00", "EUR", "0.02"));
        assert!(admits("-0.03", "20.00", "EUR", "0.00") && admits("-0.03", "20.00", "EUR", "-0.01"));
    }

    #[test]
    fn a_rate_is_a_plain_percentage() {
        assert!(VatRate::parse("21.00").is_some() && VatRate::parse("0").is_some());
        assert!(VatRate::parse("1.2345").is_some(), "four decimals");
        for text in ["-1", "21%", "", ".5", "5.", "1000", "1.23456", "1e1"] {
            assert!(VatRate::parse(text).is_none(), "{text}");
        }
        assert_eq!(VatRate::parse("21").unwrap().key(), VatRate::parse("21.00").unwrap().key());
    }
}
