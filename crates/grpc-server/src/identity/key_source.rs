//! Where an issuer's keys come from: a file, which is looked at like the other files, or an address, which is read from time to time, and
//! when a token names a key that is not known yet. An address that fails leaves the keys there are.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey};
use persistence::Repeats;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::key_set::KeySet;

/// The least time between two readings, however many tokens name keys that are not known.
const GAP: Duration = Duration::from_secs(3);
/// How long a call waits for a reading that may bring its key: the gap, and then the reading.
const PATIENCE: Duration = Duration::from_millis(4_500);
/// The longest a reading takes.
const TIMEOUT: Duration = Duration::from_secs(5);
/// An address that failed is tried again after this time at the latest.
const RETRY: Duration = Duration::from_secs(30);
/// No issuer has so many keys.
const MOST: usize = 256 * 1024;
/// How many calls wait for a key at once. Anybody can name a key that there is not; where so many do, the others are refused at once.
const WAITING: usize = 512;

/// Keys that may change.
#[derive(Clone)]
pub enum KeySource {
    File(watch::Receiver<Arc<KeySet>>),
    Address(Arc<Address>),
}

/// Why a token's key is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoKey {
    /// Its issuer has none by that name.
    None,
    /// Whether its issuer has it could not be asked.
    NotAsked,
}

/// The keys at an address.
pub struct Address {
    url: String,
    every: Duration,
    gap: Duration,
    known: watch::Sender<Known>,
    /// How many readings have begun.
    begun: AtomicU64,
    wanted: Notify,
    waiting: Semaphore,
}

/// What the readings have brought.
#[derive(Default)]
struct Known {
    keys: KeySet,
    /// The last one that has ended, whatever came of it; they are counted from 1.
    ended: u64,
    /// Whether it brought keys.
    is_read: bool,
}

impl KeySource {
    /// The key that a token names.
    pub async fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Result<DecodingKey, NoKey> {
        match self {
            Self::File(keys) => keys.borrow().find(id, algorithm).cloned().ok_or(NoKey::None),
            Self::Address(address) => address.find(id, algorithm).await,
        }
    }
}

/// Which key a token was signed with, and where its issuer has it.
#[derive(Clone)]
pub struct Signer {
    pub keys: KeySource,
    pub id: Option<String>,
    pub algorithm: Algorithm,
}

impl Signer {
    /// Waits until the issuer no longer has the key; maybe for ever.
    pub async fn withdrawn(self) {
        let is_there = |keys: &KeySet| keys.find(self.id.as_deref(), self.algorithm).is_some();
        let has_ended = match self.keys {
            KeySource::File(mut keys) => keys.wait_for(|keys| !is_there(keys)).await.is_ok(),
            KeySource::Address(address) => {
                let mut known = address.known.subscribe();
                known.wait_for(|known| !is_there(&known.keys)).await.is_ok()
            }
        };
        if !has_ended {
            // The files are not looked at any more: the process stops.
            std::future::pending::<()>().await;
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

impl Address {
    pub fn new(url: String, every: Duration) -> Arc<Self> {
        Self::with_gap(url, every, GAP)
    }

    fn with_gap(url: String, every: Duration, gap: Duration) -> Arc<Self> {
        let (known, waiting) = (watch::Sender::default(), Semaphore::new(WAITING));
        Arc::new(Self { url, every, gap, known, begun: AtomicU64::new(0), wanted: Notify::new(), waiting })
    }

    async fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Result<DecodingKey, NoKey> {
        let of = |known: &Known| known.keys.find(id, algorithm).cloned();
        let mut known = self.known.subscribe();
        let now = of(&known.borrow());
        if let Some(key) = now {
            return Ok(key);
        }
        let _waits = self.waiting.try_acquire().map_err(|_| NoKey::NotAsked)?;
        // A reading that is under way may have been answered before the key was published.
        let begun = self.begun.load(Ordering::Relaxed);
        self.wanted.notify_one();
        let is_over = |known: &Known| known.ended > begun || of(known).is_some();
        let waited = tokio::time::timeout(PATIENCE, known.wait_for(|known| is_over(known))).await;
        let known = waited.map_err(|_| NoKey::NotAsked)?.map_err(|_| NoKey::NotAsked)?;
        of(&known).ok_or(if known.is_read { NoKey::None } else { NoKey::NotAsked })
    }

    /// Reads the keys at once, and then whenever they are due or wanted.
    pub async fn keep_up(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let began = Instant::now();
            let is_read = self.read().await;
            let due = began + if is_read { self.every } else { self.every.min(RETRY) };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep_until(due) => (),
                () = self.wanted(began) => info!(url = self.url, "a token names a key that is not known; the issuer's keys are read"),
            }
        }
    }

    /// Reads the keys; `false`: it failed, and those known stay in use.
    async fn read(&self) -> bool {
        static TOLD: Repeats = Repeats::new();
        let number = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
        let read = read(&self.url).await;
        if let Err(fault) = &read
            && let Some(left_out) = TOLD.due()
        {
            warn!(
                url = self.url,
                fault, left_out, "an issuer's keys cannot be read; those known stay in use"
            );
        }
        let is_read = read.is_ok();
        self.known.send_modify(|known| {
            (known.ended, known.is_read) = (number, is_read);
            read.into_iter().for_each(|keys| known.keys = keys);
        });
        is_read
    }

    /// Until a key is wanted, and enough time has gone by since the last reading began.
    async fn wanted(&self, began: Instant) {
        tokio::time::sleep_until(began + self.gap).await;
        self.wanted.notified().await;
    }
}

async fn read(url: &str) -> Result<KeySet, String> {
    let mut answer = client()?.get(url).send().await.map_err(|error| words(&error))?;
    if answer.status() != reqwest::StatusCode::OK {
        return Err(format!("the answer is {}", answer.status()));
    }
    let mut content = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| words(&error))? {
        content.extend_from_slice(&chunk);
        if content.len() > MOST {
            return Err(format!("the answer has more than {MOST} bytes"));
        }
    }
    KeySet::parse(&content)
}

/// The innermost cause says what happened; the others that a request failed.
fn words(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads an issuer's keys, with time-outs and without redirects"
)]
fn client() -> Result<reqwest::Client, String> {
    reqwest::Client::builder()
        .timeout(TIMEOUT)
        .connect_timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| words(&error))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::AtomicUsize;

    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::get;

    use super::*;

    /// What the address answers, and how often it was asked.
    #[derive(Clone, Default)]
    struct Published {
        answer: Arc<Mutex<String>>,
        asked: Arc<AtomicUsize>,
    }

    impl Published {
        fn now(&self, ids: &[&str]) {
            let key = |id: &&str| {
                format!(
                    r#"{{"kty":"EC","crv":"P-256","kid":"{id}","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}}"#
                )
            };
            let keys: Vec<_> = ids.iter().map(key).collect();
            *self.answer.lock().unwrap() = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
        }

        fn fails(&self) {
            self.answer.lock().unwrap().clear();
        }

        async fn address(&self, gap: Duration) -> Arc<Address> {
            let (answer, asked) = (Arc::clone(&self.answer), Arc::clone(&self.asked));
            let keys = move || async move {
                asked.fetch_add(1, Ordering::Relaxed);
                let answer = answer.lock().unwrap().clone();
                if answer.is_empty() { Err(StatusCode::INTERNAL_SERVER_ERROR) } else { Ok(answer) }
            };
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/keys", listener.local_addr().unwrap());
            tokio::spawn(async move { axum::serve(listener, Router::new().route("/keys", get(keys))).await });
            let address = Address::with_gap(url, Duration::from_secs(3_600), gap);
            let mut first = address.known.subscribe();
            tokio::spawn(Arc::clone(&address).keep_up(CancellationToken::new()));
            first.changed().await.unwrap();
            address
        }
    }

    async fn knows(address: &Address, id: &str) -> bool {
        address.find(Some(id), Algorithm::ES256).await.is_ok()
    }

    #[tokio::test]
    async fn a_key_that_is_not_known_is_asked_for_and_an_address_that_fails_keeps_those_known() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let published = Published::default();
        published.now(&["one"]);
        let address = published.address(Duration::ZERO).await;
        assert!(knows(&address, "one").await && !knows(&address, "two").await);
        published.now(&["two"]);
        assert!(knows(&address, "one").await, "nobody asked since");
        assert!(knows(&address, "two").await && !knows(&address, "one").await);
        let missing = async || address.find(Some("three"), Algorithm::ES256).await.err();
        assert_eq!(missing().await, Some(NoKey::None));
        published.fails();
        assert_eq!(missing().await, Some(NoKey::NotAsked), "it may be there");
        assert!(knows(&address, "two").await);
    }

    #[tokio::test]
    async fn many_tokens_with_unknown_keys_are_one_reading() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let published = Published::default();
        published.now(&["one"]);
        let address = published.address(Duration::from_secs(60)).await;
        let unknown = (0..2 * WAITING).map(|n| format!("unknown-{n}"));
        let calls = unknown.map(|id| {
            let address = Arc::clone(&address);
            async move { tokio::time::timeout(Duration::from_millis(50), knows(&address, &id)).await }
        });
        let answers = futures_util::future::join_all(calls).await;
        assert_eq!(published.asked.load(Ordering::Relaxed), 1, "the reading at the start");
        let refused = answers.iter().filter(|answer| matches!(answer, Ok(false))).count();
        assert_eq!(refused, WAITING, "only so many wait for the next one");
    }

    /// Callers do not take turns: all have the new token at once, and the address was asked just before it knew the key.
    #[tokio::test]
    async fn whoever_names_a_new_key_waits_for_the_reading_that_brings_it() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let published = Published::default();
        published.now(&["one"]);
        let address = published.address(Duration::from_millis(300)).await;
        published.now(&["one", "two"]);
        let calls = (0..20).map(|_| knows(&address, "two"));
        assert!(futures_util::future::join_all(calls).await.into_iter().all(|knows| knows));
        assert_eq!(published.asked.load(Ordering::Relaxed), 2);
    }
}
