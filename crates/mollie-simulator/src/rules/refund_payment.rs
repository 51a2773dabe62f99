//! An amount is given back on a payment: no line counter moves, and the order stays in its state.

use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::fields::Fields;
use super::method::Flow;
use super::money::{Amount, Minor};
use super::records::{Order, Payment, PaymentStatus, RefundStatus};
use super::refund::{Note, Wish};
use super::refund_json;
use super::seconds::whole_seconds;
use super::switches::RefundCeiling;
use super::world::World;

/// What some payments may be refunded beyond what was paid, in cents of EUR.
const BEYOND_PAYMENT: Minor = 2_500;

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
    pub(super) fn create_payment_refund(
        &mut self,
        caller: &Caller,
        payment_id: &str,
        body: &Value,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let (order, payment) = self.owned_payment(caller, payment_id)?;
        let (order, payment) = (order.clone(), payment.clone());
        let fields = Fields::top(body)?;
        let amount = fields.required("amount", fields.money_in("amount", order.currency)?)?;
        if amount <= 0 {
            return Err(fields.refuse("amount", "The amount is lower than the minimum"));
        }
        let note = self.read_note(&fields)?;
        order.check_duplicate(payment_id, amount, now)?;
        order.check_refundable(&payment, amount, self.switches().refund_ceiling)?;
        let wish = Wish { payment_id: payment_id.to_owned(), amount, lines: Vec::new(), note };
        let order = self.begin_refund(order, wish, now)?;
        Ok(refund_json::created(&order, self))
    }

    /// Gives money of a paid attempt back, as from the dashboard: at once, and to the shopper. Returns the id of the refund.
    pub fn refund_attempt(
        &mut self,
        payment_id: &str,
        amount: &Amount,
        now: Timestamp,
    ) -> Result<String, NotRefunded> {
        let now = whole_seconds(now);
        self.tick(now);
        let unknown = || NotRefunded::UnknownPayment(payment_id.to_owned());
        let order = self.order_with(payment_id).ok_or_else(unknown)?.clone();
        let payment = order.payment(payment_id).ok_or_else(unknown)?.clone();
        if payment.status != PaymentStatus::Paid {
            return Err(NotRefunded::NotPaid(payment.status));
        }
        let amount = refundable(&order, &payment, amount)?;
        self.notify_payment(&order, &payment, now);
        let wish =
            Wish { payment_id: payment_id.to_owned(), amount, lines: Vec::new(), note: Note::default() };
        let order = self.make_refund(order, wish, RefundStatus::Refunded, now);
        Ok(order.refunds.last().map(|refund| refund.id.clone()).unwrap_or_default())
    }
}

fn refundable(order: &Order, payment: &Payment, amount: &Amount) -> Result<Minor, NotRefunded> {
    let wanted = amount.minor_in(order.currency).map_err(NotRefunded::Amount)?;
    let rest = order.refundable_on(payment);
    if wanted > rest {
        let text = format!("the maximum amount is {}", order.currency.spoken(rest));
        return Err(NotRefunded::Amount(text));
    }
    Ok(wanted)
}

impl Order {
    /// No more than what has come and is still there, and what the switch adds to it.
    pub(super) fn check_refundable(
        &self,
        payment: &Payment,
        amount: Minor,
        ceiling: RefundCeiling,
    ) -> Result<(), Refusal> {
        let is_plain = payment.status == PaymentStatus::Paid && payment.vouchers.is_empty();
        let beyond = match (ceiling, payment.flow()) {
            (RefundCeiling::More, Flow::Paid) if is_plain && self.currency.code() == "EUR" => BEYOND_PAYMENT,
            (RefundCeiling::Paid | RefundCeiling::More, Flow::Paid | Flow::Authorized) => 0,
        };
        if amount > (self.left_on(payment) + beyond).max(0) {
            return Err(Refusal::field("amount", "The amount is higher than the maximum"));
        }
        Ok(())
    }
}
