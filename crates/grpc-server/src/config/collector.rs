//! What is wrong with the settings of telemetry, and with the standard variables of OpenTelemetry that say the same where a setting does not.
//! The library would take such a variable for none, without a word.

use super::Config;
use super::check::is_web_url;
use super::sections::Telemetry;

/// The standard variables that name a collector.
pub(super) const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const RATIO: &str = "OTEL_TRACES_SAMPLER_ARG";
/// Times in milliseconds, and sizes of spans, which would lose what they are less than.
const AT_LEAST: [(&str, u64); 7] = [
    ("OTEL_METRIC_EXPORT_INTERVAL", 1_000),
    ("OTEL_METRIC_EXPORT_TIMEOUT", 100),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", 100),
    ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", 100),
    ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", 100),
    ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", 32),
    ("OTEL_SPAN_LINK_COUNT_LIMIT", 1),
];
/// What this service does in one way alone.
const ONLY: [(&str, &[&str]); 6] = [
    ("OTEL_EXPORTER_OTLP_PROTOCOL", &["grpc"]),
    ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", &["grpc"]),
    ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", &["grpc"]),
    ("OTEL_TRACES_EXPORTER", &["otlp"]),
    ("OTEL_METRICS_EXPORTER", &["otlp"]),
    ("OTEL_SDK_DISABLED", &["false"]),
];
/// It goes with every span and metric.
const LONGEST_NAME: usize = 255;
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
        let Telemetry { endpoint, sampling_ratio, service_name, .. } = &self.telemetry;
        let name = |path: &str| self.names.of(path);
        let mut faults = Vec::new();
        match endpoint {
            Some(url) => faults.extend((!is_open(url)).then(|| wrong_endpoint(&name("telemetry.endpoint")))),
            None => faults.extend(
                ENDPOINTS
                    .into_iter()
                    .filter(|variable| given(variable).is_some_and(|url| !is_open(&url)))
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
        faults.extend(AT_LEAST.into_iter().filter_map(wrong_number));
        faults.extend(ONLY.into_iter().filter_map(wrong_word));
        let named =
            service_name.as_deref().is_none_or(|name| (1..=LONGEST_NAME).contains(&name.trim().len()));
        faults.extend((!named).then(|| {
            format!("{}: a name of at most {LONGEST_NAME} bytes is expected", name("telemetry.service_name"))
        }));
        faults
    }
}

/// Whether it is an address of the web without what lets somebody in: settings are shown, and that has a variable of its own.
fn is_open(url: &str) -> bool {
    is_web_url(url) && !url.contains('@')
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

fn wrong_number((variable, least): (&str, u64)) -> Option<String> {
    let number = given(variable)?;
    let holds = number.parse::<u64>().is_ok_and(|number| number >= least);
    (!holds).then(|| format!("{variable}: a whole number from {least} is expected, not {number}"))
}

fn wrong_word((variable, words): (&str, &[&str])) -> Option<String> {
    let word = given(variable)?;
    let expected = words.join(" or ");
    (!words.contains(&word.as_str())).then(|| format!("{variable}: only {expected} is possible, not {word}"))
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
