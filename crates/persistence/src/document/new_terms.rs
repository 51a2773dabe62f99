//! What a change of an order sets, as a document. Of addresses only the names of their fields.

use domain::rules::order_update::NewTerms;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NewTermsDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    order_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_url: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    personal: Vec<String>,
}

impl From<&NewTerms> for NewTermsDocument {
    fn from(terms: &NewTerms) -> Self {
        let NewTerms { order_number, redirect_url, cancel_url, personal } = terms.clone();
        Self { order_number, redirect_url, cancel_url, personal }
    }
}

impl From<NewTermsDocument> for NewTerms {
    fn from(document: NewTermsDocument) -> Self {
        let NewTermsDocument { order_number, redirect_url, cancel_url, personal } = document;
        Self { order_number, redirect_url, cancel_url, personal }
    }
}
