//! Reading answers: amounts as whole cents, and refusals with everything that google.rpc tells of them.

use std::collections::HashMap;
use std::fmt::Debug;
use std::time::Duration;

use tonic::{Code, Response, Status};
use tonic_types::StatusExt;

use crate::proto::Amount;

/// An amount in EUR.
pub fn amount(value: &str) -> Amount {
    Amount { currency: "EUR".to_owned(), value: value.to_owned() }
}

/// The hundredths in a decimal text with two decimals.
pub fn cents(value: &str) -> i64 {
    let (whole, fraction) = value.split_once('.').unwrap_or_else(|| panic!("{value} has no decimals"));
    assert_eq!(fraction.len(), 2, "{value} has two decimals");
    format!("{whole}{fraction}").parse().expect("a decimal number")
}

/// Whether a caller may try again: a connection that broke, the service's own wish, or a machine so slow that its time passed before
/// anything was done.
pub(crate) fn asks_to_come_again(status: &Status) -> bool {
    [Code::Unavailable, Code::Unknown, Code::Cancelled, Code::Internal, Code::DeadlineExceeded]
        .contains(&status.code())
        || status.metadata().contains_key("grpc-retry-pushback-ms")
}

/// Why a call was refused.
#[derive(Debug)]
pub struct Refusal {
    pub code: Code,
    pub reason: String,
    pub metadata: HashMap<String, String>,
    /// Path and description of each broken rule.
    pub violations: Vec<(String, String)>,
    /// The rule that is broken at each path, as `BadRequest` writes reasons: `LINE_VAT_AMOUNT`.
    pub rules: HashMap<String, String>,
    /// Subject and description of each unmet condition.
    pub unmet: Vec<(String, String)>,
    pub retry: Option<Duration>,
    pub message: String,
}

impl Refusal {
    /// Code and reason, which are all that callers may decide by.
    pub fn kind(&self) -> (Code, &str) {
        (self.code, &self.reason)
    }

    /// Where rules are broken.
    pub fn paths(&self) -> Vec<&str> {
        self.violations.iter().map(|(path, _)| path.as_str()).collect()
    }
}

/// When a caller is to come again, if he is to. Panics unless the details say the same as the trailer by which clients of gRPC go.
pub fn pause_of(status: &Status) -> Option<Duration> {
    let pause = status.get_error_details().retry_info().and_then(|retry| retry.retry_delay);
    let pushback = status.metadata().get("grpc-retry-pushback-ms").and_then(|value| value.to_str().ok());
    assert_eq!(pushback.map(str::to_owned), pause.map(|pause| pause.as_millis().to_string()), "{status}");
    pause
}

/// The refusal that a call must have ended with.
pub fn refusal<T: Debug>(answer: Result<Response<T>, Status>) -> Refusal {
    let status = answer.expect_err("the call must be refused");
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("no ErrorInfo: {status}"));
    assert_eq!(info.domain, "orders.v1");
    let violations = || details.bad_request().into_iter().flat_map(|request| &request.field_violations);
    let unmet = details.precondition_failure().into_iter().flat_map(|failure| &failure.violations);
    let retry = pause_of(&status);
    Refusal {
        code: status.code(),
        reason: info.reason.clone(),
        metadata: info.metadata.clone(),
        rules: violations().map(|one| (one.field.clone(), one.reason.clone())).collect(),
        violations: violations().map(|one| (one.field.clone(), one.description.clone())).collect(),
        unmet: unmet.map(|one| (one.subject.clone(), one.description.clone())).collect(),
        retry,
        message: status.message().to_owned(),
    }
}
