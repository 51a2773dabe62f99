//! Logs. Dependencies are capped at INFO: their debug output may hold bodies and headers.

use std::io::IsTerminal;

use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterFn, filter_fn};
use tracing_subscriber::prelude::*;
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::Log;

/// The crates whose debug output is known to hold nothing personal and no secrets.
const OURS: [&str; 5] = ["domain", "grpc_server", "mollie_adapter", "mollie_simulator", "persistence"];

/// Starts logging to standard error.
pub fn start(log: &Log) -> Result<(), String> {
    let filter: EnvFilter = log.filter.parse().map_err(|error| format!("log.filter: {error}"))?;
    let colors = std::io::stderr().is_terminal();
    let text =
        (!log.json).then(|| fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(colors));
    let json = log.json.then(|| fmt::layer().json().with_writer(std::io::stderr));
    let cap: FilterFn = filter_fn(is_allowed);
    let started = tracing_subscriber::registry().with(filter).with(cap).with(text).with(json).try_init();
    started.map_err(|error| error.to_string())
}

fn is_allowed(metadata: &Metadata<'_>) -> bool {
    let source = metadata.target().split("::").next().unwrap_or_default();
    // The service itself logs migrations, in one line.
    let most = if source == "sea_orm_migration" { Level::WARN } else { Level::INFO };
    OURS.contains(&source) || *metadata.level() <= most
}
