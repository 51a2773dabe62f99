//! The monitoring port: probes and the scrape of metrics, over plain HTTP. It may say nothing of an order, as it asks nobody who he is; it answers from before the
//! database is connected until all calls have ended.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Health, Verdict};
use crate::listen::{self, Limits, Port};
use crate::telemetry;

/// The port, as long as it is served.
pub struct Monitoring {
    serving: JoinHandle<()>,
    stop: CancellationToken,
}

impl Monitoring {
    /// Serves it. `setting`: the one that bounds its connections.
    pub fn serve(listener: TcpListener, limits: Limits, setting: String, health: Health) -> Self {
        let port = Port {
            name: "monitoring",
            setting,
            limits,
            tls: None,
            protocol: listen::http(limits.handshake),
            router: router(health),
            is_stream: |_| false,
        };
        let stop = CancellationToken::new();
        Self { serving: tokio::spawn(port.serve(listener, stop.clone())), stop }
    }

    /// Ends it, and waits for that.
    pub async fn close(self) {
        self.stop.cancel();
        // It panics only if a probe does, and nothing is lost with it.
        let _ = self.serving.await;
    }
}

/// `/livez` asks whether the process answers, `/startupz` whether it has begun to serve, `/readyz` whether it is to be given calls, and
/// `/metrics` for what it has measured.
fn router(health: Health) -> Router {
    let started = |verdict| verdict != Verdict::Starting;
    Router::new()
        .route("/livez", get(async || "alive"))
        .route("/startupz", get(async move |State(health): State<Health>| told(&health, started)))
        .route("/readyz", get(async |State(health): State<Health>| told(&health, |it| it == Verdict::Ready)))
        .route("/metrics", get(metrics))
        .with_state(health)
}

fn told(health: &Health, holds: impl Fn(Verdict) -> bool) -> (StatusCode, String) {
    let verdict = health.verdict();
    let status = if holds(verdict) { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, format!("{verdict}\n"))
}

/// What Prometheus reads.
async fn metrics() -> impl IntoResponse {
    ([(CONTENT_TYPE, telemetry::SCRAPE_TYPE)], telemetry::scrape())
}
