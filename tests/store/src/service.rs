//! One process of the service around the real store: its ports, the calls it serves, and what its loops would do. What is
//! right is not judged here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::operations::cancel_order::Cancel;
use domain::operations::claim::Claim;
use domain::operations::create_shipment::Ship;
use domain::operations::update_shipment::Track;
use domain::ports::{
    Clock, EventStream, Fingerprint, Ids, LookupClaim, OrderKey, Ports, Settings, Store, StoreError, Vault,
};
use domain::rules::access::Access;
use domain::rules::ids::{
    Caller, GroupId, LeaseToken, LineId, OperationId, OrderId, ProfileName, RequestId, ShipmentId,
};
use domain::rules::placement::Mode;
use domain::rules::shipment::{LineSelection, Selection, ShipmentRequest, Tracking};
use domain::workflow::drive::drive;
use domain::workflow::lookup::look_up;
use domain::workflow::place::place;
use domain::workflow::submit::{On, submit};
use domain::workflow::sync::sync;
use domain::workflow::{Intent, MutationError, Recorded, parse_hook_path};
use jiff::SignedDuration;
use mollie_adapter::{Credential, MollieAdapter};
use persistence::Database;

use crate::basket::{draft, large};
use crate::clock::{Ticking, Time};
use crate::mollie::{BASE, KEY, Mollie, Wire};

/// The profile of every order.
fn profile() -> ProfileName {
    ProfileName::new("main")
}

/// Who calls.
pub const CALLER: &str = "shop";

/// What a caller wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// An order of this number.
    Place(String),
    /// One unit of a line, in a parcel of this code.
    Ship {
        order: OrderId,
        line: u32,
        code: String,
    },
    /// A parcel followed by another code.
    Track {
        order: OrderId,
        shipment: ShipmentId,
        code: String,
    },
    Cancel(OrderId),
}

/// What a caller was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reported {
    Accepted {
        order: OrderId,
        shipment: Option<ShipmentId>,
        operation: Option<OperationId>,
    },
    Refused(String),
    /// Come again.
    Unavailable(String),
}

/// A process.
pub struct Service {
    pub store: Database,
    pub mollie: Arc<Mollie>,
    gateway: MollieAdapter<Wire>,
    clock: Ticking,
    settings: Settings,
    /// What a step said of the store that cannot pass by itself.
    broken: Mutex<Vec<String>>,
}

impl Service {
    /// A process over an opened database.
    #[must_use]
    pub fn new(store: Database, mollie: &Arc<Mollie>, time: &Arc<Time>) -> Arc<Self> {
        let key = Credential::key(KEY).expect("a key");
        let gateway =
            MollieAdapter::over(Wire(Arc::clone(mollie)), BASE, [(profile(), key)]).expect("an address");
        let settings = Settings {
            public_url: "https://shop.example".to_owned(),
            placement_age_limit: SignedDuration::from_mins(15),
            settle_window: SignedDuration::from_secs(60),
            call_timeout: SignedDuration::from_secs(20),
            lease: Duration::from_secs(8),
            trust_idempotency: true,
            restored_time: None,
            policies: BTreeMap::new(),
        };
        let clock = Ticking(Arc::clone(time));
        Arc::new(Self {
            store,
            mollie: Arc::clone(mollie),
            gateway,
            clock,
            settings,
            broken: Mutex::default(),
        })
    }

    /// What no repetition would help.
    #[must_use]
    pub fn broken(&self) -> Vec<String> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, what: &str, error: &StoreError) {
        if !error.retryable() {
            self.broken.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{what}: {error}"));
        }
    }

    /// Serves one call, and carries what it began as far as it goes.
    pub async fn call(&self, request_id: &str, wish: &Wish) -> Reported {
        let elapsed = self.clock.elapsed();
        let decided = match wish {
            Wish::Place(number) => {
                let intent = intent(request_id, "CreateOrder");
                Box::pin(place(self, &intent, (profile(), Mode::Test), draft(number))).await
            }
            Wish::Ship { order, line, code } => {
                let intent = intent(request_id, "CreateShipment");
                Box::pin(submit(self, &intent, On::Order(*order), &Ship(parcel(*line, code)))).await
            }
            Wish::Track { order, shipment, code } => {
                let intent = intent(request_id, "UpdateShipment");
                let track = Track { shipment_id: *shipment, tracking: tracking(code) };
                Box::pin(submit(self, &intent, On::Order(*order), &track)).await
            }
            Wish::Cancel(order) => {
                Box::pin(submit(
                    self,
                    &intent(request_id, "CancelOrder"),
                    On::Order(*order),
                    &Cancel { release: Vec::new() },
                ))
                .await
            }
        };
        match decided {
            Ok(Recorded { order_id, answer, group, claim, .. }) => {
                if let Some((claim, claimed_at)) = claim {
                    self.step(&claim, claimed_at).await;
                }
                let operation = group.map(GroupId::first);
                Reported::Accepted { order: order_id, shipment: answer.shipment(), operation }
            }
            Err(MutationError::Store(error)) => {
                self.note(request_id, &error);
                Reported::Unavailable(format!(
                    "{:?} after {:?}",
                    error,
                    self.clock.elapsed().saturating_sub(elapsed)
                ))
            }
            Err(
                error @ (MutationError::Unconfirmed(_)
                | MutationError::DeadlinePassed
                | MutationError::Contended),
            ) => Reported::Unavailable(error.to_string()),
            Err(MutationError::NumberHeld { .. }) => Reported::Refused("number held".to_owned()),
            Err(
                error @ (MutationError::Invalid(_)
                | MutationError::RequestReused { .. }
                | MutationError::OrderNotFound(_)
                | MutationError::Forbidden { .. }
                | MutationError::EtagMismatch { .. }
                | MutationError::Precondition(_)),
            ) => Reported::Refused(format!("{error:?}")),
        }
    }

    async fn step(&self, claim: &Claim, claimed_at: Duration) {
        if let Err(error) = Box::pin(drive(self, claim, claimed_at)).await {
            self.note("a step", &error);
        }
    }

    /// A hook has come: the status it is answered with.
    pub async fn hook(&self, url: &str, names: &str) -> u16 {
        let path = url.strip_prefix(&self.settings.public_url).unwrap_or(url);
        let Some(address) = parse_hook_path(self, path) else { return 200 };
        match self.store.hook_arrived(address.order_id, Some(names), self.clock.now()).await {
            Ok(_) => 200,
            Err(error) => {
                self.note("a hook", &error);
                503
            }
        }
    }

    /// Every hook that Mollie has to tell is tried once.
    pub async fn hooks(&self) {
        for (id, url, names) in self.mollie.due_hooks() {
            let status = self.hook(&url, &names).await;
            self.mollie.hook_answered(id, status);
        }
    }

    /// Claims operations that are due, and takes each a step further.
    pub async fn operations(&self) {
        let token = LeaseToken::new(self.clock.random());
        let (now, elapsed) = (self.clock.now(), self.clock.elapsed());
        match self.store.claim_operations(now, self.settings.lease, token, 16).await {
            Ok(claims) => {
                for claim in claims {
                    self.step(&claim, elapsed).await;
                }
            }
            Err(error) => self.note("claiming operations", &error),
        }
    }

    /// Claims look-ups that are due, and carries them out.
    pub async fn look_ups(&self) {
        let token = LeaseToken::new(self.clock.random());
        match self.store.claim_lookups(self.clock.now(), self.settings.lookup_lease(), token, 16).await {
            Ok(claims) => self.look(&claims).await,
            Err(error) => self.note("claiming look-ups", &error),
        }
    }

    async fn look(&self, claims: &[LookupClaim]) {
        for claim in claims {
            if let Err(error) = Box::pin(look_up(self, claim)).await {
                self.note("a look-up", &error);
            }
        }
    }

    /// Gives positions to events.
    pub async fn positions(&self) {
        if let Err(error) = self.store.position_events(1_000).await {
            self.note("positions", &error);
        }
    }

    /// Reads the order at Mollie, whenever it was read before.
    pub async fn sync(&self, order: OrderId) -> Result<(), String> {
        Box::pin(sync(self, order)).await.map(drop).map_err(|error| error.to_string())
    }

    /// The order of a number.
    pub async fn numbered(&self, number: &str) -> Option<OrderId> {
        let key = OrderKey::Number { profile: profile(), order_number: number.to_owned() };
        self.store.load_order(&key).await.ok().flatten().map(|order| order.id)
    }
}

/// A caller's intent, whose fingerprint and actor take pages of their own.
fn intent(request_id: &str, method: &'static str) -> Intent {
    Intent {
        caller: Caller::new(CALLER),
        access: Access::everything(),
        earlier: None,
        request_id: RequestId::new(request_id),
        method,
        fingerprint: Fingerprint(large(&format!("fingerprint of {request_id}"))),
        other_fingerprints: Vec::new(),
        actor: Some(large(&format!("actor of {request_id}"))),
        etag: None,
        deadline: None,
    }
}

fn parcel(line: u32, code: &str) -> ShipmentRequest {
    let line = LineSelection { line_id: LineId::new(line), quantity: 1, amount: None };
    ShipmentRequest {
        selection: Selection::Lines(vec![line]),
        include_refunded: false,
        goods_left: false,
        tracking: Some(tracking(code)),
    }
}

fn tracking(code: &str) -> Tracking {
    Tracking { carrier: "PostNL".to_owned(), code: code.to_owned(), url: None }
}

impl Ports for Service {
    type Store = Database;
    type Gateway = MollieAdapter<Wire>;
    type Clock = Ticking;
    type Ids = Ticking;
    type Vault = PlainVault;

    fn store(&self) -> &Database {
        &self.store
    }
    fn gateway(&self) -> &MollieAdapter<Wire> {
        &self.gateway
    }
    fn clock(&self) -> &Ticking {
        &self.clock
    }
    fn ids(&self) -> &Ticking {
        &self.clock
    }
    fn vault(&self) -> &PlainVault {
        &PlainVault
    }
    fn settings(&self) -> &Settings {
        &self.settings
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
