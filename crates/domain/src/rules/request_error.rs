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
