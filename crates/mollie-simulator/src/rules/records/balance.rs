//! What the attempts to pay an order have brought, and what of it was given back or taken back. Derived, never stored.

use super::capture::{Capture, CaptureStatus};
use super::chargeback::Chargeback;
use super::line::{Line, LineStatus, Share};
use super::order::Order;
use super::payment::{Payment, PaymentStatus};
use super::refund::Refund;
use crate::rules::method::Flow;
use crate::rules::money::Minor;

impl Order {
    /// What this attempt is for, and has brought if it is paid.
    pub(in crate::rules) fn amount_of(&self, payment: &Payment) -> Minor {
        payment.amount.unwrap_or(self.amount)
    }

    /// What a paid attempt has brought, vouchers included.
    pub(in crate::rules) fn received_by(&self, payment: &Payment) -> Minor {
        match payment.flow() {
            Flow::Paid => self.amount_of(payment),
            Flow::Authorized => payment.captured,
        }
    }

    /// What may still be given back on this attempt. Of vouchers nothing is.
    pub(in crate::rules) fn refundable_on(&self, payment: &Payment) -> Minor {
        self.left_on(payment).max(0)
    }

    /// The same, and below zero where more was given or taken back than has come.
    pub(in crate::rules) fn left_on(&self, payment: &Payment) -> Minor {
        let received = match (payment.status, payment.flow()) {
            (PaymentStatus::Paid, Flow::Paid | Flow::Authorized)
            | (PaymentStatus::Authorized, Flow::Authorized) => self.received_by(payment),
            (PaymentStatus::Authorized, Flow::Paid)
            | (
                PaymentStatus::Open
                | PaymentStatus::Pending
                | PaymentStatus::Failed
                | PaymentStatus::Canceled
                | PaymentStatus::Expired,
                Flow::Paid | Flow::Authorized,
            ) => 0,
        };
        let gone = payment.vouchers_total() + self.refunded_on(payment) + self.charged_back_on(payment);
        received - gone
    }

    fn standing_refunds(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.iter().filter(|refund| refund.status.counts())
    }

    pub(in crate::rules) fn refunded(&self) -> Minor {
        self.standing_refunds().map(|refund| refund.amount).sum()
    }

    pub(in crate::rules) fn refunded_on(&self, payment: &Payment) -> Minor {
        let on_this = |refund: &&Refund| refund.payment_id == payment.id;
        self.standing_refunds().filter(on_this).map(|refund| refund.amount).sum()
    }

    /// What was refunded by naming this line. Refunds that have failed or were canceled have given it back.
    pub(in crate::rules) fn refunded_of(&self, line: &Line) -> Share {
        let mut total = Share::default();
        for part in self.standing_refunds().flat_map(|refund| &refund.lines) {
            if part.line_id == line.id {
                total.add(part.part);
            }
        }
        total
    }

    /// What refunds of this line are taken from: all of it in the paid flow, what was shipped in the authorized flow.
    pub(in crate::rules) fn taken_for(&self, line: &Line) -> Share {
        let has_money = match line.status {
            LineStatus::Paid | LineStatus::Authorized | LineStatus::Shipping | LineStatus::Completed => true,
            LineStatus::Created | LineStatus::Canceled => false,
        };
        match self.flow() {
            Flow::Paid if has_money => Share {
                quantity: line.quantity - line.dropped.quantity,
                amount: line.total - line.dropped.amount,
            },
            Flow::Authorized if has_money => line.shipped,
            Flow::Paid | Flow::Authorized => Share::default(),
        }
    }

    /// The pool of refunds.
    pub(in crate::rules) fn refundable_of(&self, line: &Line) -> Share {
        let (taken, refunded) = (self.taken_for(line), self.refunded_of(line));
        Share {
            quantity: taken.quantity.saturating_sub(refunded.quantity),
            amount: taken.amount - refunded.amount,
        }
    }

    pub(in crate::rules) fn charged_back(&self) -> Minor {
        self.standing_chargebacks().map(|chargeback| chargeback.amount).sum()
    }

    pub(in crate::rules) fn charged_back_on(&self, payment: &Payment) -> Minor {
        let on_this = |chargeback: &&Chargeback| chargeback.payment_id == payment.id;
        self.standing_chargebacks().filter(on_this).map(|chargeback| chargeback.amount).sum()
    }

    fn standing_chargebacks(&self) -> impl Iterator<Item = &Chargeback> {
        self.chargebacks.iter().filter(|chargeback| chargeback.reversed_at.is_none())
    }

    /// Captures that were tried and did not come.
    pub(in crate::rules) fn failed_captures(&self) -> Minor {
        let has_failed = |capture: &&Capture| capture.status == CaptureStatus::Failed;
        self.captures.iter().filter(has_failed).map(|capture| capture.amount).sum()
    }
}
