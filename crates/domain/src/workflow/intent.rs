//! What every mutation has in common: its caller, its request id, its deadline, and how it can end.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::hook::request_hashes;
use crate::operations::claim::Claim;
use crate::ports::{
    Clock, CommitError, Fingerprint, GatewayError, OrderKey, OrderWithOperations, Ports, RequestRecord,
    Store, StoreError,
};
use crate::rules::access::{Access, Denied};
use crate::rules::cause::{Cause, Grounds};
use crate::rules::ids::{Caller, GroupId, OperationId, OrderId, ProfileName, RequestId};
use crate::rules::placement::Placement;
use crate::rules::precondition::FailedPrecondition;
use crate::rules::restored;
use crate::rules::status::OrderStatus;
use crate::rules::subject::Subject;
use crate::rules::violation::Violation;

/// How long a request answers again that was made before its caller had a name, or that was lost: the time that is promised for every
/// request id.
const PROMISED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A caller's request for a change.
#[derive(Clone, Debug)]
pub struct Intent {
    pub caller: Caller,
    /// What the caller may do by this method.
    pub access: Access,
    /// The name that the caller's earlier requests may be recorded under: that of all callers before they had names.
    pub earlier: Option<Caller>,
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
    /// The caller sees the profile, but has no role there that allows this.
    #[error("the caller has no role on profile {profile} that allows {method}")]
    Forbidden { method: &'static str, profile: ProfileName },
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
    /// The recorded outcome of this request id, if it was used; an error if it was used for another request, or if the caller may not
    /// do this with its order any more.
    pub(super) async fn seen<P: Ports>(&self, ports: &P) -> Result<Option<Recorded>, MutationError> {
        match ports.store().find_request(&self.caller, &self.request_id).await? {
            Some(record) => Box::pin(self.repeats(ports, record)).await.map(Some),
            // Apart, it does not make every request's future as large.
            None => Box::pin(self.seen_otherwise(ports)).await,
        }
    }

    /// The same for what is recorded under another key than this one: the store does not detect such a repeat when a decision is saved, so
    /// it must be looked for before.
    pub(super) async fn seen_otherwise<P: Ports>(
        &self,
        ports: &P,
    ) -> Result<Option<Recorded>, MutationError> {
        match Box::pin(self.seen_nameless(ports)).await? {
            Some(before) => Ok(Some(before)),
            None => Box::pin(self.seen_lost(ports)).await,
        }
    }

    /// The same for a request that a restored database has lost, and whose order was found again at Mollie: it is kept by its keyed hash.
    async fn seen_lost<P: Ports>(&self, ports: &P) -> Result<Option<Recorded>, MutationError> {
        let now = ports.clock().now();
        let may_be_lost =
            ports.settings().restored_time.is_some_and(|restored| now.duration_since(restored) < PROMISED);
        if !may_be_lost {
            return Ok(None);
        }
        for caller in self.earlier.iter().chain([&self.caller]) {
            for hash in request_hashes(ports, caller, &self.request_id) {
                let id = restored::lost_request(&hash);
                if let Some(record) = ports.store().find_request(&restored::lost_caller(), &id).await? {
                    return Box::pin(self.repeats(ports, record)).await.map(Some);
                }
            }
        }
        Ok(None)
    }

    /// The same for what was recorded before the caller had a name. While nobody had a name an id was used up for everybody; it stays so as long as it is kept, or a
    /// caller who has got an answer under it could have a second effect under the same one.
    async fn seen_nameless<P: Ports>(&self, ports: &P) -> Result<Option<Recorded>, MutationError> {
        let Some(earlier) = &self.earlier else { return Ok(None) };
        let Some(record) = ports.store().find_request(earlier, &self.request_id).await? else {
            return Ok(None);
        };
        let is_kept = ports.clock().now().duration_since(record.created_time) < PROMISED;
        if !is_kept {
            return Ok(None);
        }
        Box::pin(self.repeats(ports, record)).await.map(Some)
    }

    fn is_of(&self, record: &RequestRecord) -> bool {
        record.method == self.method && (record.fingerprint.is_lost() || self.has(&record.fingerprint))
    }

    async fn repeats<P: Ports>(&self, ports: &P, record: RequestRecord) -> Result<Recorded, MutationError> {
        if !self.is_of(&record) {
            return Err(MutationError::RequestReused { method: record.method });
        }
        if !self.access.is_unlimited() {
            let order = ports.store().load_order(&OrderKey::Id(record.order_id)).await?;
            let order = order.ok_or(MutationError::OrderNotFound(record.order_id))?;
            self.may_change(record.order_id, &order.profile)?;
        }
        Ok(Recorded {
            order_id: record.order_id,
            answer: record.answer,
            group: record.group,
            claim: None,
            is_single: false,
        })
    }

    /// Whether the caller may do this with an order of the profile. Of one that is hidden the refusal is that of one that is missing.
    pub(super) fn may_change(&self, id: OrderId, profile: &ProfileName) -> Result<(), MutationError> {
        self.access.check(profile).map_err(|denied| match denied {
            Denied::Hidden => MutationError::OrderNotFound(id),
            Denied::Forbidden => MutationError::Forbidden { method: self.method, profile: profile.clone() },
        })
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
        let found = found.ok_or(MutationError::OrderNotFound(id)).and_then(|found| {
            self.may_change(id, &found.order.profile)?;
            self.fits(found)
        });
        match found {
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
