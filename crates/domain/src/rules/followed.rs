//! What an order remembers of what its profile's policies told and did, beside deadlines. What they do is decided elsewhere
//! (`rules/second_chance.rs`, `rules/payment_window.rs`, `rules/auto_ship.rs`).

use jiff::Timestamp;

use super::ids::LineId;
use super::ship_by::Action;

/// What became of an order that nobody paid in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowActed {
    /// How many attempts to pay it had by then: after a further one it is another case.
    pub attempts: u32,
    pub action: Action,
    /// Of an order that waits: until when.
    pub until: Option<Timestamp>,
}

/// A line that was to be shipped unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutoShipped {
    pub line_id: LineId,
    /// Whether that was only said: a dry run.
    pub is_dry_run: bool,
}

/// What was told and done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// How many attempts to pay had ended when that was told last.
    pub ended_attempts: u32,
    /// When it was told.
    pub ended_time: Option<Timestamp>,
    /// How many payments the service made unasked.
    pub chances: u32,
    /// How many attempts there were before the last of them: one that Mollie refused is not made again at once.
    pub chance_after: u32,
    pub window: Option<WindowActed>,
    /// Each line once, in the order in which they were tried.
    pub auto_shipped: Vec<AutoShipped>,
}
