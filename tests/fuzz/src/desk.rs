//! One process of the service over a store in memory, with at most one order in it, and Mollie's mouth.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use domain::operations::claim::Claim;
use domain::operations::operation::Operation;
use domain::ports::{Clock, Ids, OrderKey, Ports, Settings, Store};
use domain::rules::ids::{LeaseToken, OrderId};
use domain::rules::order::Order;
use domain::workflow::drive::drive;
use domain::workflow::lookup::look_up;
use futures_util::FutureExt;
use jiff::SignedDuration;
use mollie_adapter::{Credential, MollieAdapter};
use runner::PlainVault;
use runner::memory::MemoryStore;
use sequences::desk::{KEY, profile};
use sequences::hand::Hand;
use sequences::mollie::BASE;

use crate::sample::Kept;
use crate::wire::Mouth;

/// So many rounds of what is due are worked on: an input has no more to say than that.
const ROUNDS: usize = 6;
/// Longer than the settle window, and than most pauses after a failure.
const BETWEEN: SignedDuration = SignedDuration::from_secs(65);
const AT_ONCE: u32 = 4;

/// The service.
pub struct Desk {
    pub store: MemoryStore,
    pub mouth: Mouth,
    gateway: MollieAdapter<Mouth>,
    clock: Hand,
    settings: Settings,
}

/// What is ready at once, as everything is here.
///
/// # Panics
/// It waits.
pub fn now<T>(work: impl Future<Output = T>) -> T {
    work.now_or_never().unwrap_or_else(|| panic!("the workflow waits for what never comes"))
}

/// What the store gives; it never fails by itself, so a failure is a row that a database would refuse.
///
/// # Panics
/// The workflow writes what no store takes.
pub fn taken<T, E: std::fmt::Display>(stored: Result<T, E>) -> T {
    stored.unwrap_or_else(|error| panic!("the store refuses what the workflow does: {error}"))
}

impl Desk {
    /// A service that has this order.
    #[must_use]
    pub fn new(kept: &Kept, mouth: Mouth) -> Self {
        let desk = Self::empty(kept, mouth);
        taken(now(desk.store.commit(kept.change())));
        desk
    }

    /// A service at the same time that has none.
    ///
    /// # Panics
    /// Never: address and key are fixed and right.
    #[must_use]
    pub fn empty(kept: &Kept, mouth: Mouth) -> Self {
        let clock = Hand::default();
        clock.pass(kept.since);
        let key = Credential::key(KEY).unwrap_or_else(|error| unreachable!("{error}"));
        let gateway = MollieAdapter::over(mouth.clone(), BASE, [(profile(), key)])
            .unwrap_or_else(|error| unreachable!("{error}"));
        let stores = clock.clone();
        let store = MemoryStore::new(move || stores.elapsed());
        Self { store, mouth, gateway, clock, settings: settings() }
    }

    /// Works on what was claimed with a request, and on what is due then, while Mollie has something to say.
    pub fn work(&self, first: Option<(Claim, Duration)>) {
        if let Some((claim, claimed_at)) = first {
            taken(now(Box::pin(drive(self, &claim, claimed_at))));
        }
        for _ in 0..ROUNDS {
            if !self.mouth.is_open() {
                return;
            }
            self.clock.pass(BETWEEN);
            self.round();
        }
    }

    /// A hook has come for the order: it is read while Mollie has something to say.
    pub fn hook(&self, id: OrderId, hint: Option<&str>) {
        taken(now(self.store.hook_arrived(id, hint, self.clock.now())));
        self.round();
    }

    fn round(&self) {
        let (claimed_at, lease) = (self.clock.elapsed(), self.settings.lease);
        let token = LeaseToken::new(self.clock.random());
        for claim in taken(now(self.store.claim_operations(self.clock.now(), lease, token, AT_ONCE))) {
            taken(now(Box::pin(drive(self, &claim, claimed_at))));
        }
        for claim in taken(now(self.store.claim_lookups(self.clock.now(), lease, token, AT_ONCE))) {
            taken(now(Box::pin(look_up(self, &claim))));
        }
    }

    /// The order with what is under way.
    #[must_use]
    pub fn load(&self, id: OrderId) -> Option<(Order, Vec<Operation>)> {
        let found = taken(now(self.store.load_with_operations(&OrderKey::Id(id))));
        found.map(|found| (found.order, found.unsettled))
    }
}

fn settings() -> Settings {
    Settings {
        public_url: "https://shop.example".to_owned(),
        placement_age_limit: SignedDuration::from_mins(15),
        settle_window: SignedDuration::from_secs(60),
        call_timeout: SignedDuration::from_secs(20),
        lease: Duration::from_secs(8),
        trust_idempotency: true,
        restored_time: None,
        policies: BTreeMap::new(),
    }
}

impl Ports for Desk {
    type Store = MemoryStore;
    type Gateway = MollieAdapter<Mouth>;
    type Clock = Hand;
    type Ids = Hand;
    type Vault = PlainVault;

    fn store(&self) -> &MemoryStore {
        &self.store
    }
    fn gateway(&self) -> &MollieAdapter<Mouth> {
        &self.gateway
    }
    fn clock(&self) -> &Hand {
        &self.clock
    }
    fn ids(&self) -> &Hand {
        &self.clock
    }
    fn vault(&self) -> &PlainVault {
        &PlainVault
    }
    fn settings(&self) -> &Settings {
        &self.settings
    }
}
