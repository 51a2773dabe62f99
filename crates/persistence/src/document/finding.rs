//! What was found in a draft, as documents.

use domain::rules::violation::Finding;
use serde::{Deserialize, Serialize};

use super::Misfit;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FindingDocument {
    path: String,
    rule: String,
    expected: String,
    got: String,
}

impl From<&Finding> for FindingDocument {
    fn from(warning: &Finding) -> Self {
        let Finding { path, rule, expected, got } = warning.clone();
        Self { path, rule, expected, got }
    }
}

impl TryFrom<FindingDocument> for Finding {
    type Error = Misfit;

    fn try_from(document: FindingDocument) -> Result<Self, Misfit> {
        let FindingDocument { path, rule, expected, got } = document;
        Ok(Self { path, rule, expected, got })
    }
}
