//! One process of the service, and Mollie: the real workflow and adapter over a store in memory and the simulator's rules. Nothing
//! fails, and time stands still but for the steps of a sequence.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use domain::operations::claim::Claim;
use domain::ports::{Clock, Ids, Ports, Settings, Store};
use domain::rules::companion::Companions;
use domain::rules::ids::{LeaseToken, OrderId, ProfileName};
use domain::rules::policy::Policy;
use domain::workflow::drive::drive;
use domain::workflow::lookup::look_up;
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use mollie_adapter::{Credential, MollieAdapter};
use mollie_simulator::rules::{Switches, World};
use runner::PlainVault;
use runner::memory::MemoryStore;

use crate::hand::Hand;
use crate::mollie::{BASE, Mollie, Wire};

/// The key that the orders at Mollie are placed with.
pub const KEY: &str = "test_sequences";

/// No step of a service takes so many rounds.
const ROUNDS: usize = 40;
const AT_ONCE: u32 = 16;

/// The service and Mollie.
pub struct Desk {
    pub store: MemoryStore,
    gateway: MollieAdapter<Wire>,
    clock: Hand,
    vault: PlainVault,
    settings: Settings,
    mollie: Arc<Mollie>,
}

/// The profile of every order.
#[must_use]
pub fn profile() -> ProfileName {
    ProfileName::new("main")
}

/// What is ready at once, as everything is here.
///
/// # Errors
/// It waits for something that never comes.
pub fn now<T>(work: impl Future<Output = T>) -> Result<T, String> {
    work.now_or_never().ok_or_else(|| "the workflow waits although nothing fails".to_owned())
}

impl Desk {
    /// # Panics
    /// Never: address and key are fixed and right.
    #[must_use]
    pub fn new(switches: Switches, companions: Companions) -> Self {
        let clock = Hand::default();
        let mollie = Arc::new(Mollie::new(switches, clock.clone()));
        let key = Credential::key(KEY).unwrap_or_else(|error| unreachable!("{error}"));
        let gateway = MollieAdapter::over(Wire(Arc::clone(&mollie)), BASE, [(profile(), key)])
            .unwrap_or_else(|error| unreachable!("{error}"));
        let stores = clock.clone();
        Self {
            store: MemoryStore::new(move || stores.elapsed()),
            gateway,
            clock,
            vault: PlainVault,
            settings: settings(companions),
            mollie,
        }
    }

    /// Mollie's rules.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.mollie.world()
    }

    /// How often Mollie was asked to change something.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.mollie.changes()
    }

    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass.
    pub fn pass(&self, time: SignedDuration) {
        self.clock.pass(time);
        let now = self.time();
        self.world().tick(now);
    }

    /// Works on what was claimed with a request, and then on all that is due.
    ///
    /// # Errors
    /// The store is broken, or there is no end of it.
    pub fn work(&self, first: Option<(Claim, Duration)>) -> Result<(), String> {
        if let Some((claim, claimed_at)) = first {
            now(Box::pin(drive(self, &claim, claimed_at)))?.map_err(|error| error.to_string())?;
        }
        for _ in 0..ROUNDS {
            if self.round()? == 0 {
                return Ok(());
            }
        }
        Err("there is no end of what is due".to_owned())
    }

    /// A hook has come for the order.
    ///
    /// # Errors
    /// As for [`Desk::work`].
    pub fn hook(&self, order: OrderId) -> Result<(), String> {
        now(self.store.hook_arrived(order, None, self.time()))?.map_err(|error| error.to_string())?;
        self.work(None)
    }

    /// How much was due.
    fn round(&self) -> Result<usize, String> {
        let (claimed_at, lease) = (self.clock.elapsed(), self.settings.lease);
        let token = LeaseToken::new(self.clock.random());
        let claims = now(self.store.claim_operations(self.time(), lease, token, AT_ONCE))?;
        let claims = claims.map_err(|error| error.to_string())?;
        for claim in &claims {
            now(Box::pin(drive(self, claim, claimed_at)))?.map_err(|error| error.to_string())?;
        }
        let lookups = now(self.store.claim_lookups(self.time(), lease, token, AT_ONCE))?;
        let lookups = lookups.map_err(|error| error.to_string())?;
        for claim in &lookups {
            now(Box::pin(look_up(self, claim)))?.map_err(|error| error.to_string())?;
        }
        Ok(claims.len() + lookups.len())
    }
}

fn settings(companions: Companions) -> Settings {
    Settings {
        public_url: "https://shop.example".to_owned(),
        placement_age_limit: SignedDuration::from_mins(15),
        settle_window: SignedDuration::from_secs(60),
        call_timeout: SignedDuration::from_secs(20),
        lease: Duration::from_secs(8),
        trust_idempotency: true,
        restored_time: None,
        policies: BTreeMap::from([(profile(), Policy { companions, ..Policy::default() })]),
    }
}

impl Ports for Desk {
    type Store = MemoryStore;
    type Gateway = MollieAdapter<Wire>;
    type Clock = Hand;
    type Ids = Hand;
    type Vault = PlainVault;

    fn store(&self) -> &MemoryStore {
        &self.store
    }
    fn gateway(&self) -> &MollieAdapter<Wire> {
        &self.gateway
    }
    fn clock(&self) -> &Hand {
        &self.clock
    }
    fn ids(&self) -> &Hand {
        &self.clock
    }
    fn vault(&self) -> &PlainVault {
        &self.vault
    }
    fn settings(&self) -> &Settings {
        &self.settings
    }
}
