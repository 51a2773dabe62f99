//! The gateway port over HTTP: each command is one request, each reading one or, for a look-up, a page at a time. Holds
//! the keys of the profiles and nothing about orders.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::ports::{Command, Gateway, GatewayError, Outcome};
use domain::rules::ids::{IdempotencyKey, MollieOrderId, ProfileName};
use domain::rules::snapshot::Snapshot;
use jiff::Timestamp;

use crate::base::{Base, BaseError};
use crate::client::Client;
use crate::command::{self, Request};
use crate::endpoint::Endpoint;
use crate::json::{Object, ReadError};
use crate::key::ApiKey;
use crate::{lookup, outcome, snapshot};

/// Where Mollie is and how long it may take.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://api.mollie.com/v2`; plain HTTP only on loopback.
    pub base_url: String,
    /// For a whole call, from connecting to the last byte of the answer.
    pub call_timeout: Duration,
    /// For connecting. Should be shorter than `call_timeout`: a call that ends while connecting was certainly not sent.
    pub connect_timeout: Duration,
}

/// Why there is no adapter.
#[derive(Debug, thiserror::Error)]
pub enum AdapterError {
    /// The address cannot be used.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// Two keys for one profile.
    #[error("profile {0} has two API keys")]
    TwoKeys(ProfileName),
    /// No client: usually because the system has no root certificates.
    #[error(
        "no HTTPS client can be built: if the system has no root certificates, install ca-certificates or set SSL_CERT_FILE"
    )]
    Client(#[source] reqwest::Error),
}

/// Mollie's Orders API over HTTP. Clones share connections and keys.
#[derive(Clone)]
pub struct MollieAdapter(Arc<Parts>);

struct Parts {
    client: Client,
    base: Base,
    keys: BTreeMap<ProfileName, ApiKey>,
}

impl MollieAdapter {
    /// An adapter for these profiles. Installs ring as the process's TLS provider if it has none.
    ///
    /// # Errors
    /// [`AdapterError`].
    pub fn new(
        settings: Settings,
        keys: impl IntoIterator<Item = (ProfileName, ApiKey)>,
    ) -> Result<Self, AdapterError> {
        let base = Base::parse(&settings.base_url)?;
        let mut by_profile = BTreeMap::new();
        for (profile, key) in keys {
            if by_profile.insert(profile.clone(), key).is_some() {
                return Err(AdapterError::TwoKeys(profile));
            }
        }
        let client = Client::new(&base, settings.call_timeout, settings.connect_timeout);
        Ok(Self(Arc::new(Parts { client: client.map_err(AdapterError::Client)?, base, keys: by_profile })))
    }

    fn key(&self, profile: &ProfileName) -> Result<&ApiKey, String> {
        let missing = || format!("profile {profile} has no API key here: add it to the configuration");
        self.0.keys.get(profile).ok_or_else(missing)
    }

    async fn read<T>(
        &self,
        profile: &ProfileName,
        request: Request,
        parse: impl FnOnce(&Object<'_>) -> Result<T, ReadError> + Send,
    ) -> Result<T, GatewayError> {
        let key = self.key(profile).map_err(GatewayError::KeyRefused)?;
        outcome::of_reading(profile, self.0.client.send(key, request).await, parse)
    }

    async fn page(
        &self,
        profile: &ProfileName,
        hook_address: &str,
        since: Timestamp,
        from: Option<&str>,
    ) -> Result<lookup::Page, GatewayError> {
        let mut url = self.0.base.at(&["orders"]).ok_or(GatewayError::NotFound)?;
        url.query_pairs_mut().append_pair("limit", "250").extend_pairs(from.map(|from| ("from", from)));
        let parse = |list: &Object<'_>| lookup::read(list, hook_address, since);
        let page = self.read(profile, Request::reading(Endpoint::ListOrders, url), parse).await;
        page.map_err(|error| match error {
            // The list exists for every profile; where it does not, the base address is wrong.
            GatewayError::NotFound => GatewayError::Unreadable("it knows no list of orders".to_owned()),
            other @ (GatewayError::Unavailable(_)
            | GatewayError::KeyRefused(_)
            | GatewayError::Unreadable(_)) => other,
        })
    }
}

impl Gateway for MollieAdapter {
    async fn execute(&self, profile: &ProfileName, command: &Command, key: IdempotencyKey) -> Outcome {
        let ready = self.key(profile).and_then(|api_key| {
            let request = command::request(&self.0.base, command, key)?;
            Ok((api_key, request))
        });
        match ready {
            Ok((api_key, request)) => {
                let result = self.0.client.send(api_key, request).await;
                outcome::of_command(profile, result, |answer: &Object<'_>| command::accept(command, answer))
            }
            Err(problem) => Outcome::NotSent { problem, pause: None },
        }
    }

    async fn observe(&self, profile: &ProfileName, id: &MollieOrderId) -> Result<Snapshot, GatewayError> {
        let mut url = self.0.base.at(&["orders", id.as_str()]).ok_or(GatewayError::NotFound)?;
        url.set_query(Some("embed=payments,shipments"));
        let parse = |order: &Object<'_>| snapshot::read_own(order, id);
        self.read(profile, Request::reading(Endpoint::GetOrder, url), parse).await
    }

    async fn find_by_hook(
        &self,
        profile: &ProfileName,
        hook_address: &str,
        since: Timestamp,
    ) -> Result<Option<Snapshot>, GatewayError> {
        let (mut trail, mut from) = (lookup::Trail::default(), None::<String>);
        loop {
            let page = self.page(profile, hook_address, since, from.as_deref()).await?;
            if let [id, others @ ..] = page.matches.as_slice() {
                if !others.is_empty() {
                    tracing::error!(profile = %profile, count = page.matches.len(), "orders share one hook address");
                }
                let found = self.observe(profile, id).await;
                return found.map(Some).map_err(listed);
            }
            match page.next {
                Some(next) if !page.reaches_back => {
                    trail.follow(&next)?;
                    from = Some(next);
                }
                Some(_) | None => return Ok(None),
            }
        }
    }
}

/// An order that Mollie lists exists, whatever reading it says a moment later.
fn listed(error: GatewayError) -> GatewayError {
    match error {
        GatewayError::NotFound => GatewayError::Unavailable("an order it lists could not be read".to_owned()),
        other
        @ (GatewayError::Unavailable(_) | GatewayError::KeyRefused(_) | GatewayError::Unreadable(_)) => other,
    }
}

impl fmt::Debug for MollieAdapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { base, keys, client: _ } = &*self.0;
        f.debug_struct("MollieAdapter").field("base_url", &base.as_str()).field("keys", keys).finish()
    }
}
