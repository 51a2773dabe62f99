//! When time will next change an order. What it does to it then is decided elsewhere.

use jiff::Timestamp;

use super::capture::Capture;
use super::order::{Order, OrderStatus};
use super::payment::{Payment, PaymentStatus};
use crate::rules::method::Flow;

impl Order {
    /// When time will next change this order.
    pub(in crate::rules) fn next_deadline(&self) -> Option<Timestamp> {
        self.payment_deadline().into_iter().chain(self.order_deadline()).min()
    }

    /// When time will next bring one of its refunds or captures on.
    pub(in crate::rules) fn next_money_step(&self) -> Option<Timestamp> {
        let refunds = self.refunds.iter().filter_map(|refund| Some(refund.next_step()?.at));
        refunds.chain(self.captures.iter().filter_map(Capture::confirmed_at)).min()
    }

    fn payment_deadline(&self) -> Option<Timestamp> {
        self.next_to_lapse().map(|payment| payment.expires_at)
    }

    /// Of the attempts that lapse by themselves the one that does so first, whatever has become of the order.
    pub(in crate::rules) fn next_to_lapse(&self) -> Option<&Payment> {
        let lapses = |payment: &&Payment| match payment.status {
            PaymentStatus::Open => true,
            // The authorisation that the order lives on ends with the order. One that came after the order's end lapses.
            PaymentStatus::Authorized if self.is_final() => true,
            PaymentStatus::Authorized => {
                self.settling_payment().is_none_or(|settling| settling.id != payment.id)
            }
            PaymentStatus::Pending
            | PaymentStatus::Paid
            | PaymentStatus::Failed
            | PaymentStatus::Canceled
            | PaymentStatus::Expired => false,
        };
        self.payments.iter().filter(lapses).min_by_key(|payment| payment.expires_at)
    }

    fn order_deadline(&self) -> Option<Timestamp> {
        match (self.status, self.flow()) {
            (OrderStatus::Created | OrderStatus::Authorized, Flow::Paid | Flow::Authorized)
            | (OrderStatus::Shipping, Flow::Authorized) => Some(self.expiry()),
            (OrderStatus::Shipping, Flow::Paid)
            | (
                OrderStatus::Pending
                | OrderStatus::Paid
                | OrderStatus::Completed
                | OrderStatus::Canceled
                | OrderStatus::Expired,
                Flow::Paid | Flow::Authorized,
            ) => None,
        }
    }

    /// No document lets a pending order expire. Inferred: it does as soon as its payment is decided, if its time has come.
    fn expiry(&self) -> Timestamp {
        let was_pending = self.payments.iter().filter(|payment| payment.pending_since.is_some());
        let decided = was_pending.filter_map(|payment| payment.authorized_at.or(payment.ended_at));
        decided.fold(self.expires_at, Timestamp::max)
    }
}
