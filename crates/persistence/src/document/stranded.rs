//! Money on ended orders as documents: which payment, and since when.

use domain::rules::ids::MolliePaymentId;
use domain::rules::payment::Stranded;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Misfit;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StrandedDocument {
    payment: String,
    since: Timestamp,
}

impl From<&Stranded> for StrandedDocument {
    fn from(stranded: &Stranded) -> Self {
        Self { payment: stranded.payment.to_string(), since: stranded.since }
    }
}

impl TryFrom<StrandedDocument> for Stranded {
    type Error = Misfit;

    fn try_from(document: StrandedDocument) -> Result<Self, Misfit> {
        Ok(Self { payment: MolliePaymentId::new(document.payment), since: document.since })
    }
}
