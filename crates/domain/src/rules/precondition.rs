//! Preconditions: why the order's state does not allow a request, and what would have to change. Nothing was sent or stored.

use super::ids::{MollieShipmentId, OrderId, ShipmentId};

/// Which precondition does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PreconditionReason {
    /// Mollie has not confirmed the order yet or rejected it, or it was abandoned.
    OrderNotPlaced,
    /// An operation of the order waits for an operator.
    OrderNeedsAttention,
    /// Mollie reports a status this release does not know.
    StatusNotUnderstood,
    /// The order's status allows no shipment.
    OrderNotShippable,
    /// A line's status allows no shipment.
    LineNotShippable,
    /// Mollie rejected the shipment.
    ShipmentRefused,
    /// More was requested than is available.
    QuantityNotAvailable,
    /// Nothing is left for `all_remaining`.
    NothingRemaining,
    /// The order's status allows no cancellation.
    OrderNotCancelable,
    /// A shipment would be worth less than zero, or would exceed the capture bound.
    CaptureOutOfBounds,
    /// Parcels are held, and canceling would release what they reserve or wait for.
    ParcelsHeld,
    /// Canceling would give up a deduction from goods that were shipped.
    DeductionLeft,
    /// A line's status allows no cancellation of units.
    LineNotCancelable,
    /// The order's status allows no refund.
    OrderNotRefundable,
    /// A line's status allows no refund, or less of it is left than was requested.
    LineNotRefundable,
    /// A refund would be worth nothing, or more than may be given back.
    RefundOutOfBounds,
    /// The refund has gone too far to be canceled.
    RefundNotCancelable,
    /// The order's status, or an attempt that has not ended, allows no further payment.
    OrderNotPayable,
    /// An attempt is open: the shopper can complete it.
    PaymentOpen,
    /// The shopper does not come back from a payment any more.
    PaymentFinal,
    /// Another new number of the order is under way.
    NumberChanging,
    /// The order's status, or goods that have left, allow no change of its lines.
    OrderNotChangeable,
    /// A line's status allows no change of it.
    LineNotChangeable,
    /// Another change of the order's lines is under way.
    LinesChanging,
    /// A payment of the order is under way, or it holds money.
    OrderNotSupersedable,
    /// Another order has replaced it, or is to.
    OrderSuperseded,
    /// The database was restored, and what was done with the order meanwhile waits for a person.
    OrderRestored,
}

impl PreconditionReason {
    /// Whether it depends on the lines' shipped and canceled units rather than on their status.
    #[must_use]
    pub const fn depends_on_counters(self) -> bool {
        match self {
            Self::QuantityNotAvailable
            | Self::NothingRemaining
            | Self::CaptureOutOfBounds
            | Self::DeductionLeft
            | Self::ParcelsHeld
            | Self::LineNotRefundable
            | Self::RefundOutOfBounds => true,
            Self::OrderNotPlaced
            | Self::OrderNeedsAttention
            | Self::StatusNotUnderstood
            | Self::OrderNotShippable
            | Self::LineNotShippable
            | Self::ShipmentRefused
            | Self::OrderNotCancelable
            | Self::LineNotCancelable
            | Self::OrderNotRefundable
            | Self::RefundNotCancelable
            | Self::OrderNotPayable
            | Self::PaymentOpen
            | Self::PaymentFinal
            | Self::NumberChanging
            | Self::OrderNotChangeable
            | Self::LineNotChangeable
            | Self::LinesChanging
            | Self::OrderNotSupersedable
            | Self::OrderSuperseded
            | Self::OrderRestored => false,
        }
    }
}

/// One condition that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// What it concerns: `order`, `lines/2`.
    pub subject: String,
    /// What is wrong and what to do instead.
    pub description: String,
}

/// A request that the order's state does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedPrecondition {
    pub reason: PreconditionReason,
    pub unmet: Vec<Unmet>,
    /// Where the requested units went, if that is the reason.
    pub whereabouts: Whereabouts,
    /// The order that has replaced this one, if that is the reason.
    pub superseded_by: Option<OrderId>,
}

/// The shipments that hold units of the requested lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts {
    pub shipments: Vec<ShipmentId>,
    /// Those of them that Mollie has registered.
    pub mollie_shipments: Vec<MollieShipmentId>,
}

impl FailedPrecondition {
    /// A single one about the order as a whole.
    #[must_use]
    pub fn of_order(reason: PreconditionReason, description: impl Into<String>) -> Self {
        Self::new(reason, vec![Unmet { subject: "order".to_owned(), description: description.into() }])
    }

    /// Whether the requested units are gone: then the answer says where they went.
    #[must_use]
    pub fn asks_where_units_went(&self) -> bool {
        self.reason == PreconditionReason::QuantityNotAvailable
    }

    /// All the conditions that do not hold.
    #[must_use]
    pub fn new(reason: PreconditionReason, unmet: Vec<Unmet>) -> Self {
        Self { reason, unmet, whereabouts: Whereabouts::default(), superseded_by: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counters that an answer left out decide these, and nothing else.
    #[test]
    fn what_units_decide_depends_on_counters_and_what_a_status_decides_does_not() {
        use PreconditionReason as Reason;
        for reason in [Reason::QuantityNotAvailable, Reason::CaptureOutOfBounds, Reason::RefundOutOfBounds] {
            assert!(reason.depends_on_counters(), "{reason:?}");
        }
        for reason in [Reason::OrderNotShippable, Reason::LineNotCancelable, Reason::StatusNotUnderstood] {
            assert!(!reason.depends_on_counters(), "{reason:?}");
        }
    }

    #[test]
    fn only_units_that_are_gone_are_looked_for() {
        let asks = |reason| FailedPrecondition::of_order(reason, "").asks_where_units_went();
        assert!(asks(PreconditionReason::QuantityNotAvailable));
        assert!(!asks(PreconditionReason::NothingRemaining));
    }
}
