//! One request, one answer. The only place that builds an HTTP client: pooled, with time-outs, and without redirects, proxies or
//! retries. It does not interpret answers.

use std::error::Error;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Response, redirect, retry};
use tracing::Instrument;

use crate::base::Base;
use crate::endpoint::Endpoint;
use crate::key::Credential;
use crate::mollie_time::MollieTime;
use crate::problem::{date_of, retry_after};
use crate::quota::{self, Left};
use crate::transport::{Answer, Failure, Request, Transport};

/// Shorter than most load balancers allow, so that a request seldom meets a connection that is being closed: then we could not
/// know whether it was taken.
const IDLE: Duration = Duration::from_secs(15);

/// The pooled client.
pub struct Client {
    http: reqwest::Client,
    time: MollieTime,
    heard: fn(&Heard<'_>),
}

/// How a call has ended.
#[derive(Debug)]
pub struct Heard<'a> {
    pub endpoint: Endpoint,
    /// The status of the answer; or why there is none, in one word.
    pub outcome: Result<u16, &'static str>,
    pub took: Duration,
    /// What Mollie says of the calls that are left.
    pub left: &'a [Left],
}

impl Client {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that builds a client")]
    pub fn new(
        base: &Base,
        call_timeout: Duration,
        connect_timeout: Duration,
        heard: fn(&Heard<'_>),
    ) -> Result<Self, reqwest::Error> {
        // Another crate may have chosen a provider before; either will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/hal+json"));
        let builder = reqwest::Client::builder()
            .user_agent(concat!("order-service/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .timeout(call_timeout)
            .connect_timeout(connect_timeout)
            .pool_idle_timeout(IDLE)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_proxy();
        // Certificates are checked against the system's roots. Plain loopback needs none and must work without any installed.
        let builder = if base.is_plain() { builder.tls_certs_only([]) } else { builder.https_only(true) };
        builder.build().map(|http| Self { http, time: MollieTime::default(), heard })
    }

    /// What time it is at Mollie.
    pub(crate) fn time(&self) -> MollieTime {
        self.time.clone()
    }

    async fn exchange(&self, key: &Credential, request: Request) -> Result<Answer, Failure> {
        let limit = request.endpoint.answer_limit();
        let sent = self.http.request(request.endpoint.method(), request.url).bearer_auth(key.expose());
        let sent = match request.idempotency {
            Some(key) => sent.header("Idempotency-Key", key.to_string()),
            None => sent,
        };
        let sent = match request.body {
            Some(body) => sent.header(CONTENT_TYPE, "application/json").body(body),
            None => sent,
        };
        let response = sent.send().await.map_err(failure)?;
        date_of(response.headers()).into_iter().for_each(|date| self.time.hear(date));
        let (status, pause) = (response.status(), retry_after(response.headers()));
        let left = quota::left(response.headers());
        let body = read(response, limit).await;
        Ok(Answer { status, pause, left, body })
    }
}

impl Transport for Client {
    async fn send(&self, key: &Credential, request: Request) -> Result<Answer, Failure> {
        let (endpoint, started) = (request.endpoint, Instant::now());
        let span = endpoint.span(request.url.host_str().unwrap_or_default());
        let result = self.exchange(key, request).instrument(span.clone()).await;
        let took = started.elapsed();
        let (outcome, left) = match &result {
            Ok(answer) => (Ok(answer.status.as_u16()), answer.left.as_slice()),
            Err(failure) => (Err(failure.name()), [].as_slice()),
        };
        (self.heard)(&Heard { endpoint, outcome, took, left });
        let elapsed_ms = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
        span.record("elapsed_ms", elapsed_ms);
        let _entered = span.enter();
        match &result {
            Ok(answer) => {
                let status = answer.status.as_u16();
                span.record("http.response.status_code", i64::from(status));
                if status >= 400 {
                    span.record("error.type", status.to_string());
                }
                let complete = answer.body.is_ok();
                tracing::debug!(path = endpoint.template(), status, elapsed_ms, complete, "Mollie answered");
            }
            Err(failure) => {
                let sent = matches!(failure, Failure::Lost(_));
                span.record("error.type", failure.name());
                tracing::debug!(path = endpoint.template(), elapsed_ms, sent, "Mollie did not answer");
            }
        }
        result
    }
}

async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(describe)? {
        if body.len() + chunk.len() > limit {
            return Err(format!("the answer is larger than {limit} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn failure(error: reqwest::Error) -> Failure {
    if error.is_connect() || error.is_builder() {
        Failure::NotSent(describe(error))
    } else {
        Failure::Lost(describe(error))
    }
}

/// The error with its causes, without the address: the ids in it would make every text different.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
