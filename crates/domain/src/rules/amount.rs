//! The amount rule: what part of a line's money goes with a part of its quantity.
//!
//! Where a line carries a discount, the split is not determined by the unit price. With n units and the amount R left
//! at unit price u, q units may take at most u·q and at most R, and must leave at most u·(n−q) for the rest:
//! `min = max(0, R − u(n−q))`, `max = min(R, u·q)`, mirrored for lines below zero (Mollie's own bounds, from its
//! errors on shipments and cancellations). For the last unit, and without a discount, both are the same.

use super::money::Money;

/// What is left of a line to be shipped or canceled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remainder {
    /// Units left, n.
    pub quantity: u32,
    /// Amount left, R.
    pub amount: Money,
    /// Price of one unit, u.
    pub unit_price: Money,
}

/// The least and the most that a part may be worth, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub min: Money,
    pub max: Money,
}

impl Bounds {
    /// Whether `amount` lies within.
    #[must_use]
    pub fn admit(self, amount: Money) -> bool {
        amount.currency() == self.min.currency()
            && (self.min.minor()..=self.max.minor()).contains(&amount.minor())
    }
}

impl std::fmt::Display for Bounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.min == self.max {
            write!(f, "exactly {}", self.min)
        } else {
            write!(f, "between {} and {}", self.min, self.max)
        }
    }
}

impl Remainder {
    /// The bounds for `quantity` units; `None` if there are not so many left, or none are asked for.
    #[must_use]
    pub fn bounds(self, quantity: u32) -> Option<Bounds> {
        if quantity == 0 || quantity > self.quantity {
            return None;
        }
        if quantity == self.quantity {
            return Some(Bounds { min: self.amount, max: self.amount });
        }
        let at = |minor: i128| Some(Money::from_minor(i64::try_from(minor).ok()?, self.amount.currency()));
        let (unit, left) = (i128::from(self.unit_price.minor()), i128::from(self.amount.minor()));
        let taken = unit * i128::from(quantity);
        let rest = left - unit * i128::from(self.quantity - quantity);
        let (a, b) = if unit < 0 { (left.max(taken), rest.min(0)) } else { (rest.max(0), left.min(taken)) };
        // Where more is left than the unit prices account for (a deduction on a deducting line, a price changed in the
        // dashboard), the two ends change places.
        Some(Bounds { min: at(a.min(b))?, max: at(a.max(b))? })
    }

    /// The amount for `quantity` units when the caller names none: their share of what is left, rounded half away from
    /// zero. It lies within the bounds, and the parts sum exactly, because the last one takes all that is left.
    #[must_use]
    pub fn share(self, quantity: u32) -> Option<Money> {
        let bounds = self.bounds(quantity)?;
        let (left, all) = (i128::from(self.amount.minor()), i128::from(self.quantity));
        let doubled = left * i128::from(quantity) * 2;
        let rounded = (doubled.abs() + all) / (2 * all) * doubled.signum();
        let share = i64::try_from(rounded).ok()?.clamp(bounds.min.minor(), bounds.max.minor());
        Some(Money::from_minor(share, self.amount.currency()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn euro(value: &str) -> Money {
        Money::parse("EUR", value).unwrap()
    }

    fn left(quantity: u32, unit: &str, amount: &str) -> Remainder {
        Remainder { quantity, unit_price: euro(unit), amount: euro(amount) }
    }

    fn bounds(of: Remainder, quantity: u32) -> (String, String) {
        let bounds = of.bounds(quantity).unwrap();
        (bounds.min.value(), bounds.max.value())
    }

    #[test]
    fn published_bounds_hold() {
        assert_eq!(bounds(left(2, "19.99", "19.99"), 1), ("0.00".into(), "19.99".into()));
        assert_eq!(bounds(left(2, "399.00", "698.00"), 1), ("299.00".into(), "399.00".into()));
        assert_eq!(bounds(left(2, "59.00", "94.40"), 1), ("35.40".into(), "59.00".into()));
    }

    #[test]
    fn a_part_never_takes_more_than_is_left_of_its_line() {
        assert_eq!(bounds(left(3, "10.00", "5.00"), 2), ("0.00".into(), "5.00".into()));
        assert_eq!(bounds(left(3, "-10.00", "-5.00"), 2), ("-5.00".into(), "0.00".into()));
    }

    #[test]
    fn without_a_discount_and_for_the_last_unit_only_one_amount_is_right() {
        assert_eq!(bounds(left(3, "10.00", "30.00"), 2), ("20.00".into(), "20.00".into()));
        assert_eq!(bounds(left(1, "399.00", "299.00"), 1), ("299.00".into(), "299.00".into()));
    }

    #[test]
    fn lines_below_zero_are_mirrored() {
        assert_eq!(bounds(left(2, "-10.00", "-15.00"), 1), ("-10.00".into(), "-5.00".into()));
    }

    #[test]
    fn a_rest_beyond_its_unit_prices_still_sums() {
        let odd = left(2, "-10.00", "-25.00");
        assert_eq!(bounds(odd, 1), ("-15.00".into(), "-10.00".into()));
        assert_eq!(bounds(odd, 2), ("-25.00".into(), "-25.00".into()));
        assert_eq!(left(1, "399.00", "499.00").share(1), Some(euro("499.00")));
    }

    #[test]
    fn no_more_than_what_is_left_and_no_less_than_one_unit() {
        assert_eq!(left(2, "10.00", "20.00").bounds(3), None);
        assert_eq!(left(2, "10.00", "20.00").bounds(0), None);
    }

    #[test]
    fn a_share_is_rounded_half_away_from_zero() {
        let share = |of: Remainder, quantity| of.share(quantity).unwrap().value();
        assert_eq!(share(left(3, "10.00", "20.00"), 1), "6.67");
        assert_eq!(share(left(3, "10.00", "20.00"), 2), "13.33");
        assert_eq!(share(left(2, "10.00", "0.01"), 1), "0.01");
        assert_eq!(share(left(2, "-10.00", "-0.01"), 1), "-0.01");
        assert_eq!(share(left(2, "10.00", "0.00"), 1), "0.00");
    }

    proptest! {
        #[test]
        fn shares_lie_within_the_bounds_and_sum_exactly(
            unit in 0_i64..100_000, units in 1_u32..30, off in 0_u32..=100, negative: bool, surplus in 0_i64..1_000, cuts in prop::collection::vec(1_u32..5, 1..30)
        ) {
            let gross = unit * i64::from(units);
            let total = gross - gross * i64::from(off) / 100 + if negative { surplus } else { 0 };
            let signed = |minor: i64| Money::from_minor(if negative { -minor } else { minor }, euro("0.00").currency());
            let mut left = Remainder { quantity: units, amount: signed(total), unit_price: signed(unit) };
            let mut sum = signed(0);
            for cut in cuts.into_iter().chain([u32::MAX]) {
                let quantity = cut.min(left.quantity);
                let Some(share) = left.share(quantity) else { break };
                prop_assert!(left.bounds(quantity).unwrap().admit(share));
                sum = sum.plus(share).unwrap();
                left = Remainder { quantity: left.quantity - quantity, amount: left.amount.minus(share).unwrap(), ..left };
            }
            prop_assert_eq!((left.quantity, sum), (0, signed(total)));
        }
    }
}
