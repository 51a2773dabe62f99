//! Storage: one guarded write for every change of an order, and the reads.
//!
//! A change is all or nothing. It is guarded by the order's version and, if it settles or moves an operation, by the lease under
//! which that operation was worked on. Leases are measured by the store's own clock.

use std::future::Future;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::trace::LookupOrigin;
use crate::operations::claim::Claim;
use crate::operations::operation::Operation;
use crate::operations::task::OperationKind;
use crate::rules::access::Profiles;
use crate::rules::deadline_policy::Fused;
use crate::rules::event::Event;
use crate::rules::ids::{
    Caller, GroupId, LeaseToken, OperationId, OrderId, ProfileName, RefundId, RequestId, ShipmentId,
};
use crate::rules::money::Money;
use crate::rules::operation::OperationState;
use crate::rules::order::Order;
use crate::rules::placement::{Mode, Placement};
use crate::rules::refund::Refund;
use crate::rules::shipment::Shipment;
use crate::rules::status::{OrderStatus, RefundStatus};
use crate::rules::subject::Subject;

/// A keyed hash of a parsed command: tells a repeated request from a different one under the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub String);

impl Fingerprint {
    /// That of a request whose command is lost: it fits every command under its id.
    pub const LOST: Self = Self(String::new());

    /// Whether the command is lost.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        *self == Self::LOST
    }
}

/// A caller's request under its request id, and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    pub caller: Caller,
    pub request_id: RequestId,
    /// The method that was called.
    pub method: String,
    pub fingerprint: Fingerprint,
    pub order_id: OrderId,
    /// The subject of the answer.
    pub answer: Subject,
    /// The group it set to work, or joined; `None` if there was nothing to do at Mollie.
    pub group: Option<GroupId>,
    pub created_time: Timestamp,
}

/// How a change writes operations.
#[derive(Clone, Debug)]
pub enum OperationWrite {
    /// A new operation; with a token it is claimed at once for `lease`.
    Insert { operation: Operation, claim: Option<(LeaseToken, Duration)> },
    /// Writes an operation worked on under `token` and releases the lease. It must match exactly one row, or the change fails.
    Release { operation: Operation, token: LeaseToken },
    /// Writes an operator's decision about an operation that needs attention and that no worker holds. It must match exactly one
    /// row, or the change fails.
    Decide { operation: Operation },
    /// Withdraws an operation that is pending and was never sent. It must match exactly one row, or the change fails.
    Withdraw { operation: Operation },
}

/// Everything that one decision changes, written in one transaction.
#[derive(Clone, Debug)]
pub struct Change {
    /// The order after the change.
    pub order: Order,
    /// The version that was decided on; `None`: the order is new.
    pub expected_version: Option<u64>,
    pub events: Vec<Event>,
    pub request: Option<RequestRecord>,
    pub operations: Vec<OperationWrite>,
    /// New or changed shipments, whole.
    pub shipments: Vec<Shipment>,
    /// New or changed refunds, whole.
    pub refunds: Vec<Refund>,
    /// When to look the order up at Mollie; `None` leaves the schedule as it is.
    pub lookup: Option<Timestamp>,
    /// When its timer is due, or that it has none; `None` leaves it as it is.
    pub timer: Option<Option<Timestamp>>,
    /// That a policy acted on it.
    pub run: Option<Run>,
    /// What the same decision changes of another order, which this one is to replace: without a request, and without a further order.
    pub other: Option<Box<Self>>,
}

impl Change {
    /// Its orders' changes, in the order in which they are written. A new order comes last, as it may take the number that the other one
    /// gives up; one that ends comes first, as it may give a number back. So two such changes never lock the same orders the other
    /// way round.
    #[must_use]
    pub fn parts(&self) -> Vec<&Self> {
        match &self.other {
            None => vec![self],
            Some(other) if self.expected_version.is_none() => vec![other, self],
            Some(other) => vec![self, other],
        }
    }

    /// The same, each by itself.
    #[must_use]
    pub fn into_parts(mut self) -> Vec<Self> {
        match self.other.take() {
            None => vec![self],
            Some(other) if self.expected_version.is_none() => vec![*other, self],
            Some(other) => vec![self, *other],
        }
    }
}

/// What one fuse counts: what a profile's policy does unasked, dry runs apart. Policies do not use up each other's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    pub profile: ProfileName,
    pub of: Fused,
    pub dry_run: bool,
}

/// That a profile's policy acted on an order unasked. Numbers count up in each series: of two that are decided at once one must be decided
/// again, so that a bound holds for all processes together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub series: Series,
    pub number: u64,
    pub time: Timestamp,
    pub order_id: OrderId,
}

/// That a profile's policies do nothing for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    pub profile: ProfileName,
    pub time: Timestamp,
    pub by: String,
    pub reason: String,
}

/// The right to look after what an order has on its agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimerClaim {
    pub order_id: OrderId,
    pub token: LeaseToken,
    /// When it was due.
    pub due: Timestamp,
    /// The store's own time when it was claimed, plus the simulated offset. No timer is claimed before it is due by this clock.
    pub now: Timestamp,
    /// Consecutive failures.
    pub failures: u32,
}

/// A filter for orders that must be shipped by some time; an empty part does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeadlineFilter {
    pub profiles: Profiles,
    pub mode: Option<Mode>,
    pub from: Option<Timestamp>,
    pub before: Option<Timestamp>,
}

/// The position after which the next page begins, the nearest deadline first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadlinePageKey {
    pub ship_by: Timestamp,
    pub id: OrderId,
}

/// What orders of one day and currency may still capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadlineSum {
    /// In UTC.
    pub day: Date,
    pub orders: u64,
    pub to_capture: Money,
}

/// Why a change was not written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The order was changed concurrently: decide again.
    #[error("the order has changed since the version this was decided on")]
    VersionMoved,
    /// The request id is taken: read its outcome.
    #[error("the request id was used by another call")]
    RequestTaken,
    /// A third order of the profile holds the order number.
    #[error("the order number is held by another order")]
    NumberHeld,
    /// The lease ran out, or the operation is no longer in the state that was decided on.
    #[error("the operation is in other hands")]
    LeaseLost,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Not reachable, busy or shutting down. The change was written whole or not at all.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The stored data cannot be read, or the database rejects a statement.
    #[error("the database holds or returned something unexpected: {0}")]
    Inconsistent(String),
}

impl StoreError {
    /// Whether the same call may succeed later without intervention.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Inconsistent(_) => false,
        }
    }
}

/// How an order is requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderKey {
    Id(OrderId),
    MollieId(String),
    /// The order that holds the number, or else the newest with it.
    Number {
        profile: ProfileName,
        order_number: String,
    },
}

/// An order and its unsettled operations, by turn.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderWithOperations {
    pub order: Order,
    pub unsettled: Vec<Operation>,
}

/// A filter for orders; an empty part does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    pub profiles: Profiles,
    pub statuses: Vec<OrderStatus>,
    /// Empty: placing and placed ones, or all with [`with_open_items`](Self::with_open_items).
    pub placements: Vec<Placement>,
    pub order_number: Option<String>,
    pub created_from: Option<Timestamp>,
    pub created_before: Option<Timestamp>,
    /// Only orders with open review items.
    pub with_open_items: bool,
    /// Only orders with held shipments.
    pub with_held_shipments: bool,
}

/// A filter for operations; an empty part does not restrict, except `states`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationFilter {
    pub profiles: Profiles,
    pub order_id: Option<OrderId>,
    /// Empty: all that are not settled.
    pub states: Vec<OperationState>,
    pub kinds: Vec<OperationKind>,
}

/// A filter for the refunds that Mollie has; an empty part does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefundFilter {
    pub profiles: Profiles,
    /// Mollie's statuses.
    pub statuses: Vec<RefundStatus>,
    pub registered_before: Option<Timestamp>,
}

/// The position after which the next page begins, the one that Mollie has had longest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundPageKey {
    pub registered_time: Timestamp,
    pub id: RefundId,
}

/// What refunds of one currency add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundSum {
    pub count: u64,
    pub amount: Money,
}

/// The position after which the next page begins, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationPageKey {
    pub created_time: Timestamp,
    pub id: OperationId,
}

/// The position after which the next page of orders begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageKey {
    /// When the order was created, or changed last, whichever the list is sorted by.
    pub time: Timestamp,
    pub id: OrderId,
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page<T, K> {
    pub items: Vec<T>,
    /// `None` on the last page.
    pub next: Option<K>,
}

/// The right to look an order up at Mollie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupClaim {
    pub order_id: OrderId,
    pub token: LeaseToken,
    /// Since when it is due, also if it was put off since.
    pub due: Timestamp,
    /// How many requests for it, by hooks and changes, this claim covers; later ones stay due.
    pub hooks: u64,
    /// Consecutive failed look-ups.
    pub failures: u32,
    /// The ids that webhooks named, each once, by arrival; at most [`webhook_hint::MOST`](crate::rules::webhook_hint::MOST).
    pub hints: Vec<String>,
    pub origin: LookupOrigin,
}

/// How a look-up ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupEnd {
    /// When the next one is due; `None`: never.
    pub next: Option<Timestamp>,
    /// Consecutive failed look-ups.
    pub failures: u32,
    /// Whether the order was read. Then the hints of the claim are dealt with and deleted, unless the look-up was requested meanwhile;
    /// otherwise they are left for the next one, and it is owed until then.
    pub was_read: bool,
}

type Answer<T> = Result<T, StoreError>;

/// The store.
pub trait Store: Send + Sync {
    /// Writes a change, all or nothing.
    fn commit(&self, change: Change) -> impl Future<Output = Result<(), CommitError>> + Send;

    fn find_request(
        &self,
        caller: &Caller,
        id: &RequestId,
    ) -> impl Future<Output = Answer<Option<RequestRecord>>> + Send;

    fn load_order(&self, key: &OrderKey) -> impl Future<Output = Answer<Option<Order>>> + Send;

    fn load_with_operations(
        &self,
        key: &OrderKey,
    ) -> impl Future<Output = Answer<Option<OrderWithOperations>>> + Send;

    /// The same for several orders, one answer for each key.
    fn load_many_with_operations(
        &self,
        keys: &[OrderKey],
    ) -> impl Future<Output = Answer<Vec<Option<OrderWithOperations>>>> + Send;

    /// Newest first. If the orders are large there may be fewer than the limit, and then `next` says so.
    fn list_orders(
        &self,
        filter: &OrderFilter,
        after: Option<PageKey>,
        limit: u32,
    ) -> impl Future<Output = Answer<Page<OrderWithOperations, PageKey>>> + Send;

    /// The order's events after a sequence, oldest first.
    fn list_events(
        &self,
        order: OrderId,
        after: u64,
        limit: u32,
    ) -> impl Future<Output = Answer<Page<Event, u64>>> + Send;

    fn load_shipment(&self, id: ShipmentId) -> impl Future<Output = Answer<Option<Shipment>>> + Send;

    /// All shipments of an order, oldest first.
    fn list_shipments(&self, order: OrderId) -> impl Future<Output = Answer<Vec<Shipment>>> + Send;

    /// All shipments of several orders, those of one order oldest first.
    fn shipments_of(&self, orders: &[OrderId]) -> impl Future<Output = Answer<Vec<Shipment>>> + Send;

    fn load_refund(&self, id: RefundId) -> impl Future<Output = Answer<Option<Refund>>> + Send;

    /// All refunds of an order, oldest first.
    fn list_refunds(&self, order: OrderId) -> impl Future<Output = Answer<Vec<Refund>>> + Send;

    /// Refunds of all orders that Mollie has, the one it has had longest first.
    fn find_refunds(
        &self,
        filter: &RefundFilter,
        after: Option<RefundPageKey>,
        limit: u32,
    ) -> impl Future<Output = Answer<Page<Refund, RefundPageKey>>> + Send;

    /// What all of those add up to, by the currencies' codes.
    fn sum_refunds(&self, filter: &RefundFilter) -> impl Future<Output = Answer<Vec<RefundSum>>> + Send;

    fn load_operation(&self, id: OperationId) -> impl Future<Output = Answer<Option<Operation>>> + Send;

    /// Those of them that exist, in any order.
    fn load_operations(&self, ids: &[OperationId]) -> impl Future<Output = Answer<Vec<Operation>>> + Send;

    /// Oldest first.
    fn list_operations(
        &self,
        filter: &OperationFilter,
        after: Option<OperationPageKey>,
        limit: u32,
    ) -> impl Future<Output = Answer<Page<Operation, OperationPageKey>>> + Send;

    /// The operations of one group of the order, by turn.
    fn group_operations(
        &self,
        order: OrderId,
        group: GroupId,
    ) -> impl Future<Output = Answer<Vec<Operation>>> + Send;

    /// The order's unsettled operations by turn.
    fn unsettled_operations(&self, order: OrderId) -> impl Future<Output = Answer<Vec<Operation>>> + Send;

    /// Records that Mollie was read without news; `false` if the order is no longer at `version`.
    fn note_observed(
        &self,
        order: OrderId,
        version: u64,
        time: Timestamp,
    ) -> impl Future<Output = Answer<bool>> + Send;

    /// Claims up to `limit` operations that are due, as [`State::claimed`](crate::operations::operation::State::claimed) says:
    /// pending ones, resolving ones, and those in flight whose lease ran out. It skips those that another operation of the order
    /// [holds up](Operation::holds_up), and pending ones while another of the order is in flight.
    fn claim_operations(
        &self,
        now: Timestamp,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> impl Future<Output = Answer<Vec<Claim>>> + Send;

    /// Extends a lease that is still valid; `false` if the claim was lost.
    fn renew_lease(
        &self,
        id: OperationId,
        token: LeaseToken,
        lease: Duration,
    ) -> impl Future<Output = Answer<bool>> + Send;

    /// Puts a claimed operation back as given, without changing the order; `false` if the claim was lost. A settled operation
    /// changes its order, so it is an error here.
    fn defer(&self, operation: &Operation, token: LeaseToken) -> impl Future<Output = Answer<bool>> + Send;

    /// Makes the order's look-up due at once, counts the webhook and keeps its hint, if it is one and there is room; `false` if
    /// there is no such order.
    fn hook_arrived(
        &self,
        order: OrderId,
        hint: Option<&str>,
        now: Timestamp,
    ) -> impl Future<Output = Answer<bool>> + Send;

    /// Claims up to `limit` look-ups that are due.
    fn claim_lookups(
        &self,
        now: Timestamp,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> impl Future<Output = Answer<Vec<LookupClaim>>> + Send;

    /// Whether Mollie may have news that no look-up has brought yet: one is due, by a webhook or its schedule, and not finished, or the
    /// last one could not read the order.
    fn is_lookup_owed(&self, order: OrderId, now: Timestamp) -> impl Future<Output = Answer<bool>> + Send;

    /// Claims up to `limit` timers that are due by the store's clock plus `offset`.
    fn claim_timers(
        &self,
        offset: SignedDuration,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> impl Future<Output = Answer<Vec<TimerClaim>>> + Send;

    /// Sets a claimed timer, or ends it with `None`. `failures`: the consecutive failures. One that a change has set meanwhile is left
    /// alone.
    fn finish_timer(
        &self,
        claim: &TimerClaim,
        next: Option<Timestamp>,
        failures: u32,
    ) -> impl Future<Output = Answer<()>> + Send;

    /// What a policy of a profile did last, the newest first.
    fn last_runs(&self, series: &Series, limit: u32) -> impl Future<Output = Answer<Vec<Run>>> + Send;

    /// Pauses a profile's policies; the pause that it has stays.
    fn pause(&self, pause: &Pause) -> impl Future<Output = Answer<Pause>> + Send;

    /// Ends a profile's pause, and returns it.
    fn resume(&self, profile: &ProfileName) -> impl Future<Output = Answer<Option<Pause>>> + Send;

    fn find_pause(&self, profile: &ProfileName) -> impl Future<Output = Answer<Option<Pause>>> + Send;

    /// All pauses that hold, by profile.
    fn list_pauses(&self) -> impl Future<Output = Answer<Vec<Pause>>> + Send;

    /// Orders that must be shipped by some time, the nearest first.
    fn list_deadlines(
        &self,
        filter: &DeadlineFilter,
        after: Option<DeadlinePageKey>,
        limit: u32,
    ) -> impl Future<Output = Answer<Page<OrderWithOperations, DeadlinePageKey>>> + Send;

    /// What all of those add up to, by day and currency.
    fn sum_deadlines(&self, filter: &DeadlineFilter)
    -> impl Future<Output = Answer<Vec<DeadlineSum>>> + Send;

    /// Finishes a look-up. The next one is due at once if it was requested meanwhile.
    fn finish_lookup(&self, claim: &LookupClaim, end: LookupEnd) -> impl Future<Output = Answer<()>> + Send;
}
