//! A proxy on the loopback between the service and the simulator, which rewrites orders as they are read. Calls that change
//! something pass as they are, and so do their answers.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use reqwest::Client;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::simulator::Simulator;

/// A running proxy. It ends when this is dropped.
pub struct Rewriter {
    url: String,
    edits: Arc<Mutex<Edits>>,
    serving: JoinHandle<()>,
}

#[derive(Default)]
struct Edits {
    /// What stands at a JSON pointer instead.
    values: Vec<(&'static str, Value)>,
    leaves_counters_out: bool,
}

#[derive(Clone)]
struct Shared {
    /// The simulator's address, without the path of its API.
    target: String,
    web: Client,
    edits: Arc<Mutex<Edits>>,
}

impl Rewriter {
    pub async fn before(simulator: &Simulator) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port for the proxy");
        let address = listener.local_addr().expect("the proxy's address");
        let edits = Arc::default();
        let target = simulator.api().trim_end_matches("/v2").to_owned();
        let shared = Shared { target, web: simulator.web().clone(), edits: Arc::clone(&edits) };
        let routes = Router::new().fallback(carry).with_state(shared);
        let serving = tokio::spawn(async move {
            axum::serve(listener, routes).await.expect("the proxy serves");
        });
        Self { url: format!("http://{address}/v2"), edits, serving }
    }

    /// Where the service finds Mollie's API.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on orders hold these values at these JSON pointers.
    pub fn rewrite(&self, values: impl IntoIterator<Item = (&'static str, Value)>) {
        self.edits.lock().unwrap().values = values.into_iter().collect();
    }

    /// From now on lines come without their counters.
    pub fn leave_counters_out(&self) {
        self.edits.lock().unwrap().leaves_counters_out = true;
    }

    /// From now on orders come as they are.
    pub fn mend(&self) {
        *self.edits.lock().unwrap() = Edits::default();
    }
}

impl Drop for Rewriter {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn carry(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let mut request = shared.web.request(method.clone(), format!("{}{uri}", shared.target)).body(body);
    for name in ["authorization", "content-type", "idempotency-key"] {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let Ok(answer) = request.send().await else {
        return response(StatusCode::BAD_GATEWAY, Vec::new());
    };
    let (status, body) = (answer.status(), answer.bytes().await.unwrap_or_default().to_vec());
    let is_order = method == Method::GET && uri.path().starts_with("/v2/orders/");
    let body =
        if is_order && status == StatusCode::OK { shared.edits.lock().unwrap().apply(&body) } else { body };
    response(status, body)
}

fn response(status: StatusCode, body: Vec<u8>) -> Response<Body> {
    let answer = Response::builder().status(status).header("content-type", "application/hal+json");
    answer.body(Body::from(body)).expect("an answer")
}

impl Edits {
    fn apply(&self, body: &[u8]) -> Vec<u8> {
        let mut order: Value = serde_json::from_slice(body).expect("the simulator answers with JSON");
        for (pointer, value) in &self.values {
            let (place, name) = pointer.rsplit_once('/').expect("a pointer");
            order.pointer_mut(place).unwrap_or_else(|| panic!("{place} in an order"))[name] = value.clone();
        }
        let lines = order["lines"].as_array_mut().into_iter().flatten().filter(|_| self.leaves_counters_out);
        for line in lines.filter_map(Value::as_object_mut) {
            line.retain(|name, _| !["Shipped", "Canceled", "Refunded"].iter().any(|end| name.ends_with(end)));
        }
        order.to_string().into_bytes()
    }
}
