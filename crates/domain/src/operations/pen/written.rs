//! What a pen ends with: a change, but for who works first on what it sets to work.

use crate::operations::operation::Operation;
use crate::ports::{Change, OperationWrite};
use crate::rules::ids::GroupId;
use crate::rules::order::Order;

/// An operation that is set to work.
#[derive(Clone)]
pub struct NewOperation {
    pub operation: Operation,
    /// What of it is secret; it is sealed before it is saved.
    pub secret: Option<Vec<u8>>,
}

/// What was written, before it is known who works on it first.
pub struct Written {
    pub order: Order,
    /// What the new operations are together; `None` where nothing has to be done at Mollie.
    pub group: Option<GroupId>,
    /// New operations, pending, by turn.
    pub operations: Vec<NewOperation>,
    /// Whether the first of them can be sent at once: nothing else of its order is, and nothing holds it up.
    pub is_at_head: bool,
    pub(super) change: Change,
}

impl Written {
    /// The change, with the new operations as they are given out.
    #[must_use]
    pub fn change(self, operations: impl IntoIterator<Item = OperationWrite>) -> Change {
        let mut change = self.change;
        change.operations.extend(operations);
        change
    }
}
