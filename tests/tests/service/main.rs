//! Tests of the whole service: the real program, over gRPC and HTTP only, on each database engine.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod amounts;
mod answers;
mod arrival;
mod batch;
mod bounds;
mod cancel_lines;
mod captures;
mod companions;
mod costs;
mod crash;
mod dev;
mod disk;
mod drafts;
mod faults;
mod fleet;
mod form;
mod forms;
mod frozen;
mod hooks;
mod late_money;
mod late_parcels;
mod life;
mod links;
mod lost;
mod money;
mod numbers;
mod operators;
mod outage;
mod points;
mod pool;
mod profiles;
mod references;
mod reflection;
mod refunds;
mod refusals;
mod repeats;
mod replicas;
mod requests;
mod rivals;
mod table;
mod time;
mod track;
mod waiting;
mod wire;
