//! The states of an operation by name, and which may follow which.

use super::status::words;

words!(
    /// The state of an operation.
    OperationState {
        Pending = "pending",
        InFlight = "in_flight",
        Resolving = "resolving",
        Succeeded = "succeeded",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
        NeedsAttention = "needs_attention",
    }
);

impl OperationState {
    /// The states that may follow.
    #[must_use]
    pub const fn successors(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::InFlight, Self::Withdrawn],
            Self::InFlight => {
                &[Self::Succeeded, Self::Rejected, Self::Resolving, Self::Pending, Self::NeedsAttention]
            }
            Self::Resolving => &[Self::Succeeded, Self::Rejected, Self::Pending, Self::NeedsAttention],
            Self::NeedsAttention => &[Self::Resolving, Self::Succeeded, Self::Rejected],
            Self::Succeeded | Self::Rejected | Self::Withdrawn => &[],
        }
    }

    /// Whether its outcome is final.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        self.successors().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settled_states_are_final_and_attention_is_not() {
        let settled: Vec<_> =
            OperationState::ALL.iter().filter(|s| s.is_settled()).map(|s| s.as_str()).collect();
        assert_eq!(settled, ["succeeded", "rejected", "withdrawn"]);
    }
}
