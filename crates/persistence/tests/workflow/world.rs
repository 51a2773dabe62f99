//! A separate service for each test: the real store on a file, Mollie's side in memory, and a clock moved by hand.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use domain::operations::claim::Claim;
use domain::operations::operation::Operation;
use domain::ports::{Clock, Ids, LookupClaim, OrderKey, Ports, Settings, Store};
use domain::rules::companion::Companions;
use domain::rules::field::Field;
use domain::rules::ids::{LeaseToken, MollieOrderId, OperationId, OrderId, ShipmentId};
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::policy::Policy;
use domain::rules::shipment::Shipment;
use domain::rules::snapshot::Snapshot;
use domain::rules::status::{LineStatus, OrderStatus, Read};
use domain::workflow::drive::drive;
use domain::workflow::lookup::{LookedUp, look_up};
use domain::workflow::step::Progress;
use domain::workflow::sync::sync;
use jiff::SignedDuration;
use persistence::{Database, Options};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{ConnectOptions, Connection, query, query_scalar};
use tempfile::TempDir;

use crate::clock::{CountedIds, ManualClock, PlainVault};
use crate::intents::main_profile;
use crate::mollie::Mollie;

/// A claim, and when it was taken.
pub type Held = (Claim, Duration);

pub struct World {
    pub store: Database,
    pub mollie: Mollie,
    pub clock: ManualClock,
    pub requests: AtomicU32,
    ids: CountedIds,
    settings: Settings,
    directory: TempDir,
}

impl Ports for World {
    type Store = Database;
    type Gateway = Mollie;
    type Clock = ManualClock;
    type Ids = CountedIds;
    type Vault = PlainVault;

    fn store(&self) -> &Database {
        &self.store
    }
    fn gateway(&self) -> &Mollie {
        &self.mollie
    }
    fn clock(&self) -> &ManualClock {
        &self.clock
    }
    fn ids(&self) -> &CountedIds {
        &self.ids
    }
    fn vault(&self) -> &PlainVault {
        &PlainVault
    }
    fn settings(&self) -> &Settings {
        &self.settings
    }
}

pub const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub const fn mins(minutes: u64) -> Duration {
    Duration::from_mins(minutes)
}

impl World {
    pub async fn new() -> Arc<Self> {
        Self::with(|_| ()).await
    }

    /// A world where every key counts as expired.
    pub async fn without_trust() -> Arc<Self> {
        Self::with(|settings| settings.trust_idempotency = false).await
    }

    /// Another process on the same store, with other settings. It has a Mollie of its own, so it may not read or send.
    pub fn beside(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.settings.clone();
        change(&mut settings);
        Self {
            store: self.store.clone(),
            mollie: Mollie::new(self.clock.clone()),
            clock: self.clock.clone(),
            requests: AtomicU32::new(0),
            ids: CountedIds::default(),
            settings,
            directory: tempfile::tempdir().unwrap(),
        }
    }

    pub async fn with(change: impl FnOnce(&mut Settings)) -> Arc<Self> {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/orders.db", directory.path().display());
        let options = Options { url, max_connections: 8 };
        let store = Database::connect(&options).await.unwrap();
        store.migrate().await.unwrap();
        let mut settings = Settings {
            public_url: "https://shop.example".to_owned(),
            placement_age_limit: SignedDuration::from_mins(15),
            settle_window: SignedDuration::from_secs(60),
            call_timeout: SignedDuration::from_secs(20),
            lease: Duration::from_secs(8),
            trust_idempotency: true,
            // Tests name each line that they ship.
            restored_time: None,
            policies: BTreeMap::from([(
                main_profile().0,
                Policy { companions: Companions::Explicit, ..Policy::default() },
            )]),
        };
        change(&mut settings);
        let clock = ManualClock::new();
        Arc::new(Self {
            store,
            mollie: Mollie::new(clock.clone()),
            clock,
            requests: AtomicU32::new(0),
            ids: CountedIds::default(),
            settings,
            directory,
        })
    }

    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    pub fn number(&self) -> u32 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// Drives a claimed operation one step further.
    pub async fn drive(&self, (claim, claimed_at): &Held) -> Progress {
        Box::pin(drive(self, claim, *claimed_at)).await.unwrap()
    }

    /// Drives a claimed operation until its call hangs, and then no more.
    pub async fn crash(&self, claim: &Held) {
        tokio::select! {
            done = self.drive(claim) => panic!("{done:?} before the crash"),
            () = self.mollie.hung() => (),
        }
    }

    pub async fn claim(&self) -> Vec<Held> {
        let token = LeaseToken::new(self.ids.random());
        let (now, elapsed) = (self.clock.now(), self.clock.elapsed());
        let claims = self.store.claim_operations(now, self.settings.lease, token, 10).await.unwrap();
        claims.into_iter().map(|claim| (claim, elapsed)).collect()
    }

    /// The one operation that is due.
    pub async fn claim_one(&self) -> Held {
        let mut claims = self.claim().await;
        assert_eq!(claims.len(), 1, "{claims:?}");
        claims.remove(0)
    }

    /// Drives the one operation that is due one step further.
    pub async fn step(&self) -> Progress {
        let claim = self.claim_one().await;
        self.drive(&claim).await
    }

    /// Nothing is due.
    pub async fn rests(&self) {
        let claims = self.claim().await;
        assert!(claims.is_empty(), "{claims:?}");
    }

    /// Works in small steps of time until `time` has passed.
    pub async fn work(&self, time: Duration) {
        let end = self.clock.elapsed() + time;
        while self.clock.elapsed() < end {
            self.advance(Duration::from_millis(500));
            for claim in self.claim().await {
                self.drive(&claim).await;
            }
        }
    }

    /// Claims the look-ups that are due.
    pub async fn lookups(&self) -> Vec<LookupClaim> {
        let token = LeaseToken::new(self.ids.random());
        self.store.claim_lookups(self.clock.now(), self.settings.lookup_lease(), token, 10).await.unwrap()
    }

    /// A webhook arrives with this hint.
    pub async fn hook(&self, id: OrderId, hint: &str) {
        assert!(self.store.hook_arrived(id, Some(hint), self.clock.now()).await.unwrap());
    }

    /// Carries out the one look-up that is due.
    pub async fn look_up(&self) -> LookedUp {
        let claims = self.lookups().await;
        assert_eq!(claims.len(), 1, "{claims:?}");
        Box::pin(look_up(self, &claims[0])).await.unwrap()
    }

    async fn raw(&self) -> SqliteConnection {
        let path = self.directory.path().join("orders.db");
        let options = SqliteConnectOptions::new().filename(path).busy_timeout(secs(5));
        SqliteConnection::connect_with(&options.disable_statement_logging()).await.unwrap()
    }

    /// Every lease has run out, as if its eight seconds had passed.
    pub async fn end_leases(&self) {
        let ended = query("UPDATE operations SET lease_until = 1 WHERE lease_token IS NOT NULL");
        ended.execute(&mut self.raw().await).await.unwrap();
    }

    /// The key that sealed the secrets has changed.
    pub async fn spoil_secrets(&self) {
        let spoiled = query("UPDATE operations SET sealed = x'00' WHERE sealed IS NOT NULL");
        spoiled.execute(&mut self.raw().await).await.unwrap();
    }

    /// The end of the only lease, by the database's clock, in microseconds.
    pub async fn lease_until(&self) -> i64 {
        let lease = query_scalar("SELECT lease_until FROM operations WHERE lease_token IS NOT NULL");
        lease.fetch_one(&mut self.raw().await).await.unwrap()
    }

    pub async fn order(&self, id: OrderId) -> Order {
        self.store.load_order(&OrderKey::Id(id)).await.unwrap().unwrap()
    }

    pub async fn operation(&self, id: Option<OperationId>) -> Operation {
        self.store.load_operation(id.unwrap()).await.unwrap().unwrap()
    }

    pub async fn state(&self, id: Option<OperationId>) -> OperationState {
        self.operation(id).await.state.name()
    }

    pub async fn shipment(&self, id: Option<ShipmentId>) -> Shipment {
        self.store.load_shipment(id.unwrap()).await.unwrap().unwrap()
    }

    pub async fn sync(&self, id: OrderId) -> Order {
        Box::pin(sync(self, id)).await.unwrap()
    }

    /// Changes the order at Mollie without our knowledge.
    pub async fn at_mollie(&self, id: OrderId, change: impl FnOnce(&mut Snapshot)) {
        let mollie_id: MollieOrderId = self.order(id).await.mollie_id.unwrap();
        change(self.mollie.side().ledger.find_mut(&mollie_id));
    }

    /// The shopper has authorized the order at Mollie; we do not know yet.
    pub async fn authorize(&self, id: OrderId) {
        let now = self.clock.now();
        self.at_mollie(id, |order| {
            order.authorized_time = Some(now);
            all_at(order, OrderStatus::Authorized, LineStatus::Authorized);
        })
        .await;
    }

    /// The shopper has paid the order at Mollie; we do not know yet.
    pub async fn pay(&self, id: OrderId) {
        let now = self.clock.now();
        self.at_mollie(id, |order| {
            order.paid_time = Some(now);
            all_at(order, OrderStatus::Paid, LineStatus::Paid);
        })
        .await;
    }
}

pub fn all_at(order: &mut Snapshot, status: OrderStatus, line: LineStatus) {
    order.status = Some(Read::Known(status));
    order.lines.iter_mut().for_each(|it| it.status = Read::Known(line));
    order.checkout_url = Field::LeftOut;
}
