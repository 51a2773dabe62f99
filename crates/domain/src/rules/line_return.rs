//! Returning lines: goods that came back and goods that will not leave, in one request. What is authorized is canceled and what is
//! paid or captured is refunded, by the rules of each: this only says which units are whose, and what is told if some cannot be had.

use super::operation::OperationState;
use super::refund::{Refund, RefundState};
use super::status::words;

mod booked;
mod plan;
mod request;

pub use booked::entries;
pub use plan::{Plan, plan};
pub use request::{ReturnInput, ReturnLineInput, ReturnRequest};

words!(
    /// How far one part of a return has got: a cancellation, or a refund.
    PartState {
        /// Recorded here, and not settled at Mollie.
        UnderWay = "under_way",
        Done = "done",
        /// Mollie refused it, or it was given up. Its units and amounts are free again.
        Refused = "refused",
        NeedsAttention = "needs_attention",
        /// Called off before Mollie had it, or merged into another refund.
        Withdrawn = "withdrawn",
        /// It was done, and the refund failed or was canceled since: the money is the merchant's again.
        Undone = "undone",
    }
);

impl PartState {
    /// Of the cancellation, by its operation.
    #[must_use]
    pub const fn of_operation(state: OperationState) -> Self {
        match state {
            OperationState::Pending | OperationState::InFlight | OperationState::Resolving => Self::UnderWay,
            OperationState::NeedsAttention => Self::NeedsAttention,
            OperationState::Succeeded => Self::Done,
            OperationState::Rejected => Self::Refused,
            OperationState::Withdrawn => Self::Withdrawn,
        }
    }

    /// Of a refund.
    #[must_use]
    pub const fn of_refund(refund: &Refund) -> Self {
        match refund.state {
            RefundState::Recorded => Self::UnderWay,
            RefundState::Registered if refund.is_void() => Self::Undone,
            RefundState::Registered => Self::Done,
            RefundState::Refused => Self::Refused,
            RefundState::NeedsAttention => Self::NeedsAttention,
            RefundState::Withdrawn => Self::Withdrawn,
        }
    }
}

#[cfg(test)]
mod tests;
