//! Metrics: one set of instruments, read by a scrape and, where a collector is configured, sent to it. Labels have few values, none of them
//! a person's or an order's. What needs the database is read by a worker at its own pace (`worker/gauges.rs`), never by a scrape.

mod shared;
mod specs;

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use domain::rules::placement::Mode;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter, MeterProvider, UpDownCounter};
use opentelemetry_otlp::{MetricExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{Registry, TextEncoder};

use crate::config::Telemetry;

pub use shared::{follow, show};
pub use specs::{METRICS, MetricKind, MetricSpec};

/// In seconds, as the conventions have them.
const SECONDS: [f64; 16] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 60.0, 600.0];

/// The media type of a scrape.
pub const SCRAPE_TYPE: &str = prometheus::TEXT_FORMAT;

static METERS: OnceLock<Meters> = OnceLock::new();

/// The instruments of this process.
pub struct Meters {
    provider: SdkMeterProvider,
    registry: Registry,
    meter: Meter,
    pub calls: Histogram<f64>,
    connections: UpDownCounter<i64>,
    pub shed: Counter<u64>,
    pub settled: Counter<u64>,
    pub settling: Histogram<f64>,
    pub raised: Counter<u64>,
    pub deadlines: Counter<u64>,
    received: Counter<u64>,
    pub hooks: Histogram<f64>,
    pub ready: Gauge<u64>,
    pub events: Counter<u64>,
    pub mollie: Histogram<f64>,
    pub rate_left: Gauge<u64>,
}

/// Begins to measure, and to send it if a collector is configured.
pub fn start(settings: &Telemetry, resource: Resource) -> Result<(), String> {
    let mut exporter = None;
    if settings.is_on() {
        let mut builder = MetricExporter::builder().with_tonic();
        if let Some(endpoint) = &settings.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        exporter = Some(builder.build().map_err(|error| error.to_string())?);
    }
    let meters = Meters::new(exporter, resource)?;
    begin(&meters);
    let _ = METERS.set(meters);
    Ok(())
}

/// The instruments; a process that was not told to measure has some that nobody reads.
pub fn meters() -> &'static Meters {
    METERS.get_or_init(Meters::unread)
}

/// Everything, in the text format of Prometheus.
pub fn scrape() -> String {
    let families = meters().registry.gather();
    TextEncoder::new().encode_to_string(&families).unwrap_or_default()
}

/// Sends what was measured last.
pub fn stop(within: Duration) {
    if let Some(meters) = METERS.get() {
        let _ = meters.provider.shutdown_with_timeout(within);
    }
}

/// A connection that is open.
pub struct Connected(&'static str);

impl Connected {
    /// Counts a connection of a port until this is dropped.
    pub fn at(port: &'static str) -> Self {
        meters().connections.add(1, &[label("port", port)]);
        Self(port)
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        meters().connections.add(-1, &[label("port", self.0)]);
    }
}

/// A webhook came, and this became of it.
pub fn webhook(outcome: &'static str) {
    meters().received.add(1, &[label("outcome", outcome)]);
}

/// What is told as nothing before it happens. A counter that comes into being with its first count has not risen for whoever looks at its
/// rise, and of money that is lost there may be no second count.
fn begin(meters: &Meters) {
    for outcome in ["stored", "unknown", "not_stored"] {
        meters.received.add(0, &[label("outcome", outcome)]);
    }
    for mode in [Mode::Live, Mode::Test] {
        meters.deadlines.add(0, &[label("kind", "deadline.lost"), label("mode", mode.as_str())]);
    }
}

/// A label.
pub fn label(key: &'static str, value: impl Into<opentelemetry::Value>) -> KeyValue {
    KeyValue::new(key, value.into())
}

impl Meters {
    fn new(exporter: Option<MetricExporter>, resource: Resource) -> Result<Self, String> {
        let registry = Registry::new();
        let scraped = opentelemetry_prometheus::exporter().with_registry(registry.clone());
        let scraped = scraped.build().map_err(|error| error.to_string())?;
        let mut provider = SdkMeterProvider::builder().with_resource(resource).with_reader(scraped);
        if let Some(exporter) = exporter {
            provider = provider.with_periodic_exporter(exporter);
        }
        Ok(Self::of(provider.build(), registry))
    }

    fn unread() -> Self {
        let none = |_| Self::of(SdkMeterProvider::default(), Registry::new());
        Self::new(None, Resource::builder_empty().build()).unwrap_or_else(none)
    }

    fn of(provider: SdkMeterProvider, registry: Registry) -> Self {
        let (meter, began) = (provider.meter(super::SCOPE), Instant::now());
        let uptime = meter.f64_observable_gauge(specs::UPTIME.name).with_unit(specs::UPTIME.unit);
        let uptime = uptime.with_description(specs::UPTIME.meaning);
        uptime.with_callback(move |told| told.observe(began.elapsed().as_secs_f64(), &[])).build();
        Self {
            calls: histogram(&meter, specs::CALLS),
            connections: up_and_down(&meter, specs::CONNECTIONS),
            shed: counter(&meter, specs::SHED),
            settled: counter(&meter, specs::SETTLED),
            settling: histogram(&meter, specs::SETTLING),
            raised: counter(&meter, specs::RAISED),
            deadlines: counter(&meter, specs::DEADLINES),
            received: counter(&meter, specs::RECEIVED),
            hooks: histogram(&meter, specs::HOOKS),
            ready: gauge(&meter, specs::READY),
            events: counter(&meter, specs::EVENTS),
            mollie: histogram(&meter, specs::MOLLIE),
            rate_left: gauge(&meter, specs::RATE_LEFT),
            provider,
            registry,
            meter,
        }
    }
}

fn counter(meter: &Meter, spec: &MetricSpec) -> Counter<u64> {
    meter.u64_counter(spec.name).with_unit(spec.unit).with_description(spec.meaning).build()
}

fn up_and_down(meter: &Meter, spec: &MetricSpec) -> UpDownCounter<i64> {
    meter.i64_up_down_counter(spec.name).with_unit(spec.unit).with_description(spec.meaning).build()
}

fn gauge(meter: &Meter, spec: &MetricSpec) -> Gauge<u64> {
    meter.u64_gauge(spec.name).with_unit(spec.unit).with_description(spec.meaning).build()
}

fn histogram(meter: &Meter, spec: &MetricSpec) -> Histogram<f64> {
    let histogram = meter.f64_histogram(spec.name).with_unit(spec.unit).with_description(spec.meaning);
    histogram.with_boundaries(SECONDS.to_vec()).build()
}
