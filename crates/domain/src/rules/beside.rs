//! Money of an order that belongs to none of its lines: goodwill, surplus payments given back, chargebacks. It lowers what the
//! order as a whole may still refund, and no line.

use super::ledger::{Entry, Pool, Stage};
use super::money::{Currency, Money};

/// Money that belongs to no line, each sum at least zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside {
    /// To be refunded: recorded by us and not yet settled at Mollie.
    pub refunding: Money,
    pub refunded: Money,
    /// Taken back by the shopper's bank, and not returned since.
    pub charged_back: Money,
}

impl Beside {
    /// Nothing, in a currency.
    #[must_use]
    pub const fn none(currency: Currency) -> Self {
        let none = Money::zero(currency);
        Self { refunding: none, refunded: none, charged_back: none }
    }

    /// What is refunded, is to be, or was charged back.
    #[must_use]
    pub const fn given_back(&self) -> i64 {
        let refunds = self.refunding.minor().saturating_add(self.refunded.minor());
        refunds.saturating_add(self.charged_back.minor())
    }

    /// Changes the sums by an entry that names no line.
    pub(super) fn enter(&mut self, entry: &Entry) {
        let sum = match (entry.pool, entry.stage) {
            (Pool::Refunded | Pool::PaymentRefunded, Stage::Reserved | Stage::Freed) => &mut self.refunding,
            (Pool::Refunded | Pool::PaymentRefunded, Stage::Settled | Stage::Reverted) => &mut self.refunded,
            (Pool::ChargedBack, Stage::Settled | Stage::Reverted) => &mut self.charged_back,
            // Goods always belong to a line, and nobody reserves a chargeback.
            (Pool::Shipped | Pool::Canceled, _) | (Pool::ChargedBack, Stage::Reserved | Stage::Freed) => {
                return;
            }
        };
        let by = entry.part.amount.minor();
        let minor = match entry.stage {
            Stage::Reserved | Stage::Settled => sum.minor().saturating_add(by),
            Stage::Freed | Stage::Reverted => sum.minor().saturating_sub(by),
        };
        *sum = Money::from_minor(minor, sum.currency());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::euro;
    use crate::rules::part::Part;
    use crate::rules::shipment::Origin;

    fn entry(pool: Pool, stage: Stage, amount: &str) -> Entry {
        let part = Part { quantity: 0, amount: euro(amount) };
        Entry { line_id: None, pool, part, stage, by: Origin::Here }
    }

    #[test]
    fn goodwill_is_reserved_settled_and_given_back_if_it_fails() {
        let mut beside = Beside::none(euro("0.00").currency());
        let mut sums = |pool, stage| {
            beside.enter(&entry(pool, stage, "5.00"));
            [beside.refunding, beside.refunded, beside.charged_back].map(Money::value)
        };
        let refunds = Pool::PaymentRefunded;
        assert_eq!(sums(refunds, Stage::Reserved), ["5.00", "0.00", "0.00"]);
        assert_eq!(sums(refunds, Stage::Freed), ["0.00", "0.00", "0.00"]);
        assert_eq!(sums(refunds, Stage::Settled), ["0.00", "5.00", "0.00"]);
        assert_eq!(sums(Pool::ChargedBack, Stage::Settled), ["0.00", "5.00", "5.00"]);
        assert_eq!(sums(refunds, Stage::Reverted), ["0.00", "0.00", "5.00"]);
        assert_eq!(sums(Pool::ChargedBack, Stage::Reverted), ["0.00", "0.00", "0.00"]);
    }
}
