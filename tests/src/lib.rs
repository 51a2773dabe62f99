//! The harness of the whole-service tests: the real program on a real database, beside a simulator in a process of its
//! own. Everything here stops with the test that started it, and a failing test shows what the processes said.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod answers;
mod archive;
mod books;
mod canaries;
mod canned;
mod clock;
mod collector;
mod costs;
mod crash;
mod crowd;
mod database;
mod disk;
mod drafts;
mod engine;
mod failover;
mod fleet;
mod folded;
mod ledger;
mod picture;
mod pooler;
mod ports;
mod probes;
mod process;
mod prometheus;
mod raw;
mod release;
mod restoration;
mod rolling;
mod seed;
mod service;
mod silent;
mod simulator;
mod timers;
pub mod told;
mod wait;
mod watch;
mod world;

pub use answers::{Refusal, amount, cents, pause_of, refusal};
pub use archive::{Archived, Archiving, Size};
pub use books::{Books, Journal, keyed_kinds, unkeyed_kinds};
pub use canaries::{Canaries, odd_requests};
pub use canned::Canned;
pub use clock::{WallClock, now};
pub use collector::{Collector, Seen};
pub use costs::{COUNTED, Counts, Meter, Searches, Table, Verdict, WARM, statements_of_calls};
pub use crash::{Crash, Ended, impatient};
pub use crowd::{Crowd, Gathered};
pub use database::Database;
pub use disk::Disk;
pub use drafts::{EXPLICIT, GIFT_CARD, LEGO, SECOND, draft, numbered};
pub use engine::Engine;
pub use failover::{Loss, Lost, Survived, survive};
pub use fleet::{Load, Report};
pub use folded::Folded;
pub use grpc_server::proto;
pub use ledger::Ledger;
pub use picture::{Forest, compare};
pub use pooler::{Pooler, pooler_is_available};
pub use ports::free_address;
pub use probes::{Places, points, probes_are_available};
pub use process::{Environment, Process, Use};
pub use prometheus::{
    Prometheus, Rule, Scrape, Story, dashboard, kept, metrics_of, play, prometheus_is_available, resource,
};
pub use raw::{framed, send, try_send};
pub use release::release_is_available;
pub use restoration::{Came, Trial};
pub use rolling::{Rolled, Rolling, is_unsent};
pub use seed::Dice;
pub use service::{Operators, Orders, Service, probe};
pub use silent::{Silent, Stopped};
pub use simulator::{API_KEY, Simulator, Traffic};
pub use timers::{Figures, Lateness, Timers};
pub use uuid::Uuid;
pub use wait::{SOON, until};
pub use watch::{Watch, after, from_beginning, from_now, of_kinds};
pub use world::{World, new_request_id};
