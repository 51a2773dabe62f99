//! The VAT contained in an amount, computed exactly in integers.
//!
//! Mollie publishes no answer for exact half cents; the direction is a switch.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::money::Minor;
use super::switches::VatHalf;

const MAX_DECIMALS: usize = 4;

/// A VAT rate such as `21.00`, kept as it was sent and as hundreds of a basis point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VatRate {
    text: String,
    /// Percent times 10^4.
    scaled: i64,
}

impl VatRate {
    /// `None` for anything but a plain decimal that is not negative.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let all_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || fraction.len() > MAX_DECIMALS || !all_digits {
            return None;
        }
        let scaled = format!("{whole}{fraction:0<MAX_DECIMALS$}").parse().ok()?;
        Some(Self { text: text.to_owned(), scaled })
    }

    pub fn as_text(&self) -> &str {
        &self.text
    }

    pub fn is_zero(&self) -> bool {
        self.scaled == 0
    }

    /// Rates that are the same number, however many zeros they were sent with, are one key.
    pub fn key(&self) -> i64 {
        self.scaled
    }

    /// `21.00%`, with at least two decimals.
    pub fn spoken(&self) -> String {
        let decimals = format!("{:04}", self.scaled % 10_000);
        let (two, more) = decimals.split_at(2);
        format!("{}.{two}{}%", self.scaled / 10_000, more.trim_end_matches('0'))
    }

    /// `total × rate / (100 + rate)`, rounded to the minor unit. An exact half that may go either way goes away from zero.
    pub fn contained_in(&self, total: Minor, half: VatHalf) -> Minor {
        let fitting = self.fitting(total, half);
        if total < 0 { *fitting.start() } else { *fitting.end() }
    }

    /// Every amount that is the formula's: one, or two neighbours where an exact half may go either way.
    pub fn fitting(&self, total: Minor, half: VatHalf) -> RangeInclusive<Minor> {
        let rate = i128::from(self.scaled);
        let divisor = 1_000_000 + rate;
        let product = i128::from(total) * rate;
        let (floor, rest) = (product.div_euclid(divisor), product.rem_euclid(divisor));
        // A part of `total` fits wherever `total` fits.
        let floor = Minor::try_from(floor).unwrap_or(total);
        let rounded = |is_up: bool| floor + Minor::from(is_up)..=floor + Minor::from(is_up);
        match (2 * rest).cmp(&divisor) {
            Ordering::Less => rounded(false),
            Ordering::Greater => rounded(true),
            Ordering::Equal => match half {
                VatHalf::AwayFromZero => rounded(product > 0),
                VatHalf::Even => rounded(floor.rem_euclid(2) == 1),
                VatHalf::Up => rounded(true),
                VatHalf::Either => floor..=floor + 1,
            },
        }
    }
}

impl From<VatRate> for String {
    fn from(rate: VatRate) -> Self {
        rate.text
    }
}

impl TryFrom<String> for VatRate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("no VAT rate: {text}"))
    }
}
