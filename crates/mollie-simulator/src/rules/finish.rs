//! How orders and payments come to their end: rest released, order completed, payment settled.
//!
//! Shared by shipping, cancellation and expiry. Decides nothing about whether they are allowed.

use jiff::Timestamp;

use super::hooks::OrderEvent;
use super::method::Flow;
use super::records::{
    Draft, EffectKind, Line, LineStatus, Order, OrderStatus, Payment, PaymentStatus, Share,
};
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
    /// Source: the rulebook on the states of payments. What is pending can fail, and is neither canceled nor does it lapse.
    fn can_end(&self, ending: Ending) -> bool {
        match self.status {
            PaymentStatus::Open | PaymentStatus::Authorized => true,
            PaymentStatus::Pending => ending == Ending::Failed,
            PaymentStatus::Paid
            | PaymentStatus::Failed
            | PaymentStatus::Canceled
            | PaymentStatus::Expired => false,
        }
    }
}

impl Line {
    /// Cancels a part of its rest. Partly canceled it keeps its status; partly shipped and the rest canceled it is
    /// completed.
    pub(super) fn release(&mut self, part: Share) {
        self.canceled.add(part);
        if self.rest().quantity == 0 {
            self.status =
                if self.shipped.quantity > 0 { LineStatus::Completed } else { LineStatus::Canceled };
        }
    }
}

impl Order {
    /// Cancels these parts, by position of the line.
    pub(super) fn release_parts(&mut self, parts: &[(usize, Share)]) {
        for (index, part) in parts {
            if let Some(line) = self.lines.get_mut(*index) {
                line.release(*part);
            }
        }
    }

    /// Cancels whatever is neither shipped nor canceled. Returns what that was, by position of the line.
    pub(super) fn release_rest(&mut self) -> Vec<(usize, Share)> {
        let mut released = Vec::new();
        for (index, line) in self.lines.iter_mut().enumerate() {
            let rest = line.rest();
            if rest.quantity == 0 {
                continue;
            }
            line.release(rest);
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
            } else if let Some(id) = order.settling_payment().map(|payment| payment.id.clone()) {
                self.end_payment(order, &id, Ending::Canceled, now);
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
            order.settling_payment_mut().filter(|payment| payment.status == PaymentStatus::Authorized)
        else {
            return;
        };
        payment.status = PaymentStatus::Paid;
        payment.paid_at = Some(now);
        let (id, captured) = (payment.id.clone(), payment.captured);
        self.enter(Draft::new(EffectKind::PaymentPaid, order).payment(&id).amount("paid", captured), now);
    }

    /// Ends every attempt that is open or authorized: the order has ended, and nothing may come of it any more. What is
    /// pending stays so.
    pub(super) fn end_all_payments(&mut self, order: &mut Order, ending: Ending, now: Timestamp) {
        let ids: Vec<String> = order.payments.iter().map(|payment| payment.id.clone()).collect();
        for id in ids {
            self.end_payment(order, &id, ending, now);
        }
    }

    /// Ends this attempt, if it has not ended, and tells the payment's own hook. The order stays as it is, unless it was
    /// pending for this attempt.
    pub(super) fn end_payment(&mut self, order: &mut Order, id: &str, ending: Ending, now: Timestamp) {
        let (status, kind) = ending.parts();
        let Some(payment) = order.payment_mut(id).filter(|payment| payment.can_end(ending)) else {
            return;
        };
        payment.status = status;
        payment.ended_at = Some(now);
        let payment = payment.clone();
        order.leave_pending(self.switches());
        self.enter(Draft::new(kind, order).payment(&payment.id), now);
        self.notify_payment(order, &payment, now);
    }
}
