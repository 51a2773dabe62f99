//! What every mutation has in common: its caller, its request id, its deadline, and how it can end.

use std::time::Duration;

use jiff::Timestamp;

use crate::operations::claim::Claim;
use crate::ports::{
    Clock, CommitError, Fingerprint, GatewayError, OrderKey, OrderWithOperations, Ports, RequestRecord,
    Store, StoreError,
};
use crate::rules::cause::{Cause, Grounds};
use crate::rules::ids::{Caller, GroupId, OperationId, OrderId, RequestId};
use crate::rules::placement::Placement;
use crate::rules::precondition::FailedPrecondition;
use crate::rules::status::OrderStatus;
use crate::rules::subject::Subject;
use crate::rules::violation::Violation;

/// A caller's request for a change.
#[derive(Clone, Debug)]
pub struct Intent {
    pub caller: Caller,
    pub request_id: RequestId,
    /// The API method; the promise behind a request id includes it.
    pub method: &'static str,
    pub fingerprint: Fingerprint,
    /// The same under the other generations of the secret: one of them was in use if an earlier call was recorded before a rotation.
    pub other_fingerprints: Vec<Fingerprint>,
    /// The caller it is made for.
    pub actor: Option<String>,
    /// The version that the caller decided on, if it sent one.
    pub etag: Option<u64>,
    /// The latest time to save a plan, by [`Clock::elapsed`].
    pub deadline: Option<Duration>,
}

/// An intent as recorded, now or by an earlier call.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    pub order_id: OrderId,
    /// The subject of the answer.
    pub answer: Subject,
    /// The group it set to work, or joined; `None`: there is nothing to do at Mollie.
    pub group: Option<GroupId>,
    /// The first operation, already claimed: the caller must [`drive`](super::drive::drive) it. With [`Clock::elapsed`] just
    /// before the claim.
    pub claim: Option<(Claim, Duration)>,
    /// Whether there is nothing else to wait for.
    pub is_single: bool,
}

impl Recorded {
    /// The first operation that it set to work, or joined.
    #[must_use]
    pub fn operation_id(&self) -> Option<OperationId> {
        self.group.map(GroupId::first)
    }
}

/// Where a decision starts.
pub(super) enum Submitted {
    /// An earlier call of the same request has decided already.
    Before(Box<Recorded>),
    /// The order, at the version the caller named.
    Now(Box<OrderWithOperations>),
}

/// The order that holds a number: where the shopper may go on. Nothing personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub placement: Placement,
    pub status: Option<OrderStatus>,
    pub checkout_url: Option<String>,
    /// Whether it was created from the draft that was given now; `None`: none was given.
    pub same_draft: Option<bool>,
}

/// Why an intent was not saved. Nothing was changed or sent.
#[derive(Debug, thiserror::Error)]
pub enum MutationError {
    #[error("the request breaks {} rules", .0.len())]
    Invalid(Vec<Violation>),
    #[error("the request id was used for another request to {method}")]
    RequestReused { method: String },
    #[error("there is no such order")]
    OrderNotFound(OrderId),
    #[error("the order is at version {actual}, not {given}")]
    EtagMismatch { given: u64, actual: u64 },
    #[error("the state of the order does not allow it")]
    Precondition(FailedPrecondition),
    #[error("the order number {order_number} is held by order {by}")]
    NumberHeld { by: OrderId, order_number: String, holder: Box<Holder> },
    /// The order's state could not be confirmed at Mollie.
    #[error("the order cannot be read at Mollie")]
    Unconfirmed(#[source] GatewayError),
    #[error("the caller's deadline has passed; nothing was saved")]
    DeadlinePassed,
    #[error("the order is changing too fast; try again")]
    Contended,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl MutationError {
    /// A commit error that the use case does not handle itself; version conflicts are retried before they get here.
    pub(super) fn from_commit(error: CommitError) -> Self {
        match error {
            CommitError::Store(error) => Self::Store(error),
            CommitError::VersionMoved
            | CommitError::LeaseLost
            | CommitError::NumberHeld
            | CommitError::RequestTaken => Self::Contended,
        }
    }
}

impl Intent {
    /// The recorded outcome of this request id, if it was used; an error if it was used for another request.
    pub(super) async fn seen<P: Ports>(&self, ports: &P) -> Result<Option<Recorded>, MutationError> {
        let Some(record) = ports.store().find_request(&self.caller, &self.request_id).await? else {
            return Ok(None);
        };
        if record.method != self.method || !self.has(&record.fingerprint) {
            return Err(MutationError::RequestReused { method: record.method });
        }
        Ok(Some(Recorded {
            order_id: record.order_id,
            answer: record.answer,
            group: record.group,
            claim: None,
            is_single: false,
        }))
    }

    fn has(&self, fingerprint: &Fingerprint) -> bool {
        self.fingerprint == *fingerprint || self.other_fingerprints.contains(fingerprint)
    }

    /// Why what it decides is written.
    pub(super) fn grounds(&self) -> Grounds {
        let (caller, request_id) = (self.caller.clone(), self.request_id.clone());
        Grounds::new(Cause::Request { caller, request_id }, self.actor.clone())
    }

    /// Makes sure that nothing is saved after the caller's deadline.
    pub(super) fn in_time<P: Ports>(&self, ports: &P) -> Result<(), MutationError> {
        let late = self.deadline.is_some_and(|deadline| ports.clock().elapsed() >= deadline);
        if late { Err(MutationError::DeadlinePassed) } else { Ok(()) }
    }

    /// Loads what a decision about an order needs. Before any refusal it checks whether this same request was decided already,
    /// and does so after loading the order: what this request did to the order must not refuse it. If nothing is refused, the
    /// store detects the repeat when the decision is saved.
    pub(super) async fn begin<P: Ports>(&self, ports: &P, id: OrderId) -> Result<Submitted, MutationError> {
        let found = ports.store().load_with_operations(&OrderKey::Id(id)).await?;
        match found.ok_or(MutationError::OrderNotFound(id)).and_then(|found| self.fits(found)) {
            Ok(found) => Ok(Submitted::Now(Box::new(found))),
            Err(error) => {
                self.seen(ports).await?.map(|before| Submitted::Before(Box::new(before))).ok_or(error)
            }
        }
    }

    /// The order, if it is at the version that the caller named.
    pub(super) fn fits(&self, found: OrderWithOperations) -> Result<OrderWithOperations, MutationError> {
        let actual = found.order.version;
        if let Some(given) = self.etag.filter(|etag| *etag != actual) {
            return Err(MutationError::EtagMismatch { given, actual });
        }
        Ok(found)
    }

    pub(super) fn record(
        &self,
        order: OrderId,
        answer: Subject,
        group: Option<GroupId>,
        now: Timestamp,
    ) -> RequestRecord {
        RequestRecord {
            caller: self.caller.clone(),
            request_id: self.request_id.clone(),
            method: self.method.to_owned(),
            fingerprint: self.fingerprint.clone(),
            order_id: order,
            answer,
            group,
            created_time: now,
        }
    }
}
