//! Where an issuer's keys come from: a file, which is looked at like the other files, or an address, which is read from time to time, and
//! when a token names a key that is not known yet. An address that fails leaves the keys there are.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey};
use persistence::Repeats;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::key_set::KeySet;

const GAP: Duration = Duration::from_secs(5);
/// How long a call waits for a reading that may bring its key.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest a reading takes.
const TIMEOUT: Duration = Duration::from_secs(5);
/// No issuer has so many keys.
const MOST: usize = 256 * 1024;

/// Keys that may change.
pub enum KeySource {
    File(watch::Receiver<Arc<KeySet>>),
    Address(Arc<Address>),
}

/// The keys at an address.
pub struct Address {
    url: String,
    every: Duration,
    /// The least time between two readings, however many tokens name keys that are not known.
    gap: Duration,
    keys: watch::Sender<Arc<KeySet>>,
    wanted: Notify,
    read_at: Mutex<Option<Instant>>,
}

impl KeySource {
    /// The key that a token names, if its issuer has one.
    pub async fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        match self {
            Self::File(keys) => keys.borrow().find(id, algorithm).cloned(),
            Self::Address(address) => address.find(id, algorithm).await,
        }
    }
}

impl Address {
    pub fn new(url: String, every: Duration) -> Arc<Self> {
        let keys = watch::Sender::new(Arc::default());
        Arc::new(Self { url, every, gap: GAP, keys, wanted: Notify::new(), read_at: Mutex::default() })
    }

    async fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        let mut keys = self.keys.subscribe();
        let now = keys.borrow_and_update().find(id, algorithm).cloned();
        if now.is_some() || !self.may_read() {
            return now;
        }
        self.wanted.notify_one();
        // Whatever came of it, what is known then decides.
        let _ = tokio::time::timeout(PATIENCE, keys.changed()).await;
        keys.borrow().find(id, algorithm).cloned()
    }

    fn read_at(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.read_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn may_read(&self) -> bool {
        self.read_at().is_none_or(|at| at.elapsed() >= self.gap)
    }

    /// Reads the keys at once, and then whenever they are due or wanted.
    pub async fn keep_up(self: Arc<Self>, stop: CancellationToken) {
        static TOLD: Repeats = Repeats::new();
        loop {
            *self.read_at() = Some(Instant::now());
            match read(&self.url).await {
                Ok(keys) => drop(self.keys.send_replace(Arc::new(keys))),
                Err(fault) => {
                    if let Some(left_out) = TOLD.due() {
                        warn!(
                            url = self.url,
                            fault, left_out, "an issuer's keys cannot be read; those known stay in use"
                        );
                    }
                    // Those who wait for a key need not wait longer.
                    self.keys.send_modify(|_| ());
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(self.every) => (),
                () = self.wanted() => info!(url = self.url, "a token names a key that is not known; the issuer's keys are read"),
            }
        }
    }

    /// Until a key is wanted, and enough time has gone by since the last reading.
    async fn wanted(&self) {
        loop {
            self.wanted.notified().await;
            if self.may_read() {
                return;
            }
        }
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
    use std::sync::atomic::{AtomicUsize, Ordering};

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
            let keys = watch::Sender::new(Arc::default());
            let (wanted, read_at) = (Notify::new(), Mutex::default());
            let every = Duration::from_secs(3_600);
            let address = Arc::new(Address { url, every, gap, keys, wanted, read_at });
            let mut first = address.keys.subscribe();
            tokio::spawn(Arc::clone(&address).keep_up(CancellationToken::new()));
            first.changed().await.unwrap();
            address
        }
    }

    async fn knows(address: &Address, id: &str) -> bool {
        address.find(Some(id), Algorithm::ES256).await.is_some()
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
        published.fails();
        assert!(!knows(&address, "three").await && knows(&address, "two").await);
    }

    #[tokio::test]
    async fn many_tokens_with_unknown_keys_are_one_reading() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let published = Published::default();
        published.now(&["one"]);
        let address = published.address(Duration::from_secs(60)).await;
        for id in ["a", "b", "c"] {
            assert!(!knows(&address, id).await);
        }
        assert_eq!(published.asked.load(Ordering::Relaxed), 1, "the reading at the start");
    }
}
