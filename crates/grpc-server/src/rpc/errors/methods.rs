//! Why there is no list of methods.

use domain::ports::GatewayError;
use domain::rules::payment_method::MethodsWanted;
use persistence::Repeats;
use tonic::{Code, Status};
use tracing::error;

use super::{Failure, SOON, invalid, profile_retired};
use crate::methods::NotListed;
use crate::proto::ErrorReason;

static TOLD: Repeats = Repeats::new();

/// Mollie does not list methods for this request.
pub fn methods(error: NotListed, wanted: &MethodsWanted) -> Status {
    let error = match error {
        NotListed::Gateway(error) => error,
        NotListed::Refused(refusal) => match wanted.refused(&refusal) {
            Some(fault) => return invalid(vec![fault]),
            None => GatewayError::Unreadable(refusal.to_string().as_str().into()),
        },
    };
    if !matches!(error, GatewayError::NoKey(_))
        && let Some(left_out) = TOLD.due()
    {
        error!(%error, left_out, "methods cannot be listed");
    }
    let failure = |reason, text: &str| Failure::new(Code::Unavailable, reason, text).retry(SOON).status();
    match error {
        GatewayError::Unavailable(_) | GatewayError::Later { .. } => {
            failure(ErrorReason::MollieUnavailable, "Mollie cannot list the methods now. Try again.")
        }
        GatewayError::NoKey(profile) => profile_retired(&profile),
        GatewayError::NotFound | GatewayError::KeyRefused(_) => failure(
            ErrorReason::ProfileKeyRefused,
            "Mollie does not accept the profile's API key; an operator must check it.",
        ),
        // We word the problem ourselves, or Mollie said what it does not like in the request.
        GatewayError::Unreadable(misread) => {
            failure(ErrorReason::MollieUnavailable, &format!("Mollie lists no methods for this: {misread}."))
        }
    }
}
