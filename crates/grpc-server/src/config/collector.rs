//! What is wrong with the settings of telemetry, and with the standard variables of OpenTelemetry that say the same where a setting does not.
//! The library would take such a variable for none, without a word.

use super::Config;
use super::check::is_web_url;
use super::sections::Telemetry;

/// The standard variables that name a collector.
pub(super) const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const RATIO: &str = "OTEL_TRACES_SAMPLER_ARG";
/// How often metrics are sent, in milliseconds.
const INTERVAL: &str = "OTEL_METRIC_EXPORT_INTERVAL";
const SHORTEST_INTERVAL: u64 = 1_000;
const SAMPLERS: [&str; 6] = [
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
];

impl Config {
    pub(super) fn wrong_telemetry(&self) -> Vec<String> {
        let Telemetry { endpoint, sampling_ratio, .. } = &self.telemetry;
        let name = |path: &str| self.names.of(path);
        let mut faults = Vec::new();
        match endpoint {
            // Settings are shown; what lets somebody in has a variable of its own.
            Some(url) => faults.extend(
                (!is_web_url(url) || url.contains('@')).then(|| wrong_endpoint(&name("telemetry.endpoint"))),
            ),
            None => faults.extend(
                ENDPOINTS
                    .into_iter()
                    .filter(|variable| given(variable).is_some_and(|url| !is_web_url(&url)))
                    .map(wrong_endpoint),
            ),
        }
        match sampling_ratio {
            Some(ratio) => faults.extend(
                (!(0.0..=1.0).contains(ratio))
                    .then(|| wrong_ratio(&name("telemetry.sampling_ratio"), &ratio.to_string())),
            ),
            None => faults.extend(wrong_sampler()),
        }
        faults.extend(wrong_interval());
        faults
    }
}

/// What is set, if it is not empty.
pub(super) fn given(variable: &str) -> Option<String> {
    let value = std::env::var_os(variable)?.to_string_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}

fn wrong_endpoint(name: &str) -> String {
    format!(
        "{name}: the collector's http(s) address for OTLP over gRPC is expected, such as http://127.0.0.1:4317; credentials go \
         into OTEL_EXPORTER_OTLP_HEADERS"
    )
}

fn wrong_ratio(name: &str, ratio: &str) -> String {
    format!("{name}: a number from 0 to 1 is expected, not {ratio}")
}

fn wrong_interval() -> Option<String> {
    let interval = given(INTERVAL)?;
    let holds = interval.parse::<u64>().is_ok_and(|interval| interval >= SHORTEST_INTERVAL);
    (!holds)
        .then(|| format!("{INTERVAL}: milliseconds from {SHORTEST_INTERVAL} are expected, not {interval}"))
}

fn wrong_sampler() -> Option<String> {
    let sampler = given(SAMPLER)?;
    if !SAMPLERS.contains(&sampler.as_str()) {
        return Some(format!("{SAMPLER}: one of {} is expected, not {sampler}", SAMPLERS.join(", ")));
    }
    let ratio = given(RATIO).filter(|_| sampler.ends_with("ratio"))?;
    let holds = ratio.parse::<f64>().is_ok_and(|ratio| (0.0..=1.0).contains(&ratio));
    (!holds).then(|| wrong_ratio(RATIO, &ratio))
}
