//! A served simulator with a client and a webhook receiver beside it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{any, post};
use mollie_simulator::{Config, SharedOffset, Simulator};
use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub const KEY: &str = "test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM";

/// An empty directory that goes away with the test.
pub struct Directory(PathBuf);

impl Directory {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("mollie-simulator-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn journal(&self) -> PathBuf {
        self.0.join("journal.jsonl")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub struct Bench {
    pub base: String,
    pub client: Client,
    pub offset: SharedOffset,
    shutdown: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
}

pub struct Reply {
    pub status: u16,
    pub replayed: bool,
    pub content_type: String,
    pub date: String,
    pub location: Option<String>,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }
}

impl Bench {
    pub async fn start(directory: &Directory) -> Self {
        // Building a client needs a provider even for plain http.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let config = Config { data_dir: directory.path().to_owned(), base_url: base.clone() };
        let simulator = Simulator::open(config).unwrap();
        let offset = simulator.offset();
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn(simulator.serve(listener, shutdown.clone()));
        Self { base, client: client(), offset, shutdown, serving }
    }

    pub async fn stop(self) {
        self.shutdown.cancel();
        tokio::time::timeout(Duration::from_secs(10), self.serving)
            .await
            .expect("it stops")
            .unwrap()
            .unwrap();
    }

    pub async fn send(&self, method: &str, path: &str, body: Option<Value>, key: Option<&str>) -> Reply {
        let mut request = self.client.request(method.parse().unwrap(), format!("{}{path}", self.base));
        request = request.header("authorization", format!("Bearer {KEY}"));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        reply(request.send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Value {
        let reply = self.send("GET", path, None, None).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        reply.json()
    }

    pub async fn create(&self, body: Value) -> Value {
        let reply = self.send("POST", "/v2/orders", Some(body), None).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.json()
    }

    /// Sends the form of the checkout page that the order links to.
    pub async fn choose(&self, order: &Value, state: &str) -> Reply {
        let address = order.pointer("/_links/checkout/href").and_then(Value::as_str).unwrap();
        let request = self.client.post(address).form(&[("final_state", state)]);
        reply(request.send().await.unwrap()).await
    }

    pub async fn advance(&self, duration: &str) -> Value {
        let reply = self.send("POST", "/_simulator/clock", Some(json!({ "advance": duration })), None).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    }

    pub async fn kinds(&self) -> Vec<String> {
        let ledger = self.get("/_simulator/ledger").await;
        let effects = ledger["effects"].as_array().unwrap();
        effects.iter().map(|effect| effect["kind"].as_str().unwrap().to_owned()).collect()
    }
}

pub async fn reply(response: reqwest::Response) -> Reply {
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    Reply {
        status: response.status().as_u16(),
        replayed: header("idempotent-replayed").as_deref() == Some("true"),
        content_type: header("content-type").unwrap_or_default(),
        date: header("date").unwrap_or_default(),
        location: header("location"),
        text: response.text().await.unwrap(),
    }
}

#[expect(clippy::disallowed_methods, reason = "the test's own client")]
pub fn client() -> Client {
    Client::builder().no_proxy().redirect(Policy::none()).build().unwrap()
}

/// Receives webhooks. Answers what the test says, and keeps the bodies.
pub struct Receiver {
    pub url: String,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    bodies: Mutex<Vec<String>>,
    followed: AtomicU32,
    status: Mutex<u16>,
}

impl Receiver {
    pub async fn start() -> Self {
        let seen = Arc::new(Seen { status: Mutex::new(200), ..Seen::default() });
        let router = axum::Router::new()
            .route("/hook", post(receive))
            .route("/elsewhere", any(follow))
            .with_state(Arc::clone(&seen));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, seen }
    }

    pub fn answer_with(&self, status: u16) {
        *self.seen.status.lock().unwrap() = status;
    }

    pub fn bodies(&self) -> Vec<String> {
        self.seen.bodies.lock().unwrap().clone()
    }

    /// How often a redirect was followed.
    pub fn followed(&self) -> u32 {
        self.seen.followed.load(Ordering::Relaxed)
    }

    /// Waits until so many have come.
    pub async fn received(&self, count: usize) -> Vec<String> {
        eventually(|| async { Some(self.bodies()).filter(|bodies| bodies.len() >= count) }).await
    }
}

async fn receive(
    State(seen): State<Arc<Seen>>,
    body: String,
) -> (StatusCode, [(&'static str, &'static str); 1]) {
    seen.bodies.lock().unwrap().push(body);
    let status = *seen.status.lock().unwrap();
    (StatusCode::from_u16(status).unwrap(), [("location", "/elsewhere")])
}

async fn follow(State(seen): State<Arc<Seen>>) {
    seen.followed.fetch_add(1, Ordering::Relaxed);
}

/// Asks again and again, for ten seconds at most, until there is something.
pub async fn eventually<T, F: Future<Output = Option<T>>>(mut ask: impl FnMut() -> F) -> T {
    for _ in 0..1000 {
        if let Some(found) = ask().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it has not come about in ten seconds");
}

fn eur(value: &str) -> Value {
    json!({ "value": value, "currency": "EUR" })
}

/// The example of the create-order document.
pub fn lego(method: &str, webhook_url: &str) -> Value {
    let address = json!({
        "organizationName": "Mollie B.V.", "streetAndNumber": "Keizersgracht 126", "city": "Amsterdam",
        "region": "Noord-Holland", "postalCode": "1234AB", "country": "NL", "title": "Dhr", "givenName": "Piet",
        "familyName": "Mondriaan", "email": "piet@mondriaan.com", "phone": "+31208202070"
    });
    json!({
        "amount": eur("1027.99"), "billingAddress": address, "shippingAddress": address,
        "metadata": { "order_id": "1337", "description": "Lego cars" }, "consumerDateOfBirth": "1958-01-31",
        "locale": "nl_NL", "orderNumber": "1337", "redirectUrl": "https://example.org/redirect",
        "cancelUrl": "https://example.org/cancel", "webhookUrl": webhook_url,
        "payment": { "webhookUrl": webhook_url }, "method": method,
        "lines": [
            {
                "type": "physical", "category": "gift", "sku": "5702016116977", "name": "LEGO 42083 Bugatti Chiron",
                "quantity": 2, "vatRate": "21.00", "unitPrice": eur("399.00"), "totalAmount": eur("698.00"),
                "discountAmount": eur("100.00"), "vatAmount": eur("121.14")
            },
            {
                "type": "physical", "category": "gift", "sku": "5702015594028",
                "name": "LEGO 42056 Porsche 911 GT3 RS", "quantity": 1, "vatRate": "21.00",
                "unitPrice": eur("329.99"), "totalAmount": eur("329.99"), "vatAmount": eur("57.27")
            }
        ]
    })
}
