//! One request, one answer: what carries them. Production has [`Client`](crate::client::Client) over HTTP; a test runner may
//! put Mollie's rules in its place, and everything above stays what runs.

use std::future::Future;
use std::time::Duration;

use domain::rules::ids::IdempotencyKey;
use reqwest::{StatusCode, Url};

use crate::endpoint::Endpoint;
use crate::key::ApiKey;

/// A request without its API key.
#[derive(Debug)]
pub struct Request {
    pub endpoint: Endpoint,
    pub url: Url,
    /// JSON.
    pub body: Option<Vec<u8>>,
    pub idempotency: Option<IdempotencyKey>,
}

impl Request {
    /// A request that only reads.
    pub(crate) const fn reading(endpoint: Endpoint, url: Url) -> Self {
        Self { endpoint, url, body: None, idempotency: None }
    }
}

/// What came back. The body may have failed after the status was known.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    /// How long Mollie wishes to be left alone.
    pub pause: Option<Duration>,
    pub body: Result<Vec<u8>, String>,
}

/// No answer.
#[derive(Debug)]
pub enum Failure {
    /// The request certainly never left: there was no connection to send it on.
    NotSent(String),
    /// The request may have arrived.
    Lost(String),
}

/// Carries requests to Mollie. Never sends one twice, and ends every call in bounded time.
pub trait Transport: Send + Sync + 'static {
    /// Sends the request once and reads the answer to its end, or as far as it may go.
    fn send(&self, key: &ApiKey, request: Request) -> impl Future<Output = Result<Answer, Failure>> + Send;
}
