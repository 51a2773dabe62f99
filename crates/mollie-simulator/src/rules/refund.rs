//! Money that is given back on a payment: no line counter moves, and the order stays in its state.
//!
//! Only whole amounts on a payment, as from the dashboard. The API has no refunds here yet.

use jiff::Timestamp;

use super::hooks::OrderEvent;
use super::money::{Amount, Minor};
use super::records::{Draft, EffectKind, Order, Payment, PaymentStatus, Refund};
use super::seconds::whole_seconds;
use super::world::World;

/// Why nothing was given back. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRefunded {
    #[error("No payment exists with token {0}.")]
    UnknownPayment(String),
    #[error("The payment cannot be refunded, it is {}.", .0.as_text())]
    NotPaid(PaymentStatus),
    #[error("The specified amount cannot be refunded: {0}.")]
    Amount(String),
}

impl World {
    /// Gives money of a paid attempt back. Returns the id of the refund.
    pub fn refund_attempt(
        &mut self,
        payment_id: &str,
        amount: &Amount,
        now: Timestamp,
    ) -> Result<String, NotRefunded> {
        let now = whole_seconds(now);
        self.tick(now);
        let unknown = || NotRefunded::UnknownPayment(payment_id.to_owned());
        let mut order = self.order_of_payment(payment_id).ok_or_else(unknown)?.clone();
        let payment = order.payment_mut(payment_id).ok_or_else(unknown)?.clone();
        if payment.status != PaymentStatus::Paid {
            return Err(NotRefunded::NotPaid(payment.status));
        }
        let amount = refundable(&order, &payment, amount)?;
        let id = self.draw_long("re_");
        let entry = Draft::new(EffectKind::PaymentRefunded, &order).payment(payment_id);
        self.enter(entry.amount("refunded", amount), now);
        order.refunds.push(Refund {
            id: id.clone(),
            payment_id: payment_id.to_owned(),
            created_at: now,
            amount,
        });
        self.notify_payment(&order, &payment, now);
        self.notify_order(&order, OrderEvent::Refunded, now);
        self.save(order);
        Ok(id)
    }
}

fn refundable(order: &Order, payment: &Payment, amount: &Amount) -> Result<Minor, NotRefunded> {
    let wanted = amount.minor_in(order.currency).map_err(NotRefunded::Amount)?;
    let rest = order.received_by(payment) - order.refunded_on(payment);
    if wanted > rest {
        let text = format!("the maximum amount is {}", order.currency.spoken(rest));
        return Err(NotRefunded::Amount(text));
    }
    Ok(wanted)
}
