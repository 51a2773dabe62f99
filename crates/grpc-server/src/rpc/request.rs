//! What every request has in common: its id, its fingerprint, and ids and etags as text.

use std::sync::Arc;

use domain::operations::operation::{Operation, State};
use domain::ports::{Clock, Fingerprint, Vault};
use domain::rules::ids::{GroupId, OperationId, OrderId, RefundId, RequestId, ShipmentId};
use domain::rules::text::is_printable;
use domain::rules::violation::{Violation, Violations};
use domain::workflow::{Intent, MutationError, Recorded, place};
use prost::Message;
use tokio::time::Instant;
use tonic::Status;
use tracing::{Instrument, debug_span};

use super::call_deadline::CallDeadline;
use super::{Visit, errors};
use crate::driver::{Driver, Step};
use crate::service::Service;
use crate::telemetry;

/// Everything about a mutation except the change itself.
pub struct Header<'a> {
    pub method: &'static str,
    pub request_id: &'a str,
    pub etag: &'a str,
    pub actor: &'a str,
}

impl Header<'_> {
    /// The intent, or its faults. `command`: the request without its id, for the fingerprint.
    pub fn intent(
        &self,
        rpc: &Visit,
        command: &impl Message,
        call_deadline: CallDeadline,
    ) -> (Intent, Vec<Violation>) {
        let (etag, faults) = self.read();
        let (service, visitor) = (rpc.service(), &rpc.visitor);
        let bytes = command.encode_to_vec();
        let (purpose, parts) = ("fingerprint", [self.method.as_bytes(), &bytes]);
        let intent = Intent {
            caller: visitor.caller.clone(),
            access: visitor.access.clone(),
            earlier: visitor.earlier.clone(),
            request_id: RequestId::new(self.request_id),
            method: self.method,
            fingerprint: Fingerprint(service.vault.mac(purpose, &parts)),
            other_fingerprints: service
                .vault
                .other_macs(purpose, &parts)
                .into_iter()
                .map(Fingerprint)
                .collect(),
            actor: (!self.actor.is_empty()).then(|| self.actor.to_owned()),
            etag,
            deadline: call_deadline.deadline.map(|deadline| service.clock.elapsed() + deadline),
        };
        (intent, faults)
    }

    /// The version that the etag names, and what is wrong with the texts.
    pub fn read(&self) -> (Option<u64>, Vec<Violation>) {
        let mut faults = Violations::default();
        let length = self.request_id.chars().count();
        if !(1..=128).contains(&length) || !is_printable(self.request_id) {
            faults.add(
                "request_id",
                "request_id.length",
                "1 to 128 printable characters, your own id for this request",
                format!("{length} characters"),
            );
        }
        let etag = self.etag.parse::<u64>().ok();
        if etag.is_none() && !self.etag.is_empty() {
            faults.add("etag", "etag.form", "the etag of an order, as returned", self.etag);
        }
        if self.actor.chars().count() > 200 || !is_printable(self.actor) {
            faults.add(
                "actor",
                "actor.length",
                "at most 200 printable characters",
                format!("{} characters", self.actor.chars().count()),
            );
        }
        (etag, faults.into_vec())
    }
}

/// An order's id, or the fault that it is not one.
pub fn order_id(text: &str, path: &str) -> Result<OrderId, Violation> {
    OrderId::parse(text).ok_or_else(|| no_id(text, path, "order.id", "an order's id, a UUID"))
}

/// A shipment's id, or the fault that it is not one.
pub fn shipment_id(text: &str, path: &str) -> Result<ShipmentId, Violation> {
    ShipmentId::parse(text)
        .ok_or_else(|| no_id(text, path, "shipment.id", "a shipment's id, a UUID, not Mollie's (shp_…)"))
}

/// A refund's id, or the fault that it is not one.
pub fn refund_id(text: &str, path: &str) -> Result<RefundId, Violation> {
    RefundId::parse(text)
        .ok_or_else(|| no_id(text, path, "refund.id", "a refund's id, a UUID, not Mollie's (re_…)"))
}

/// An operation's id, or the fault that it is not one.
pub fn operation_id(text: &str, path: &str) -> Result<OperationId, Violation> {
    OperationId::parse(text).ok_or_else(|| no_id(text, path, "operation.id", "an operation's id, a UUID"))
}

fn no_id(text: &str, path: &str, rule: &'static str, expected: &str) -> Violation {
    let got = if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
    Violation { path: path.to_owned(), rule, expected: expected.to_owned(), got }
}

/// A recorded intent, and the step under way for it.
pub struct Submitted {
    pub recorded: Recorded,
    own: Option<Step>,
}

impl Submitted {
    /// Waits for the outcome as long as the caller does.
    pub async fn wait(self, driver: &Driver, call_deadline: CallDeadline) -> Recorded {
        driver.wait(&self.recorded, self.own, call_deadline.answer_by).await;
        self.recorded
    }
}

/// Runs a use case to its end and starts its operation, even if the caller goes away or its deadline passes meanwhile. Where no
/// time is left to answer, nothing begins: a call that runs on unseen would be overtaken by the caller's next one.
pub async fn begin<F>(
    driver: &Driver,
    call_deadline: CallDeadline,
    use_case: impl FnOnce(Arc<Service>) -> F,
) -> Result<Submitted, Status>
where
    F: Future<Output = Result<Recorded, MutationError>> + Send + 'static,
{
    if call_deadline.answer_by <= Instant::now() {
        return Err(errors::mutation(MutationError::DeadlinePassed));
    }
    let owner = driver.clone();
    let decided = use_case(Arc::clone(&driver.service));
    let deciding = async move {
        let mut recorded = decided.await?;
        let own = recorded.claim.take().map(|(claim, claimed_at)| owner.take(claim, claimed_at, None));
        Ok(Submitted { recorded, own })
    };
    let task = driver.own(deciding.instrument(telemetry::child(debug_span!(parent: None, "decide"))));
    match tokio::time::timeout_at(call_deadline.answer_by, task).await {
        Ok(Ok(begun)) => begun.map_err(errors::mutation),
        Ok(Err(error)) => {
            tracing::error!(%error, "a use case ended unexpectedly");
            Err(errors::internal())
        }
        Err(_) => Err(errors::outcome_pending()),
    }
}

impl Submitted {
    /// What an earlier call with the same request id recorded.
    pub const fn before(recorded: Recorded) -> Self {
        Self { recorded, own: None }
    }
}

/// A request that was read.
pub enum Call<T> {
    /// It is to be decided.
    New(T),
    /// An earlier call with the same request id has decided it.
    Repeated(Box<Submitted>),
}

/// What was read of a request that is judged by more than itself: the day, the order, or what a profile has agreed. It may have been
/// valid before and not be now, and a repeat is answered as it was.
///
/// # Errors
/// Its faults, if it is no repeat.
pub async fn or_before<T>(
    rpc: &Visit,
    intent: &Intent,
    read: Result<T, Vec<Violation>>,
) -> Result<Call<T>, Status> {
    let faults = match read {
        Ok(parts) => return Ok(Call::New(parts)),
        Err(faults) => faults,
    };
    // An id that is none was never saved, and a database may not even take it.
    let is_id = is_printable(intent.request_id.as_str());
    let before = match is_id {
        true => place::repeated(&**rpc.service(), intent).await.map_err(errors::mutation)?,
        false => None,
    };
    before
        .map(|before| Call::Repeated(Box::new(Submitted::before(before))))
        .ok_or_else(|| errors::invalid(faults))
}

/// Refuses with Mollie's words if it rejected an operation of this request.
pub async fn refuse_if_rejected(rpc: &Visit, order: OrderId, group: Option<GroupId>) -> Result<(), Status> {
    undone(rpc, order, group, |_| None).await.map(drop)
}

/// The same, and refuses as well if one was given up before Mollie had it. Returns the operations.
pub async fn refuse_if_undone(
    rpc: &Visit,
    order: OrderId,
    group: Option<GroupId>,
) -> Result<Vec<Operation>, Status> {
    undone(rpc, order, group, |id| Some(errors::change_given_up(id))).await
}

async fn undone(
    rpc: &Visit,
    order: OrderId,
    group: Option<GroupId>,
    given_up: impl Fn(OperationId) -> Option<Status>,
) -> Result<Vec<Operation>, Status> {
    let Some(group) = group else { return Ok(Vec::new()) };
    let operations = rpc.recorded(order, group).await?;
    for operation in &operations {
        match &operation.state {
            State::Rejected { rejection, .. } => {
                return Err(errors::mollie_refused(rejection, "operation", operation.id));
            }
            State::Withdrawn { .. } => given_up(operation.id).map_or(Ok(()), Err)?,
            State::Pending { .. }
            | State::InFlight { .. }
            | State::Resolving { .. }
            | State::NeedsAttention { .. }
            | State::Succeeded { .. } => (),
        }
    }
    Ok(operations)
}
