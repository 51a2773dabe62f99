//! Mollie in the same process: the simulator's rules, and a way there that takes no time and loses nothing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::ports::Clock;
use mollie_adapter::{Answer, Credential, Failure, Request, Transport};
use mollie_simulator::rules::{ApiRequest, Switches, World};
use reqwest::StatusCode;

use crate::hand::Hand;

/// Where the simulated Mollie is; nothing is ever sent there.
pub const BASE: &str = "http://127.0.0.1:9/v2";

/// Mollie, and how often it was asked to change something.
pub struct Mollie {
    world: Mutex<World>,
    changes: AtomicU64,
    clock: Hand,
}

impl Mollie {
    #[must_use]
    pub fn new(switches: Switches, clock: Hand) -> Self {
        let mut world = World::new(1, BASE);
        world.set_switches(switches);
        Self { world: Mutex::new(world), changes: AtomicU64::new(0), clock }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often it was asked to change something.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }
}

/// The way to Mollie, which takes no time.
pub struct Wire(pub Arc<Mollie>);

impl Transport for Wire {
    async fn send(&self, key: &Credential, request: Request) -> Result<Answer, Failure> {
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
        let answer = self.0.world().answer(&request, self.0.clock.now());
        let body = if answer.body.is_null() { Vec::new() } else { answer.body.to_string().into_bytes() };
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Ok(Answer { status, pause: None, left: Vec::new(), body: Ok(body) })
    }
}
