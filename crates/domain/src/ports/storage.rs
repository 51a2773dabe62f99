//! Storage: one guarded write for every change of an order, and the reads.
//!
//! A change is all or nothing. It is guarded by the order's version, and, where it settles or moves an operation, by the
//! lease under which that operation was worked on. Leases are measured by the store's own clock.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;

use crate::operations::claim::Claim;
use crate::operations::operation::Operation;
use crate::operations::task::OperationKind;
use crate::rules::event::Event;
use crate::rules::ids::{
    Caller, GroupId, LeaseToken, OperationId, OrderId, ProfileName, RequestId, ShipmentId,
};
use crate::rules::operation::OperationState;
use crate::rules::order::Order;
use crate::rules::placement::Placement;
use crate::rules::shipment::Shipment;
use crate::rules::status::OrderStatus;
use crate::rules::subject::Subject;

/// A keyed hash of a parsed command: tells a repeated request from another one under the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub String);

/// What a caller asked for under a request id, and what it became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    pub caller: Caller,
    pub request_id: RequestId,
    /// The method it was given to.
    pub method: String,
    pub fingerprint: Fingerprint,
    pub order_id: OrderId,
    /// What it is answered about.
    pub answer: Subject,
    /// What it set to work, or joined; `None` where nothing had to be done at Mollie.
    pub group: Option<GroupId>,
    pub created_time: Timestamp,
}

/// How a change writes operations.
#[derive(Clone, Debug)]
pub enum OperationWrite {
    /// A new operation; with a token it is claimed at once for `lease`.
    Insert { operation: Operation, claim: Option<(LeaseToken, Duration)> },
    /// Writes an operation worked on under `token` and releases the lease. Exactly one row, or the change fails.
    Release { operation: Operation, token: LeaseToken },
    /// Writes what an operator decided of an operation that needs attention and that nobody works on. Exactly one row, or
    /// the change fails.
    Decide { operation: Operation },
    /// Withdraws an operation that is pending and was never sent. Exactly one row, or the change fails.
    Withdraw { operation: Operation },
}

/// Everything one decision changes, written in one transaction.
#[derive(Clone, Debug)]
pub struct Change {
    /// The order as it is afterwards.
    pub order: Order,
    /// The version it was decided on; `None`: the order is new.
    pub expected_version: Option<u64>,
    pub events: Vec<Event>,
    pub request: Option<RequestRecord>,
    pub operations: Vec<OperationWrite>,
    /// New or changed shipments, whole.
    pub shipments: Vec<Shipment>,
    /// When to look the order up at Mollie; `None` leaves the schedule alone.
    pub lookup: Option<Timestamp>,
}

/// Why a change was not written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Somebody else changed the order: decide again.
    #[error("the order has moved on from the version this was decided on")]
    VersionMoved,
    /// The request id is taken: see what it became.
    #[error("the request id was used by another call")]
    RequestTaken,
    /// Another order of the profile holds the order number.
    #[error("the order number is held by another order")]
    NumberHeld,
    /// The lease ran out, or the operation is not in the state it was decided on.
    #[error("the operation is in other hands")]
    LeaseLost,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Not reachable, busy or shutting down. A change was written wholly or not at all.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// What is stored cannot be read, or the database refuses a statement.
    #[error("the database holds or answered something unexpected: {0}")]
    Inconsistent(String),
}

impl StoreError {
    /// Whether the same call may succeed later without anybody's doing.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Inconsistent(_) => false,
        }
    }
}

/// How an order is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderKey {
    Id(OrderId),
    MollieId(String),
    /// The order that holds the number, else the newest with it.
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

/// Which orders are asked for; an empty part does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    pub profile: Option<ProfileName>,
    pub statuses: Vec<OrderStatus>,
    /// Empty: placing and placed ones, and with [`with_open_items`](Self::with_open_items) all.
    pub placements: Vec<Placement>,
    pub order_number: Option<String>,
    pub created_from: Option<Timestamp>,
    pub created_before: Option<Timestamp>,
    /// Only orders with something a person must still look at.
    pub with_open_items: bool,
}

/// Which operations are asked for; an empty part does not restrict, but for the states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationFilter {
    pub profile: Option<ProfileName>,
    pub order_id: Option<OrderId>,
    /// Empty: all that are not settled.
    pub states: Vec<OperationState>,
    pub kinds: Vec<OperationKind>,
}

/// The place behind which the next page begins, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationPageKey {
    pub created_time: Timestamp,
    pub id: OperationId,
}

/// The place behind which the next page begins, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageKey {
    pub created_time: Timestamp,
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
    /// How often it had been asked for by then, by hooks and by changes; what is asked for later is not ended with it.
    pub hooks: u64,
    /// Look-ups in a row that failed.
    pub failures: u32,
    /// What the hooks named, each once and in the order of their coming; at most [`webhook_hint::MOST`](crate::rules::webhook_hint::MOST).
    pub hints: Vec<String>,
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

    /// Newest first; fewer than the limit where they are large, and then `next` says so.
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

    fn load_operation(&self, id: OperationId) -> impl Future<Output = Answer<Option<Operation>>> + Send;

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

    /// Notes that Mollie was read and nothing had changed; `false` if the order is not at `version` any more.
    fn note_observed(
        &self,
        order: OrderId,
        version: u64,
        time: Timestamp,
    ) -> impl Future<Output = Answer<bool>> + Send;

    /// Claims up to `limit` operations that are due, as [`State::claimed`](crate::operations::operation::State::claimed) says:
    /// pending ones, resolving ones, and those in flight whose lease ran out. None is given out that another of its order
    /// [holds up](Operation::holds_up), and no pending one while another of its order is in flight.
    fn claim_operations(
        &self,
        now: Timestamp,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> impl Future<Output = Answer<Vec<Claim>>> + Send;

    /// Extends a lease that still stands; `false` if it is in other hands.
    fn renew_lease(
        &self,
        id: OperationId,
        token: LeaseToken,
        lease: Duration,
    ) -> impl Future<Output = Answer<bool>> + Send;

    /// Puts a claimed operation back as it is given, without any change of the order; `false` if it is in other hands. What is
    /// settled changes its order, and is refused here.
    fn defer(&self, operation: &Operation, token: LeaseToken) -> impl Future<Output = Answer<bool>> + Send;

    /// Makes the order's look-up due at once, counts the hook and keeps its hint, if it is one and there is room; `false`
    /// if there is no such order.
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

    /// Whether a look-up of the order is due, asked for by a hook or by its schedule, and not ended.
    fn is_lookup_due(&self, order: OrderId, now: Timestamp) -> impl Future<Output = Answer<bool>> + Send;

    /// Ends a look-up: the next one is due at `next` (never, if `None`), or when it was asked for meanwhile.
    /// `failures`: how many failed in a row by now. The hints of `claim` were dealt with and are forgotten, unless the
    /// look-up was asked for meanwhile; a claim given back without them leaves them for the next.
    fn finish_lookup(
        &self,
        claim: &LookupClaim,
        next: Option<Timestamp>,
        failures: u32,
    ) -> impl Future<Output = Answer<()>> + Send;
}
