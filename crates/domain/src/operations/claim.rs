//! Claims: who works on an operation just now.

use super::operation::Operation;
use crate::rules::ids::LeaseToken;
use crate::rules::order::Order;

/// The right to work on an operation for a while, by a token that only the holder knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub operation: Operation,
    pub token: LeaseToken,
    /// The order as it was saved together with the operation, where that was claimed as it was saved: it need not be read back.
    pub known: Option<Box<Order>>,
}
