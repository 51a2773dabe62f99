//! What cancellations came to: told by the order at Mollie, whoever canceled it. A cancellation that Mollie refused is no
//! failure, unless the order was canceled already.

use domain::rules::ids::OrderId;
use domain::rules::operation::{Operation, OperationState};
use domain::rules::order::Order;
use jiff::Timestamp;
use mollie_simulator::rules::EffectKind;
use serde_json::Value;

use super::Found;

impl Found<'_> {
    /// An acknowledged cancellation leaves nothing of the order open, or is refused and an event says so.
    pub fn canceled(&mut self, name: &str, id: OrderId, operation: Option<Operation>, done: bool) {
        let Some(order) = self.order(id).cloned() else {
            return self.say("I2", format!("{name}: order {id} is gone"));
        };
        let succeeded = operation
            .as_ref()
            .is_none_or(|one| matches!(one.state, OperationState::Succeeded | OperationState::Withdrawn));
        if done || succeeded {
            self.over(name, &order);
        }
        if let Some(refused) = operation.filter(|one| one.state == OperationState::Rejected) {
            self.refused(name, &order, refused.settled_time);
        }
    }

    /// What is canceled may be the whole, or the rest behind shipments.
    fn over(&mut self, name: &str, order: &Order) {
        let there = self.at_mollie(order);
        let over = there
            .iter()
            .all(|seen| ["canceled", "expired", "completed"].iter().any(|status| seen["status"] == *status));
        if !over {
            self.say("I4", format!("{name}: canceled, and Mollie still has the order: {}", statuses(&there)));
        }
    }

    /// Whoever canceled it: an order that was canceled by then is no failure.
    fn refused(&mut self, name: &str, order: &Order, at: Option<Timestamp>) {
        if let (Some(canceled), Some(refused)) = (self.canceled_at(order), at)
            && refused.duration_since(canceled).as_secs() >= 1
        {
            self.say("I4", format!("{name}: refused, and Mollie had canceled the order before"));
        }
        if !self.kinds(order.id).contains("cancellation.refused") {
            self.say("I2", format!("{name}: refused without an event"));
        }
    }

    fn canceled_at(&self, order: &Order) -> Option<Timestamp> {
        let id = order.mollie_id.as_ref()?.as_str();
        let own = self.evidence.ledger.iter().filter(|effect| effect.order_id == id);
        own.into_iter().find(|effect| effect.kind == EffectKind::OrderCanceled).map(|effect| effect.at)
    }
}

fn statuses(orders: &[&Value]) -> String {
    orders.iter().map(|order| order["status"].to_string()).collect::<Vec<_>>().join(", ")
}
