//! Attempts to pay an order, any number beside each other: how one begins, and what its end does to the order.
//!
//! The first attempt that is paid or authorized settles the order. What ends after it, however it ends, is a matter of
//! that attempt alone: it is in the books and has its hook, and the order stays as it is.

use jiff::{SignedDuration, Timestamp};

use super::attempt_end::{AttemptEnd, NotEnded};
use super::final_state::FinalState;
use super::finish::Ending;
use super::hooks::OrderEvent;
use super::records::{Draft, EffectKind, LineStatus, Order, OrderStatus, PaymentStatus, Terms};
use super::seconds::whole_seconds;
use super::world::World;

const LASTS_AFTER_THE_END: SignedDuration = SignedDuration::from_hours(28 * 24);

/// Why no attempt was begun. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBegun {
    #[error("No order exists with token {0}.")]
    UnknownOrder(String),
    #[error("The order cannot be paid any more, it is {}.", .0.as_text())]
    NotPayable(OrderStatus),
    #[error("This order cannot be paid with \"{0}\".")]
    MethodNotOffered(String),
}

impl World {
    /// Begins a further attempt, whatever has become of the earlier ones: a shopper has two browser tabs, and a merchant
    /// two minds. Returns its id.
    ///
    /// With a method the shopper is on the way to pay with it, which may block a cancellation; without one nobody has
    /// chosen anything yet.
    pub fn begin_attempt(
        &mut self,
        order_id: &str,
        method: Option<&str>,
        now: Timestamp,
    ) -> Result<String, NotBegun> {
        let now = whole_seconds(now);
        self.tick(now);
        let unknown = || NotBegun::UnknownOrder(order_id.to_owned());
        let mut order = self.order(order_id).ok_or_else(unknown)?.clone();
        if order.status != OrderStatus::Created {
            return Err(NotBegun::NotPayable(order.status));
        }
        let offered = order.offered_methods();
        if let Some(method) = method.filter(|method| !offered.iter().any(|one| one == method)) {
            return Err(NotBegun::MethodNotOffered(method.to_owned()));
        }
        let id = self.add_payment(&mut order, method.map(str::to_owned), Terms::default(), now);
        if let Some(payment) = order.payment_mut(&id) {
            payment.opened = method.is_some();
        }
        self.save(order);
        Ok(id)
    }

    /// Ends one open attempt, whatever has become of its order and of the attempts beside it.
    pub fn end_attempt(
        &mut self,
        payment_id: &str,
        state: FinalState,
        now: Timestamp,
    ) -> Result<(), NotEnded> {
        self.end_attempt_as(payment_id, &AttemptEnd::new(state), now)
    }

    /// Ends one attempt as `end` says.
    pub fn end_attempt_as(
        &mut self,
        payment_id: &str,
        end: &AttemptEnd,
        now: Timestamp,
    ) -> Result<(), NotEnded> {
        let now = whole_seconds(now);
        self.tick(now);
        let unknown = || NotEnded::UnknownPayment(payment_id.to_owned());
        let mut order = self.order_with(payment_id).ok_or_else(unknown)?.clone();
        let payment = order.payment_mut(payment_id).ok_or_else(unknown)?.clone();
        let is_lost = order.would_lose(&payment, end.state);
        let payment = end.reopened(&order, payment)?;
        let payment = end.agreed(&order, payment)?;
        if let Some(place) = order.payment_mut(payment_id) {
            *place = payment;
        }
        self.conclude(&mut order, payment_id, end.state, now);
        if is_lost {
            self.give_back(&mut order, now);
        }
        self.save(order);
        Ok(())
    }

    /// What the end of an open attempt does. `Open` is none, and does nothing.
    pub(super) fn conclude(&mut self, order: &mut Order, id: &str, state: FinalState, now: Timestamp) {
        match state {
            FinalState::Paid => self.pay(order, id, now),
            FinalState::Authorized => self.authorize(order, id, now),
            FinalState::Pending => self.suspend(order, id, now),
            FinalState::Failed => self.end_payment(order, id, Ending::Failed, now),
            FinalState::Canceled => self.end_payment(order, id, Ending::Canceled, now),
            FinalState::Expired => self.end_payment(order, id, Ending::Expired, now),
            FinalState::Open => {}
        }
    }

    fn pay(&mut self, order: &mut Order, id: &str, now: Timestamp) {
        let Some(payment) = order.payment_mut(id) else {
            return;
        };
        payment.status = PaymentStatus::Paid;
        payment.paid_at = Some(now);
        let paid = payment.amount.unwrap_or(order.amount);
        if order.awaits_payment() {
            // Source: in the paid flow an order's amountCaptured comes all at once (rulebook on objects). For a second
            // paid attempt, known from practice, no document gives an amount; inferred: the order shows the money for
            // its lines, and the surplus lies on that payment. So it is with a payment of more than the order's amount.
            order.captured = paid.min(order.amount);
            order.milestones.paid_at = Some(now);
            order.settle(id, OrderStatus::Paid, LineStatus::Paid);
        }
        self.enter(arrival(EffectKind::PaymentPaid, order).payment(id).amount("paid", paid), now);
        self.notify_order(order, OrderEvent::Paid, now);
    }

    fn authorize(&mut self, order: &mut Order, id: &str, now: Timestamp) {
        // What is not captured when the order expires is released. Inferred: also where the order does not live on it,
        // and after the order's end as long as an order has from its creation.
        let anew = now.checked_add(LASTS_AFTER_THE_END).unwrap_or(now);
        let until = if order.has_come_to_nothing() { anew } else { order.expires_at };
        let Some(payment) = order.payment_mut(id) else {
            return;
        };
        payment.status = PaymentStatus::Authorized;
        payment.authorized_at = Some(now);
        payment.expires_at = until;
        let authorized = payment.amount.unwrap_or(order.amount);
        if order.awaits_payment() {
            order.milestones.authorized_at = Some(now);
            order.settle(id, OrderStatus::Authorized, LineStatus::Authorized);
        }
        let entry =
            arrival(EffectKind::PaymentAuthorized, order).payment(id).amount("authorized", authorized);
        self.enter(entry, now);
        self.notify_order(order, OrderEvent::Authorized, now);
    }
}

/// Says so where the money came when the order had ended.
fn arrival(kind: EffectKind, order: &Order) -> Draft {
    let draft = Draft::new(kind, order);
    if order.is_final() { draft.with("order_status", order.status.as_text().into()) } else { draft }
}

impl Order {
    /// This attempt, and none after it, moves the order. Its method is the one that the flow follows from here on, also
    /// when another attempt was begun later.
    fn settle(&mut self, id: &str, status: OrderStatus, of_lines: LineStatus) {
        self.status = status;
        self.settled_by = Some(id.to_owned());
        let method = self.payment_mut(id).and_then(|payment| payment.method.clone());
        self.method = method.or(self.method.take());
        for line in self.lines.iter_mut().filter(|line| line.status != LineStatus::Canceled) {
            line.status = of_lines;
        }
    }
}
