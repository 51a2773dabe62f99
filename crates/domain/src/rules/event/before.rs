//! How what an event changes was before it: statuses and sums. It is kept with the event for those who read it; folding needs none of
//! it. Here is its shape; `earlier.rs` fills it.

use crate::rules::ids::{LineId, MolliePaymentId};
use crate::rules::money::Money;
use crate::rules::order_update::NewTerms;
use crate::rules::refund::RefundState;
use crate::rules::shipment::{CaptureStatus, ShipmentState, Tracking};
use crate::rules::status::{LineStatus, OrderStatus, PaymentStatus, Read, RefundStatus};

/// What an event changes, as it was before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// The order's status and sums; `None` if the event changes none of them.
    pub order: Option<OrderBefore>,
    /// Of the lines that the event tells of, those that the order had.
    pub lines: Vec<LineBefore>,
    /// Of the payments that the event tells of, those that the order had.
    pub payments: Vec<PaymentBefore>,
    /// The payment that is taken to have grown with the lines, with its amount since: an authorization follows them.
    pub grown: Option<(PaymentBefore, Money)>,
    /// The terms that it sets, or is to set, as far as the order had them.
    pub terms: NewTerms,
    /// What is a resource of its own.
    pub resource: Option<ResourceBefore>,
}

/// An order's status and sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderBefore {
    pub status: Option<OrderStatus>,
    pub unknown_status: Option<String>,
    pub amount: Money,
    pub captured: Option<Money>,
    pub refunded: Option<Money>,
}

/// A line's status and, if the event changes one of them, its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineBefore {
    pub id: LineId,
    pub status: Option<LineStatus>,
    pub unknown_status: Option<String>,
    pub values: Option<LineValues>,
}

/// How many units of a line there are, and what they cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineValues {
    pub quantity: u32,
    pub unit_price: Money,
    pub discount_amount: Option<Money>,
    pub total_amount: Money,
}

/// A payment's status and sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentBefore {
    pub mollie_id: MolliePaymentId,
    pub status: Read<PaymentStatus>,
    pub amount: Money,
    pub captured: Option<Money>,
    pub refunded: Option<Money>,
    pub charged_back: Option<Money>,
}

/// Of a resource that an event changes, what it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceBefore {
    Shipment(ShipmentState),
    Tracking(Option<Tracking>),
    /// `None`: Mollie had not told of it.
    Capture(Option<Read<CaptureStatus>>),
    Refund {
        state: RefundState,
        /// `None`: Mollie did not have it.
        status: Option<Read<RefundStatus>>,
    },
}
