//! Metrics that are read when somebody asks: what the process is doing now, and what the database held when it was read last.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use domain::rules::call_rate::Rank;
use opentelemetry::KeyValue;
use opentelemetry::metrics::AsyncInstrument;
use persistence::Backlog;

use super::specs::{self, MetricSpec};
use super::{label, meters};
use crate::driver::Driver;
use crate::telemetry::{mollie, outbox};

/// What the database held, and when.
static SHOWN: Mutex<Option<(Backlog, Instant)>> = Mutex::new(None);

fn shown() -> MutexGuard<'static, Option<(Backlog, Instant)>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shows what waits until it is read again.
pub fn show(backlog: Backlog) {
    *shown() = Some((backlog, Instant::now()));
}

/// Tells of this service from now on, whenever somebody asks.
pub fn follow(driver: &Driver) {
    of_database();
    let (feed, service) = (Arc::clone(&driver.feed), Arc::clone(&driver.service));
    gauge(specs::STREAMS, move |told| told.observe(of(feed.watchers()), &[]));
    let database = service.stream.clone();
    gauge(specs::POOL, move |told| {
        let (all, idle) = database.connections();
        let state = |state: &'static str| [label("db.client.connection.state", state)];
        told.observe(of(all.saturating_sub(idle)), &state("used"));
        told.observe(of(idle), &state("idle"));
    });
    let of_mollie = Arc::clone(&service);
    counter(specs::CALLS_WAITED, move |told| {
        RANKS
            .iter()
            .for_each(|(rank, name)| told.observe(of_mollie.pace().waited(*rank), &[label("rank", *name)]));
    });
    let of_mollie = Arc::clone(&service);
    counter(specs::CALLS_HELD_BACK, move |told| {
        RANKS
            .iter()
            .for_each(|(rank, name)| told.observe(of_mollie.pace().put_off(*rank), &[label("rank", *name)]));
    });
    counter(specs::LOOKUPS_PUT_OFF, move |told| told.observe(service.lookup_lag.put_off(), &[]));
    gauge(specs::MOLLIE_DOWN, |told| told.observe(mollie::down_for().as_secs_f64(), &[]));
    counter(specs::SPANS_LOST, |told| {
        let lost = outbox::lost();
        lost.iter().for_each(|(reason, count)| told.observe(*count, &[label("reason", *reason)]));
    });
}

const RANKS: [(Rank, &str); 3] = [(Rank::First, "first"), (Rank::Asked, "asked"), (Rank::Spare, "spare")];

fn of_database() {
    backlog(specs::UNSETTLED, |backlog, told| {
        backlog.operations.iter().for_each(|some| told.observe(of(some.count), &unsettled(some)));
    });
    backlog(specs::OLDEST, |backlog, told| {
        backlog.operations.iter().for_each(|some| told.observe(some.oldest.as_secs_f64(), &unsettled(some)));
    });
    backlog(specs::KEY_REFUSED, |backlog, told| {
        let mut by_profile = BTreeMap::<&str, u64>::new();
        for some in &backlog.operations {
            *by_profile.entry(&some.profile).or_default() += some.key_refused;
        }
        for (profile, count) in by_profile {
            told.observe(of(count), &[label("profile", profile.to_owned())]);
        }
    });
    backlog(specs::ITEMS, |backlog, told| {
        for some in &backlog.items {
            let labels = [label("profile", some.profile.clone()), label("mode", some.mode.clone())];
            told.observe(of(some.count), &labels);
        }
    });
    backlog(specs::AT_RISK, |backlog, told| {
        for some in &backlog.at_risk {
            told.observe(some.amount.value().parse().unwrap_or_default(), &at_risk(some));
        }
    });
    backlog(specs::AT_RISK_ORDERS, |backlog, told| {
        backlog.at_risk.iter().for_each(|some| told.observe(of(some.orders), &at_risk(some)));
    });
    backlog(specs::LOOKUP_LAG, |backlog, told| told.observe(backlog.lookup_lag.as_secs_f64(), &[]));
    backlog(specs::TIMER_LAG, |backlog, told| told.observe(backlog.timer_lag.as_secs_f64(), &[]));
    backlog(specs::EVENTS_WAITING, |backlog, told| told.observe(of(backlog.events), &[]));
    gauge(specs::GAUGES_AGE, |told| {
        if let Some((_, read)) = &*shown() {
            told.observe(read.elapsed().as_secs_f64(), &[]);
        }
    });
}

fn unsettled(some: &persistence::Unsettled) -> [KeyValue; 4] {
    [
        label("profile", some.profile.clone()),
        label("kind", some.kind.clone()),
        label("lane", some.lane.clone()),
        label("state", some.state.clone()),
    ]
}

fn at_risk(some: &persistence::AtRisk) -> [KeyValue; 5] {
    [
        label("profile", some.profile.clone()),
        label("mode", some.mode.clone()),
        label("currency", some.amount.currency().code()),
        label("reason", some.reason.clone()),
        label("within", some.within.clone()),
    ]
}

/// A number as a gauge has it: exact up to 2^53.
const fn of(count: u64) -> f64 {
    count as f64
}

/// Nothing is told before the database was read.
fn backlog(spec: &MetricSpec, tell: impl Fn(&Backlog, &dyn AsyncInstrument<f64>) + Send + Sync + 'static) {
    gauge(spec, move |told| {
        if let Some((backlog, _)) = &*shown() {
            tell(backlog, told);
        }
    });
}

fn gauge(spec: &MetricSpec, tell: impl Fn(&dyn AsyncInstrument<f64>) + Send + Sync + 'static) {
    let gauge = meters().meter.f64_observable_gauge(spec.name).with_unit(spec.unit);
    gauge.with_description(spec.meaning).with_callback(tell).build();
}

fn counter(spec: &MetricSpec, tell: impl Fn(&dyn AsyncInstrument<u64>) + Send + Sync + 'static) {
    let counter = meters().meter.u64_observable_counter(spec.name).with_unit(spec.unit);
    counter.with_description(spec.meaning).with_callback(tell).build();
}
