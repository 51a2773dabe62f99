//! ResolveOperation: an operator resolves an operation that needs attention.

use domain::rules::violation::Violation;
use domain::workflow::operator::{self, Verdict};
use tonic::{Request, Response};

use super::call_deadline::CallDeadline;
use super::decision::{self, decide};
use super::reading::Reading;
use super::{Answer, Visit, request};
use crate::convert;
use crate::proto::resolve_operation_request::{Outcome, Succeeded};
use crate::proto::{self, ResolveOperationRequest};

pub async fn call(rpc: &Visit, request: Request<ResolveOperationRequest>) -> Answer<proto::Operation> {
    let call_deadline = CallDeadline::of(request.metadata());
    let request = request.into_inner();
    let mut reading = Reading::of(&request);
    let id = reading.part(request::operation_id(&request.operation_id, "operation_id"));
    let verdict = reading.part(verdict(request.outcome));
    let decision = reading.part(decision::decision(&request.actor, &request.reason));
    let ((id, verdict), decision) = reading.end(id.zip(verdict).zip(decision))?;
    rpc.may_decide(id).await?;
    let decided = decide(rpc, call_deadline, move |service| async move {
        Box::pin(operator::resolve_as(&*service, id, &verdict, &decision)).await
    });
    Ok(Response::new(convert::operation::operation(&decided.await?)))
}

pub(super) fn verdict(outcome: Option<Outcome>) -> Result<Verdict, Violation> {
    let fault = |path: &str, rule, expected: &str, got: String| {
        Err(Violation { path: path.to_owned(), rule, expected: expected.to_owned(), got })
    };
    match outcome {
        None => fault("outcome", "decision.outcome", "succeeded or rejected", "nothing".to_owned()),
        Some(Outcome::Rejected(_)) => Ok(Verdict::Rejected),
        Some(Outcome::Succeeded(Succeeded { mollie_id })) if is_id(&mollie_id) => {
            Ok(Verdict::Succeeded { mollie_id })
        }
        Some(Outcome::Succeeded(Succeeded { mollie_id })) => fault(
            "succeeded.mollie_id",
            "decision.mollie_id",
            "the id of an order or shipment at Mollie, such as shp_3wmsgCJN4U",
            format!("{} characters", mollie_id.chars().count()),
        ),
    }
}

/// Mollie's ids are opaque; text that cannot be one is refused.
fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    (1..=64).contains(&text.len()) && text.chars().all(plain)
}
