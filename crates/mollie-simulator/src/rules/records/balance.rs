//! What the attempts to pay an order have brought, and what of it was given back. Derived, never stored.

use super::order::Order;
use super::payment::{Payment, Refund};
use crate::rules::method::Flow;
use crate::rules::money::Minor;

impl Order {
    /// What this attempt is for, and has brought if it is paid.
    pub(in crate::rules) fn amount_of(&self, payment: &Payment) -> Minor {
        payment.amount.unwrap_or(self.amount)
    }

    /// What a paid attempt has brought.
    pub(in crate::rules) fn received_by(&self, payment: &Payment) -> Minor {
        match payment.flow() {
            Flow::Paid => self.amount_of(payment),
            Flow::Authorized => payment.captured,
        }
    }

    pub(in crate::rules) fn refunded(&self) -> Minor {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }

    pub(in crate::rules) fn refunded_on(&self, payment: &Payment) -> Minor {
        let on_this = |refund: &&Refund| refund.payment_id == payment.id;
        self.refunds.iter().filter(on_this).map(|refund| refund.amount).sum()
    }
}
