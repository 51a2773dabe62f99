//! A request to the API as it came in, and what is compared of it when it has an idempotency key.

use super::caller::Caller;
use super::ids;

/// A request to the API, as it came in.
#[derive(Clone, Debug, Default)]
pub struct ApiRequest {
    pub method: String,
    /// From `/v2` on, still percent-encoded, without the query.
    pub path: String,
    pub query: String,
    /// The whole `Authorization` header.
    pub authorization: Option<String>,
    pub idempotency_key: Option<String>,
    pub body: Vec<u8>,
}

/// Whether idempotency keys count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keys {
    #[default]
    Honored,
    Ignored,
}

/// A request with a key, reduced to what is compared.
pub struct Keyed {
    pub scope: String,
    pub endpoint: String,
    pub body_digest: u64,
}

impl Keyed {
    pub fn new(caller: &Caller, key: &str, request: &ApiRequest) -> Self {
        let owner = match &caller.organisation {
            Some(organisation) => format!("{organisation}/{}", caller.profile),
            None => caller.profile.clone(),
        };
        let scope = format!("{}|{owner}|{key}", caller.mode.as_text());
        let endpoint = format!("{} {}", request.method, request.path);
        Self { scope, endpoint, body_digest: ids::digest(&request.body) }
    }

    pub fn has_same_key(&self, other: &Self) -> bool {
        self.scope == other.scope
    }

    pub fn is_same_request(&self, other: &Self) -> bool {
        self.endpoint == other.endpoint && self.body_digest == other.body_digest
    }
}
