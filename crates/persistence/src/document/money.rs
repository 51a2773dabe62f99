//! Amounts and parts of lines as documents: whole minor units, never a decimal number.

use domain::rules::money::{Currency, Money};
use domain::rules::part::Part;
use serde::{Deserialize, Serialize};

use super::Misfit;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct MoneyDocument {
    currency: String,
    minor: i64,
}

impl From<&Money> for MoneyDocument {
    fn from(money: &Money) -> Self {
        Self { currency: money.currency().code().to_owned(), minor: money.minor() }
    }
}

impl TryFrom<MoneyDocument> for Money {
    type Error = Misfit;

    fn try_from(document: MoneyDocument) -> Result<Self, Misfit> {
        let MoneyDocument { currency, minor } = document;
        Currency::parse(&currency)
            .map(|known| Self::from_minor(minor, known))
            .ok_or_else(|| Misfit::new("currency", currency))
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PartDocument {
    quantity: u32,
    amount: MoneyDocument,
}

impl From<&Part> for PartDocument {
    fn from(part: &Part) -> Self {
        Self { quantity: part.quantity, amount: (&part.amount).into() }
    }
}

impl TryFrom<PartDocument> for Part {
    type Error = Misfit;

    fn try_from(document: PartDocument) -> Result<Self, Misfit> {
        Ok(Self { quantity: document.quantity, amount: document.amount.try_into()? })
    }
}
