//! Mollie's refusals as documents, word for word.

use domain::rules::refusal::Rejection;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Misfit, present};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RejectionDocument {
    status: u16,
    title: String,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    extra: Option<Value>,
}

impl From<&Rejection> for RejectionDocument {
    fn from(rejection: &Rejection) -> Self {
        Self {
            status: rejection.status,
            title: rejection.title.clone(),
            detail: rejection.detail.clone(),
            field: rejection.field.clone(),
            extra: rejection.extra.clone(),
        }
    }
}

impl TryFrom<RejectionDocument> for Rejection {
    type Error = Misfit;

    fn try_from(document: RejectionDocument) -> Result<Self, Misfit> {
        let RejectionDocument { status, title, detail, field, extra } = document;
        Ok(Self { status, title, detail, field, extra })
    }
}
