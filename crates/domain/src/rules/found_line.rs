//! A line that only a reading showed, as an order keeps it. When it leaves the order is decided elsewhere (`rules/unseen_line.rs`).

use jiff::Timestamp;

use super::ids::{LineId, MollieLineId};

/// A line that a reading showed first. Its id stays its own, also while the order does not have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLine {
    pub line_id: LineId,
    pub mollie_id: MollieLineId,
    /// Since when whole readings do not show it, while the order has it.
    pub unseen_since: Option<Timestamp>,
}
