//! What the made-up kind does, and when.

use jiff::Timestamp;

use crate::rules::shipment::ShipmentLine;

/// What is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The order's number becomes this, however often it is said.
    Number(String),
    /// These units are given up, each time it is said.
    GiveUp(ShipmentLine),
}

/// When it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Now,
    /// Not before then.
    From(Timestamp),
    /// Unless it is so already.
    AfterLooking,
}

/// A change that Mollie does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub what: What,
    pub when: When,
}
