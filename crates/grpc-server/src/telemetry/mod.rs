//! What the service tells of itself: logs, metrics, and traces by OTLP. The only place that knows OpenTelemetry: other crates have spans and
//! events of `tracing`, and here stands what becomes of them. Nothing here may hold up a call, or tell a person's data or a secret.

mod context;
#[cfg(test)]
mod document;
mod held;
mod line;
mod metrics;
mod mollie;
mod outbox;
mod propagation;
mod rpc;
mod sampled;
mod spans;
mod written;

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::ports::Ids;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanExporter as _};
use tokio::sync::oneshot;
use tokio::time::timeout;
use tracing::{Level, Metadata, Subscriber, info, warn};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::filter::{FilterExt, LevelFilter, filter_fn};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::config::{Config, Log, Telemetry};
use crate::vault::SystemIds;
use line::{JsonWithIds, TextWithIds, fields};
use outbox::{Outbox, Running};
use sampled::Sampled;

pub use context::{child, linked, resumed};
pub use held::{refused, used};
pub use metrics::{Connected, follow, label, meters, scrape, show, webhook};
pub use metrics::{METRICS, MetricKind, MetricSpec, SCRAPE_TYPE};
pub use mollie::heard;
pub use rpc::watch;
pub use spans::{Part, SPANS, SpanSpec};
pub use written::OBSERVER;

/// The crates whose debug output is known to hold nothing personal and no secrets.
const OURS: [&str; 5] = ["domain", "grpc_server", "mollie_adapter", "mollie_simulator", "persistence"];

/// The modules of the driver's pool.
const DRIVER_POOL: [&str; 2] = ["sqlx::pool", "sqlx_core::pool"];

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What it was built from, where the build knows it.
const COMMIT: &str = env!("ORDER_SERVICE_COMMIT");

/// How long a stopping process sends what waits.
const FAREWELL: Duration = Duration::from_secs(2);

/// What OpenTelemetry calls the source of our spans.
const SCOPE: &str = "order-service";

/// What sends spans, for as long as the process has one.
static RUNNING: Mutex<Option<Running>> = Mutex::new(None);

/// Starts logging to standard error, and tracing where that is configured. Within a runtime, which the exporter uses.
pub fn start(config: &Config) -> Result<(), String> {
    let resource = resource(&config.telemetry);
    metrics::start(&config.telemetry, resource.clone()).map_err(|error| format!("telemetry: {error}"))?;
    let traces = match config.telemetry.is_on() {
        true => Some(traces(&config.telemetry, resource).map_err(|error| format!("telemetry: {error}"))?),
        false => None,
    };
    // What may be none comes last: as the first, it would have everything be told to nobody.
    let started = tracing_subscriber::registry().with(logs(&config.log)?).with(traces).try_init();
    started.map_err(|error| error.to_string())?;
    info!(version = VERSION, commit = COMMIT, configuration = config.given(), "order-service starts");
    Ok(())
}

/// Starts logging alone, for a process whose configuration is refused: what it says of the filter may be one of the faults.
pub fn start_lines(log: &Log) {
    if let Ok(lines) = logs(&Log { filter: Log::default().filter, ..*log }) {
        // If somebody else logs already, that is as good.
        let _ = tracing_subscriber::registry().with(lines).try_init();
    }
}

/// Sends what waits, within a bound. Spans that end later are lost.
pub async fn stop() {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner).take();
    let spans = async {
        match running {
            Some(running) => running.end(FAREWELL).await,
            None => true,
        }
    };
    // A thread of its own: the runtime waits for each of its own at its end, however long that takes.
    let (sent, is_sent) = oneshot::channel();
    std::thread::spawn(move || {
        metrics::stop(FAREWELL);
        let _ = sent.send(());
    });
    let (spans, metrics) = tokio::join!(spans, timeout(FAREWELL, is_sent));
    if !spans || metrics.is_err() {
        warn!("the collector did not take what was measured last: spans and metrics of the end are lost");
    }
}

fn logs<S>(log: &Log) -> Result<impl Layer<S> + use<S>, String>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let filter: EnvFilter = log.filter.parse().map_err(|error| format!("log.filter: {error}"))?;
    let colors = std::io::stderr().is_terminal();
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines: Box<dyn Layer<S> + Send + Sync> = match log.json {
        true => Box::new(lines.json().map_event_format(JsonWithIds)),
        false => Box::new(
            lines.with_target(false).with_ansi(colors).fmt_fields(fields()).map_event_format(TextWithIds),
        ),
    };
    // Without a hint of the second, that of the first would not count, and everything of every library be made to be thrown away.
    let allowed = filter_fn(is_allowed).with_max_level_hint(LevelFilter::TRACE);
    Ok(lines.with_filter(filter.and(allowed)))
}

/// What makes spans of OpenTelemetry of ours, and sends them.
fn traces<S>(settings: &Telemetry, resource: Resource) -> Result<impl Layer<S> + use<S>, String>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let mut exporter = SpanExporter::builder().with_tonic();
    if let Some(endpoint) = &settings.endpoint {
        exporter = exporter.with_endpoint(endpoint);
    }
    let mut exporter = exporter.build().map_err(|error| error.to_string())?;
    exporter.set_resource(&resource);
    let (outbox, running) = Outbox::start(exporter);
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
    let mut provider = SdkTracerProvider::builder().with_span_processor(outbox).with_resource(resource);
    // Otherwise the standard variables say it, or everything is sampled.
    if let Some(ratio) = settings.sampling_ratio {
        provider = provider.with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(ratio))));
    }
    let layer = OpenTelemetryLayer::new(provider.build().tracer(SCOPE));
    let layer =
        layer.with_location(false).with_threads(false).with_target(false).with_tracked_inactivity(false);
    let layer = layer.with_error_fields_to_exceptions(false).with_error_records_to_exceptions(false);
    Ok(layer.with_filter(Sampled))
}

/// Who tells it. The environment may say more.
fn resource(settings: &Telemetry) -> Resource {
    let mut resource = Resource::builder();
    let given = |variable| std::env::var(variable).ok().filter(|value| !value.is_empty());
    let is_attribute = || given("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|all| all.contains("service.name="));
    match settings.service_name.clone().or_else(|| given("OTEL_SERVICE_NAME")) {
        Some(name) => resource = resource.with_service_name(name),
        None if !is_attribute() => resource = resource.with_service_name("order-service"),
        None => (),
    }
    // Replicas are told apart by it.
    let instance = SystemIds.random().to_string();
    resource
        .with_attributes([label("service.version", VERSION), label("service.instance.id", instance)])
        .build()
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    OURS.contains(&source(metadata))
}

/// The crate that something comes from.
fn source<'a>(metadata: &Metadata<'a>) -> &'a str {
    metadata.target().split("::").next().unwrap_or_default()
}

/// Whether it may be logged at all. What libraries tell below WARN is for those who write them, and may hold bodies and headers. A
/// connection that the driver's pool lost or waited for is told by whoever needed it.
fn is_allowed(metadata: &Metadata<'_>) -> bool {
    let is_pool = || DRIVER_POOL.iter().any(|module| metadata.target().starts_with(module));
    is_ours(metadata) || (*metadata.level() <= Level::WARN && !is_pool())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is below it costs a comparison, in every crate.
    #[test]
    fn nothing_is_made_that_nobody_is_told() {
        for (filter, most) in [("info", LevelFilter::INFO), ("warn,persistence=trace", LevelFilter::TRACE)] {
            let lines = logs(&Log { filter: filter.to_owned(), json: false }).unwrap();
            let traces = None::<tracing_subscriber::layer::Identity>;
            let all = tracing_subscriber::registry().with(lines).with(traces);
            assert_eq!(all.max_level_hint(), Some(most), "{filter}");
        }
    }
}
