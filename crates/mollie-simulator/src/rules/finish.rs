//! How orders and payments come to their end: rest released, order completed, payment settled.
//!
//! Shared by shipping, cancellation and expiry. Decides nothing about whether they are allowed.

use jiff::Timestamp;

use super::hooks::OrderEvent;
use super::ledger::{Draft, EffectKind};
use super::order::{Flow, LineStatus, Order, OrderStatus, Share};
use super::payment::{Payment, PaymentStatus};
use super::world::World;

/// How an attempt ends without money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Failed,
    Canceled,
    Expired,
}

impl Ending {
    fn parts(self) -> (PaymentStatus, EffectKind) {
        match self {
            Self::Failed => (PaymentStatus::Failed, EffectKind::PaymentFailed),
            Self::Canceled => (PaymentStatus::Canceled, EffectKind::PaymentCanceled),
            Self::Expired => (PaymentStatus::Expired, EffectKind::PaymentExpired),
        }
    }
}

impl Payment {
    /// Money or the promise of it stands behind this attempt.
    fn is_backed(&self) -> bool {
        match self.status {
            PaymentStatus::Authorized | PaymentStatus::Paid => true,
            PaymentStatus::Open
            | PaymentStatus::Failed
            | PaymentStatus::Canceled
            | PaymentStatus::Expired => false,
        }
    }

    fn can_end(&self) -> bool {
        match self.status {
            PaymentStatus::Open | PaymentStatus::Authorized => true,
            PaymentStatus::Paid
            | PaymentStatus::Failed
            | PaymentStatus::Canceled
            | PaymentStatus::Expired => false,
        }
    }
}

impl Order {
    /// The attempt that was paid or authorized. There is at most one.
    pub(super) fn backed_payment_mut(&mut self) -> Option<&mut Payment> {
        self.payments.iter_mut().find(|payment| payment.is_backed())
    }

    /// Cancels whatever is neither shipped nor canceled. Returns what that was, by position of the line.
    pub(super) fn release_rest(&mut self) -> Vec<(usize, Share)> {
        let mut released = Vec::new();
        for (index, line) in self.lines.iter_mut().enumerate() {
            let rest = line.rest();
            if rest.quantity == 0 {
                continue;
            }
            line.canceled.add(rest);
            line.status =
                if line.shipped.quantity > 0 { LineStatus::Completed } else { LineStatus::Canceled };
            released.push((index, rest));
        }
        released
    }
}

impl World {
    /// Enters that `released` was canceled, whether by a request or by time.
    pub(super) fn enter_release(
        &mut self,
        kind: EffectKind,
        order: &Order,
        released: &[(usize, Share)],
        now: Timestamp,
    ) {
        let amount = released.iter().map(|(_, part)| part.amount).sum();
        let named =
            released.iter().filter_map(|(index, part)| Some((order.lines.get(*index)?.id.as_str(), *part)));
        self.enter(Draft::new(kind, order).amount("canceled", amount).lines(named), now);
    }

    /// Completes the order once every line is completed or canceled, and one was not canceled.
    pub(super) fn finish_if_done(&mut self, order: &mut Order, now: Timestamp) {
        let is_done = |status| match status {
            LineStatus::Completed | LineStatus::Canceled => true,
            LineStatus::Created | LineStatus::Paid | LineStatus::Authorized | LineStatus::Shipping => false,
        };
        if !order.lines.iter().all(|line| is_done(line.status)) {
            return;
        }
        if order.flow() == Flow::Authorized {
            if order.captured > 0 {
                self.turn_payment_paid(order, now);
            } else {
                self.end_payment(order, Ending::Canceled, now);
            }
        }
        order.status = OrderStatus::Completed;
        order.milestones.completed_at = Some(now);
        self.enter(Draft::new(EffectKind::OrderCompleted, order), now);
        self.notify_order(order, OrderEvent::Completed, now);
    }

    /// The authorisation has been used up: what was captured is paid.
    pub(super) fn turn_payment_paid(&mut self, order: &mut Order, now: Timestamp) {
        let Some(payment) =
            order.backed_payment_mut().filter(|payment| payment.status == PaymentStatus::Authorized)
        else {
            return;
        };
        payment.status = PaymentStatus::Paid;
        payment.paid_at = Some(now);
        let (id, captured) = (payment.id.clone(), payment.captured);
        self.enter(Draft::new(EffectKind::PaymentPaid, order).payment(&id).amount("paid", captured), now);
    }

    /// Ends the running attempt, if there is one, and tells the payment's own hook.
    pub(super) fn end_payment(&mut self, order: &mut Order, ending: Ending, now: Timestamp) {
        let (status, kind) = ending.parts();
        let Some(payment) = order.payments.iter_mut().find(|payment| payment.can_end()) else {
            return;
        };
        payment.status = status;
        payment.ended_at = Some(now);
        let payment = payment.clone();
        self.enter(Draft::new(kind, order).payment(&payment.id), now);
        self.notify_payment(order, &payment, now);
    }
}
