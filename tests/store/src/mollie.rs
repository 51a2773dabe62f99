//! Mollie's side: the simulator's rules in this process, reached through the real adapter. Whatever would change something
//! there is held against the database first. It knows nothing of faults.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use mollie_adapter::{Answer, Credential, Failure, Request, Transport};
use mollie_simulator::rules::{ApiRequest, Effect, FinalState, World};
use reqwest::StatusCode;
use serde_json::Value;

use crate::basket::METHOD;
use crate::clock::Time;
use crate::database::Witness;

/// Where the simulated Mollie is; nothing is ever sent there.
pub const BASE: &str = "http://127.0.0.1:9/v2";
/// The merchant's key.
pub const KEY: &str = "test_store";

/// Mollie, and who watches what is sent there.
pub struct Mollie {
    world: Mutex<World>,
    time: Arc<Time>,
    witness: Arc<Witness>,
    unseen: Mutex<Vec<String>>,
}

impl Mollie {
    /// An empty Mollie.
    #[must_use]
    pub fn new(time: Arc<Time>, witness: Arc<Witness>) -> Self {
        Self { world: Mutex::new(World::new(7, BASE)), time, witness, unseen: Mutex::default() }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was sent although no committed row told of it.
    #[must_use]
    pub fn unseen(&self) -> Vec<String> {
        self.unseen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Everything that has happened there.
    #[must_use]
    pub fn ledger(&self) -> Vec<Effect> {
        self.world().ledger().to_vec()
    }

    /// Each order as Mollie shows it, with its shipments.
    #[must_use]
    pub fn orders(&self) -> Vec<Value> {
        let ids: Vec<String> = self.world().orders().map(|order| order.id.clone()).collect();
        let read = |id: &String| {
            let request = ApiRequest {
                method: "GET".to_owned(),
                path: format!("/v2/orders/{id}"),
                query: "embed=payments,refunds,shipments".to_owned(),
                authorization: Some(format!("Bearer {KEY}")),
                idempotency_key: None,
                body: Vec::new(),
            };
            self.world().answer(&request, self.time.now()).body
        };
        ids.iter().map(read).collect()
    }

    /// The shopper authorizes every order that still waits for that, but the ones kept open.
    pub fn authorize(&self, order_number: &str) {
        let mut world = self.world();
        let found = world.orders().find(|order| order.particulars.order_number == order_number);
        let Some(id) = found.map(|order| order.id.clone()) else { return };
        let token = id.trim_start_matches("ord_");
        // Repeated, it is no longer possible, and need not be.
        let _ = world.choose(token, FinalState::Authorized, Some(METHOD), self.time.now());
    }

    /// What Mollie has to tell now: the number of each hook, its address, and what it names.
    #[must_use]
    pub fn due_hooks(&self) -> Vec<(u64, String, String)> {
        let reported = self.world();
        let due = reported.due_hooks(self.time.now());
        due.map(|hook| (hook.id, hook.url.clone(), hook.resource_id.clone())).collect()
    }

    /// A hook was answered.
    pub fn hook_answered(&self, id: u64, status: u16) {
        self.world().hook_attempted(id, Some(status), self.time.now());
    }

    async fn watch(&self, request: &ApiRequest) {
        if let Err(problem) = self.witness.saw(request).await {
            let text = format!("{} {} was sent, and {problem}", request.method, request.path);
            self.unseen.lock().unwrap_or_else(PoisonError::into_inner).push(text);
        }
    }

    fn answer(&self, request: &ApiRequest, now: Timestamp) -> Answer {
        let answer = self.world().answer(request, now);
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Answer { status, pause: None, left: Vec::new(), body: Ok(answer.body.to_string().into_bytes()) }
    }
}

/// A process's way to Mollie; nothing befalls it.
pub struct Wire(pub Arc<Mollie>);

impl Transport for Wire {
    async fn send(&self, key: &Credential, request: Request) -> Result<Answer, Failure> {
        let request = ApiRequest {
            method: request.endpoint.method().to_string(),
            path: request.url.path().to_owned(),
            query: request.url.query().unwrap_or_default().to_owned(),
            authorization: Some(format!("Bearer {}", key.expose())),
            idempotency_key: request.idempotency.map(|key| key.to_string()),
            body: request.body.unwrap_or_default(),
        };
        if request.method != "GET" {
            self.0.watch(&request).await;
        }
        Ok(self.0.answer(&request, self.0.time.now()))
    }
}
