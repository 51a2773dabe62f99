//! A small write at one replica, again and again: when it was acknowledged tells for how long nothing could be written.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tonic::Request;

use crate::books::Journal;
use crate::drafts::numbered;
use crate::proto::CreateOrderRequest;
use crate::service::Orders;
use crate::wait::until;

const BETWEEN: Duration = Duration::from_millis(400);
/// How long one is waited for. It is not made again: the next one asks for something else.
const PATIENCE: Duration = Duration::from_secs(2);

pub struct Pulse<'a> {
    orders: Orders,
    journal: &'a Journal,
    beats: Mutex<Vec<Instant>>,
    is_over: AtomicBool,
}

impl<'a> Pulse<'a> {
    pub const fn new(orders: Orders, journal: &'a Journal) -> Self {
        Self { orders, journal, beats: Mutex::new(Vec::new()), is_over: AtomicBool::new(false) }
    }

    pub fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    pub async fn beat(&self) {
        while !self.is_over.load(Ordering::Relaxed) {
            let request_id = self.journal.intend();
            let draft = Some(numbered(&format!("pulse-{request_id}"), "ideal"));
            let mut request = Request::new(CreateOrderRequest {
                request_id: request_id.clone(),
                draft,
                ..Default::default()
            });
            request.set_timeout(PATIENCE);
            if self.orders.clone().create_order(request).await.is_ok() {
                self.journal.acknowledge(&request_id);
                self.beats.lock().expect("nobody panics with it").push(Instant::now());
            }
            sleep(BETWEEN).await;
        }
    }

    /// Waits for a write from now on.
    pub async fn beats_within(&self, limit: Duration) {
        let now = Instant::now();
        until("a replica writes", limit, async || {
            self.beats.lock().expect("nobody panics with it").last().filter(|last| **last > now).map(drop)
        })
        .await;
    }

    /// The longest time without an acknowledgement from the last one before `began` on.
    pub fn longest_gap(&self, began: Instant) -> Duration {
        let beats = self.beats.lock().expect("nobody panics with it");
        let from = beats.iter().rposition(|beat| *beat <= began).unwrap_or_default();
        beats[from..].windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
    }
}
