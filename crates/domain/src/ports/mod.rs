//! What the workflow needs from outside: storage, Mollie, time, ids and secrets. Each port is implemented in another crate, and
//! again by tests.

mod archive;
mod clock;
mod mollie;
mod permits;
mod storage;
mod stream;
mod trace;
mod vault;

pub use archive::{Archive, Move};
pub use clock::{AGREED, Ahead, Clock, Ids};
pub use mollie::{
    Acceptance, CancelLines, Command, Gateway, GatewayError, Listed, Listing, MakeRefund, ManageLines,
    OpenPayment, Outcome, PlaceOrder, RegisterShipment, TrackShipment, UpdateOrder, rests,
};
pub use permits::{CallPermits, Reserved};
pub use storage::{
    Change, CommitError, DeadlineFilter, DeadlinePageKey, DeadlineSum, Fingerprint, LookupClaim, LookupEnd,
    OperationFilter, OperationPageKey, OperationWrite, OrderFilter, OrderKey, OrderWithOperations, Page,
    PageKey, Pause, RefundFilter, RefundPageKey, RefundSum, RequestRecord, Run, Series, Store, StoreError,
    TimerClaim,
};
pub use stream::{Changed, EventStream, Place, Positioned};
pub use trace::{LookupOrigin, TraceParent};
pub use vault::Vault;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::rules::ids::ProfileName;
use crate::rules::policy::Policy;

/// The workflow's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address at which Mollie reaches us, without a trailing slash.
    pub public_url: String,
    /// How long a placement may take before it is given up.
    pub placement_age_limit: SignedDuration,
    /// How long an effect may still appear after a call has ended.
    pub settle_window: SignedDuration,
    /// The longest a call may take.
    pub call_timeout: SignedDuration,
    /// How long a claim on an operation lasts unless renewed. During a call it is renewed four times in that span.
    pub lease: Duration,
    /// Whether we trust Mollie to recognise a repeated key.
    pub trust_idempotency: bool,
    /// When the database was last restored from a backup. What is known of an order that was not read since may be outdated by requests of
    /// ours that nobody here knows.
    pub restored_time: Option<Timestamp>,
    /// What each profile has chosen; the default for one that is not listed.
    pub policies: BTreeMap<ProfileName, Policy>,
}

impl Settings {
    /// What a profile has chosen.
    #[must_use]
    pub fn policy(&self, profile: &ProfileName) -> Policy {
        self.policies.get(profile).cloned().unwrap_or_default()
    }

    /// How often a lease is renewed during a call.
    #[must_use]
    pub fn lease_renewal(&self) -> Duration {
        self.lease / 4
    }

    /// How long a claim on a look-up lasts: enough for a reading and a search. It is not renewed.
    #[must_use]
    pub fn lookup_lease(&self) -> Duration {
        let call = Duration::try_from(self.call_timeout).unwrap_or(Duration::ZERO);
        self.lease.saturating_add(call).saturating_add(call)
    }

    /// A send starts only while at least this much of the lease is left.
    #[must_use]
    pub fn send_margin(&self) -> Duration {
        self.lease / 4
    }
}

/// All the ports.
pub trait Ports: Send + Sync + 'static {
    type Store: Store;
    type Gateway: Gateway;
    type Clock: Clock;
    type Ids: Ids;
    type Vault: Vault;

    fn store(&self) -> &Self::Store;
    fn gateway(&self) -> &Self::Gateway;
    fn clock(&self) -> &Self::Clock;
    fn ids(&self) -> &Self::Ids;
    fn vault(&self) -> &Self::Vault;
    fn settings(&self) -> &Settings;
}
