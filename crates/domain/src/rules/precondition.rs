//! Preconditions: why the state of an order does not admit a request, and what would have to change. Nothing was sent or stored.

use super::ids::{MollieShipmentId, ShipmentId};

/// Which precondition does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PreconditionReason {
    /// Mollie has not confirmed the order yet, refused it, or it was abandoned.
    OrderNotPlaced,
    /// An operation of the order waits for an operator.
    OrderNeedsAttention,
    /// Mollie reports a status this release does not know.
    StatusNotUnderstood,
    /// The order's status admits no shipment.
    OrderNotShippable,
    /// A line's status admits no shipment.
    LineNotShippable,
    /// Mollie refused the shipment.
    ShipmentRefused,
    /// More was asked for than is available.
    QuantityNotAvailable,
    /// Nothing is left for `all_remaining`.
    NothingRemaining,
    /// The order's status admits no cancellation.
    OrderNotCancelable,
    /// A shipment would be worth less than nothing, or more would be captured than may be.
    CaptureOutOfBounds,
    /// Canceling would give up a line that takes money off goods which were shipped.
    DeductionLeft,
}

impl PreconditionReason {
    /// Whether it was judged by what of the lines is shipped and canceled, rather than by what their status is.
    #[must_use]
    pub const fn depends_on_counters(self) -> bool {
        match self {
            Self::QuantityNotAvailable
            | Self::NothingRemaining
            | Self::CaptureOutOfBounds
            | Self::DeductionLeft => true,
            Self::OrderNotPlaced
            | Self::OrderNeedsAttention
            | Self::StatusNotUnderstood
            | Self::OrderNotShippable
            | Self::LineNotShippable
            | Self::ShipmentRefused
            | Self::OrderNotCancelable => false,
        }
    }
}

/// One condition that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// What it is about: `order`, `lines/2`.
    pub subject: String,
    /// What is the case and what to do instead.
    pub description: String,
}

/// A request that the state of the order does not admit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedPrecondition {
    pub reason: PreconditionReason,
    pub unmet: Vec<Unmet>,
    /// Where units went that were asked for, if that is why.
    pub whereabouts: Whereabouts,
}

/// The shipments that hold units of the lines asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts {
    pub shipments: Vec<ShipmentId>,
    /// Of these, the ones that Mollie has registered.
    pub mollie_shipments: Vec<MollieShipmentId>,
}

impl FailedPrecondition {
    /// One that concerns the order as a whole.
    #[must_use]
    pub fn of_order(reason: PreconditionReason, description: impl Into<String>) -> Self {
        Self::new(reason, vec![Unmet { subject: "order".to_owned(), description: description.into() }])
    }

    /// Whether units were asked for that are gone: then the answer says where they went.
    #[must_use]
    pub fn asks_where_units_went(&self) -> bool {
        self.reason == PreconditionReason::QuantityNotAvailable
    }

    /// One with everything that does not hold.
    #[must_use]
    pub fn new(reason: PreconditionReason, unmet: Vec<Unmet>) -> Self {
        Self { reason, unmet, whereabouts: Whereabouts::default() }
    }
}
