//! `/v2`: hands requests to the rules, through the fault layer, and their answers back. Knows no endpoint.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::Response;
use axum::http::request::Parts;

use super::engine::Engine;
use super::quota_layer::tell_left;
use super::respond::{carry, respond};
use crate::rules::{Answer, ApiRequest, Outcome, Refusal, Reply, template};

/// Mollie's own bound is not known: more than the largest order needs.
const MAX_BODY: usize = 4 * 1024 * 1024;

pub async fn handle(State(engine): State<Arc<Engine>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    engine.counters.count(method, &template(path));
    let verdict = engine.quotas.with(|quotas| quotas.count(method, path, engine.now()));
    if let Some(verdict) = verdict.as_ref().filter(|verdict| verdict.is_refused) {
        let reply = Reply::from(Answer::from(Refusal::new(429, "Too many requests.")));
        let retry_after_seconds = verdict.retry_after_seconds;
        let mut response = respond(Reply { retry_after_seconds, ..reply }, engine.now());
        tell_left(&mut response, Some(verdict));
        return response;
    }
    if engine.revoked.has(header_text(&parts, "authorization").as_deref()) {
        return respond(Answer::from(Refusal::unauthorized()).into(), engine.now());
    }
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        let refusal = Refusal::new(413, "The request body is larger than 4 MiB.");
        return respond(Answer::from(refusal).into(), engine.now());
    };
    let claim = engine.hold.claim(method, path);
    let hang = engine.faults.ticket();
    let request = ApiRequest {
        method: method.to_owned(),
        path: path.to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        authorization: header_text(&parts, "authorization"),
        idempotency_key: header_text(&parts, "idempotency-key"),
        body: body.to_vec(),
    };
    let outcome = engine
        .run(|world, now| engine.faults.with(|faults| world.answer_through(faults, &request, now)))
        .unwrap_or_else(|stopped| Outcome::Answered(unavailable(&stopped).into()));
    if let Some(claim) = claim {
        claim.wait().await;
    }
    let mut response = carry(outcome, &engine, &parts, hang).await;
    tell_left(&mut response, verdict.as_ref());
    response
}

pub async fn not_found(State(engine): State<Arc<Engine>>) -> Response<Body> {
    respond(Answer::from(Refusal::new(404, "No such resource exists.")).into(), engine.now())
}

fn unavailable(reason: &impl ToString) -> Answer {
    Refusal::new(503, reason.to_string()).into()
}

fn header_text(parts: &Parts, name: &str) -> Option<String> {
    parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
