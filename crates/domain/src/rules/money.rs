//! Amounts: whole minor units of one currency. No floating point, no sum across currencies.
//!
//! Currencies have ISO 4217's number of decimals, except where Mollie differs (its documentation on multicurrency): ISK and JPY
//! none; HUF, ILS and TWD two.

use std::fmt;

use iso_currency::Currency as Iso;
use rust_decimal::Decimal;

/// A currency by its ISO 4217 code, with the number of decimals Mollie uses.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(Iso);

impl Currency {
    /// Reads a three-letter code in upper case.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Iso::from_code(code).map(Self)
    }

    /// Whether it is no money: gold, and codes for tests or for nothing (XAU, XTS, XXX) are ISO 4217's too.
    #[must_use]
    pub fn is_special(self) -> bool {
        self.0.exponent().is_none() || self.0.is_special()
    }

    /// Whether it is a fund code (CHE, CLF …), in which nobody pays.
    #[must_use]
    pub fn is_fund(self) -> bool {
        self.0.is_fund()
    }

    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals an amount in this currency has at Mollie.
    #[must_use]
    pub fn decimals(self) -> u32 {
        match self.code() {
            "ISK" | "JPY" => 0,
            "HUF" | "ILS" | "TWD" => 2,
            _ => self.0.exponent().map_or(2, u32::from),
        }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why a text is not a valid amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not an ISO 4217 code.
    #[error("not an ISO 4217 currency code in upper case")]
    Currency,
    /// Not a plain decimal number with exactly the currency's decimals.
    #[error("not a plain decimal number with {decimals} decimals")]
    Value {
        /// How many decimals the currency has.
        decimals: u32,
    },
    /// The result does not fit.
    #[error("the amount is too large")]
    Overflow,
    /// Two currencies in one sum.
    #[error("amounts in two currencies")]
    CurrencyMismatch,
}

/// An exact amount in one currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// An amount of `minor` units (cents, if the currency has two decimals).
    #[must_use]
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Zero, in a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::from_minor(0, currency)
    }

    /// Reads Mollie's form: an ISO 4217 code, and a decimal text with exactly the currency's decimals.
    ///
    /// # Errors
    /// [`MoneyError::Currency`], [`MoneyError::Value`] or [`MoneyError::Overflow`].
    pub fn parse(currency: &str, value: &str) -> Result<Self, MoneyError> {
        let currency = Currency::parse(currency).ok_or(MoneyError::Currency)?;
        let wrong = MoneyError::Value { decimals: currency.decimals() };
        let plain = value.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
        let digits_first = value.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit());
        if !plain || !digits_first {
            return Err(wrong);
        }
        let decimal = Decimal::from_str_exact(value).map_err(|_| wrong.clone())?;
        if decimal.scale() != currency.decimals() || value.ends_with('.') {
            return Err(wrong);
        }
        let minor = i64::try_from(decimal.mantissa()).map_err(|_| MoneyError::Overflow)?;
        Ok(Self { minor, currency })
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The decimal text with the currency's decimals, `-10.50`.
    #[must_use]
    pub fn value(self) -> String {
        Decimal::from_i128_with_scale(i128::from(self.minor), self.currency.decimals()).to_string()
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// The difference.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::Overflow`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// The amount `times` over.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn times(self, times: u32) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(i64::from(times)).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::CurrencyMismatch) }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value(), self.currency.code())
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_and_written_back_unchanged() {
        for (currency, value, minor) in [
            ("EUR", "1027.99", 102_799),
            ("EUR", "-0.54", -54),
            ("JPY", "1200", 1200),
            ("HUF", "10.50", 1050),
            ("BHD", "1.234", 1234),
        ] {
            let money = Money::parse(currency, value).unwrap();
            assert_eq!((money.minor(), money.value().as_str()), (minor, value));
        }
    }

    #[test]
    fn amounts_with_other_decimals_than_the_currencys_are_refused() {
        for (currency, value) in [
            ("EUR", "10"),
            ("EUR", "10.0"),
            ("EUR", "10.000"),
            ("JPY", "1.00"),
            ("EUR", "1e2"),
            ("EUR", "+1.00"),
            ("EUR", ""),
            ("EUR", ".50"),
            ("EUR", "1_0.00"),
            ("EUR", "--1.00"),
            ("JPY", "12."),
        ] {
            assert!(
                matches!(Money::parse(currency, value), Err(MoneyError::Value { .. })),
                "{currency} {value}"
            );
        }
        assert_eq!(Money::parse("eur", "1.00"), Err(MoneyError::Currency));
        assert_eq!(Money::parse("EUR", "99999999999999999999.00"), Err(MoneyError::Overflow));
    }

    #[test]
    fn amounts_in_two_currencies_have_no_sum() {
        let (euro, dollar) = (Money::parse("EUR", "1.00").unwrap(), Money::parse("USD", "1.00").unwrap());
        assert_eq!(euro.plus(dollar), Err(MoneyError::CurrencyMismatch));
    }

    #[test]
    fn gold_and_codes_for_nothing_are_no_money() {
        let is_special = |code| Currency::parse(code).unwrap().is_special();
        assert!(["XAU", "XTS", "XXX", "XDR"].into_iter().all(is_special));
        assert!(!["EUR", "JPY", "BHD"].into_iter().any(is_special));
    }

    #[test]
    fn money_prints_as_it_reads() {
        let money = Money::parse("EUR", "10.00").unwrap();
        assert_eq!(format!("{money:?} {:?}", money.currency()), "10.00 EUR EUR");
    }
}
