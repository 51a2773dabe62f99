//! What carries one request and one answer. Production uses [`Client`](crate::client::Client) over HTTP; a test runner may put
//! Mollie's rules in its place, and everything above stays the same.

use std::future::Future;
use std::time::Duration;

use domain::rules::call_rate::Rank;
use domain::rules::ids::IdempotencyKey;
use reqwest::{StatusCode, Url};

use crate::endpoint::Endpoint;
use crate::key::Credential;
use crate::quota::Left;

/// A request without its API key.
#[derive(Debug)]
pub struct Request {
    pub endpoint: Endpoint,
    pub url: Url,
    /// JSON.
    pub body: Option<Vec<u8>>,
    pub idempotency: Option<IdempotencyKey>,
    /// Whether it goes first where there is not room for all.
    pub rank: Rank,
}

impl Request {
    /// A request that only reads.
    pub(crate) const fn reading(rank: Rank, endpoint: Endpoint, url: Url) -> Self {
        Self { endpoint, url, body: None, idempotency: None, rank }
    }
}

/// What came back. Reading the body may have failed after the status arrived.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    /// How long Mollie asked us to wait.
    pub pause: Option<Duration>,
    /// How many calls Mollie has left for us, where it says so.
    pub left: Vec<Left>,
    pub body: Result<Vec<u8>, String>,
}

/// No answer.
#[derive(Debug)]
pub enum Failure {
    /// The request certainly never left: there was no connection.
    NotSent(String),
    /// The request was held back: there is no call left for it before `pause` has passed.
    Later { problem: String, pause: Duration },
    /// The request may have arrived.
    Lost(String),
}

impl Failure {
    /// In one word.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotSent(_) => "not_sent",
            Self::Later { .. } => "held_back",
            Self::Lost(_) => "lost",
        }
    }
}

/// Carries requests to Mollie. Never sends one twice, and ends every call in bounded time.
pub trait Transport: Send + Sync + 'static {
    /// Sends the request once and reads the whole answer, up to the size limit.
    fn send(
        &self,
        key: &Credential,
        request: Request,
    ) -> impl Future<Output = Result<Answer, Failure>> + Send;
}
