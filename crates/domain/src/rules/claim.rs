//! Claims: who works on an operation just now.

use super::ids::LeaseToken;
use super::operation::Operation;
use super::order::Order;
use super::shipment::Shipment;

/// The right to work on an operation for a while, by a token that only the holder knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    pub operation: Operation,
    pub token: LeaseToken,
    /// What was saved together with the operation, where it was claimed as it was saved: it need not be read back.
    pub known: Option<Box<Known>>,
}

/// An operation's order, as of some version, and its shipment.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    pub order: Order,
    pub shipment: Option<Shipment>,
}
