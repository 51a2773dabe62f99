//! What operators' decisions have in common: who and why, and that they run in tasks that no caller can cut off.

use std::sync::Arc;

use domain::rules::decision::Decision;
use domain::rules::violation::Violation;
use domain::workflow::operator::OperatorError;
use tonic::Status;

use super::call_deadline::CallDeadline;
use super::{Visit, errors};
use crate::service::Service;

/// Who decided and why, or every fault in that.
pub fn decision(actor: &str, reason: &str) -> Result<Decision, Vec<Violation>> {
    let named = |fault: Violation| match fault.path.as_str() {
        // The API calls the person `actor` everywhere.
        "by" => Violation { path: "actor".to_owned(), ..fault },
        _ => fault,
    };
    Decision::parse(actor, reason).map_err(|faults| faults.into_iter().map(named).collect())
}

/// Carries out a decision, and wakes the workers for what it made due.
pub async fn decide<T, F>(
    rpc: &Visit,
    call_deadline: CallDeadline,
    deciding: impl FnOnce(Arc<Service>) -> F,
) -> Result<T, Status>
where
    T: Send + 'static,
    F: Future<Output = Result<T, OperatorError>> + Send + 'static,
{
    let task = rpc.driver.own(deciding(Arc::clone(rpc.service())));
    let decided = match tokio::time::timeout_at(call_deadline.answer_by, task).await {
        Ok(Ok(decided)) => decided.map_err(errors::operator),
        Ok(Err(error)) => {
            tracing::error!(%error, "a decision ended unexpectedly");
            Err(errors::internal())
        }
        Err(_) => Err(errors::decision_pending()),
    };
    rpc.driver.wake_up.notify_one();
    rpc.driver.hook_wake_up.notify_one();
    decided
}
