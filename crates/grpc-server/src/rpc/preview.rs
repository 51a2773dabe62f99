//! Answering `validate_only`: what a call would change, with nothing saved or sent.

use std::sync::Arc;

use domain::operations::Request;
use domain::rules::ids::OrderId;
use domain::workflow::Intent;
use domain::workflow::preview::{Preview, preview};
use tonic::Status;

use super::call_deadline::CallDeadline;
use super::{Visit, errors};

/// Decides the request on the order as it is now, within the call's deadline.
pub async fn decide<R: Request + 'static>(
    rpc: &Visit,
    call_deadline: CallDeadline,
    intent: Intent,
    order_id: OrderId,
    request: R,
) -> Result<Preview, Status> {
    let service = Arc::clone(rpc.service());
    let deciding = rpc.driver.own(async move { preview(&*service, &intent, order_id, &request).await });
    match tokio::time::timeout_at(call_deadline.answer_by, deciding).await {
        Ok(Ok(decided)) => decided.map_err(errors::mutation),
        Ok(Err(error)) => {
            tracing::error!(%error, "a preview ended unexpectedly");
            Err(errors::internal())
        }
        Err(_) => Err(errors::mollie_slow()),
    }
}
