//! The canned Mollie over HTTP: the five requests the service makes, and under `/control` what the benchmark wants.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use super::body::{Bodies, Order, Stage};

struct Mollie {
    bodies: Bodies,
    /// An order's id is its place.
    orders: Mutex<Vec<Order>>,
    delay: AtomicU64,
}

pub async fn serve(listen: &str) -> Result<()> {
    let listener = TcpListener::bind(listen).await.with_context(|| format!("listening on {listen}"))?;
    let listener = listener.tap_io(|stream| {
        // Without it an answer may wait for an acknowledgement; where that fails, so will the answer.
        let _ = stream.set_nodelay(true);
    });
    let bodies = Bodies::about(::tests::LEGO)?;
    let mollie = Arc::new(Mollie { bodies, orders: Mutex::default(), delay: AtomicU64::new(0) });
    // One handler for all: a router would look each path up once more.
    let router = Router::new().fallback(answer).with_state(mollie);
    axum::serve(listener, router).await.context("serving")
}

async fn answer(State(mollie): State<Arc<Mollie>>, method: Method, uri: Uri, body: Bytes) -> Response {
    if let Some(wish) = uri.path().strip_prefix("/control/") {
        return mollie.control(wish);
    }
    let delay = mollie.delay.load(Ordering::Relaxed);
    if delay > 0 {
        tokio::time::sleep(Duration::from_millis(delay)).await;
    }
    mollie.call(&method, uri.path(), &body)
}

impl Mollie {
    fn orders(&self) -> MutexGuard<'_, Vec<Order>> {
        // Nothing panics while it holds the lock.
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at an order, or changes it; `None` if there is no such order.
    fn visit<T>(&self, id: usize, visit: impl FnOnce(&mut Order) -> T) -> Option<T> {
        self.orders().get_mut(id).map(visit)
    }

    fn call(&self, method: &Method, path: &str, body: &[u8]) -> Response {
        let Some(rest) = path.strip_prefix("/v2/orders") else { return unknown() };
        if rest.is_empty() {
            return if method == Method::POST { self.create(body) } else { list() };
        }
        let (name, part) =
            rest[1..].split_once('/').map_or((&rest[1..], None), |(name, part)| (name, Some(part)));
        let Some(id) = name.strip_prefix("ord_").and_then(|id| id.parse().ok()) else { return unknown() };
        let answer = match part {
            None if method == Method::GET => self.visit(id, |order| self.bodies.order(id, order)),
            None if method == Method::DELETE => self.visit(id, |order| {
                order.stage = Stage::Canceled;
                self.bodies.order(id, order)
            }),
            Some("shipments") if method == Method::POST => self.visit(id, |order| {
                order.stage = Stage::Completed;
                self.bodies.shipment(id, order)
            }),
            Some(_) | None => None,
        };
        let status = if part.is_some() { StatusCode::CREATED } else { StatusCode::OK };
        answer.map_or_else(unknown, |body| json(status, body))
    }

    fn create(&self, body: &[u8]) -> Response {
        let (Some(number), Some(hook)) = (text(body, "orderNumber"), text(body, "webhookUrl")) else {
            return json(
                StatusCode::BAD_REQUEST,
                "{\"status\":400,\"title\":\"Bad Request\",\"detail\":\"?\"}".to_owned(),
            );
        };
        let mut orders = self.orders();
        orders.push(Order { number, hook, stage: Stage::Created });
        let id = orders.len() - 1;
        json(StatusCode::CREATED, self.bodies.order(id, &orders[id]))
    }

    /// `delay/50`, `authorize`, `authorize/7`, `hook/7`.
    fn control(&self, wish: &str) -> Response {
        let (name, value) =
            wish.split_once('/').map_or((wish, None), |(name, value)| (name, value.parse::<u64>().ok()));
        let id = value.and_then(|id| usize::try_from(id).ok());
        match (name, value, id) {
            ("delay", Some(delay), _) => {
                self.delay.store(delay, Ordering::Relaxed);
                Some(String::new())
            }
            ("authorize", None, _) => {
                let mut orders = self.orders();
                let new = orders.iter_mut().filter(|order| order.stage == Stage::Created);
                new.for_each(|order| order.stage = Stage::Authorized);
                Some(String::new())
            }
            ("authorize", _, Some(id)) => self.visit(id, |order| {
                order.stage = Stage::Authorized;
                String::new()
            }),
            ("hook", _, Some(id)) => self.visit(id, |order| order.hook.clone()),
            _ => None,
        }
        .map_or_else(unknown, IntoResponse::into_response)
    }
}

/// A text in the JSON that the service sends: compact, and what is asked for here holds nothing escaped.
fn text(body: &[u8], key: &str) -> Option<String> {
    let body = std::str::from_utf8(body).ok()?;
    let (_, rest) = body.split_once(&format!("\"{key}\":\""))?;
    rest.split_once('"').map(|(text, _)| text.to_owned())
}

fn list() -> Response {
    json(StatusCode::OK, "{\"count\":0,\"_embedded\":{\"orders\":[]},\"_links\":{\"next\":null}}".to_owned())
}

fn unknown() -> Response {
    let body = "{\"status\":404,\"title\":\"Not Found\",\"detail\":\"No such order\"}";
    json(StatusCode::NOT_FOUND, body.to_owned())
}

fn json(status: StatusCode, body: String) -> Response {
    (status, [(CONTENT_TYPE, "application/hal+json")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_where_it_comes_first() {
        let body = br#"{"orderNumber":"B7","webhookUrl":"http://a/b","payment":{"webhookUrl":"http://c"}}"#;
        assert_eq!(text(body, "webhookUrl").as_deref(), Some("http://a/b"));
        assert_eq!(text(body, "orderNumber").as_deref(), Some("B7"));
        assert_eq!(text(body, "locale"), None);
    }
}
