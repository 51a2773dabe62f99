//! Authorized money that is not captured, by reason. What it is of an order is computed elsewhere (`rules/at_risk.rs`).

use super::money::{Currency, Money};
use super::status::words;

words!(
    /// Why authorized money is not captured, the most urgent first.
    Reason {
        /// An operation needs attention. Until a person decides it, nothing of its lane is sent, so all that is not registered waits for it.
        NeedsAttention = "needs_attention",
        /// Goods left, and Mollie or this service refused their parcel.
        Rejected = "rejected",
        /// An open item is about these goods or their money.
        NeedsReview = "needs_review",
        /// Goods left, and their parcel waits for others, because of what takes money off.
        Held = "held",
        /// Goods left, and Mollie has not registered their parcel yet.
        Recorded = "recorded",
        /// Mollie has registered the parcel, and its capture is on its way.
        CapturePending = "capture_pending",
        /// Nobody has recorded a parcel.
        NotShipped = "not_shipped",
    }
);

/// Money that is authorized and not captured, by reason. No part is below zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtRisk {
    /// The parts above zero, the most urgent first.
    parts: Vec<(Reason, Money)>,
    total: Money,
}

impl AtRisk {
    /// Of parts above zero, the most urgent first.
    #[must_use]
    pub fn new(parts: Vec<(Reason, Money)>, currency: Currency) -> Self {
        let total = parts.iter().fold(0_i64, |sum, (_, money)| sum.saturating_add(money.minor()));
        Self { parts, total: Money::from_minor(total, currency) }
    }

    /// The parts above zero, the most urgent first.
    #[must_use]
    pub fn parts(&self) -> &[(Reason, Money)] {
        &self.parts
    }

    /// All of it.
    #[must_use]
    pub const fn total(&self) -> Money {
        self.total
    }

    /// Whether nothing is at risk.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.total.minor() == 0
    }
}
