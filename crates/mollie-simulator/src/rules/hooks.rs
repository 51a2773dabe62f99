//! Which events queue a webhook, which hooks are due, and what the outcome of an attempt does to them. Sends nothing.

use jiff::Timestamp;

use super::records::{Hook, Order, Payment, Tampered};
use super::switches::{Acknowledgement, Hooks};
use super::world::World;

/// What happened to an order, as far as its webhook is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderEvent {
    Created,
    Paid,
    Authorized,
    ShipmentCreated,
    PartlyCanceled,
    Canceled,
    Completed,
    Expired,
    Refunded,
}

impl OrderEvent {
    fn is_sent(self, hooks: Hooks) -> bool {
        match self {
            Self::Paid | Self::Authorized | Self::Canceled | Self::Completed | Self::Expired => true,
            Self::ShipmentCreated | Self::PartlyCanceled | Self::Refunded => hooks != Hooks::DocumentedSubset,
            Self::Created => hooks == Hooks::Spurious,
        }
    }
}

impl World {
    pub(super) fn notify_order(&mut self, order: &Order, event: OrderEvent, now: Timestamp) {
        if order.hooks_lost || !event.is_sent(self.switches().hooks) {
            return;
        }
        if let Some(url) = &order.particulars.webhook_url {
            self.queue_hook(url.clone(), order.id.clone(), now);
        }
    }

    /// Only for what ends an attempt without money; success goes to the order's hook.
    pub(super) fn notify_payment(&mut self, order: &Order, payment: &Payment, now: Timestamp) {
        if let Some(url) = order.webhook_of(payment) {
            self.queue_hook(url.to_owned(), payment.id.clone(), now);
        }
    }

    fn queue_hook(&mut self, url: String, resource_id: String, now: Timestamp) {
        let id = self.next_hook_id();
        self.save_hook(Hook { id, url, resource_id, due_at: now, failed: 0, tampered: None });
    }

    /// What is to be sent now, oldest first.
    pub fn due_hooks(&self, now: Timestamp) -> impl Iterator<Item = &Hook> {
        self.hooks().values().filter(move |hook| hook.due_at <= now)
    }

    /// The outcome of one attempt: the status that came back, or none when no answer did.
    pub fn hook_attempted(&mut self, id: u64, status: Option<u16>, attempted_at: Timestamp) {
        self.let_go_of_those_behind(id, attempted_at);
        let Some(hook) = self.hooks().get(&id) else {
            return;
        };
        let acknowledged = status.is_some_and(|status| match self.switches().acknowledgement {
            Acknowledgement::Only200 => status == 200,
            Acknowledgement::Any2xx => (200..300).contains(&status),
        });
        let next = if acknowledged { None } else { hook.after_failure(attempted_at) };
        match next {
            Some(next) => self.save_hook(next),
            None => self.drop_hook(id),
        }
    }

    /// Hooks that were put back have waited for this attempt.
    fn let_go_of_those_behind(&mut self, id: u64, attempted_at: Timestamp) {
        let is_behind = |hook: &&Hook| hook.id < id && hook.tampered == Some(Tampered::PutBack);
        let behind: Vec<Hook> = self.hooks().values().filter(is_behind).cloned().collect();
        for hook in behind {
            self.save_hook(Hook { due_at: attempted_at, tampered: Some(Tampered::Done), ..hook });
        }
    }
}
