//! What may still be done with a line or an order, as answers show it. Derived, never stored.

use super::method::Flow;
use super::records::{Line, Order, OrderStatus};
use super::switches::{FinalIsCancelable, Switches};

impl Order {
    /// Paid for or authorized, and neither shipped nor canceled. A refund would not reduce it.
    pub(super) fn shippable_quantity(&self, line: &Line) -> u32 {
        if line.is_shippable() { line.rest().quantity } else { 0 }
    }

    /// What money has been taken for, and not given back.
    pub(super) fn refundable_quantity(&self, line: &Line) -> u32 {
        self.refundable_of(line).quantity
    }

    /// What is authorized and not captured.
    pub(super) fn cancelable_quantity(&self, line: &Line) -> u32 {
        match self.flow() {
            Flow::Paid => 0,
            Flow::Authorized => self.shippable_quantity(line),
        }
    }

    /// `None` where answers leave it out.
    pub(super) fn is_cancelable(&self, switches: &Switches) -> Option<bool> {
        match self.status {
            // Also while a payment is open: it is no promise.
            OrderStatus::Created | OrderStatus::Authorized => Some(true),
            OrderStatus::Shipping => Some(self.flow() == Flow::Authorized),
            OrderStatus::Pending | OrderStatus::Paid => Some(false),
            OrderStatus::Completed | OrderStatus::Canceled | OrderStatus::Expired => {
                match switches.final_is_cancelable {
                    FinalIsCancelable::False => Some(false),
                    FinalIsCancelable::LeftOut => None,
                }
            }
        }
    }
}
