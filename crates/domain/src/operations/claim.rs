//! Claims: who is working on an operation.

use super::operation::Operation;
use crate::ports::TraceParent;
use crate::rules::ids::LeaseToken;
use crate::rules::order::Order;

/// The right to work on an operation for a limited time, proved by a token that only the holder knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub operation: Operation,
    pub token: LeaseToken,
    /// The order as saved in the same transaction, if the operation was claimed when it was saved: no need to read it back.
    pub known: Option<Box<Order>>,
    /// Where it was recorded, if others did.
    pub trace: Option<TraceParent>,
}
