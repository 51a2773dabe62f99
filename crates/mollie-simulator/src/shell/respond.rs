//! Carries an outcome of the fault layer to the client: an answer, a spoiled answer, or none.

use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Response, StatusCode, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::engine::Engine;
use super::waiting::Ticket;
use super::wire::{Course, Wire};
use crate::rules::{Content, Impairment, Loss, Outcome, Refusal, Reply};

const HAL: HeaderValue = HeaderValue::from_static("application/hal+json");
const HTML: HeaderValue = HeaderValue::from_static("text/html");

/// Waits where the client has to. A released client gets the answer of its effect, or the end of its connection.
pub async fn carry(outcome: Outcome, engine: &Engine, parts: &Parts, hang: Ticket<'_>) -> Response<Body> {
    match outcome {
        Outcome::Answered(reply) => respond(reply, engine.now()),
        Outcome::Impaired { reply, by } => impair(respond(reply, engine.now()), by, engine, parts),
        Outcome::Lost { loss: Loss::Reset, .. } => lose(Course::Reset, engine, parts),
        Outcome::Lost { loss: Loss::Closed, .. } => lose(Course::Close, engine, parts),
        Outcome::Lost { loss: Loss::Silence, kept } => {
            hang.wait().await;
            match kept {
                Some(reply) => respond(reply, engine.now()),
                None => lose(Course::Close, engine, parts),
            }
        }
    }
}

fn lose(course: Course, engine: &Engine, parts: &Parts) -> Response<Body> {
    spoil(Response::new(Body::empty()), course, engine, parts)
}

/// A body that does not know its length is sent in chunks.
fn impair(response: Response<Body>, by: Impairment, engine: &Engine, parts: &Parts) -> Response<Body> {
    match by {
        Impairment::Truncated { chunked } => {
            let response = if chunked {
                response.map(|body| Body::from_stream(body.into_data_stream()))
            } else {
                response
            };
            spoil(response, Course::HalfBody, engine, parts)
        }
        Impairment::Dripped { over } => {
            let over = Duration::try_from(over).unwrap_or(Duration::MAX);
            spoil(response, Course::Drip(over), engine, parts)
        }
    }
}

/// The connection ends with this answer, so that none after it is spoiled.
fn spoil(mut response: Response<Body>, course: Course, engine: &Engine, parts: &Parts) -> Response<Body> {
    let Some(ConnectInfo(wire)) = parts.extensions.get::<ConnectInfo<Wire>>() else {
        // Only where the router is used without `serve`, and then nobody gets a wrong idea of what has happened.
        let refusal =
            Refusal::new(501, "This fault needs a connection that the simulator has accepted itself.");
        return respond(Reply::from(crate::rules::Answer::from(refusal)), engine.now());
    };
    wire.set(course);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

pub fn respond(reply: Reply, now: Timestamp) -> Response<Body> {
    let (content_type, text) = match reply.content {
        Content::Hal(body) => (Some(HAL), body.to_string()),
        Content::Html(text) => (Some(HTML), text),
        Content::Empty => (None, String::new()),
    };
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    if reply.replayed {
        headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    if let Some(seconds) = reply.retry_after_seconds {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    // The simulated time: a client that compares clocks must find Mollie's where it expects it.
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok();
    if let Some(date) = date.and_then(|date| HeaderValue::from_str(&date).ok()) {
        headers.insert(header::DATE, date);
    }
    response
}
