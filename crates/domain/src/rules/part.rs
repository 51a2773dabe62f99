//! Parts of a line: some of its units and what they are worth.

use super::money::Money;

/// Some units of a line and their amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    pub quantity: u32,
    pub amount: Money,
}

impl Part {
    /// Nothing, in the currency of `money`.
    #[must_use]
    pub const fn none(money: Money) -> Self {
        Self { quantity: 0, amount: Money::zero(money.currency()) }
    }

    /// Both parts together. Saturates: quantities and amounts of one line are bounded by the line.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let minor = self.amount.minor().saturating_add(other.amount.minor());
        let amount = Money::from_minor(minor, self.amount.currency());
        Self { quantity: self.quantity.saturating_add(other.quantity), amount }
    }

    /// This part without the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        let minor = self.amount.minor().saturating_sub(other.amount.minor());
        let amount = Money::from_minor(minor, self.amount.currency());
        Self { quantity: self.quantity.saturating_sub(other.quantity), amount }
    }
}
