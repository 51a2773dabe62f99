//! The schedule of look-ups: hooks, claims and what comes next. It may not decide when an order is read.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::ports::LookupClaim;
use domain::rules::ids::OrderId;
use jiff::Timestamp;

use super::lease::{Lease, is_free, is_held};

/// When to read an order at Mollie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lookup {
    /// `None`: nothing is left to look for.
    pub due_time: Option<Timestamp>,
    /// How often it was asked for, by hooks and by changes.
    pub hooks: u64,
    /// Look-ups in a row that failed.
    pub failures: u32,
    /// Who is looking.
    pub lease: Option<Lease>,
}

#[derive(Default)]
pub(super) struct Lookups {
    rows: BTreeMap<OrderId, Lookup>,
    by_time: BTreeSet<(Timestamp, OrderId)>,
}

impl Lookups {
    /// Makes the order due at `time`, or earlier if it is already. Counted like a hook, so that a look-up under way does
    /// not end it.
    pub fn schedule(&mut self, order: OrderId, time: Timestamp) {
        let first = Lookup { due_time: Some(time), ..Lookup::default() };
        let row = self.rows.get(&order).map_or(first, |row| row.asked_for(time));
        self.save(order, row);
    }

    /// Counts a hook and makes the order due.
    pub fn hook_arrived(&mut self, order: OrderId, now: Timestamp) {
        let row = self.rows.get(&order).copied().unwrap_or_default();
        self.save(order, row.asked_for(now));
    }

    fn save(&mut self, order: OrderId, row: Lookup) {
        let before = self.rows.insert(order, row).and_then(|before| before.due_time);
        if before != row.due_time {
            before.map(|time| self.by_time.remove(&(time, order)));
            self.by_time.extend(row.due_time.map(|time| (time, order)));
        }
    }

    /// Gives out those that are due, under `lease`.
    pub fn claim(&mut self, now: Timestamp, clock: Duration, lease: Lease, limit: u32) -> Vec<LookupClaim> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let come = self.by_time.iter().take_while(|(time, _)| *time <= now).map(|(_, order)| *order);
        let free = |order: &OrderId| self.rows.get(order).is_some_and(|row| is_free(row.lease, clock));
        let due: Vec<_> = come.filter(free).take(limit).collect();
        due.into_iter().filter_map(|order| self.take(order, lease)).collect()
    }

    fn take(&mut self, order_id: OrderId, lease: Lease) -> Option<LookupClaim> {
        let row = self.rows.get_mut(&order_id)?;
        row.lease = Some(lease);
        Some(LookupClaim { order_id, token: lease.token, hooks: row.hooks, failures: row.failures })
    }

    /// Ends a claim; one that is in other hands by now is left alone. Whoever asked meanwhile has left a time, and that
    /// stays.
    pub fn finish(&mut self, claim: &LookupClaim, next: Option<Timestamp>, failures: u32) {
        let Some(row) = self.rows.get(&claim.order_id).filter(|row| is_held(row.lease, claim.token)) else {
            return;
        };
        let due_time = if row.hooks == claim.hooks { next } else { row.due_time };
        let ended = Lookup { due_time, failures, lease: None, hooks: row.hooks };
        self.save(claim.order_id, ended);
    }

    pub fn all(&self) -> BTreeMap<OrderId, Lookup> {
        self.rows.clone()
    }
}

impl Lookup {
    fn asked_for(&self, time: Timestamp) -> Self {
        let due_time = Some(self.due_time.map_or(time, |due| due.min(time)));
        Self { due_time, hooks: self.hooks + 1, ..*self }
    }
}
