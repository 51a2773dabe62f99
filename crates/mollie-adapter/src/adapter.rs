//! The gateway port over HTTP: each command is one request; each reading is one, or one per page when searching the list. Holds
//! the profiles' keys and nothing about orders.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use domain::ports::{CallPermits, Clock, Command, Gateway, GatewayError, Listing, Outcome};
use domain::rules::call_rate::{CallRate, Rank};
use domain::rules::chargeback::Chargeback;
use domain::rules::ids::{IdempotencyKey, MollieOrderId, MolliePaymentId, ProfileName};
use domain::rules::misread::Misread;
use domain::rules::payment_method::{MethodsWanted, PaymentMethod};
use domain::rules::rejection::Rejection;
use domain::rules::restored::Agreed;
use domain::rules::shipment::ListedCapture;
use domain::rules::snapshot::{RefundSnapshot, Snapshot};
use jiff::Timestamp;
use tokio::sync::Semaphore;

use crate::base::{Base, BaseError};
use crate::client::{Client, Heard};
use crate::command;
use crate::endpoint::Endpoint;
use crate::json::Object;
use crate::key::{Credential, KeyError, Keys};
use crate::mollie_time::MollieTime;
use crate::oddities::Oddities;
use crate::pace::{Limits, Pace, Paced};
use crate::page::{self, Page};
use crate::scope::scoped;
use crate::transport::{Answer, Failure, Request, Transport};
use crate::{capture, chargeback, lookup, method, outcome, refund, snapshot};

/// How many lists are paged through at once. Each is many large answers: if every lost order were searched for at the same time,
/// a slow Mollie would answer none of them in time.
const SWEEPS: usize = 4;

/// Where Mollie is and how long a call may take.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://api.mollie.com/v2`; plain HTTP only on loopback.
    pub base_url: String,
    /// For a whole call, from connecting to the last byte of the answer.
    pub call_timeout: Duration,
    /// For connecting. Should be shorter than `call_timeout`: a call that ends while connecting was certainly not sent.
    pub connect_timeout: Duration,
    /// Hears of every call once it has ended. It must not wait.
    pub heard: fn(&Heard<'_>),
}

/// Why an adapter cannot be built.
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
pub struct MollieAdapter<T = Client>(Arc<Parts<T>>);

impl<T> Clone for MollieAdapter<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Parts<T> {
    transport: T,
    base: Base,
    keys: RwLock<Keys>,
    oddities: Oddities,
    sweeps: Semaphore,
}

impl MollieAdapter {
    /// Creates an adapter for these profiles. Installs ring as the process's TLS provider if it has none.
    ///
    /// # Errors
    /// [`AdapterError`].
    pub fn new(
        settings: Settings,
        keys: impl IntoIterator<Item = (ProfileName, Credential)>,
    ) -> Result<Self, AdapterError> {
        let base = Base::parse(&settings.base_url)?;
        let Settings { call_timeout, connect_timeout, heard, .. } = settings;
        let client = Client::new(&base, call_timeout, connect_timeout, heard);
        Self::over(client.map_err(AdapterError::Client)?, &settings.base_url, keys)
    }

    /// What time it is at Mollie, by its last answer.
    #[must_use]
    pub fn mollie_time(&self) -> MollieTime {
        self.0.transport.time()
    }

    /// The same adapter with its calls paced. `limits`: the rate of each profile; one without is not limited. Give it no clone of an
    /// adapter that is in use: what that one sends is not counted, and `None` is returned.
    #[must_use]
    pub fn paced<P: CallPermits, C: Clock>(
        self,
        permits: P,
        clock: C,
        limits: &Limits,
    ) -> Option<MollieAdapter<Paced<Client, P, C>>> {
        let Parts { transport, base, keys, oddities, sweeps } = Arc::into_inner(self.0)?;
        let known = keys.read().unwrap_or_else(PoisonError::into_inner).clone();
        let transport = Paced::new(transport, permits, clock, limits, &known);
        Some(MollieAdapter(Arc::new(Parts { transport, base, keys, oddities, sweeps })))
    }
}

impl<T, P: CallPermits, C: Clock> MollieAdapter<Paced<T, P, C>> {
    /// How fast each profile's credential may be used.
    #[must_use]
    pub fn rates(&self) -> &BTreeMap<ProfileName, CallRate> {
        self.0.transport.rates()
    }
}

impl<T, P, C> MollieAdapter<Paced<T, P, C>> {
    /// What pacing has come to so far.
    #[must_use]
    pub fn pace(&self) -> &Pace {
        self.0.transport.pace()
    }

    /// Whether this credential is another one than the profile's.
    ///
    /// # Errors
    /// [`KeyError::OtherMode`]: it can never be the profile's.
    pub fn is_new(&self, profile: &ProfileName, credential: &Credential) -> Result<bool, KeyError> {
        let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
        match keys.get(profile) {
            Some(known) if known.mode() != credential.mode() => Err(KeyError::OtherMode),
            known => Ok(known != Some(credential)),
        }
    }

    /// Makes this profile's calls with another credential from now on.
    ///
    /// # Errors
    /// [`KeyError::OtherMode`]: nothing was changed.
    pub fn renew(&self, profile: &ProfileName, credential: Credential) -> Result<(), KeyError> {
        self.is_new(profile, &credential)?;
        let mut keys = self.0.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.insert(profile.clone(), credential);
        // Before any call is made with it.
        self.0.transport.share_anew(&keys);
        Ok(())
    }
}

impl<T: Transport> MollieAdapter<T> {
    /// Creates an adapter for these profiles that sends requests over `transport`.
    ///
    /// # Errors
    /// [`AdapterError`].
    pub fn over(
        transport: T,
        base_url: &str,
        keys: impl IntoIterator<Item = (ProfileName, Credential)>,
    ) -> Result<Self, AdapterError> {
        let base = Base::parse(base_url)?;
        let mut by_profile = BTreeMap::new();
        for (profile, key) in keys {
            if by_profile.insert(profile.clone(), key).is_some() {
                return Err(AdapterError::TwoKeys(profile));
            }
        }
        Ok(Self(Arc::new(Parts {
            transport,
            base,
            keys: RwLock::new(by_profile),
            oddities: Oddities::default(),
            sweeps: Semaphore::new(SWEEPS),
        })))
    }

    /// Reads an order of the profile with a credential that is not in use yet. One of another Mollie profile does not know it.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn knows(
        &self,
        profile: &ProfileName,
        credential: &Credential,
        order: &MollieOrderId,
    ) -> Result<(), GatewayError> {
        let url = self.0.base.at(&["orders", order.as_str()]).ok_or(GatewayError::NotFound)?;
        let request = Request::reading(Rank::Asked, Endpoint::GetOrder, url);
        outcome::of_reading(profile, self.send(credential, request).await, |_| Ok(()))
    }

    fn credential(&self, profile: &ProfileName) -> Result<Credential, GatewayError> {
        let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(profile).cloned().ok_or_else(|| GatewayError::NoKey(profile.clone()))
    }

    async fn send(&self, credential: &Credential, request: Request) -> Result<Answer, Failure> {
        self.0.transport.send(credential, scoped(credential, request)).await
    }

    async fn read<R>(
        &self,
        profile: &ProfileName,
        request: Request,
        parse: impl FnOnce(&Object<'_>) -> Result<R, Misread> + Send,
    ) -> Result<R, GatewayError> {
        let credential = self.credential(profile)?;
        outcome::of_reading(profile, self.send(&credential, request).await, parse)
    }

    /// Reads an order with all its payments, refunds and shipments.
    async fn read_order<R>(
        &self,
        rank: Rank,
        profile: &ProfileName,
        id: &MollieOrderId,
        parse: impl FnOnce(&Object<'_>) -> Result<R, Misread> + Send,
    ) -> Result<R, GatewayError> {
        let mut url = self.0.base.at(&["orders", id.as_str()]).ok_or(GatewayError::NotFound)?;
        url.set_query(Some("embed=payments,refunds,shipments"));
        self.read(profile, Request::reading(rank, Endpoint::GetOrder, url), parse).await
    }

    /// Reads all pages of a list of a payment.
    async fn of_payment<R: Send>(
        &self,
        rank: Rank,
        profile: &ProfileName,
        payment: &MolliePaymentId,
        (name, endpoint): (&str, Endpoint),
        parse: impl Fn(&Object<'_>) -> Result<Page<R>, Misread> + Send + Sync,
    ) -> Result<Vec<R>, GatewayError> {
        let (mut trail, mut from, mut items) = (lookup::Trail::default(), None::<String>, Vec::new());
        loop {
            let path = ["payments", payment.as_str(), name];
            let mut url = self.0.base.at(&path).ok_or(GatewayError::NotFound)?;
            url.query_pairs_mut()
                .append_pair("limit", "250")
                .extend_pairs(from.iter().map(|from| ("from", from)));
            let page = self
                .read(profile, Request::reading(rank, endpoint, url), &parse)
                .await
                .map_err(GatewayError::of_listed)?;
            items.extend(page.items);
            let Some(next) = page.next else { return Ok(items) };
            trail.follow(&next)?;
            from = Some(next);
        }
    }

    async fn page(
        &self,
        rank: Rank,
        profile: &ProfileName,
        is_wanted: impl Fn(&str) -> bool + Send + Sync,
        since: Timestamp,
        from: Option<&str>,
    ) -> Result<lookup::Page, GatewayError> {
        let mut url = self.0.base.at(&["orders"]).ok_or(GatewayError::NotFound)?;
        url.query_pairs_mut().append_pair("limit", "250").extend_pairs(from.map(|from| ("from", from)));
        let parse = |list: &Object<'_>| lookup::read(list, &is_wanted, since);
        let page = self.read(profile, Request::reading(rank, Endpoint::ListOrders, url), parse).await;
        page.map_err(|error| match error {
            // Every profile has the list; if it is not found, the base address is wrong.
            GatewayError::NotFound => GatewayError::Unreadable("it has no list of orders".into()),
            other @ (GatewayError::Unavailable(_)
            | GatewayError::Later { .. }
            | GatewayError::KeyRefused(_)
            | GatewayError::NoKey(_)
            | GatewayError::Unreadable(_)) => other,
        })
    }
}

impl<T: Transport> Gateway for MollieAdapter<T> {
    fn has_key(&self, profile: &ProfileName) -> Result<(), GatewayError> {
        self.credential(profile).map(drop)
    }

    async fn execute(&self, profile: &ProfileName, command: &Command, key: IdempotencyKey) -> Outcome {
        let credential = match self.credential(profile) {
            Ok(credential) => credential,
            Err(error) => return Outcome::NotSent { problem: error.to_string(), pause: None },
        };
        match command::request(&self.0.base, command, key) {
            Ok(request) => {
                let result = self.send(&credential, request).await;
                outcome::of_command(profile, result, |answer| command::accept(command, answer))
            }
            Err(problem) => Outcome::NotSent { problem, pause: None },
        }
    }

    async fn observe(
        &self,
        rank: Rank,
        profile: &ProfileName,
        id: &MollieOrderId,
    ) -> Result<Snapshot, GatewayError> {
        let snapshot = self.read_order(rank, profile, id, |order| snapshot::read_own(order, id)).await?;
        self.0.oddities.note(profile, &snapshot);
        Ok(snapshot)
    }

    async fn refunds_of(
        &self,
        rank: Rank,
        profile: &ProfileName,
        payment: &MolliePaymentId,
    ) -> Result<Vec<RefundSnapshot>, GatewayError> {
        let list = ("refunds", Endpoint::ListPaymentRefunds);
        self.of_payment(rank, profile, payment, list, |list| refund::read_page(list, payment)).await
    }

    async fn captures_of(
        &self,
        rank: Rank,
        profile: &ProfileName,
        payment: &MolliePaymentId,
    ) -> Result<Vec<ListedCapture>, GatewayError> {
        let list = ("captures", Endpoint::ListCaptures);
        let parse =
            |list: &Object<'_>| page::read(list, "captures", |capture| capture::read(capture, payment));
        self.of_payment(rank, profile, payment, list, parse).await
    }

    async fn chargebacks_of(
        &self,
        rank: Rank,
        profile: &ProfileName,
        payment: &MolliePaymentId,
    ) -> Result<Vec<Chargeback>, GatewayError> {
        let list = ("chargebacks", Endpoint::ListChargebacks);
        let parse = |list: &Object<'_>| page::read(list, "chargebacks", |one| Ok(chargeback::read(one)));
        let listed = self.of_payment(rank, profile, payment, list, parse).await;
        // Nothing else waits for them, so nobody else would tell.
        let warn =
            |error: &GatewayError| tracing::warn!(%profile, %payment, %error, "chargebacks cannot be read");
        listed.inspect_err(warn).map(chargeback::known)
    }

    async fn methods(
        &self,
        profile: &ProfileName,
        wanted: &MethodsWanted,
    ) -> Result<Result<Vec<PaymentMethod>, Box<Rejection>>, GatewayError> {
        let mut url = self.0.base.at(&["methods"]).ok_or(GatewayError::NotFound)?;
        method::query(&mut url, wanted);
        let credential = self.credential(profile)?;
        let request = Request::reading(Rank::Asked, Endpoint::ListMethods, url);
        let answer = self.send(&credential, request).await;
        outcome::of_asking(profile, answer, method::read_list)
    }

    async fn find_by_hook(
        &self,
        rank: Rank,
        profile: &ProfileName,
        hook_address: &str,
        since: Timestamp,
    ) -> Result<Vec<Snapshot>, GatewayError> {
        // The semaphore is never closed; without a permit the list would be read all the same.
        let _permit = self.0.sweeps.acquire().await.ok();
        let (mut trail, mut from, mut ids) = (lookup::Trail::default(), None::<String>, Vec::new());
        loop {
            let page = self.page(rank, profile, |hook| hook == hook_address, since, from.as_deref()).await?;
            // Paging may return an order twice: the cursor is inclusive, and the list grows meanwhile.
            let found = page.matches.into_iter().map(|listed| listed.mollie_id);
            ids.extend(found.filter(|id| !ids.contains(id)).collect::<Vec<_>>());
            match page.next {
                Some(next) if !page.reaches_back => {
                    trail.follow(&next)?;
                    from = Some(next);
                }
                Some(_) | None => break,
            }
        }
        let mut found = Vec::new();
        for id in ids.iter().rev() {
            found.push(self.observe(rank, profile, id).await.map_err(GatewayError::of_listed)?);
        }
        Ok(found)
    }

    async fn list_orders(
        &self,
        rank: Rank,
        profile: &ProfileName,
        since: Timestamp,
        from: Option<&str>,
    ) -> Result<Listing, GatewayError> {
        let page = self.page(rank, profile, |_| true, since, from).await?;
        let next = page.next.filter(|_| !page.reaches_back);
        // A list that leads back to where it began would never end.
        if next.is_some() && next.as_deref() == from {
            return Err(GatewayError::Unreadable("the list leads back to itself".into()));
        }
        Ok(Listing { orders: page.matches, next })
    }

    async fn observe_whole(
        &self,
        rank: Rank,
        profile: &ProfileName,
        id: &MollieOrderId,
    ) -> Result<(Snapshot, Agreed), GatewayError> {
        let parse = |order: &Object<'_>| Ok((snapshot::read_own(order, id)?, snapshot::read_agreed(order)));
        let (snapshot, agreed) = self.read_order(rank, profile, id, parse).await?;
        self.0.oddities.note(profile, &snapshot);
        Ok((snapshot, agreed))
    }
}

impl<T> fmt::Debug for MollieAdapter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { base, keys, transport: _, oddities: _, sweeps: _ } = &*self.0;
        let keys = keys.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("MollieAdapter").field("base_url", &base.as_str()).field("keys", &*keys).finish()
    }
}
