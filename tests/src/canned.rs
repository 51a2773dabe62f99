//! A canned Mollie for load: it takes every order after a while, or once it is let go, and keeps nothing. The simulated one is busy
//! with its rules.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use tonic::codegen::Body as _;

use crate::process::Environment;

const CREATED: &str = "2026-11-22T10:00:00+00:00";

/// Longer than anybody waits.
const HANGS: Duration = Duration::from_secs(3_600);

/// It serves until it is dropped.
pub struct Canned {
    address: SocketAddr,
    takes: watch::Sender<Duration>,
    counts: Arc<Counts>,
    _serving: JoinSet<()>,
}

#[derive(Default)]
struct Counts {
    orders: AtomicUsize,
    waiting: AtomicUsize,
}

impl Canned {
    /// An answer takes so long.
    pub async fn start(time: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (takes, counts, mut serving) =
            (watch::Sender::new(time), Arc::<Counts>::default(), JoinSet::new());
        serving.spawn(serve(listener, takes.subscribe(), Arc::clone(&counts)));
        Self { address, takes, counts, _serving: serving }
    }

    /// The setting that makes it a service's Mollie.
    pub fn setting(&self) -> Environment {
        vec![("ORDER_SERVICE__MOLLIE__BASE_URL", format!("http://{}/v2", self.address).into())]
    }

    /// From now on an answer takes so long, counted from its request, which may have come before.
    pub fn takes(&self, time: Duration) {
        self.takes.send_replace(time);
    }

    /// From now on nothing is answered.
    pub fn hangs(&self) {
        self.takes(HANGS);
    }

    /// How many requests it has not answered yet.
    pub fn waiting(&self) -> usize {
        self.counts.waiting.load(Ordering::Relaxed)
    }

    /// How many orders it has taken.
    pub fn orders(&self) -> usize {
        self.counts.orders.load(Ordering::Relaxed)
    }
}

async fn serve(listener: TcpListener, takes: watch::Receiver<Duration>, counts: Arc<Counts>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.expect("there are descriptors");
        let (takes, counts) = (takes.clone(), Arc::clone(&counts));
        let answer = service_fn(move |request| answer(request, takes.clone(), Arc::clone(&counts)));
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(
    request: Request<Incoming>,
    takes: watch::Receiver<Duration>,
    counts: Arc<Counts>,
) -> Result<Response<String>, Infallible> {
    let waiting = Waiting::begin(Arc::clone(&counts));
    let (method, body) = (request.method().clone(), read(request.into_body()).await);
    pause(takes).await;
    drop(waiting);
    let (status, body) = match serde_json::from_slice(&body) {
        Ok(asked) if method == Method::POST => {
            (201, order(&asked, counts.orders.fetch_add(1, Ordering::Relaxed)))
        }
        _ => (404, json!({"status": 404, "title": "Not Found", "detail": "No such order"})),
    };
    let answer = Response::builder().status(status).header("content-type", "application/hal+json");
    Ok(answer.body(body.to_string()).expect("an answer"))
}

/// Waits as long as an answer takes, or comes to take meanwhile.
async fn pause(mut takes: watch::Receiver<Duration>) {
    let began = Instant::now();
    loop {
        let until = began + *takes.borrow_and_update();
        if !matches!(timeout_at(until, takes.changed()).await, Ok(Ok(()))) {
            return;
        }
    }
}

/// A request that waits; one that its client gives up waits no more.
struct Waiting(Arc<Counts>);

impl Waiting {
    fn begin(counts: Arc<Counts>) -> Self {
        counts.waiting.fetch_add(1, Ordering::Relaxed);
        Self(counts)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// All that comes, as far as it comes.
async fn read(mut body: Incoming) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(Ok(frame)) =
        std::future::poll_fn(|context| std::pin::Pin::new(&mut body).poll_frame(context)).await
    {
        bytes.extend(frame.into_data().unwrap_or_else(|_| Bytes::new()));
    }
    bytes
}

/// The order as it was asked for, and unpaid.
fn order(asked: &Value, number: usize) -> Value {
    let (mut order, id) = (asked.clone(), format!("ord_{number}"));
    let zero = json!({"currency": asked["amount"]["currency"], "value": "0.00"});
    for (n, line) in order["lines"].as_array_mut().into_iter().flatten().enumerate() {
        put(
            line,
            json!({"resource": "orderline", "id": format!("odl_{number}.{n}"), "orderId": id, "status": "created",
            "createdAt": CREATED, "quantityShipped": 0, "quantityCanceled": 0, "quantityRefunded": 0,
            "amountShipped": zero, "amountCanceled": zero, "amountRefunded": zero, "_links": {}}),
        );
    }
    let payment = json!({"resource": "payment", "id": format!("tr_{number}"), "mode": "test", "createdAt": CREATED,
        "amount": asked["amount"], "method": asked["method"], "orderId": id, "status": "open"});
    let checkout =
        json!({"href": format!("https://www.mollie.com/checkout/order/{number}"), "type": "text/html"});
    put(
        &mut order,
        json!({"resource": "order", "id": id, "profileId": "pfl_3RkSN1zuPE", "mode": "test", "status": "created",
        "isCancelable": true, "createdAt": CREATED, "expiresAt": "2036-12-20T10:00:00+00:00",
        "_embedded": {"payments": [payment]}, "_links": {"checkout": checkout}}),
    );
    order
}

fn put(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}
