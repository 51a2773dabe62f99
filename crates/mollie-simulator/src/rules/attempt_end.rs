//! How an attempt ends: its result, the amount where that is another than the order's, and results that come against the
//! course of things, as money on its way does when its order has ended meanwhile.
//!
//! Decides whether the attempt can end so; what the end does is decided in `attempt`.

use super::final_state::FinalState;
use super::money::Amount;
use super::records::{Order, Payment, PaymentStatus};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptEnd {
    pub state: FinalState,
    /// Of an attempt that becomes paid or authorized; the order's amount without it.
    pub amount: Option<Amount>,
    /// An attempt that has ended without money may become paid or authorized after all: the order stays ended if it has.
    /// Money on an order that is canceled or expired may go away again, as long as nothing of it was given back.
    pub forced: bool,
}

/// Why an attempt was not ended. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEnded {
    #[error("No payment exists with token {0}.")]
    UnknownPayment(String),
    #[error("The payment has ended before, it is {}.", .0.as_text())]
    HasEnded(PaymentStatus),
    #[error("The amount of the payment is invalid: {0}.")]
    Amount(String),
    /// No method, or not that of the attempt, can end like this; or it is no end at all.
    #[error("This payment cannot end as {}.", .0.as_text())]
    Misfit(FinalState),
}

impl AttemptEnd {
    pub fn new(state: FinalState) -> Self {
        Self { state, amount: None, forced: false }
    }

    pub fn amount(self, amount: Amount) -> Self {
        Self { amount: Some(amount), ..self }
    }

    pub fn forced(self) -> Self {
        Self { forced: true, ..self }
    }

    fn brings_money(&self) -> bool {
        match self.state {
            FinalState::Paid | FinalState::Authorized => true,
            FinalState::Failed | FinalState::Canceled | FinalState::Expired | FinalState::Open => false,
        }
    }

    /// The attempt as an open one, if it is that or may be taken for it.
    pub(super) fn reopened(&self, order: &Order, payment: Payment) -> Result<Payment, NotEnded> {
        let may = match payment.status {
            PaymentStatus::Open => return Ok(payment),
            PaymentStatus::Failed | PaymentStatus::Canceled | PaymentStatus::Expired => self.brings_money(),
            PaymentStatus::Authorized | PaymentStatus::Paid => {
                !self.brings_money() && order.has_come_to_nothing() && order.refunded_on(&payment) == 0
            }
        };
        if !(self.forced && may) {
            return Err(NotEnded::HasEnded(payment.status));
        }
        Ok(Payment { status: PaymentStatus::Open, paid_at: None, ended_at: None, ..payment })
    }

    /// With method and amount as they are when money comes. Nobody pays without a method; any that is offered will do where
    /// none has been chosen.
    pub(super) fn agreed(&self, order: &Order, payment: Payment) -> Result<Payment, NotEnded> {
        let amount = self.amount.as_ref().map(|amount| amount.minor_in(order.currency)).transpose();
        let amount = amount.map_err(NotEnded::Amount)?;
        if self.state == FinalState::Open || (amount.is_some() && !self.brings_money()) {
            return Err(NotEnded::Misfit(self.state));
        }
        if !self.brings_money() {
            return Ok(payment);
        }
        let chosen = payment.method.clone();
        let methods = chosen.map_or_else(|| order.offered_methods(), |method| vec![method]);
        let method = methods.into_iter().find(|method| self.state.fits(method));
        let method = method.ok_or(NotEnded::Misfit(self.state))?;
        Ok(Payment { method: Some(method), amount, ..payment })
    }
}
