//! An authorisation that lapses, or that its supplier takes back, although its order has not come to its end.
//!
//! Known from practice alone: the order is created again, and can be paid anew. Inferred is everything else: that it happens
//! only while nothing of the order was shipped or canceled and no other attempt has money, that `authorizedAt` is left out
//! again, and that there is no hook but that of the payment.

use jiff::Timestamp;

use super::final_state::FinalState;
use super::hooks::OrderEvent;
use super::records::{Line, LineStatus, Order, OrderStatus, Payment, PaymentStatus, Share};
use super::world::World;

impl World {
    /// The order lives on nothing any more. Its attempts stay for what they were made for.
    pub(super) fn give_back(&mut self, order: &mut Order, now: Timestamp) {
        order.status = OrderStatus::Created;
        order.settled_by = None;
        order.milestones.authorized_at = None;
        for line in &mut order.lines {
            line.status = LineStatus::Created;
        }
        self.notify_order(order, OrderEvent::Created, now);
    }
}

impl Order {
    /// Whether it would be created again if this attempt ended so.
    pub(super) fn would_lose(&self, payment: &Payment, state: FinalState) -> bool {
        let ends = match state {
            FinalState::Canceled | FinalState::Expired => true,
            FinalState::Paid
            | FinalState::Authorized
            | FinalState::Pending
            | FinalState::Failed
            | FinalState::Open => false,
        };
        let is_backed = |one: &Payment| matches!(one.status, PaymentStatus::Paid | PaymentStatus::Authorized);
        let is_untouched = |line: &Line| line.rest() == Share { quantity: line.quantity, amount: line.total };
        ends && self.status == OrderStatus::Authorized
            && payment.status == PaymentStatus::Authorized
            && !self.payments.iter().any(|one| one.id != payment.id && is_backed(one))
            && self.lines.iter().all(is_untouched)
    }
}
