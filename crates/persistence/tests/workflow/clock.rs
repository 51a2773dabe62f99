//! Time that moves only when a test moves it, ids that count up, and a vault without secrets.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::ports::{Ahead, Clock, Ids, Vault};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use uuid::Uuid;

use std::sync::atomic::{AtomicU64, Ordering};

/// A clock moved by hand; sleepers wake when it has moved far enough.
#[derive(Clone, Debug)]
pub struct ManualClock(watch::Sender<Duration>, Arc<Mutex<Option<SignedDuration>>>);

impl ManualClock {
    pub fn new() -> Self {
        Self(watch::Sender::new(Duration::from_secs(1000)), Arc::default())
    }

    /// From now on it is so far ahead of Mollie's.
    pub fn disagree(&self, ahead: SignedDuration) {
        *self.1.lock().unwrap() = Some(ahead);
    }

    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|elapsed| *elapsed += by);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        start + SignedDuration::try_from(*self.0.borrow()).unwrap()
    }

    fn elapsed(&self) -> Duration {
        *self.0.borrow()
    }

    #[expect(clippy::disallowed_methods, reason = "how far the test's time is from the database's")]
    fn offset(&self) -> SignedDuration {
        self.now().duration_since(Timestamp::now())
    }

    fn ahead_of_mollie(&self) -> Option<Ahead> {
        self.1.lock().unwrap().map(|by| Ahead { by, heard_ago: Duration::ZERO })
    }

    async fn sleep(&self, duration: Duration) {
        let end = self.elapsed() + duration;
        let mut moved = self.0.subscribe();
        moved.wait_for(|elapsed| *elapsed >= end).await.unwrap();
    }
}

#[derive(Debug, Default)]
pub struct CountedIds(AtomicU64);

impl CountedIds {
    fn next(&self, version: u128) -> Uuid {
        let number = u128::from(self.0.fetch_add(1, Ordering::Relaxed));
        Uuid::from_u128(0x0195_0000_0000_0000_8000_0000_0000_0000 + (version << 76) + number)
    }
}

impl Ids for CountedIds {
    fn ordered(&self) -> Uuid {
        self.next(7)
    }

    fn random(&self) -> Uuid {
        self.next(4)
    }
}

/// Reverses bytes where a real vault seals them.
#[derive(Debug)]
pub struct PlainVault;

impl Vault for PlainVault {
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> String {
        let mut sum = 0xcbf2_9ce4_8422_2325_u64;
        for byte in purpose.bytes().chain(parts.join(&0).iter().copied()) {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        format!("{sum:016x}")
    }

    fn verify(&self, purpose: &str, parts: &[&[u8]], mac: &str) -> bool {
        self.mac(purpose, parts) == mac
    }

    fn seal(&self, secret: &[u8]) -> Vec<u8> {
        secret.iter().map(|byte| !byte).collect()
    }

    fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        Some(self.seal(sealed))
    }
}
