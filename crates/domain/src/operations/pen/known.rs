//! What a pen begins with: who writes, what was known, and when Mollie was asked.

use jiff::{SignedDuration, Timestamp};

use crate::operations::operation::Operation;
use crate::rules::ids::Caller;
use crate::rules::order::Order;
use crate::rules::shipment::Shipment;

/// Who decides, and when.
#[derive(Clone, Debug)]
pub struct Author {
    pub caller: Caller,
    /// On whose behalf.
    pub actor: Option<String>,
    pub now: Timestamp,
    /// How long an effect may still land after a call has ended.
    pub settle_window: SignedDuration,
    /// How long a placement may take before it is given up.
    pub placement_age_limit: SignedDuration,
}

/// What was known before anything is written.
#[derive(Clone, Debug)]
pub struct Known {
    pub order: Order,
    /// The operations of the order that are not settled, by turn; `None` where they do not matter and were not read.
    pub unsettled: Option<Vec<Operation>>,
    /// Its shipments, where they matter.
    pub shipments: Vec<Shipment>,
}

impl From<Order> for Known {
    fn from(order: Order) -> Self {
        Self { order, unsettled: None, shipments: Vec::new() }
    }
}

/// When Mollie was asked.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// What was answered was true then, at the earliest.
    pub as_of: Timestamp,
    /// Whether the order is still as it was then; otherwise more may be known by now.
    pub is_latest: bool,
}
