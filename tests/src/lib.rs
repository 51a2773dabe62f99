//! The harness of the whole-service tests: the real program on a real database, beside a simulator in a process of its
//! own. Everything here stops with the test that started it, and a failing test shows what the processes said.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod answers;
mod database;
mod drafts;
mod engine;
mod ledger;
mod ports;
mod process;
mod service;
mod simulator;
mod wait;
mod world;

pub use answers::{Refusal, amount, cents, refusal};
pub use database::Database;
pub use drafts::{LEGO, SECOND, draft, numbered};
pub use engine::Engine;
pub use grpc_server::proto;
pub use ledger::Ledger;
pub use ports::free_address;
pub use process::Process;
pub use service::{Operators, Orders, Service};
pub use simulator::{Simulator, Traffic};
pub use uuid::Uuid;
pub use wait::{SOON, until};
pub use world::{API_KEY, World, new_request_id};
