//! One process of the service, and Mollie: the real workflow and adapter over a store in memory and the simulator's rules. Nothing
//! fails, and time stands still but for the steps of a sequence.

use std::future::Future;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::operations::claim::Claim;
use domain::ports::{Clock, Ids, Ports, Settings, Store};
use domain::rules::ids::{LeaseToken, OrderId, ProfileName};
use domain::workflow::drive::drive;
use domain::workflow::lookup::look_up;
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use mollie_adapter::{Answer, ApiKey, Failure, MollieAdapter, Request, Transport};
use mollie_simulator::rules::{ApiRequest, Switches, World};
use reqwest::StatusCode;
use runner::PlainVault;
use runner::memory::MemoryStore;
use uuid::Uuid;

/// Where the simulated Mollie is; nothing is ever sent there.
const BASE: &str = "http://127.0.0.1:9/v2";
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

/// Mollie, and how often it was asked to change something.
struct Mollie {
    world: Mutex<World>,
    changes: AtomicU64,
    clock: Hand,
}

/// A clock whose hand is moved.
#[derive(Clone, Default)]
pub struct Hand(Arc<(AtomicI64, AtomicU64)>);

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
    pub fn new(switches: Switches) -> Self {
        let clock = Hand::default();
        let mut world = World::new(1, BASE);
        world.set_switches(switches);
        let mollie = Mollie { world: Mutex::new(world), changes: AtomicU64::new(0), clock: clock.clone() };
        let mollie = Arc::new(mollie);
        let key = ApiKey::parse("test_sequences").unwrap_or_else(|error| unreachable!("{error}"));
        let gateway = MollieAdapter::over(Wire(Arc::clone(&mollie)), BASE, [(profile(), key)])
            .unwrap_or_else(|error| unreachable!("{error}"));
        let stores = clock.clone();
        Self {
            store: MemoryStore::new(move || stores.elapsed()),
            gateway,
            clock,
            vault: PlainVault,
            settings: settings(),
            mollie,
        }
    }

    /// Mollie's rules.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.mollie.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often Mollie was asked to change something.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.mollie.changes.load(Ordering::Relaxed)
    }

    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass.
    pub fn pass(&self, time: SignedDuration) {
        let micros = i64::try_from(time.as_micros()).unwrap_or(0);
        self.clock.0.0.fetch_add(micros, Ordering::Relaxed);
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

fn settings() -> Settings {
    Settings {
        public_url: "https://shop.example".to_owned(),
        placement_age_limit: SignedDuration::from_mins(15),
        settle_window: SignedDuration::from_secs(60),
        call_timeout: SignedDuration::from_secs(20),
        lease: Duration::from_secs(8),
        trust_idempotency: true,
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

/// The day on which every sequence begins.
const BEGINNING: Timestamp = Timestamp::constant(1_772_452_800, 0);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        let since = SignedDuration::from_micros(self.0.0.load(Ordering::Relaxed));
        BEGINNING.saturating_add(since).unwrap_or(Timestamp::MAX)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_micros(self.0.0.load(Ordering::Relaxed).unsigned_abs())
    }

    /// Nobody waits so long: whatever is waited for is ready at once.
    async fn sleep(&self, _duration: Duration) {
        std::future::pending().await
    }
}

impl Ids for Hand {
    fn ordered(&self) -> Uuid {
        let millis = u128::try_from(self.now().as_millisecond()).unwrap_or(0);
        Uuid::from_u128((millis << 80) + (7 << 76) + (8 << 60) + u128::from(self.count()))
    }

    fn random(&self) -> Uuid {
        Uuid::from_u128((4 << 76) + (8 << 60) + u128::from(self.count()))
    }
}

impl Hand {
    fn count(&self) -> u64 {
        self.0.1.fetch_add(1, Ordering::Relaxed)
    }
}

/// The way to Mollie, which takes no time.
pub struct Wire(Arc<Mollie>);

impl Transport for Wire {
    async fn send(&self, key: &ApiKey, request: Request) -> Result<Answer, Failure> {
        let method = request.endpoint.method().to_string();
        if method != "GET" {
            self.0.changes.fetch_add(1, Ordering::Relaxed);
        }
        let request = ApiRequest {
            method,
            path: request.url.path().to_owned(),
            query: request.url.query().unwrap_or_default().to_owned(),
            authorization: Some(format!("Bearer {}", key.expose())),
            idempotency_key: request.idempotency.map(|key| key.to_string()),
            body: request.body.unwrap_or_default(),
        };
        let mut world = self.0.world.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = world.answer(&request, self.0.clock.now());
        let body = if answer.body.is_null() { Vec::new() } else { answer.body.to_string().into_bytes() };
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Ok(Answer { status, pause: None, body: Ok(body) })
    }
}
