//! What cancellations came to: told by the order at Mollie, whoever canceled it. A cancellation that Mollie refused is no
//! failure, unless the order was canceled already.

use domain::rules::operation::OperationState;
use domain::rules::order::{Line, Order};
use domain::rules::status::OrderStatus;
use jiff::Timestamp;
use mollie_simulator::rules::EffectKind;
use serde_json::Value;

use super::{Found, Reported};
use crate::journal::Act;
use crate::{released, story};

impl Found<'_> {
    /// An acknowledged cancellation leaves nothing of the order open, or is refused and an event says so.
    pub fn canceled(&mut self, reported: &Reported<'_>) {
        let Reported { name, order: id, operation, done, .. } = *reported;
        let Some(order) = self.order(id).cloned() else {
            return self.say("I2", format!("{name}: order {id} is gone"));
        };
        let operation = operation.and_then(|id| self.evidence.stored.operations.get(&id)).cloned();
        let succeeded = operation.as_ref().is_none_or(|one| {
            matches!(one.state.name(), OperationState::Succeeded | OperationState::Withdrawn)
        });
        if done || succeeded {
            self.over(name, &order);
        }
        if let Some(refused) = operation.filter(|one| one.state.name() == OperationState::Rejected) {
            self.refused(name, &order, refused.state.settled_time());
        }
    }

    /// What is canceled may be the whole, or the rest behind shipments: Mollie has canceled something, unless it never had
    /// the order.
    fn over(&mut self, name: &str, order: &Order) {
        let there = self.at_mollie(order);
        // The last lines that are canceled end the order, too, as completed if something was shipped.
        let released = |line: &Value| line["quantityCanceled"].as_u64().is_some_and(|units| units > 0);
        let is_over = there.iter().any(|seen| {
            let has_released = seen["lines"].as_array().is_some_and(|lines| lines.iter().any(released));
            seen["status"] == "canceled" || seen["status"] == "completed" && has_released
        });
        if !there.is_empty() && !is_over && self.canceled_at(order).is_none() {
            self.say(
                "I4",
                format!("{name}: canceled, and Mollie has canceled nothing: {}", statuses(&there)),
            );
        }
    }

    /// Whoever canceled it: an order that was canceled by then is no failure. What we canceled is none at any time.
    fn refused(&mut self, name: &str, order: &Order, at: Option<Timestamp>) {
        let canceled = self.canceled_at(order);
        let by_then =
            canceled.zip(at).is_some_and(|(canceled, at)| at.duration_since(canceled).as_secs() >= 1);
        let by_us = canceled.is_some() && !self.others_canceled(order);
        if (by_then || by_us) && !self.is_ended_by_lines(order) {
            self.say("I4", format!("{name}: refused, and Mollie has canceled the order"));
        }
        if !self.kinds(order.id).contains("cancellation.refused") {
            self.say("I2", format!("{name}: refused without an event"));
        }
    }

    /// Whether cancellations of lines account for every unit that is canceled, those that have succeeded here and those of single units in
    /// the dashboard, and the order is completed by that: one was in doubt while somebody canceled the rest there, and whose units they
    /// were nobody can tell.
    fn is_ended_by_lines(&self, order: &Order) -> bool {
        let stored = self.evidence.stored.operations.values();
        let own =
            stored.filter(|one| one.order_id == order.id && one.state.name() == OperationState::Succeeded);
        let parts: Vec<_> = own.filter_map(|one| released::lines(one)).flatten().collect();
        let is_ours = |line: &Line| {
            let units = parts.iter().filter(|part| part.line_id == line.id).map(|part| part.part.quantity);
            line.canceled.quantity <= units.sum::<u32>() + self.canceled_elsewhere(line)
        };
        order.facts.status == Some(OrderStatus::Completed) && order.lines.iter().all(is_ours)
    }

    /// How many units of a line somebody canceled in the dashboard, one by one.
    fn canceled_elsewhere(&self, line: &Line) -> u32 {
        let id = line.mollie_id.as_ref().map(ToString::to_string);
        let is_it = |act: &&Act| matches!(act, Act::LineCanceled { line, .. } if Some(line) == id.as_ref());
        u32::try_from(self.evidence.journal.acts.iter().filter(is_it).count()).unwrap_or(u32::MAX)
    }

    /// Whether somebody in the dashboard, or another operation, has canceled the order.
    fn others_canceled(&self, order: &Order) -> bool {
        let id = order.mollie_id.as_ref().map(ToString::to_string);
        let elsewhere = self.evidence.journal.acts.iter().any(|act| match act {
            Act::Canceled { mollie_order } => Some(mollie_order) == id.as_ref(),
            Act::Shipped { .. }
            | Act::LineCanceled { .. }
            | Act::Tracked { .. }
            | Act::Money { .. }
            | Act::RequestError(_)
            | Act::Broken(_) => false,
        });
        let another = self.evidence.stored.operations.values().any(|one| {
            one.order_id == order.id
                && story::causes(one.task.name(), EffectKind::OrderCanceled)
                && one.state.name() == OperationState::Succeeded
        });
        elsewhere || another
    }

    pub(super) fn canceled_at(&self, order: &Order) -> Option<Timestamp> {
        let id = order.mollie_id.as_ref()?.as_str();
        let own = self.evidence.ledger.iter().filter(|effect| effect.order_id == id);
        own.into_iter().find(|effect| effect.kind == EffectKind::OrderCanceled).map(|effect| effect.at)
    }
}

fn statuses(orders: &[&Value]) -> String {
    orders.iter().map(|order| order["status"].to_string()).collect::<Vec<_>>().join(", ")
}
