//! The order service: gRPC in front, Mollie behind, the workflow of `domain` between them.
//!
//! This crate owns everything that has a runtime: servers, tasks, timers, configuration and commands. Rules and decisions
//! belong to `domain`; it only calls them.

mod admission;
mod awaited;
pub mod cli;
mod clock;
mod config;
mod convert;
#[cfg(feature = "dev")]
mod demo;
mod driver;
mod feed;
mod generations;
mod health;
mod identity;
mod key_alerts;
mod listen;
mod lookup_lag;
mod methods;
#[cfg(feature = "probes")]
mod probes;
mod profiles;
pub mod proto;
mod public_address;
mod restoration;
mod rpc;
mod secret;
mod server;
mod service;
#[cfg(feature = "dev")]
mod simulated_time;
mod status_text;
mod telemetry;
mod vault;
mod waits;
mod webhook;
mod wire;
mod worker;

pub use rpc::untrusted;
pub use telemetry::{METRICS, MetricKind, MetricSpec, Part, SPANS, SpanSpec, scrape};
