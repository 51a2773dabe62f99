//! One process of the service, as far as the domain knows: its ports, the calls it serves, its hooks and its loops. What
//! production does around the workflow in tasks and loops is done here in the same shape; the workflow itself is polled as
//! it is.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use domain::ports::{Clock, Ids, Ports, Settings, Store, Vault};
use domain::rules::draft::OrderDraft;
use domain::rules::ids::{LeaseToken, OperationId, OrderId, ProfileName};
use domain::rules::operation::{Claim, OperationState};
use domain::rules::placement::{Mode, Placement};
use domain::rules::shipment::{ShipmentRequest, ShipmentState};
use domain::workflow::cancel::cancel;
use domain::workflow::drive::drive;
use domain::workflow::lookup::look_up;
use domain::workflow::place::{place, repeated};
use domain::workflow::ship::ship;
use domain::workflow::{Accepted, Intent, MutationError, parse_hook_path};
use jiff::{SignedDuration, Timestamp};
use mollie_adapter::{ApiKey, MollieAdapter};
use uuid::Uuid;

use crate::journal::{Reply, Said};
use crate::mollie::{BASE, CALL_TIMEOUT, KEY, Wire};
use crate::sim::Process;
use crate::site::Site;
use crate::storage::Storage;

/// How long a call is waited for before it is answered with what is durably true.
const PATIENCE: Duration = Duration::from_secs(8);
/// How often a waiting call looks whether its operation has ended.
const LOOK: Duration = Duration::from_millis(250);
/// How many claims a loop takes at once.
const AT_ONCE: u32 = 16;

/// The profile of every order.
pub fn profile() -> ProfileName {
    ProfileName::new("main")
}

/// A process.
pub struct Replica {
    pub site: Arc<Site>,
    pub process: Process,
    storage: Storage,
    gateway: MollieAdapter<Wire>,
    clock: SiteClock,
    vault: PlainVault,
    settings: Settings,
    bells: [Bell; 2],
}

impl Ports for Replica {
    type Store = Storage;
    type Gateway = MollieAdapter<Wire>;
    type Clock = SiteClock;
    type Ids = SiteClock;
    type Vault = PlainVault;

    fn store(&self) -> &Storage {
        &self.storage
    }
    fn gateway(&self) -> &MollieAdapter<Wire> {
        &self.gateway
    }
    fn clock(&self) -> &SiteClock {
        &self.clock
    }
    fn ids(&self) -> &SiteClock {
        &self.clock
    }
    fn vault(&self) -> &PlainVault {
        &self.vault
    }
    fn settings(&self) -> &Settings {
        &self.settings
    }
}

/// What a call changes.
#[derive(Clone)]
pub enum Wish {
    Place(Box<OrderDraft>),
    Ship(OrderId, ShipmentRequest),
    Cancel(OrderId),
}

impl Replica {
    /// A process with both of its loops running.
    ///
    /// # Panics
    /// Never: address and key are fixed and right.
    pub fn start(site: &Arc<Site>, number: usize) -> Arc<Self> {
        let key = ApiKey::parse(KEY).unwrap_or_else(|error| unreachable!("{error}"));
        let gateway = MollieAdapter::over(Wire(Arc::clone(site)), BASE, [(profile(), key)])
            .unwrap_or_else(|error| unreachable!("{error}"));
        let replica = Arc::new(Self {
            site: Arc::clone(site),
            process: Process(number),
            storage: Storage(Arc::clone(site)),
            gateway,
            clock: SiteClock(Arc::clone(site)),
            vault: PlainVault,
            settings: settings(site.keys),
            bells: Default::default(),
        });
        site.spawn(replica.process, Arc::clone(&replica).work_on_operations());
        site.spawn(replica.process, Arc::clone(&replica).work_on_lookups());
        replica
    }

    /// Something may be due.
    pub fn ring(&self) {
        self.bells.iter().for_each(Bell::ring);
    }

    /// Serves one call.
    pub async fn serve(self: Arc<Self>, intent: Intent, wish: Wish) -> Reply {
        let decided = match wish {
            Wish::Place(draft) => match repeated(&*self, &intent).await {
                Ok(Some(before)) => Ok(before),
                Ok(None) => Box::pin(place(&*self, &intent, (profile(), Mode::Test), *draft)).await,
                Err(error) => Err(error),
            },
            Wish::Ship(order, request) => Box::pin(ship(&*self, &intent, order, &request)).await,
            Wish::Cancel(order) => Box::pin(cancel(&*self, &intent, order)).await,
        };
        match decided {
            Ok(mut accepted) => {
                if let Some((claim, claimed_at)) = accepted.claim.take() {
                    self.take(claim, claimed_at);
                }
                if let Some(id) = accepted.operation_id {
                    self.wait(id).await;
                }
                self.reply(&accepted).await
            }
            Err(error) => refusal(&error),
        }
    }

    /// Runs a step in a task of its own, whoever waits for it.
    fn take(self: &Arc<Self>, claim: Claim, claimed_at: Duration) {
        let replica = Arc::clone(self);
        self.site.spawn(self.process, async move {
            match Box::pin(drive(&*replica, &claim, claimed_at)).await {
                Ok(progress) => {
                    replica.site.note(|| {
                        format!("step of {} in {}: {progress:?}", claim.operation.id, replica.process.0)
                    });
                    replica.site.tally().call(format!("step: {progress:?}"));
                }
                Err(error) if error.retryable() => replica.site.tally().call("step: store failed".to_owned()),
                Err(error) => {
                    replica.site.journal().acts.push(crate::journal::Act::Broken(error.to_string()))
                }
            }
            replica.site.touch();
        });
    }

    async fn wait(&self, id: OperationId) {
        let until = self.clock.elapsed() + PATIENCE;
        while self.clock.elapsed() < until {
            self.clock.sleep(LOOK).await;
            match self.storage.load_operation(id).await {
                Ok(Some(operation)) => match operation.state {
                    OperationState::Succeeded
                    | OperationState::Rejected
                    | OperationState::Withdrawn
                    | OperationState::NeedsAttention => return,
                    OperationState::Pending if operation.last_problem.is_some() => return,
                    OperationState::Pending | OperationState::InFlight | OperationState::Resolving => (),
                },
                Ok(None) => return,
                Err(_) => (),
            }
        }
    }

    async fn reply(&self, accepted: &Accepted) -> Reply {
        let said = match self.said(accepted).await {
            Ok(said) => said,
            Err(_) => return Reply::Unavailable,
        };
        Reply::Accepted {
            order: accepted.order_id,
            shipment: accepted.shipment_id,
            operation: accepted.operation_id,
            said,
        }
    }

    /// What an answer of the API would say of it.
    async fn said(&self, accepted: &Accepted) -> Result<Said, domain::ports::StoreError> {
        if let Some(id) = accepted.shipment_id {
            let shipment = self.storage.load_shipment(id).await?;
            return Ok(match shipment.map(|shipment| shipment.state) {
                Some(ShipmentState::Registered) => Said::Done,
                Some(ShipmentState::Refused) => Said::NotDone,
                Some(ShipmentState::Recorded | ShipmentState::NeedsAttention) | None => Said::UnderWay,
            });
        }
        let order = domain::ports::OrderKey::Id(accepted.order_id);
        let placement = self.storage.load_order(&order).await?.map(|order| order.placement);
        let operation = match accepted.operation_id {
            Some(id) => self.storage.load_operation(id).await?,
            None => return Ok(Said::Done),
        };
        Ok(match (placement, operation.map(|operation| operation.state)) {
            (Some(Placement::Refused | Placement::Abandoned), _) | (_, Some(OperationState::Rejected)) => {
                Said::NotDone
            }
            (_, Some(OperationState::Succeeded)) => Said::Done,
            (_, _) => Said::UnderWay,
        })
    }

    /// A hook has come: the status it is answered with.
    pub async fn hook(&self, url: &str, id: &str) -> u16 {
        let path = url.strip_prefix(&self.settings.public_url).unwrap_or(url);
        let Some(address) = parse_hook_path(self, path) else { return 200 };
        match self.storage.hook_arrived(address.order_id, Some(id), self.clock.now()).await {
            Ok(_) => 200,
            Err(_) => 503,
        }
    }

    async fn work_on_operations(self: Arc<Self>) {
        loop {
            let token = LeaseToken::new(self.clock.random());
            let (claimed_at, now) = (self.clock.elapsed(), self.clock.now());
            let claims = self.storage.claim_operations(now, self.settings.lease, token, AT_ONCE).await;
            let claims = claims.unwrap_or_default();
            let is_full = claims.len() == AT_ONCE as usize;
            for claim in claims {
                self.take(claim, claimed_at);
            }
            if !is_full {
                self.bells[0].heard().await;
            }
        }
    }

    async fn work_on_lookups(self: Arc<Self>) {
        loop {
            let token = LeaseToken::new(self.clock.random());
            let now = self.clock.now();
            let claims = self.storage.claim_lookups(now, self.settings.lease, token, AT_ONCE).await;
            for claim in claims.unwrap_or_default() {
                let replica = Arc::clone(&self);
                self.site.spawn(self.process, async move {
                    // A store that fails leaves the look-up to its lease.
                    let _ = Box::pin(look_up(&*replica, &claim)).await;
                    replica.site.touch();
                });
            }
            self.bells[1].heard().await;
        }
    }
}

/// What the API answers to what is not accepted.
fn refusal(error: &MutationError) -> Reply {
    match error {
        MutationError::Refused(refusal) => Reply::Refused(format!("{:?}", refusal.reason)),
        MutationError::Invalid(faults) => {
            Reply::Refused(faults.iter().map(|fault| fault.rule).collect::<Vec<_>>().join(", "))
        }
        MutationError::RequestReused { .. }
        | MutationError::OrderNotFound
        | MutationError::EtagMismatch { .. }
        | MutationError::NumberHeld { .. } => Reply::Refused(error.to_string()),
        MutationError::Unconfirmed(_)
        | MutationError::DeadlinePassed
        | MutationError::Contended
        | MutationError::Store(_) => Reply::Unavailable,
    }
}

fn settings(keys: bool) -> Settings {
    Settings {
        public_url: "https://shop.example".to_owned(),
        placement_age_limit: SignedDuration::from_mins(15),
        settle_window: SignedDuration::from_secs(60),
        call_timeout: SignedDuration::try_from(CALL_TIMEOUT).unwrap_or(SignedDuration::MAX),
        lease: Duration::from_secs(8),
        trust_idempotency: keys,
    }
}

/// Rings for one listener.
#[derive(Default)]
pub struct Bell(Mutex<(bool, Option<Waker>)>);

impl Bell {
    fn ring(&self) {
        let mut bell = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bell.0 = true;
        if let Some(waker) = bell.1.take() {
            waker.wake();
        }
    }

    async fn heard(&self) {
        std::future::poll_fn(|context| {
            let mut bell = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if std::mem::take(&mut bell.0) {
                return Poll::Ready(());
            }
            bell.1 = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// The site's time and counted ids.
pub struct SiteClock(Arc<Site>);

impl Clock for SiteClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn elapsed(&self) -> Duration {
        self.0.time.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        self.0.time.sleep(duration).await;
    }
}

impl Ids for SiteClock {
    fn ordered(&self) -> Uuid {
        let millis = u128::try_from(self.0.now().as_millisecond()).unwrap_or(0);
        Uuid::from_u128((millis << 80) + (7 << 76) + (8 << 60) + u128::from(self.0.next_id()))
    }

    fn random(&self) -> Uuid {
        let bits = self.0.time.chance(crate::chance::Chance::draw);
        Uuid::from_u128((u128::from(bits) << 80) + (4 << 76) + (8 << 60) + u128::from(self.0.next_id()))
    }
}

/// Keyed hashes without a key, and seals that hide nothing.
pub struct PlainVault;

impl Vault for PlainVault {
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> String {
        let bytes = purpose.bytes().chain(parts.join(&0));
        let sum = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        format!("{sum:016x}")
    }

    fn verify(&self, purpose: &str, parts: &[&[u8]], mac: &str) -> bool {
        self.mac(purpose, parts) == mac
    }

    fn seal(&self, secret: &[u8]) -> Vec<u8> {
        secret.to_vec()
    }

    fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        Some(sealed.to_vec())
    }
}
