//! Timers, by the store's own clock. It may not decide what is done when one is due.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::ports::TimerClaim;
use domain::rules::ids::OrderId;
use jiff::Timestamp;

use super::Due;
use super::lease::{Lease, is_free, is_held};

#[derive(Clone, Copy)]
struct Timer {
    due: Timestamp,
    failures: u32,
    lease: Option<Lease>,
}

#[derive(Default)]
pub(super) struct Timers {
    rows: BTreeMap<OrderId, Timer>,
    by_time: BTreeSet<(Timestamp, OrderId)>,
}

impl Timers {
    /// Sets the order's timer, or ends it; whoever holds it holds it no more.
    pub fn set(&mut self, order: OrderId, due: Option<Timestamp>) {
        self.save(order, due.map(|due| Timer { due, failures: 0, lease: None }));
    }

    fn save(&mut self, order: OrderId, after: Option<Timer>) {
        let before = match after {
            Some(row) => self.rows.insert(order, row),
            None => self.rows.remove(&order),
        };
        before.map(|row| self.by_time.remove(&(row.due, order)));
        self.by_time.extend(after.map(|row| (row.due, order)));
    }

    /// Gives out those that are due, under `lease`.
    pub fn claim(&mut self, now: Timestamp, clock: Duration, lease: Lease, limit: u32) -> Vec<TimerClaim> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let come = self.by_time.iter().take_while(|(time, _)| *time <= now).map(|(_, order)| *order);
        let free = |order: &OrderId| self.rows.get(order).is_some_and(|row| is_free(row.lease, clock));
        let due: Vec<_> = come.filter(free).take(limit).collect();
        due.into_iter().filter_map(|order| self.take(order, now, lease)).collect()
    }

    fn take(&mut self, order_id: OrderId, now: Timestamp, lease: Lease) -> Option<TimerClaim> {
        let row = self.rows.get_mut(&order_id)?;
        row.lease = Some(lease);
        Some(TimerClaim { order_id, token: lease.token, due: row.due, now, failures: row.failures })
    }

    /// Sets or ends a claimed timer; one that is in other hands by now, or was set, is left alone.
    pub fn finish(&mut self, claim: &TimerClaim, next: Option<Timestamp>, failures: u32) {
        if self.rows.get(&claim.order_id).is_some_and(|row| is_held(row.lease, claim.token)) {
            self.save(claim.order_id, next.map(|due| Timer { due, failures, lease: None }));
        }
    }

    /// When each can be claimed.
    pub fn next_due(&self) -> impl Iterator<Item = Due> {
        self.by_time.iter().filter_map(|(time, order)| {
            let lease = self.rows.get(order)?.lease;
            Some(Due { time: Some(*time), lease_end: lease.map(|lease| lease.until) })
        })
    }

    pub fn all(&self) -> BTreeMap<OrderId, Timestamp> {
        self.rows.iter().map(|(order, row)| (*order, row.due)).collect()
    }
}
