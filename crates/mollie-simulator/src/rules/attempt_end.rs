//! How an attempt ends: its result, the amount where that is another than the order's, and results that come against the
//! course of things, as money on its way does when its order has ended meanwhile.
//!
//! Decides whether the attempt can end so; what the end does is decided in `attempt`.

use serde::{Deserialize, Serialize};

use super::final_state::FinalState;
use super::method::{Flow, METHODS, flow_of};
use super::money::{Amount, Minor};
use super::records::{Order, Payment, PaymentStatus, Voucher};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptEnd {
    pub state: FinalState,
    /// Of an attempt that becomes paid or authorized; the order's amount without it.
    pub amount: Option<Amount>,
    /// An attempt that has ended without money may become paid or authorized after all: the order stays ended if it has.
    /// Money on an order that is canceled or expired may go away again, as long as nothing of it was given back; and an
    /// authorisation may be canceled or expire before its order does, as long as nothing was made of it.
    pub forced: bool,
    /// Why an attempt fails, as in `insufficient_funds`.
    pub failure: Option<String>,
    /// What of a paid attempt comes from vouchers. Nothing of that can be refunded.
    pub vouchers: Vec<PaidVoucher>,
    /// How the rest is paid that the vouchers leave; by iDEAL if this does not say.
    pub remainder: Option<String>,
}

/// A voucher, as a control request gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaidVoucher {
    pub issuer: String,
    pub amount: Amount,
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
    #[error("The vouchers are invalid: {0}.")]
    Vouchers(String),
    /// No method, or not that of the attempt, can end like this; or it is no end at all.
    #[error("This payment cannot end as {}.", .0.as_text())]
    Misfit(FinalState),
}

impl AttemptEnd {
    pub fn new(state: FinalState) -> Self {
        Self { state, amount: None, forced: false, failure: None, vouchers: Vec::new(), remainder: None }
    }

    pub fn amount(self, amount: Amount) -> Self {
        Self { amount: Some(amount), ..self }
    }

    pub fn forced(self) -> Self {
        Self { forced: true, ..self }
    }

    pub fn failure(self, reason: &str) -> Self {
        Self { failure: Some(reason.to_owned()), ..self }
    }

    /// The rest is paid by `remainder`.
    pub fn vouchers(self, vouchers: Vec<PaidVoucher>, remainder: Option<&str>) -> Self {
        Self { vouchers, remainder: remainder.map(str::to_owned), ..self }
    }

    /// The attempt as an open one, if it is that or may be taken for it.
    pub(super) fn reopened(&self, order: &Order, payment: Payment) -> Result<Payment, NotEnded> {
        let may = match payment.status {
            PaymentStatus::Open => return Ok(payment),
            PaymentStatus::Pending if self.state.decides_pending() => return Ok(payment),
            PaymentStatus::Pending => return Err(NotEnded::Misfit(self.state)),
            PaymentStatus::Failed | PaymentStatus::Canceled | PaymentStatus::Expired => {
                self.state.brings_money()
            }
            PaymentStatus::Authorized | PaymentStatus::Paid => {
                let is_without_order = order.has_come_to_nothing() && order.refunded_on(&payment) == 0;
                (self.state.brings_nothing() && is_without_order) || order.would_lose(&payment, self.state)
            }
        };
        if !(self.forced && may) {
            return Err(NotEnded::HasEnded(payment.status));
        }
        Ok(Payment {
            status: PaymentStatus::Open,
            paid_at: None,
            ended_at: None,
            failure_reason: None,
            vouchers: Vec::new(),
            remainder_method: None,
            ..payment
        })
    }

    /// With method and amount as they are when money comes, or is to come. Nobody pays without a method; any that is offered will do where
    /// none has been chosen.
    pub(super) fn agreed(&self, order: &Order, payment: Payment) -> Result<Payment, NotEnded> {
        let amount = self.amount.as_ref().map(|amount| amount.minor_in(order.currency)).transpose();
        let amount = amount.map_err(NotEnded::Amount)?;
        let of_money_only = amount.is_some() || !self.vouchers.is_empty();
        let of_failures_only = self.failure.is_some() && self.state != FinalState::Failed;
        if of_failures_only || self.state == FinalState::Open || (of_money_only && !self.state.brings_money())
        {
            return Err(NotEnded::Misfit(self.state));
        }
        if !(self.state.brings_money() || self.state == FinalState::Pending) {
            return Ok(Payment { failure_reason: self.failure.clone(), ..payment });
        }
        let offered = || order.methods_for(&payment);
        let chosen = payment.method.clone().or_else(|| self.voucher_method(&offered()));
        let methods = chosen.map_or_else(offered, |method| vec![method]);
        let method = methods.into_iter().find(|method| self.state.fits(method));
        let method = method.ok_or(NotEnded::Misfit(self.state))?;
        // One that was for the lines as they were then stays so.
        let amount = amount.or(payment.amount);
        let payment = Payment { method: Some(method), amount, ..payment };
        self.with_vouchers(order, payment)
    }

    /// Whoever pays with vouchers has chosen them.
    fn voucher_method(&self, offered: &[String]) -> Option<String> {
        offered.iter().find(|method| !self.vouchers.is_empty() && takes_vouchers(method)).cloned()
    }

    fn with_vouchers(&self, order: &Order, payment: Payment) -> Result<Payment, NotEnded> {
        if self.vouchers.is_empty() && self.remainder.is_none() {
            return Ok(payment);
        }
        let refuse = |text: &str| NotEnded::Vouchers(text.to_owned());
        if self.vouchers.is_empty() || !payment.method.as_deref().is_some_and(takes_vouchers) {
            return Err(refuse("only a payment by voucher or giftcard has them"));
        }
        let vouchers = self.vouchers.iter().map(|paid| {
            let amount = paid.amount.minor_in(order.currency).map_err(NotEnded::Vouchers)?;
            Ok(Voucher { issuer: paid.issuer.clone(), amount })
        });
        let vouchers = vouchers.collect::<Result<Vec<_>, NotEnded>>()?;
        let total: Minor = vouchers.iter().map(|voucher| voucher.amount).sum();
        let rest = order.amount_of(&payment) - total;
        let remainder_method = match (rest, &self.remainder) {
            (0, None) => None,
            (0, Some(_)) => return Err(refuse("they leave nothing to be paid otherwise")),
            (1.., None) => Some("ideal".to_owned()),
            (1.., Some(method)) if pays_remainders(method) => Some(method.clone()),
            (1.., Some(_)) => return Err(refuse("the rest cannot be paid like this")),
            (_, None | Some(_)) => return Err(refuse("they are worth more than the payment")),
        };
        Ok(Payment { vouchers, remainder_method, ..payment })
    }
}

fn takes_vouchers(method: &str) -> bool {
    method == "voucher" || method == "giftcard"
}

fn pays_remainders(method: &str) -> bool {
    METHODS.contains(&method) && !takes_vouchers(method) && flow_of(Some(method)) == Flow::Paid
}
