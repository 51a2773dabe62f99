//! How the stream of events is refused, and how it ends.

use std::time::Duration;

use domain::ports::StoreError;
use tonic::{Code, Status};
use tonic_types::FieldViolation;

use super::{Failure, SOON, store_failure};
use crate::identity::{Credential, Problem};
use crate::proto::ErrorReason;

/// Where to go on, in the metadata.
const TOKEN: &str = "resume_token";

/// A token that names no place in this stream. `problem`: why.
pub fn token_refused(problem: &str) -> Status {
    let text = format!(
        "resume_token: {problem}. Begin at \"now\" and read what you missed with ListOrders (changed_after_time), or at \"beginning\"."
    );
    let mut failure =
        Failure::new(Code::InvalidArgument, ErrorReason::ResumeTokenRefused, text).with("faults", 1);
    let mut violation = FieldViolation::new(TOKEN, problem);
    violation.reason = "WATCH_RESUME_TOKEN".to_owned();
    failure.faults.fields = vec![violation];
    failure.status()
}

/// The reader took nothing for too long.
pub fn reader_too_slow(token: &str) -> Status {
    let text = "Nothing was taken from this stream for too long; take messages faster, and go on from resume_token in the metadata.";
    Failure::new(Code::Aborted, ErrorReason::ReaderTooSlow, text).with(TOKEN, token).status()
}

/// The token that the stream was opened with has expired, or is not accepted any more.
pub fn not_known_any_more(credential: Credential, problem: Problem, token: &str) -> Status {
    let text = "What this stream was opened with holds no longer; go on from resume_token in the metadata with a token that does.";
    Failure::new(Code::Unauthenticated, ErrorReason::CredentialRefused, text)
        .with("credential", credential.as_str())
        .with("problem", problem.as_str())
        .with(TOKEN, token)
        .status()
}

/// The process stops.
pub fn stopping(token: Option<&str>) -> Status {
    let text = "The service stops; go on at another replica, or at this one once it is back.";
    let failure = Failure::new(Code::Unavailable, ErrorReason::ServiceStopping, text).retry(SOON);
    match token {
        Some(token) => failure.with(TOKEN, token).status(),
        None => failure.status(),
    }
}

/// The stream's connection is old enough to be replaced, or its client certificate has ended.
pub fn connection_closing(token: &str) -> Status {
    let text = "This connection ends because of its age (grpc.max_age_seconds), or as its client certificate holds no longer, and the service goes on; go on from resume_token in the metadata.";
    Failure::new(Code::Unavailable, ErrorReason::ConnectionClosing, text)
        .retry(Duration::ZERO)
        .with(TOKEN, token)
        .status()
}

/// The database failed under a stream.
pub fn stream_broken(error: StoreError, token: &str) -> Status {
    store_failure(error).with(TOKEN, token).status()
}
