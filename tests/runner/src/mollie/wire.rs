//! The network as one process sees it: what a request meets on its way out, how long an answer is waited for, and what of it
//! comes back. What Mollie makes of a request is not decided here.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mollie_adapter::{Answer, Credential, Failure, Request, Transport};
use mollie_simulator::rules::{ApiRequest, Content, Impairment, Loss, Outcome, Reply};
use reqwest::StatusCode;

use crate::script::Fault;
use crate::site::Site;

/// The time a call may take.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// What a call comes to.
pub type Result<T> = std::result::Result<T, Failure>;

/// Where an answer is left for who waits for it.
#[derive(Default)]
pub struct Slot {
    answer: Option<Result<Answer>>,
    waker: Option<Waker>,
}

pub type Letterbox = Arc<Mutex<Slot>>;

/// One process's connection to Mollie.
pub struct Wire(pub Arc<Site>);

impl Transport for Wire {
    async fn send(&self, key: &Credential, request: Request) -> Result<Answer> {
        let site = &self.0;
        let is_change = request.endpoint.method() != "GET";
        // Connecting.
        site.pause(1, 20).await;
        let fault = site.fault(is_change);
        if is_change {
            site.leaving();
        }
        if fault == Some(Fault::Unreachable) {
            return Err(Failure::NotSent("there is no way to Mollie".to_owned()));
        }
        let letterbox = site.dispatch(as_mollie_reads(key, request), fault);
        if fault.is_some() {
            site.impaired(CALL_TIMEOUT);
        }
        let mut time_out = std::pin::pin!(site.time.sleep(CALL_TIMEOUT));
        std::future::poll_fn(|context| {
            if let Poll::Ready(answer) = take(&letterbox, context) {
                return Poll::Ready(answer);
            }
            time_out.as_mut().poll(context).map(|()| Err(Failure::Lost("the call took too long".to_owned())))
        })
        .await
    }
}

fn as_mollie_reads(key: &Credential, request: Request) -> ApiRequest {
    ApiRequest {
        method: request.endpoint.method().to_string(),
        path: request.url.path().to_owned(),
        query: request.url.query().unwrap_or_default().to_owned(),
        authorization: Some(format!("Bearer {}", key.expose())),
        idempotency_key: request.idempotency.map(|key| key.to_string()),
        body: request.body.unwrap_or_default(),
    }
}

/// Leaves an answer for who waits for it, if somebody still does.
pub fn leave(letterbox: &Letterbox, answer: Result<Answer>) {
    let mut slot = letterbox.lock().unwrap_or_else(PoisonError::into_inner);
    slot.answer = Some(answer);
    if let Some(waker) = slot.waker.take() {
        waker.wake();
    }
}

fn take(letterbox: &Letterbox, context: &Context<'_>) -> Poll<Result<Answer>> {
    let mut slot = letterbox.lock().unwrap_or_else(PoisonError::into_inner);
    match slot.answer.take() {
        Some(answer) => Poll::Ready(answer),
        None => {
            slot.waker = Some(context.waker().clone());
            Poll::Pending
        }
    }
}

/// What the client gets to see, and how many microseconds that takes beyond the way.
pub fn seen(outcome: Outcome) -> (Option<Result<Answer>>, u64) {
    match outcome {
        Outcome::Answered(reply) => (Some(Ok(answer(reply, None))), 0),
        Outcome::Impaired { reply, by: Impairment::Truncated { .. } } => {
            (Some(Ok(answer(reply, Some("the connection broke")))), 0)
        }
        Outcome::Impaired { reply, by: Impairment::Dripped { over } } => {
            (Some(Ok(answer(reply, None))), u64::try_from(over.as_micros()).unwrap_or(0))
        }
        Outcome::Lost { loss: Loss::Reset | Loss::Closed, .. } => {
            (Some(Err(Failure::Lost("the connection was closed".to_owned()))), 0)
        }
        Outcome::Lost { loss: Loss::Silence, .. } => (None, 0),
    }
}

fn answer(reply: Reply, broken: Option<&str>) -> Answer {
    let body = match reply.content {
        Content::Hal(value) => value.to_string().into_bytes(),
        Content::Html(text) => text.into_bytes(),
        Content::Empty => Vec::new(),
    };
    Answer {
        status: StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        pause: reply.retry_after_seconds.map(Duration::from_secs),
        left: Vec::new(),
        body: broken.map_or(Ok(body), |problem| Err(problem.to_owned())),
    }
}
