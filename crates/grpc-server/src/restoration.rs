//! `serve --after-restore`: a database was restored to a moment in the past while Mollie went on. Before anything is sent, every operation
//! that it holds open is looked for at Mollie, and the orders that it has lost are found again there. Only then are calls taken. Each part
//! may be repeated, so a process that is killed is simply started again.
//!
//! It waits as long as Mollie or the database cannot be read: a service that begins without them would do things twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::ports::{Clock, Gateway, GatewayError, Ids, Listing, Ports, StoreError};
use domain::rules::call_rate::Rank;
use domain::rules::ids::{LeaseToken, OrderId, ProfileName};
use domain::rules::placement::Mode;
use domain::workflow::restore::{Found, Ours, RestoreError, join, ours};
use futures_util::future::join_all;
use jiff::Timestamp;
use persistence::{Database, Repeats, Restoration};
use tokio::time::{Instant, sleep};
use tonic::body::Body;
use tracing::{info, warn};

use crate::driver::{Driver, claim_time};
use crate::rpc::errors;

/// How many operations, or orders, are read at once.
const AT_ONCE: u32 = 16;
/// How long to wait where nothing is due, or something failed.
const PAUSE: Duration = Duration::from_millis(250);
const FAILED: Duration = Duration::from_secs(1);
/// How often the progress is told.
const TOLD_EVERY: Duration = Duration::from_secs(10);

static TOLD: Repeats = Repeats::new();

/// Whether calls of the API are taken yet.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<AtomicBool>);

impl Gate {
    pub fn open(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Refuses calls of the API while the gate is shut. Health and reflection are no calls of it.
pub async fn hold(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let is_ours = request.uri().path().starts_with("/orders.v1.");
    if is_ours && !gate.0.load(Ordering::Acquire) {
        return errors::restoring().into_http::<Body>().into_response();
    }
    next.run(request).await
}

/// The last restoration; a new one if the database was just restored.
pub async fn begin(store: &Database, is_new: bool, now: Timestamp) -> Result<Option<Restoration>> {
    let last = store.last_restoration().await.context("whether the database was restored cannot be read")?;
    if !is_new {
        return Ok(last);
    }
    if let Some(Restoration { started, .. }) = last.filter(|last| last.is_finished) {
        warn!(
            %started,
            "this database was restored before, and that is finished; as --after-restore is given, it is taken for restored once more. \
             If it was not, nothing is done twice, but no call is taken until Mollie was read: start without --after-restore"
        );
    }
    let begun = store.begin_restoration(now).await;
    begun.map(Some).context("the restoration cannot be noted in the database")
}

/// Brings the database up to what Mollie shows.
pub async fn run(driver: &Driver, restoration: Restoration) {
    let Restoration { number, started, known_until, .. } = restoration;
    info!(number, %started, known_until = known_until.map(|time| time.to_string()), "the database was restored: Mollie is read first");
    let operations = observe(driver).await;
    info!(number, operations, "every open operation was looked for at Mollie");
    let orders = find(driver, known_until.unwrap_or(Timestamp::MIN)).await;
    let service = &driver.service;
    while let Err(error) = service.stream.finish_restoration(number, service.clock().now()).await {
        failed(&error, "the end of the restoration cannot be noted").await;
    }
    info!(
        number,
        operations,
        orders,
        "the restoration is finished: calls are taken. From now on start without --after-restore"
    );
}

async fn failed(problem: &impl std::fmt::Display, what: impl std::fmt::Display + Send) {
    if let Some(left_out) = TOLD.due() {
        warn!(%problem, left_out, "restoring: {what}");
    }
    sleep(FAILED).await;
}

/// What cannot be read under a profile, and the ways out if that is due to its key: nobody else may give it up.
fn unlisted(profile: &ProfileName, error: &GatewayError) -> String {
    let what = format!("orders of profile {profile} cannot be listed at Mollie");
    match error {
        GatewayError::KeyRefused(_) => format!(
            "{what}, and no call is taken meanwhile; put its right key into the file that profiles.{profile}.api_key_file names, or, if \
             there is none any more, set profiles.{profile}.retired=true, leave out its key and start again: its orders are left as they are"
        ),
        GatewayError::Unavailable(_)
        | GatewayError::Later { .. }
        | GatewayError::NotFound
        | GatewayError::NoKey(_)
        | GatewayError::Unreadable(_) => what,
    }
}

/// Looks for every open operation. Returns how many steps that took.
async fn observe(driver: &Driver) -> usize {
    let service = &driver.service;
    // Nothing is sent for them either.
    let keyless = service.retired.iter().filter(|(_, mode)| mode.is_none()).map(|(name, _)| name.clone());
    let (keyless, mut steps, mut told): (Vec<_>, _, _) = (keyless.collect(), 0, Instant::now());
    loop {
        match service.stream.unobserved(&keyless).await {
            Ok(0) => return steps,
            Ok(left) if told.elapsed() > TOLD_EVERY => {
                info!(left, steps, "restoring: operations to be looked for at Mollie");
                told = Instant::now();
            }
            Ok(_) => (),
            Err(error) => failed(&error, "operations cannot be counted").await,
        }
        match observe_some(driver).await {
            Ok(0) => sleep(PAUSE).await,
            Ok(some) => steps += some,
            Err(error) => failed(&error, "operations cannot be claimed").await,
        }
    }
}

async fn observe_some(driver: &Driver) -> Result<usize, StoreError> {
    let service = &driver.service;
    let (token, claimed_at) = (LeaseToken::new(service.ids().random()), claim_time(service));
    let (now, lease) = (service.clock().now(), service.settings().lease);
    let claims = service.stream.claim_unobserved(now, lease, token, AT_ONCE).await?;
    let steps: Vec<_> = claims.into_iter().map(|claim| driver.take(claim, claimed_at, None)).collect();
    Ok(join_all(steps).await.len())
}

/// Finds the orders that are lost, under every profile that has a key. Returns how many there were.
async fn find(driver: &Driver, since: Timestamp) -> usize {
    let service = &driver.service;
    let retired = service.retired.iter().filter_map(|(name, mode)| Some((name.clone(), (*mode)?)));
    let with_keys: BTreeMap<_, _> =
        service.profiles.iter().map(|(name, mode)| (name.clone(), *mode)).chain(retired).collect();
    let mut again = 0;
    for (profile, mode) in with_keys {
        let listed = list(driver, &profile, since).await;
        info!(%profile, orders = listed.len(), "restoring: orders of ours that Mollie lists since then");
        again += record(driver, (&profile, mode), listed).await;
    }
    again
}

/// All orders of ours that Mollie lists, by their ids.
async fn list(driver: &Driver, profile: &ProfileName, since: Timestamp) -> BTreeMap<OrderId, Vec<Ours>> {
    let (service, mut found, mut from) = (&driver.service, BTreeMap::<_, Vec<Ours>>::new(), None::<String>);
    loop {
        let page = service.gateway().list_orders(Rank::First, profile, since, from.as_deref()).await;
        let Listing { orders, next } = match page {
            Ok(page) => page,
            Err(error) => {
                failed(&error, unlisted(profile, &error)).await;
                continue;
            }
        };
        for ours in orders.into_iter().filter_map(|listed| ours(&**service, listed)) {
            let same = found.entry(ours.order_id()).or_default();
            if !same.iter().any(|known| known.is_same(&ours)) {
                same.push(ours);
            }
        }
        match next {
            Some(next) => from = Some(next),
            None => return found,
        }
    }
}

async fn record(
    driver: &Driver,
    profile: (&ProfileName, Mode),
    listed: BTreeMap<OrderId, Vec<Ours>>,
) -> usize {
    let (mut again, mut seen, mut told) = (0, 0, Instant::now());
    let listed: Vec<_> = listed.into_values().collect();
    for some in listed.chunks(AT_ONCE as usize) {
        let joined = join_all(some.iter().map(|found| record_one(driver, profile, found))).await;
        again += joined.iter().filter(|found| **found == Found::Again).count();
        seen += some.len();
        if told.elapsed() > TOLD_EVERY {
            info!(profile = %profile.0, seen, of = listed.len(), again, "restoring: orders");
            told = Instant::now();
        }
    }
    again
}

async fn record_one(driver: &Driver, profile: (&ProfileName, Mode), found: &[Ours]) -> Found {
    loop {
        match Box::pin(join(&*driver.service, profile, found)).await {
            Ok(found) => return found,
            Err(error @ (RestoreError::Gateway(_) | RestoreError::Store(_))) => {
                let order = found.first().map(|ours| ours.order_id().to_string()).unwrap_or_default();
                failed(&error, format!("order {order} of profile {} cannot be recorded", profile.0)).await;
            }
        }
    }
}
