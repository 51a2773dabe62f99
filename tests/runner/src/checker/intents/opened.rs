//! What further payments came to: an attempt that Mollie has, whoever opened it.

use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use mollie_simulator::rules::EffectKind;

use super::{Found, Reported};

impl Found<'_> {
    /// An acknowledged payment is one of the order's attempts at Mollie beside the first, and a refused one is none.
    pub fn opened(&mut self, reported: &Reported<'_>) {
        let Reported { name, order: id, operation, done, .. } = *reported;
        let Some(order) = self.order(id).cloned() else {
            return self.say("I2", format!("{name}: order {id} is gone"));
        };
        let operation = operation.and_then(|id| self.evidence.stored.operations.get(&id)).cloned();
        let Some(operation) = operation else { return };
        let made =
            order.made_payments.iter().find(|(by, _)| *by == operation.id).map(|(_, id)| id.to_string());
        let has_succeeded = operation.state.name() == OperationState::Succeeded;
        if (done || has_succeeded) != made.is_some() {
            let state = operation.state.name().as_str();
            self.say("I4", format!("{name}: {state}, said done: {done}, and its attempt is {made:?}"));
        }
        if let Some(made) = made.filter(|made| !self.is_attempt(&order, made)) {
            self.say("I1", format!("{name}: Mollie has no attempt {made} of the order beside the first"));
        }
    }

    fn is_attempt(&self, order: &Order, payment: &str) -> bool {
        let mollie_id = order.mollie_id.as_ref().map(ToString::to_string);
        let of_order = self.evidence.ledger.iter().filter(|effect| {
            effect.kind == EffectKind::PaymentCreated && Some(&effect.order_id) == mollie_id.as_ref()
        });
        of_order.skip(1).any(|effect| effect.payment_id.as_deref() == Some(payment))
    }
}
