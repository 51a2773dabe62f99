//! Why an event was written, as a document beside the event's own.

use domain::rules::cause::{Cause, Unasked};
use domain::rules::ids::{Caller, OperationId, RequestId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Misfit;
use super::word::word;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CauseDocument {
    Request { caller: String, request_id: String },
    Hook,
    LookUp,
    Asked,
    Operator,
    Unasked(String),
    Timer,
    Operation(Uuid),
    Restored,
}

impl From<&Cause> for CauseDocument {
    fn from(cause: &Cause) -> Self {
        match cause {
            Cause::Request { caller, request_id } => {
                Self::Request { caller: caller.to_string(), request_id: request_id.to_string() }
            }
            Cause::Hook => Self::Hook,
            Cause::LookUp => Self::LookUp,
            Cause::Asked => Self::Asked,
            Cause::Operator => Self::Operator,
            Cause::Unasked(unasked) => Self::Unasked(unasked.as_str().to_owned()),
            Cause::Timer => Self::Timer,
            Cause::Operation(id) => Self::Operation(id.uuid()),
            Cause::Restored => Self::Restored,
        }
    }
}

impl TryFrom<CauseDocument> for Cause {
    type Error = Misfit;

    fn try_from(document: CauseDocument) -> Result<Self, Misfit> {
        Ok(match document {
            CauseDocument::Request { caller, request_id } => {
                Self::Request { caller: Caller::new(caller), request_id: RequestId::new(request_id) }
            }
            CauseDocument::Hook => Self::Hook,
            CauseDocument::LookUp => Self::LookUp,
            CauseDocument::Asked => Self::Asked,
            CauseDocument::Operator => Self::Operator,
            CauseDocument::Unasked(name) => Self::Unasked(word("unasked", &name, Unasked::parse)?),
            CauseDocument::Timer => Self::Timer,
            CauseDocument::Operation(id) => Self::Operation(OperationId::new(id)),
            CauseDocument::Restored => Self::Restored,
        })
    }
}
