//! Between which amounts a method is offered (list methods, minimumAmount and maximumAmount). Decides nothing for a draft.

use super::money::{Currency, Money};

/// Between which amounts a method is offered, of those that are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodLimits {
    pub id: String,
    pub minimum: Option<Money>,
    pub maximum: Option<Money>,
}

impl MethodLimits {
    /// Whether both are limits of one method, in one currency.
    #[must_use]
    pub fn is_of_same(&self, other: &Self) -> bool {
        self.id == other.id && self.currency() == other.currency()
    }

    fn currency(&self) -> Option<Currency> {
        self.minimum.or(self.maximum).map(Money::currency)
    }

    /// What the method takes, if this is not it. Limits in another currency say nothing.
    #[must_use]
    pub fn broken_by(&self, amount: Money) -> Option<String> {
        let same = |limit: Option<Money>| limit.filter(|limit| limit.currency() == amount.currency());
        let (least, most) = (same(self.minimum), same(self.maximum));
        let fits = least.is_none_or(|least| least.minor() <= amount.minor())
            && most.is_none_or(|most| amount.minor() <= most.minor());
        let told = match (least, most) {
            (Some(least), Some(most)) => format!("from {least} to {most}"),
            (Some(least), None) => format!("{least} or more"),
            (None, Some(most)) => format!("{most} or less"),
            (None, None) => return None,
        };
        (!fits).then_some(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::euro;

    fn limits(minimum: Option<&str>, maximum: Option<&str>) -> MethodLimits {
        MethodLimits { id: "ideal".to_owned(), minimum: minimum.map(euro), maximum: maximum.map(euro) }
    }

    #[test]
    fn limits_are_of_one_method_in_one_currency() {
        let one = limits(Some("1.00"), None);
        assert!(one.is_of_same(&limits(None, Some("10.00"))));
        assert!(!one.is_of_same(&MethodLimits { id: "eps".to_owned(), ..one.clone() }));
        assert!(!one.is_of_same(&MethodLimits { minimum: Money::parse("JPY", "1").ok(), ..one.clone() }));
    }

    #[test]
    fn both_limits_belong_to_what_a_method_takes() {
        let both = limits(Some("1.00"), Some("10.00"));
        for fits in ["1.00", "10.00"] {
            assert_eq!(both.broken_by(euro(fits)), None, "{fits}");
        }
        for breaks in ["0.99", "10.01"] {
            assert_eq!(
                both.broken_by(euro(breaks)).as_deref(),
                Some("from 1.00 EUR to 10.00 EUR"),
                "{breaks}"
            );
        }
        let told = |limits: MethodLimits, amount| limits.broken_by(euro(amount));
        assert_eq!(told(limits(Some("1.00"), None), "0.50").as_deref(), Some("1.00 EUR or more"));
        assert_eq!(told(limits(Some("1.00"), None), "9999.00"), None);
        assert_eq!(told(limits(None, Some("1.00")), "1.01").as_deref(), Some("1.00 EUR or less"));
        let yen = Money::parse("JPY", "1").unwrap();
        assert_eq!(both.broken_by(yen), None, "limits in another currency say nothing");
    }
}
