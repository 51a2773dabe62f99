//! A server that records each request and returns prepared answers, and others that misbehave.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use domain::rules::ids::{IdempotencyKey, ProfileName};
use mollie_adapter::{Credential, MollieAdapter, Settings};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Barrier;

pub const KEY: &str = "test_KeyThatNobodyMaySee";

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub line: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// The recording server.
#[derive(Clone)]
pub struct Server {
    pub base_url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

type Script = Arc<Mutex<VecDeque<Response<String>>>>;

impl Server {
    /// Returns these answers one by one, then 500.
    pub async fn start(answers: impl IntoIterator<Item = Response<String>>) -> Self {
        let script: Script = Arc::new(Mutex::new(answers.into_iter().collect()));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v2", listener.local_addr().unwrap());
        let record = Arc::clone(&seen);
        let app = Router::new()
            .fallback(move |request: Request| answer(request, Arc::clone(&record), Arc::clone(&script)));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base_url, seen }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The only request that came.
    pub fn only(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen[0].clone()
    }

    pub fn adapter(&self) -> MollieAdapter {
        adapter(&self.base_url)
    }
}

async fn answer(request: Request, seen: Arc<Mutex<Vec<Seen>>>, script: Script) -> axum::response::Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let line = format!("{} {}", parts.method, parts.uri);
    seen.lock().unwrap().push(Seen { line, headers: parts.headers, body });
    let next = script.lock().unwrap().pop_front();
    next.map_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response(), IntoResponse::into_response)
}

/// An answer of Mollie's.
pub fn hal(status: u16, body: &Value) -> Response<String> {
    let response = Response::builder().status(status).header("content-type", "application/hal+json");
    response.body(body.to_string()).unwrap()
}

/// A server that sends these bytes on each connection once its request has come, and then closes it.
pub async fn closes_after(bytes: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut request = [0; 65536];
            let _ = connection.read(&mut request).await;
            let _ = connection.write_all(bytes.as_bytes()).await;
        }
    });
    format!("{address}")
}

/// A server that takes requests and never answers.
pub async fn never_answers() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v2", listener.local_addr().unwrap());
    let app = Router::new().fallback(|| async { std::future::pending::<StatusCode>().await });
    tokio::spawn(async move { axum::serve(listener, app).await });
    base_url
}

/// A server that answers once four requests are waiting; also returns the highest number at once.
pub async fn answers_by_four(body: Value) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v2", listener.local_addr().unwrap());
    let (now, most, four) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(4)));
    let seen = Arc::clone(&most);
    let app = Router::new().fallback(move || {
        let (now, seen, four, body) = (Arc::clone(&now), Arc::clone(&seen), Arc::clone(&four), body.clone());
        async move {
            seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            four.wait().await;
            now.fetch_sub(1, Ordering::SeqCst);
            hal(200, &body).into_response()
        }
    });
    tokio::spawn(async move { axum::serve(listener, app).await });
    (base_url, most)
}

pub fn adapter(base_url: &str) -> MollieAdapter {
    patient_adapter(base_url, Duration::from_secs(10), Duration::from_secs(5))
}

pub fn patient_adapter(base_url: &str, call_timeout: Duration, connect_timeout: Duration) -> MollieAdapter {
    let settings = Settings { base_url: base_url.to_owned(), call_timeout, connect_timeout, heard: |_| () };
    MollieAdapter::new(settings, [(profile(), Credential::key(KEY).unwrap())]).unwrap()
}

pub fn profile() -> ProfileName {
    ProfileName::new("main")
}

pub fn key() -> IdempotencyKey {
    IdempotencyKey::parse("0191c2a0-0000-7000-8000-00000000abcd").unwrap()
}
