//! Money of an order that belongs to none of its lines: goodwill, surplus payments given back, chargebacks. It lowers what the
//! order as a whole may still refund, and no line.

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
}
