//! What a pen starts from: who writes, what was known, and when Mollie was asked.

use jiff::{SignedDuration, Timestamp};

use crate::operations::operation::Operation;
use crate::rules::cause::Grounds;
use crate::rules::ids::Caller;
use crate::rules::order::Order;
use crate::rules::policy::Policy;
use crate::rules::refund::Refund;
use crate::rules::shipment::Shipment;

/// Who decides, why, and when.
#[derive(Clone, Debug)]
pub struct Author {
    pub caller: Caller,
    /// Why it is written, and on whose behalf.
    pub grounds: Grounds,
    pub now: Timestamp,
    /// How long an effect may still appear after a call has ended.
    pub settle_window: SignedDuration,
    /// How long a placement may take before it is given up.
    pub placement_age_limit: SignedDuration,
    /// When the database was last restored from a backup.
    pub restored_time: Option<Timestamp>,
    /// What the order's profile has chosen.
    pub policy: Policy,
}

/// What was known before anything is written.
#[derive(Clone, Debug)]
pub struct Known {
    pub order: Order,
    /// The unsettled operations of the order, by turn; `None` if they do not matter and were not read.
    pub unsettled: Option<Vec<Operation>>,
    /// Its shipments, if they matter.
    pub shipments: Vec<Shipment>,
    /// Its refunds, if they matter.
    pub refunds: Vec<Refund>,
    /// A number that another order of the profile holds, although this one is to hold it.
    pub taken_number: Option<String>,
}

impl From<Order> for Known {
    fn from(order: Order) -> Self {
        Self { order, unsettled: None, shipments: Vec::new(), refunds: Vec::new(), taken_number: None }
    }
}

/// When Mollie was asked.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The answer was true at this time or later.
    pub as_of: Timestamp,
    /// Whether the order has not changed since; otherwise the service may know more than the answer.
    pub is_latest: bool,
}

/// What was asked of an order before the database was restored is not all known here.
pub(super) struct Gap {
    pub(super) restored: Timestamp,
    /// The order as it is known.
    pub(super) before: Box<Order>,
}

impl Gap {
    /// `None`: the order was read since, or is younger.
    pub(super) fn of(order: &Order, restored: Option<Timestamp>) -> Option<Self> {
        let is_older = |restored: &Timestamp| {
            order.created_time < *restored && order.observed_time.is_none_or(|seen| seen < *restored)
        };
        restored.filter(is_older).map(|restored| Self { restored, before: Box::new(order.clone()) })
    }
}
