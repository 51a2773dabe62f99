//! `/v2`: hands requests to the rules and their answers back. Knows no endpoint.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Response, StatusCode, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::engine::Engine;
use crate::rules::{Answer, ApiRequest, Refusal, template};

const MAX_BODY: usize = 1024 * 1024;
const HAL: HeaderValue = HeaderValue::from_static("application/hal+json");

pub async fn handle(State(engine): State<Arc<Engine>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    engine.counters.count(method, &template(path));
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return respond(Refusal::new(413, "The request body is larger than 1 MiB.").into(), engine.now());
    };
    let claim = engine.hold.claim(method, path);
    let request = ApiRequest {
        method: method.to_owned(),
        path: path.to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        authorization: header_text(&parts, "authorization"),
        idempotency_key: header_text(&parts, "idempotency-key"),
        body: body.to_vec(),
    };
    let answer =
        engine.run(|world, now| world.answer(&request, now)).unwrap_or_else(|stopped| unavailable(&stopped));
    if let Some(claim) = claim {
        claim.wait().await;
    }
    respond(answer, engine.now())
}

pub async fn not_found(State(engine): State<Arc<Engine>>) -> Response<Body> {
    respond(Refusal::new(404, "No such resource exists.").into(), engine.now())
}

pub fn unavailable(reason: &impl ToString) -> Answer {
    Refusal::new(503, reason.to_string()).into()
}

fn header_text(parts: &Parts, name: &str) -> Option<String> {
    parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn respond(answer: Answer, now: Timestamp) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body.to_string()));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HAL);
    if answer.replayed {
        headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    // The simulated time: a client that compares clocks must find Mollie's where it expects it.
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok();
    if let Some(date) = date.and_then(|date| HeaderValue::from_str(&date).ok()) {
        headers.insert(header::DATE, date);
    }
    response
}
