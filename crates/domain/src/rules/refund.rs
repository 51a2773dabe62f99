//! Refunds: money that was paid or captured and goes back to the shopper (refunds API).
//!
//! Units of lines are refunded through the order, where Mollie's lines count them. A lower price and goodwill are refunded on a
//! payment, where Mollie knows no lines; they are booked by line here. Once a line was refunded on a payment, all its later
//! refunds go there too: Mollie does not know of the first, and would refund too much with the last unit.

use jiff::{SignedDuration, Timestamp};

use super::ids::{LineId, MolliePaymentId, MollieRefundId, OrderId, RefundId};
use super::ledger::{self, Entry, Pool, Stage};
use super::money::Money;
use super::part::Part;
use super::rejection::Rejection;
use super::shipment::{Origin, ShipmentLine};
use super::status::{Read, RefundStatus, words};

mod ceiling;
mod deductions;
mod equal;
mod left;
mod lines;
mod lists;
mod plan;
mod request;

pub use ceiling::{charged_back, is_covered, room};
pub use deductions::{deductions_left, discounts_along};
pub use equal::{may_be_merged, wait_for_equal};
pub use left::refundable;
pub use lines::units;
pub use lists::payments_to_read;
pub use plan::{Plan, by_lines, by_vouchers, plan};
pub(in crate::rules) use request::description;
pub use request::{Reduction, ReductionInput, RefundInput, RefundRequest, RefundSelection};

/// A refund that Mollie has queued for longer waits for more than the next settlement: somebody has to top up the balance.
pub const QUEUED_TOO_LONG: SignedDuration = SignedDuration::from_hours(48);

words!(
    /// The outcome of a refund's request at Mollie.
    RefundState {
        Recorded = "recorded",
        Registered = "registered",
        Refused = "refused",
        NeedsAttention = "needs_attention",
        /// Called off before Mollie had it, or merged into another.
        Withdrawn = "withdrawn",
    }
);

words!(
    /// Where a refund is made.
    Route {
        /// On the order, by its lines.
        Order = "order",
        /// On a payment, as an amount.
        Payment = "payment",
    }
);

impl Route {
    /// The pool of what is refunded this way.
    #[must_use]
    pub const fn pool(self) -> Pool {
        match self {
            Self::Order => Pool::Refunded,
            Self::Payment => Pool::PaymentRefunded,
        }
    }
}

words!(
    /// A limit that a caller gives up by name.
    Override {
        /// More than what is left of a line.
        LineCeiling = "line_ceiling",
        /// More than was paid or captured and not given back: some payment methods allow up to 25.00 EUR more.
        OrderCeiling = "order_ceiling",
    }
);

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    pub id: RefundId,
    pub order_id: OrderId,
    pub state: RefundState,
    /// Where it was first recorded.
    pub origin: Origin,
    /// The sequence of the event that first recorded it.
    pub sequence: u64,
    pub mollie_id: Option<MollieRefundId>,
    pub route: Route,
    /// The payment whose money goes back, once known.
    pub payment_id: Option<MolliePaymentId>,
    /// Above zero.
    pub amount: Money,
    /// What belongs to lines. The rest of the amount belongs to none.
    pub lines: Vec<ShipmentLine>,
    /// How many units of a line are not to leave, where its request says so.
    pub not_leaving: Vec<(LineId, u32)>,
    /// What the shopper reads.
    pub description: Option<String>,
    /// The limits that its request gave up.
    pub overrides: Vec<Override>,
    /// Mollie's status, once it has it.
    pub status: Option<Read<RefundStatus>>,
    /// What is taken from the merchant's balance, below zero, once Mollie tells; no rule depends on it.
    pub settlement_amount: Option<Money>,
    pub created_time: Timestamp,
    /// When Mollie registered it.
    pub registered_time: Option<Timestamp>,
    /// The reason, if Mollie rejected it.
    pub rejection: Option<Rejection>,
    /// The refund that gives its money back instead.
    pub merged_into: Option<RefundId>,
}

impl Refund {
    /// Its entries in the ledger: one for each line, one for what belongs to no line, and one for each line with units that are not
    /// to leave.
    #[must_use]
    pub fn entries(&self, stage: Stage) -> Vec<Entry> {
        let refunded = entries(self.route, self.amount, &self.lines, stage, self.origin).into_iter();
        refunded.chain(self.kept_entries(stage)).collect()
    }

    /// Of these, one for each line with units that are not to leave.
    #[must_use]
    pub fn kept_entries(&self, stage: Stage) -> Vec<Entry> {
        let kept = |(line_id, quantity): &(LineId, u32)| Entry {
            line_id: Some(*line_id),
            pool: Pool::NotLeaving,
            part: Part { quantity: *quantity, ..Part::none(self.amount) },
            stage,
            by: self.origin,
        };
        self.not_leaving.iter().map(kept).collect()
    }

    /// Whether its money is given back, or is to be.
    #[must_use]
    pub const fn counts(&self) -> bool {
        match self.state {
            RefundState::Recorded | RefundState::Registered | RefundState::NeedsAttention => !self.is_void(),
            RefundState::Refused | RefundState::Withdrawn => false,
        }
    }

    /// Whether Mollie made it and it failed or was canceled since.
    #[must_use]
    pub const fn is_void(&self) -> bool {
        match &self.status {
            Some(Read::Known(status)) => status.is_void(),
            Some(Read::Unknown(_)) | None => false,
        }
    }

    /// Whether news of it are expected.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match (self.state, &self.status) {
            (RefundState::Refused | RefundState::Withdrawn, _) => false,
            (RefundState::Registered, Some(Read::Known(status))) => !status.is_final(),
            (RefundState::Recorded | RefundState::Registered | RefundState::NeedsAttention, _) => true,
        }
    }
}

/// The entries of a refund: one for each line, and one for what belongs to no line.
#[must_use]
pub fn entries(route: Route, amount: Money, lines: &[ShipmentLine], stage: Stage, by: Origin) -> Vec<Entry> {
    let pool = route.pool();
    let of_lines = lines.iter().map(|line| ledger::entry(line, pool, stage, by));
    let sum = lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.part.amount.minor()));
    let rest = Money::from_minor(amount.minor().saturating_sub(sum), amount.currency());
    let beside = (rest.minor() != 0).then_some(Entry {
        line_id: None,
        pool,
        part: Part { quantity: 0, amount: rest },
        stage,
        by,
    });
    of_lines.chain(beside).collect()
}

#[cfg(test)]
mod tests;
