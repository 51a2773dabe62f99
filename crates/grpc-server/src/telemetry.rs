//! Logs. Dependencies are capped at INFO: their debug output may hold bodies and headers.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

use crate::config::Log;

/// Starts logging to standard error.
pub fn start(log: &Log) -> Result<(), String> {
    let filter: EnvFilter = log
        .filter
        .parse()
        .map_err(|error| format!("log.filter: {error}"))?;
    let capped = [
        "hyper", "h2", "reqwest", "rustls", "sqlx", "sea_orm", "tower", "tonic", "axum",
    ];
    let filter = capped
        .into_iter()
        .filter_map(|name| format!("{name}=info").parse().ok())
        .fold(filter, EnvFilter::add_directive);
    let text = (!log.json).then(|| {
        tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_target(false)
    });
    let json = log.json.then(|| {
        tracing_subscriber::fmt::layer()
            .json()
            .with_writer(std::io::stderr)
    });
    let started = tracing_subscriber::registry()
        .with(filter)
        .with(text)
        .with(json)
        .with(LevelFilter::DEBUG)
        .try_init();
    started.map_err(|error| error.to_string())
}
