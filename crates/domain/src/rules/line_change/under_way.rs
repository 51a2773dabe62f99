//! What changes of lines mean for the order while nobody knows whether they were made.

use super::{LineChanges, together};
use crate::rules::ids::OperationId;
use crate::rules::order::{LineChanging, Order};

impl LineChanges {
    /// What is kept of them on the order until their outcome is known.
    #[must_use]
    pub fn under_way(&self, order: &Order, operation_id: OperationId) -> LineChanging {
        LineChanging {
            operation_id,
            added: self.added.iter().map(|line| line.id).collect(),
            updated: self.updated.iter().map(|updated| updated.line.id).collect(),
            difference: together::difference(order, self),
        }
    }
}
