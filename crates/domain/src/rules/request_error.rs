//! Why a request is refused before it becomes an operation.

use super::precondition::FailedPrecondition;
use super::violation::Violation;

/// The amount of a part is outside its bounds.
pub(in crate::rules) const AMOUNT_BOUNDS: &str = "selection.amount_bounds";
/// A part has no unit that is available.
pub(in crate::rules) const AVAILABLE: &str = "selection.available";

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// The request does not fit the order whatever its state: unknown lines, amounts outside the bounds.
    Invalid(Vec<Violation>),
    /// The order's state, as known, does not allow it.
    State(FailedPrecondition),
    /// Something on our side blocks it, which Mollie knows nothing of.
    Blocked(FailedPrecondition),
}

impl RequestError {
    /// Whether it depends on the lines' shipped and canceled units.
    #[must_use]
    pub fn depends_on_counters(&self) -> bool {
        match self {
            Self::Invalid(faults) => {
                faults.iter().any(|fault| [AMOUNT_BOUNDS, AVAILABLE].contains(&fault.rule))
            }
            Self::State(refusal) => refusal.reason.depends_on_counters(),
            Self::Blocked(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::precondition::PreconditionReason;

    #[test]
    fn what_depends_on_counters_is_told_by_the_rule_or_the_reason() {
        let of_rule = |rule| {
            let fault =
                |rule| Violation { path: String::new(), rule, expected: String::new(), got: String::new() };
            RequestError::Invalid(vec![fault("selection.line"), fault(rule)]).depends_on_counters()
        };
        assert!(of_rule(AMOUNT_BOUNDS) && of_rule(AVAILABLE));
        assert!(!of_rule("selection.quantity"));
        let of = |reason| FailedPrecondition::of_order(reason, String::new());
        assert!(RequestError::State(of(PreconditionReason::NothingRemaining)).depends_on_counters());
        assert!(!RequestError::State(of(PreconditionReason::OrderNotShippable)).depends_on_counters());
        assert!(!RequestError::Blocked(of(PreconditionReason::NothingRemaining)).depends_on_counters());
    }
}
