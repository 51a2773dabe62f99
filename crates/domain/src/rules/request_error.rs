//! Why what a caller wants is not decided.

use super::precondition::FailedPrecondition;
use super::violation::Violation;

/// The amount of a part is outside its bounds.
pub(in crate::rules) const AMOUNT_BOUNDS: &str = "selection.amount_bounds";
/// A part has no unit that is available.
pub(in crate::rules) const AVAILABLE: &str = "selection.available";

/// Why what a caller wants is not decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// The request does not fit the order whatever its state: unknown lines, amounts outside the bounds.
    Invalid(Vec<Violation>),
    /// The order's state stands in the way, as far as it is known.
    State(FailedPrecondition),
    /// Something here stands in the way, which Mollie knows nothing of.
    Blocked(FailedPrecondition),
}

impl RequestError {
    /// Whether it was judged by what of the lines is shipped and canceled.
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
