//! Why a request is refused before it becomes an operation.

use super::precondition::FailedPrecondition;
use super::violation::{Violation, Violations};

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
    /// Every fault of both. If something is wrong whatever the state, that is told first. What only waits for us is told alone.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Invalid(faults), Self::Invalid(more)) => Self::Invalid(distinct(faults, more)),
            (Self::Invalid(faults), Self::State(refusal)) | (Self::State(refusal), Self::Invalid(faults)) => {
                Self::Invalid(distinct(faults, as_faults(refusal)))
            }
            (Self::State(refusal), Self::State(more)) => {
                let unmet = distinct(refusal.unmet, more.unmet);
                Self::State(FailedPrecondition { unmet, ..refusal })
            }
            (Self::Blocked(_), other) | (other, Self::Blocked(_)) => other,
        }
    }

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

fn distinct<T: PartialEq>(all: Vec<T>, more: Vec<T>) -> Vec<T> {
    let new: Vec<_> = more.into_iter().filter(|one| !all.contains(one)).collect();
    all.into_iter().chain(new).collect()
}

fn as_faults(refusal: FailedPrecondition) -> Vec<Violation> {
    let mut faults = Violations::default();
    for unmet in refusal.unmet {
        faults.add(unmet.subject, AVAILABLE, "at most what is available", unmet.description);
    }
    faults.into_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::precondition::{PreconditionReason, Unmet};

    #[test]
    fn two_refusals_tell_every_fault_once() {
        let unmet = |text: &str| Unmet { subject: "lines/1".to_owned(), description: text.to_owned() };
        let of = |reason, texts: &[&str]| {
            RequestError::State(FailedPrecondition::new(
                reason,
                texts.iter().map(|text| unmet(text)).collect(),
            ))
        };
        let (first, second) =
            (PreconditionReason::LineNotRefundable, PreconditionReason::QuantityNotAvailable);
        assert_eq!(of(first, &["a", "b"]).and(of(second, &["b", "c"])), of(first, &["a", "b", "c"]));
        let blocked = RequestError::Blocked(FailedPrecondition::of_order(first, ""));
        assert_eq!(blocked.clone().and(of(second, &["c"])), of(second, &["c"]));
        assert_eq!(of(second, &["c"]).and(blocked), of(second, &["c"]));
        let fault = |path: &str, rule, expected: &str, got: &str| Violation {
            path: path.to_owned(),
            rule,
            expected: expected.to_owned(),
            got: got.to_owned(),
        };
        let unknown = || fault("lines[0].line_id", "selection.line_id", "1", "9");
        let told = fault("lines/1", AVAILABLE, "at most what is available", "a");
        let both = RequestError::Invalid(vec![unknown(), told]);
        assert_eq!(RequestError::Invalid(vec![unknown()]).and(of(first, &["a"])), both);
        assert_eq!(of(first, &["a"]).and(RequestError::Invalid(vec![unknown()])), both);
        let one = RequestError::Invalid(vec![unknown()]);
        assert_eq!(one.clone().and(one.clone()), one);
    }

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
