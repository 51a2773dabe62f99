//! The gateway port over HTTP: each command is one request, each reading one or, for a look-up, a page at a time. Holds
//! the keys of the profiles and nothing about orders.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use domain::ports::{Acceptance, Command, Gateway, GatewayError, Outcome, PlaceOrder, RegisterShipment};
use domain::rules::ids::{IdempotencyKey, MollieOrderId, ProfileName};
use domain::rules::snapshot::Snapshot;
use jiff::Timestamp;
use reqwest::Url;

use crate::base::{Base, BaseError};
use crate::client::{Call, Client};
use crate::endpoint::Endpoint;
use crate::key::ApiKey;
use crate::{lookup, order, outcome, shipment, snapshot};

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
        Ok(Self(Arc::new(Parts {
            client: client.map_err(AdapterError::Client)?,
            base,
            keys: by_profile,
        })))
    }

    fn key(&self, profile: &ProfileName) -> Result<&ApiKey, String> {
        let missing = || format!("profile {profile} has no API key here: add it to the configuration");
        self.0.keys.get(profile).ok_or_else(missing)
    }

    async fn place(&self, profile: &ProfileName, command: &PlaceOrder, key: IdempotencyKey) -> Outcome {
        let url = self.0.base.at(&["orders"]).map(|url| with_embed(url, "payments"));
        let body = order::body(command).map(Some);
        let accept = |answer: &_| snapshot::read(answer).map(|read| Acceptance::Placed(Box::new(read)));
        self.command(profile, Endpoint::CreateOrder, url, body, Some(key), accept)
            .await
    }

    async fn ship(&self, profile: &ProfileName, command: &RegisterShipment, key: IdempotencyKey) -> Outcome {
        if command.lines.is_empty() {
            let problem = "a shipment without lines was not sent: Mollie would ship all the rest".to_owned();
            return Outcome::NotSent { problem, pause: None };
        }
        let url = self
            .0
            .base
            .at(&["orders", command.mollie_id.as_str(), "shipments"]);
        let body = shipment::body(command).map(Some);
        let accept = |answer: &_| shipment::read(answer).map(Acceptance::Shipped);
        self.command(profile, Endpoint::CreateShipment, url, body, Some(key), accept)
            .await
    }

    /// Mollie ignores the key on DELETE, so none is sent: nobody shall believe that it protects.
    async fn cancel(&self, profile: &ProfileName, id: &MollieOrderId) -> Outcome {
        let url = self.0.base.at(&["orders", id.as_str()]);
        let accept =
            |answer: &_| snapshot::read_own(answer, id).map(|read| Acceptance::Canceled(Box::new(read)));
        self.command(profile, Endpoint::CancelOrder, url, Ok(None), None, accept)
            .await
    }

    async fn command(
        &self,
        profile: &ProfileName,
        endpoint: Endpoint,
        url: Option<Url>,
        body: Result<Option<Vec<u8>>, serde_json::Error>,
        idempotency: Option<IdempotencyKey>,
        accept: impl FnOnce(&crate::json::Object<'_>) -> Result<Acceptance, crate::json::ReadError>,
    ) -> Outcome {
        let call = self.key(profile).and_then(|key| {
            let url = url.ok_or("the order's id is none of Mollie's")?;
            let body = body.map_err(|_| "the request cannot be written as JSON")?;
            Ok(Call {
                endpoint,
                url,
                key,
                body,
                idempotency,
            })
        });
        match call {
            Ok(call) => outcome::of_command(profile, self.0.client.send(call).await, accept),
            Err(problem) => Outcome::NotSent { problem, pause: None },
        }
    }

    async fn page(
        &self,
        profile: &ProfileName,
        hook_address: &str,
        since: Timestamp,
        from: Option<&str>,
    ) -> Result<lookup::Page, GatewayError> {
        let key = self.key(profile).map_err(GatewayError::KeyRefused)?;
        let mut url = self.0.base.at(&["orders"]).ok_or(GatewayError::NotFound)?;
        url.query_pairs_mut()
            .append_pair("limit", "250")
            .extend_pairs(from.map(|from| ("from", from)));
        let call = Call {
            endpoint: Endpoint::ListOrders,
            url,
            key,
            body: None,
            idempotency: None,
        };
        let answer = self.0.client.send(call).await;
        let page = outcome::of_reading(profile, answer, |list| lookup::read(list, hook_address, since));
        page.map_err(|error| match error {
            // The list exists for every profile; where it does not, the base address is wrong.
            GatewayError::NotFound => GatewayError::Unreadable("it knows no list of orders".to_owned()),
            other @ (GatewayError::Unavailable(_)
            | GatewayError::KeyRefused(_)
            | GatewayError::Unreadable(_)) => other,
        })
    }
}

fn with_embed(mut url: Url, what: &str) -> Url {
    url.set_query(Some(&format!("embed={what}")));
    url
}

impl Gateway for MollieAdapter {
    async fn execute(&self, profile: &ProfileName, command: &Command, key: IdempotencyKey) -> Outcome {
        match command {
            Command::PlaceOrder(command) => self.place(profile, command, key).await,
            Command::CreateShipment(command) => self.ship(profile, command, key).await,
            Command::CancelOrder { mollie_id } => self.cancel(profile, mollie_id).await,
        }
    }

    async fn observe(&self, profile: &ProfileName, id: &MollieOrderId) -> Result<Snapshot, GatewayError> {
        let key = self.key(profile).map_err(GatewayError::KeyRefused)?;
        let url = self
            .0
            .base
            .at(&["orders", id.as_str()])
            .ok_or(GatewayError::NotFound)?;
        let url = with_embed(url, "payments,shipments");
        let call = Call {
            endpoint: Endpoint::GetOrder,
            url,
            key,
            body: None,
            idempotency: None,
        };
        let answer = self.0.client.send(call).await;
        outcome::of_reading(profile, answer, |order| snapshot::read_own(order, id))
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
        let Parts {
            base,
            keys,
            client: _,
        } = &*self.0;
        f.debug_struct("MollieAdapter")
            .field("base_url", &base.as_str())
            .field("keys", keys)
            .finish()
    }
}
