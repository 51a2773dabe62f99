//! Create order payment: a further attempt, once the one before it has come to nothing.

use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::draft::{Credential, read_order_payment};
use super::payment_json;
use super::records::{Order, OrderStatus, PaymentStatus};
use super::world::World;

/// All that an order may have, the first one included.
const MAX_PAYMENTS: usize = 25;

impl World {
    /// `POST …/payments`. The checkout page is that of the new payment from here on.
    pub(super) fn create_order_payment(
        &mut self,
        caller: &Caller,
        order_id: &str,
        body: &Value,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let mut order = self.owned_order(caller, order_id)?.clone();
        let draft = read_order_payment(body, Credential::of(caller), &order, self.switches(), now)?;
        order.check_new_payment()?;
        let id = self.add_payment(&mut order, draft.method, draft.terms, now);
        if let Some(payment) = order.payment_mut(&id) {
            payment.methods = draft.methods;
            payment.webhook_url = draft.webhook_url.or(payment.webhook_url.take());
            payment.sequence_type = draft.sequence_type;
        }
        let payment = order.payment(&id).map(|payment| payment_json::direct(&order, payment, false, self));
        self.save(order);
        Ok(Answer::created(payment.unwrap_or_default()))
    }
}

impl Order {
    fn check_new_payment(&self) -> Result<(), Refusal> {
        let refuse = |why: &str| {
            Refusal::unprocessable(format!("Cannot create a new payment for order {} when {why}.", self.id))
        };
        if self.status != OrderStatus::Created {
            // Only the text about an open payment is known.
            return Err(refuse(&format!("it is {}", self.status.as_text())));
        }
        // The documents speak of the latest payment, the text of any. They differ only where a test has begun several.
        let is_over = |status| match status {
            PaymentStatus::Failed | PaymentStatus::Canceled | PaymentStatus::Expired => true,
            PaymentStatus::Open
            | PaymentStatus::Pending
            | PaymentStatus::Authorized
            | PaymentStatus::Paid => false,
        };
        if !self.payments.iter().all(|payment| is_over(payment.status)) {
            return Err(refuse("it has an open payment"));
        }
        if self.payments.len() >= MAX_PAYMENTS {
            return Err(refuse(&format!("it has {MAX_PAYMENTS} payments")));
        }
        Ok(())
    }
}
