//! What a pen produces: a change, before it is decided who claims the operations it sets to work.

use crate::operations::operation::Operation;
use crate::ports::{Change, OperationWrite};
use crate::rules::ids::GroupId;
use crate::rules::order::Order;

/// An operation that is set to work.
#[derive(Clone)]
pub struct NewOperation {
    pub operation: Operation,
    /// Its secret part, sealed before it is saved.
    pub secret: Option<Vec<u8>>,
}

/// What was written, before it is known who claims it.
pub struct Written {
    pub order: Order,
    /// The group of the new operations; `None` if there is nothing to do at Mollie.
    pub group: Option<GroupId>,
    /// New operations, pending, by turn.
    pub operations: Vec<NewOperation>,
    /// Whether the first of them can be sent at once: nothing of the order is under way or holds it up.
    pub is_at_head: bool,
    pub(super) change: Change,
}

impl Written {
    /// The change, with the new operations as claimed.
    #[must_use]
    pub fn change(self, operations: impl IntoIterator<Item = OperationWrite>) -> Change {
        let mut change = self.change;
        change.operations.extend(operations);
        change
    }
}
