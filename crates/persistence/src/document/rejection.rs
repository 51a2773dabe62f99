//! Mollie's rejections as documents, word for word; and those of operators.

use domain::rules::rejection::{RejectedBy, Rejection};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Misfit, present};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RejectionDocument {
    by: RejectedByDocument,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    title: String,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    extra: Option<Value>,
}

/// Who rejected it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RejectedByDocument {
    Mollie,
    Operator,
    Service,
    Overtaken,
}

impl From<&Rejection> for RejectionDocument {
    fn from(rejection: &Rejection) -> Self {
        Self {
            by: match rejection.by {
                RejectedBy::Mollie(_) => RejectedByDocument::Mollie,
                RejectedBy::Operator => RejectedByDocument::Operator,
                RejectedBy::Service => RejectedByDocument::Service,
                RejectedBy::Overtaken => RejectedByDocument::Overtaken,
            },
            status: rejection.status(),
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
        let RejectionDocument { by, status, title, detail, field, extra } = document;
        let by = match by {
            RejectedByDocument::Mollie => {
                RejectedBy::Mollie(status.ok_or_else(|| Misfit::new("rejection status", "nothing"))?)
            }
            RejectedByDocument::Operator => RejectedBy::Operator,
            RejectedByDocument::Service => RejectedBy::Service,
            RejectedByDocument::Overtaken => RejectedBy::Overtaken,
        };
        Ok(Self { by, title, detail, field, extra })
    }
}
