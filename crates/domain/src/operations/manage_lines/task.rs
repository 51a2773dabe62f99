//! What changing lines needs.

use jiff::Timestamp;

use crate::rules::line_change::LineChanges;

/// Changes lines of an order, all that is named or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub changes: LineChanges,
    /// It is not sent after this.
    pub until: Timestamp,
}
