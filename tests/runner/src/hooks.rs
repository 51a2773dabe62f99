//! Mollie's hooks on their way to some process of the service.

use std::sync::{Arc, PoisonError};

use jiff::Timestamp;

use crate::script::HookFault;
use crate::shop::Fleet;
use crate::site::{Event, Site};

/// Mollie waits so long for an answer (microseconds).
const PATIENCE: u64 = 15_000_000;

/// A hook is due: it is sent, unless something befalls it.
pub fn due(site: &Arc<Site>, fleet: &Arc<Fleet>, hook: u64) {
    match site.hook_fault() {
        None => send(site, fleet, hook),
        Some(HookFault::Dropped) => {
            let delivery = begin(site, hook);
            ended(site, hook, delivery, None);
        }
        Some(HookFault::Doubled) => {
            send(site, fleet, hook);
            send(site, fleet, hook);
        }
        Some(HookFault::Delayed { pause }) => site.time.after(pause * 1000, Event::Hook(hook)),
    }
}

/// The number of a new delivery.
fn begin(site: &Site, hook: u64) -> u64 {
    let delivery = site.next_id();
    site.mollie().hooks.insert(hook, delivery);
    delivery
}

fn send(site: &Arc<Site>, fleet: &Arc<Fleet>, hook: u64) {
    let found = {
        let mollie = site.mollie();
        let waiting = mollie.world.due_hooks(Timestamp::MAX).find(|waiting| waiting.id == hook);
        waiting.map(|waiting| (waiting.url.clone(), waiting.resource_id.clone()))
    };
    let Some((url, id)) = found else { return };
    let delivery = begin(site, hook);
    let alive: Vec<_> =
        fleet.lock().unwrap_or_else(PoisonError::into_inner).iter().flatten().cloned().collect();
    if alive.is_empty() {
        ended(site, hook, delivery, None);
        return;
    }
    let replica = site.time.chance(|chance| chance.pick(&alive));
    site.time.after(PATIENCE, Event::HookUnanswered { hook, delivery });
    let answered = Arc::clone(site);
    site.spawn(replica.process, async move {
        let status = replica.hook(&url, &id).await;
        ended(&answered, hook, delivery, Some(status));
    });
}

/// A delivery was answered, or not in time.
pub fn ended(site: &Site, hook: u64, delivery: u64, status: Option<u16>) {
    let now = site.now();
    let mut mollie = site.mollie();
    if mollie.hooks.get(&hook) != Some(&delivery) {
        return;
    }
    mollie.hooks.remove(&hook);
    mollie.world.hook_attempted(hook, status, now);
    drop(mollie);
    site.note(|| format!("hook {hook}: {status:?}"));
    site.pump();
}
