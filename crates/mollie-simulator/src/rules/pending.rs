//! Payments that are pending: the shopper has done their part, and whoever decides about the money takes their time.
//!
//! Source: the rulebook on states. A pending payment makes its order pending; then it is paid or authorized and settles the
//! order, or it fails and the order is created again. No document names a hook for any of it but the one of the outcome.
//! Which orders are pending is said here; what is allowed on them is decided where the operation is.

use jiff::Timestamp;

use super::answer::Refusal;
use super::method::Flow;
use super::records::{Draft, EffectKind, LineStatus, Order, OrderStatus, Payment, PaymentStatus};
use super::switches::{EmptiedPendingOrder, PendingOrders, Switches};
use super::world::World;

impl World {
    /// The shopper of an open attempt is done, and the outcome is open.
    pub(super) fn suspend(&mut self, order: &mut Order, id: &str, now: Timestamp) {
        let Some(payment) = order.payment_mut(id) else {
            return;
        };
        payment.status = PaymentStatus::Pending;
        payment.pending_since = Some(now);
        payment.opened = true;
        let payment = payment.clone();
        if order.awaits_payment() && payment.makes_pending(self.switches().pending_orders) {
            order.status = OrderStatus::Pending;
            order.method = payment.method.or(order.method.take());
        }
        self.enter(Draft::new(EffectKind::PaymentPending, order).payment(id), now);
    }
}

impl Payment {
    fn makes_pending(&self, orders: PendingOrders) -> bool {
        match (orders, self.flow()) {
            (PendingOrders::EveryFlow, Flow::Paid | Flow::Authorized)
            | (PendingOrders::AuthorizedFlow, Flow::Authorized) => true,
            (PendingOrders::AuthorizedFlow, Flow::Paid) => false,
        }
    }
}

impl Order {
    /// The newest attempt that is pending.
    pub(super) fn pending_payment(&self) -> Option<&Payment> {
        self.payments.iter().rfind(|payment| payment.status == PaymentStatus::Pending)
    }

    /// An attempt has failed: a pending order for which nothing is pending any more is created again.
    pub(super) fn leave_pending(&mut self, switches: &Switches) {
        let keeps = |payment: &Payment| {
            payment.status == PaymentStatus::Pending && payment.makes_pending(switches.pending_orders)
        };
        if self.status == OrderStatus::Pending && !self.payments.iter().any(keeps) {
            self.status = OrderStatus::Created;
        }
    }

    /// Whether a supplier may decline a change. Inferred: also one that is about to authorize the order.
    pub(super) fn asks_supplier(&self) -> bool {
        let is_asked = |payment: &Payment| {
            payment.status == PaymentStatus::Pending && payment.flow() == Flow::Authorized
        };
        self.has_supplier() || (self.awaits_payment() && self.payments.iter().any(is_asked))
    }

    /// Judges a change of lines after which the order would be as it is here: one of whose lines nothing is left is
    /// canceled, which no document allows for a pending order.
    pub(super) fn check_rest(&self, switches: &Switches) -> Result<(), Refusal> {
        let has_lines = self.lines.iter().any(|line| line.status != LineStatus::Canceled);
        match switches.emptied_pending_order {
            EmptiedPendingOrder::Refused if self.status == OrderStatus::Pending && !has_lines => {
                Err(Refusal::unprocessable("The order cannot be canceled from state: pending"))
            }
            EmptiedPendingOrder::Refused | EmptiedPendingOrder::Canceled => Ok(()),
        }
    }
}
