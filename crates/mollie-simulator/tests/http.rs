//! The simulator as a client sees it: over a real loopback connection, with real webhooks and a real data directory.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it cannot go on")]

#[path = "http/attempts.rs"]
mod attempts;
#[path = "http/bench.rs"]
mod bench;
#[path = "http/broken.rs"]
mod broken;
#[path = "http/dashboard.rs"]
mod dashboard;
#[path = "http/fault_control.rs"]
mod fault_control;
#[path = "http/faults.rs"]
mod faults;
#[path = "http/hold.rs"]
mod hold;
#[path = "http/journal.rs"]
mod journal;
#[path = "http/late_money.rs"]
mod late_money;
#[path = "http/line_changes.rs"]
mod line_changes;
#[path = "http/money.rs"]
mod money;
#[path = "http/orders.rs"]
mod orders;
#[path = "http/pending.rs"]
mod pending;
#[path = "http/public_address.rs"]
mod public_address;
#[path = "http/rewrites.rs"]
mod rewrites;
#[path = "http/tracking.rs"]
mod tracking;
#[path = "http/webhooks.rs"]
mod webhooks;
