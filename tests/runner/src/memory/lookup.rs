//! The schedule of look-ups: hooks, claims and what comes next. It may not decide when an order is read.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::ports::{LookupClaim, LookupEnd, LookupOrigin};
use domain::rules::ids::OrderId;
use domain::rules::webhook_hint;
use jiff::Timestamp;

use super::Due;
use super::lease::{Lease, is_free, is_held};

/// When to read an order at Mollie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookup {
    /// `None`: nothing is left to look for.
    pub due_time: Option<Timestamp>,
    /// How often it was asked for, by hooks and by changes.
    pub hooks: u64,
    /// Look-ups in a row that failed.
    pub failures: u32,
    /// What hooks named, each once.
    pub hints: Vec<String>,
    /// Since when one is due that could not read the order.
    pub owed_time: Option<Timestamp>,
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

    /// Counts a hook, keeps what it named, and makes the order due.
    pub fn hook_arrived(&mut self, order: OrderId, hint: Option<&str>, now: Timestamp) {
        let mut row = self.rows.get(&order).cloned().unwrap_or_default().asked_for(now);
        let new =
            hint.filter(|hint| webhook_hint::is_hint(hint) && row.hints.iter().all(|known| known != hint));
        row.hints.extend(new.filter(|_| row.hints.len() < webhook_hint::MOST).map(str::to_owned));
        self.save(order, row);
    }

    fn save(&mut self, order: OrderId, row: Lookup) {
        let after = row.due_time;
        let before = self.rows.insert(order, row).and_then(|before| before.due_time);
        if before != after {
            before.map(|time| self.by_time.remove(&(time, order)));
            self.by_time.extend(after.map(|time| (time, order)));
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
        let Lookup { hooks, failures, hints, due_time, owed_time, .. } = row.clone();
        let due = owed_time.or(due_time)?;
        let origin = LookupOrigin::default();
        Some(LookupClaim { order_id, token: lease.token, due, hooks, failures, hints, origin })
    }

    /// Whether a look-up of the order is due and not ended, or the last one did not read it.
    pub fn is_owed(&self, order: OrderId, now: Timestamp) -> bool {
        self.rows
            .get(&order)
            .is_some_and(|row| row.owed_time.is_some() || row.due_time.is_some_and(|due| due <= now))
    }

    /// Ends a claim; one that is in other hands by now is left alone. Whoever asked meanwhile has left a time, and that
    /// stays.
    pub fn finish(&mut self, claim: &LookupClaim, end: LookupEnd) {
        let Some(row) = self.rows.get(&claim.order_id).filter(|row| is_held(row.lease, claim.token)) else {
            return;
        };
        let as_claimed = row.hooks == claim.hooks;
        let due_time = if as_claimed { end.next } else { row.due_time };
        let heard = as_claimed && end.was_read;
        let hints = if heard { Vec::new() } else { row.hints.clone() };
        let ended = Lookup {
            due_time,
            failures: end.failures,
            owed_time: (!end.was_read).then_some(claim.due),
            lease: None,
            hooks: row.hooks,
            hints,
        };
        self.save(claim.order_id, ended);
    }

    /// When each that is scheduled can be claimed.
    pub fn next_due(&self) -> impl Iterator<Item = Due> {
        self.by_time.iter().filter_map(|(time, order)| {
            let lease = self.rows.get(order)?.lease;
            Some(Due { time: Some(*time), lease_end: lease.map(|lease| lease.until) })
        })
    }

    pub fn all(&self) -> BTreeMap<OrderId, Lookup> {
        self.rows.clone()
    }
}

impl Lookup {
    fn asked_for(&self, time: Timestamp) -> Self {
        let due_time = Some(self.due_time.map_or(time, |due| due.min(time)));
        Self { due_time, hooks: self.hooks + 1, ..self.clone() }
    }
}
