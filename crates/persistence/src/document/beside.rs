//! Money that belongs to no line, as a document.

use domain::rules::beside::Beside;
use serde::{Deserialize, Serialize};

use super::Misfit;
use super::money::MoneyDocument;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BesideDocument {
    refunding: MoneyDocument,
    refunded: MoneyDocument,
    charged_back: MoneyDocument,
}

impl From<&Beside> for BesideDocument {
    fn from(beside: &Beside) -> Self {
        Self {
            refunding: (&beside.refunding).into(),
            refunded: (&beside.refunded).into(),
            charged_back: (&beside.charged_back).into(),
        }
    }
}

impl TryFrom<BesideDocument> for Beside {
    type Error = Misfit;

    fn try_from(document: BesideDocument) -> Result<Self, Misfit> {
        Ok(Self {
            refunding: document.refunding.try_into()?,
            refunded: document.refunded.try_into()?,
            charged_back: document.charged_back.try_into()?,
        })
    }
}
