//! What the made-up kind does, and when.

use jiff::Timestamp;

use crate::rules::shipment::ShipmentLine;

/// What is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Sets the order's number, however often it is sent.
    Number(String),
    /// Gives these units up, each time it is sent.
    GiveUp(ShipmentLine),
}

/// When it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Now,
    /// Not before this time.
    From(Timestamp),
    /// Unless its effect exists already.
    AfterLooking,
}

/// A change that Mollie does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub what: What,
    pub when: When,
}
