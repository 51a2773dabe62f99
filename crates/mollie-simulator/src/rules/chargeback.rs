//! Chargebacks: the shopper's bank takes money of a payment back, and may return it. No line counter moves, and the order
//! stays in its state.

use jiff::Timestamp;

use super::money::{Amount, Minor};
use super::records::{Chargeback, ChargebackReason, Draft, EffectKind, Order, Payment, PaymentStatus};
use super::seconds::whole_seconds;
use super::world::World;

/// Why nothing was charged back. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotChargedBack {
    #[error("No payment exists with token {0}.")]
    UnknownPayment(String),
    #[error("Nothing of the payment can be charged back, it is {}.", .0.as_text())]
    NotPaid(PaymentStatus),
    #[error("The specified amount cannot be charged back: {0}.")]
    Amount(String),
}

/// Why a chargeback was not reversed. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReversed {
    #[error("No chargeback exists with token {0}.")]
    Unknown(String),
    #[error("The chargeback is reversed already.")]
    Reversed,
}

impl World {
    /// Takes money of a paid attempt back; without an amount all that was not given or taken back. Returns the id.
    pub fn charge_back(
        &mut self,
        payment_id: &str,
        amount: Option<&Amount>,
        reason: Option<ChargebackReason>,
        now: Timestamp,
    ) -> Result<String, NotChargedBack> {
        let now = whole_seconds(now);
        self.tick(now);
        let unknown = || NotChargedBack::UnknownPayment(payment_id.to_owned());
        let mut order = self.order_with(payment_id).ok_or_else(unknown)?.clone();
        let payment = order.payment(payment_id).ok_or_else(unknown)?.clone();
        if payment.status != PaymentStatus::Paid {
            return Err(NotChargedBack::NotPaid(payment.status));
        }
        let amount = chargeable(&order, &payment, amount)?;
        let (id, number) = self.draw_numbered("chb_");
        let chargeback = Chargeback {
            id: id.clone(),
            number,
            payment_id: payment_id.to_owned(),
            created_at: now,
            amount,
            reason,
            reversed_at: None,
        };
        self.enter_chargeback(EffectKind::ChargebackReceived, &order, &chargeback, now);
        order.chargebacks.push(chargeback);
        self.funds_mut().add(&order.owner.profile, order.currency, -amount);
        self.notify_payment(&order, &payment, now);
        self.save(order);
        Ok(id)
    }

    /// Brings the money back. No document names a hook for it, so that there is none.
    pub fn reverse_chargeback(&mut self, id: &str, now: Timestamp) -> Result<(), NotReversed> {
        let now = whole_seconds(now);
        self.tick(now);
        let unknown = || NotReversed::Unknown(id.to_owned());
        let mut order = self.order_with(id).ok_or_else(unknown)?.clone();
        let chargeback = order.chargeback_mut(id).ok_or_else(unknown)?;
        if chargeback.reversed_at.is_some() {
            return Err(NotReversed::Reversed);
        }
        chargeback.reversed_at = Some(now);
        let chargeback = chargeback.clone();
        self.enter_chargeback(EffectKind::ChargebackReversed, &order, &chargeback, now);
        let (profile, currency) = (order.owner.profile.clone(), order.currency);
        self.save(order);
        self.funds_mut().add(&profile, currency, chargeback.amount);
        self.serve_queue(&profile, currency, now);
        Ok(())
    }

    fn enter_chargeback(&mut self, kind: EffectKind, order: &Order, chargeback: &Chargeback, now: Timestamp) {
        let entry = Draft::new(kind, order)
            .payment(&chargeback.payment_id)
            .amount("charged_back", chargeback.amount)
            .with("chargeback_id", chargeback.id.as_str().into());
        self.enter(entry, now);
    }
}

/// A bank looks at what the shopper has paid, and not at what the merchant has given back of it.
fn chargeable(order: &Order, payment: &Payment, amount: Option<&Amount>) -> Result<Minor, NotChargedBack> {
    let paid = order.received_by(payment) - payment.vouchers_total() - order.charged_back_on(payment);
    let wanted = match amount {
        Some(amount) => amount.minor_in(order.currency).map_err(NotChargedBack::Amount)?,
        None => order.refundable_on(payment),
    };
    if wanted == 0 || wanted > paid {
        let text = format!("the maximum amount is {}", order.currency.spoken(paid));
        return Err(NotChargedBack::Amount(text));
    }
    Ok(wanted)
}
