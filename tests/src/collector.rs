//! A collector of OpenTelemetry within the test: it keeps what the service sends by OTLP. Where ORDER_SERVICE_TEST_COLLECTOR names the program of
//! a real one (`cargo xtask trace-picture` installs it), the service sends to that, which sends it on to here.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::task::JoinHandle;
use tonic::{Request, Response, Status};

use crate::ports::free_address;
use crate::wait::{SOON, until};

/// The program of a real collector.
const REAL: &str = "ORDER_SERVICE_TEST_COLLECTOR";

/// A span as it arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub trace: String,
    pub id: String,
    /// Empty: it has none.
    pub parent: String,
    pub name: String,
    pub kind: i32,
    pub attributes: BTreeMap<String, String>,
    /// The ids of the spans that it is linked with.
    pub links: Vec<String>,
    pub start: u64,
    pub end: u64,
    pub failed: bool,
    /// The process that sent it.
    pub process: String,
}

#[derive(Debug, Default)]
struct Got {
    spans: Vec<Seen>,
    metrics: BTreeSet<String>,
    /// Everything that arrived, as it did: of spans, then of metrics.
    bytes: [Vec<u8>; 2],
}

#[derive(Clone, Default)]
struct Receiver(Arc<Mutex<Got>>);

/// A collector that runs.
pub struct Collector {
    receiver: Receiver,
    endpoint: SocketAddr,
    serving: JoinHandle<()>,
    real: Option<Child>,
}

impl Collector {
    pub async fn start(directory: &Path) -> Self {
        let (receiver, own) = (Receiver::default(), free_address());
        let server = tonic::transport::Server::builder()
            .add_service(TraceServiceServer::new(receiver.clone()))
            .add_service(MetricsServiceServer::new(receiver.clone()))
            .serve(own);
        let serving = tokio::spawn(async move { server.await.expect("the collector serves") });
        let (mut endpoint, mut real) = (own, None);
        if let Some(program) = std::env::var_os(REAL) {
            endpoint = free_address();
            real = Some(begin(Command::new(program), endpoint, own, directory));
        }
        until("the collector listens", SOON, async || tokio::net::TcpStream::connect(endpoint).await.ok())
            .await;
        Self { receiver, endpoint, serving, real }
    }

    /// Where the service sends to.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.endpoint)
    }

    /// All spans so far.
    pub fn spans(&self) -> Vec<Seen> {
        self.receiver.got().spans.clone()
    }

    /// The names of all metrics so far.
    pub fn metrics(&self) -> BTreeSet<String> {
        self.receiver.got().metrics.clone()
    }

    /// Everything that arrived: of spans, then of metrics.
    pub fn bytes(&self) -> [Vec<u8>; 2] {
        self.receiver.got().bytes.clone()
    }

    /// Waits for a span, and gives it.
    pub async fn sees(&self, what: &str, wanted: impl Fn(&Seen) -> bool) -> Seen {
        until(what, SOON, async || self.spans().into_iter().find(&wanted)).await
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.serving.abort();
        if let Some(real) = &mut self.real {
            let _ = real.kill().and_then(|()| real.wait());
        }
    }
}

/// A real collector that takes OTLP at one address and sends it on to another.
fn begin(mut program: Command, at: SocketAddr, to: SocketAddr, directory: &Path) -> Child {
    program
        .args(["start", "--exporter", "otlp", "--otlp-exporter-protocol", "grpc"])
        .args(["--otlp-exporter-compression", "none", "--batch-timeout", "50ms"])
        .args(["--otlp-exporter-endpoint", &format!("http://{to}")])
        .args(["--otlp-grpc-endpoint", &at.to_string()])
        .args(["--otlp-http-endpoint", &free_address().to_string()])
        .arg("--pid-file")
        .arg(directory.join("collector.pid"))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    program.spawn().expect("the collector starts")
}

impl Receiver {
    fn got(&self) -> std::sync::MutexGuard<'_, Got> {
        self.0.lock().expect("nobody panics here")
    }
}

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let (request, mut got) = (request.into_inner(), self.got());
        got.bytes[0].extend(request.encode_to_vec());
        for resource in request.resource_spans {
            let attributes = attributes(resource.resource.unwrap_or_default().attributes);
            let process = attributes.get("service.instance.id").cloned().unwrap_or_default();
            let spans = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
            got.spans.extend(spans.map(|span| seen(span, &process)));
        }
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Receiver {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let (request, mut got) = (request.into_inner(), self.got());
        got.bytes[1].extend(request.encode_to_vec());
        let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
        got.metrics.extend(scopes.flat_map(|scope| scope.metrics).map(|metric| metric.name));
        Ok(Response::new(Default::default()))
    }
}

fn seen(span: Span, process: &str) -> Seen {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Seen {
        trace: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: hex(&span.parent_span_id),
        name: span.name,
        kind: span.kind,
        attributes: attributes(span.attributes),
        links: span.links.iter().map(|link| hex(&link.span_id)).collect(),
        start: span.start_time_unix_nano,
        end: span.end_time_unix_nano,
        failed: span.status.is_some_and(|status| status.code == 2),
        process: process.to_owned(),
    }
}

fn attributes(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    attributes.into_iter().map(|attribute| (attribute.key, text(attribute.value))).collect()
}

fn text(value: Option<AnyValue>) -> String {
    match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(flag)) => flag.to_string(),
        Some(other) => format!("{other:?}"),
        None => String::new(),
    }
}
