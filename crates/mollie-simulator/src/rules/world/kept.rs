//! The journal's view of the world: what has changed, and how a world is made again from that.

use jiff::Timestamp;

use super::World;
use crate::rules::records::{Changes, Touched};

impl World {
    /// What has changed since this was last asked; `None` when nothing has.
    pub fn take_changes(&mut self) -> Option<Changes> {
        let touched = std::mem::take(&mut self.touched);
        self.touched.effects_taken = self.ledger.len();
        if !touched.any {
            return None;
        }
        let (late, late_gone) = self.postponed.take_changes();
        let order = |number: &u64| self.orders.get(number).cloned();
        let hook = |id: &u64| self.hooks.get(id).cloned();
        let remembered = |scope: &String| self.remembered.get(scope).cloned();
        Some(Changes {
            seed: Some(self.seed),
            drawn: Some(self.drawn),
            next_hook: Some(self.next_hook),
            switches: touched.switches.then(|| self.switches.clone()),
            orders: touched.orders.iter().filter_map(order).collect(),
            effects: self.ledger.iter().skip(touched.effects_taken).cloned().collect(),
            remembered: touched.remembered.iter().filter_map(remembered).collect(),
            hooks: touched.hooks.iter().filter_map(hook).collect(),
            hooks_gone: touched.hooks_gone.into_iter().collect(),
            late,
            late_gone,
            balances: self.funds.take_changes(),
        })
    }

    /// Takes over a line of the journal.
    pub fn apply(&mut self, changes: Changes) {
        self.seed = changes.seed.unwrap_or(self.seed);
        self.drawn = changes.drawn.unwrap_or(self.drawn);
        self.next_hook = changes.next_hook.unwrap_or(self.next_hook);
        if let Some(switches) = changes.switches {
            self.switches = switches;
        }
        for order in changes.orders {
            self.index(order);
        }
        self.ledger.extend(changes.effects);
        self.remembered.extend(changes.remembered.into_iter().map(|one| (one.scope.clone(), one)));
        self.hooks.extend(changes.hooks.into_iter().map(|hook| (hook.id, hook)));
        for id in changes.hooks_gone {
            self.hooks.remove(&id);
        }
        self.postponed.apply(changes.late, changes.late_gone);
        self.funds.apply(changes.balances);
        self.touched = Touched { effects_taken: self.ledger.len(), ..Touched::default() };
    }

    /// The whole state as lines that make it again, without what time has made void.
    pub fn compacted(&self, now: Timestamp) -> impl Iterator<Item = Changes> {
        let head = Changes {
            seed: Some(self.seed),
            drawn: Some(self.drawn),
            next_hook: Some(self.next_hook),
            switches: Some(self.switches.clone()),
            remembered: self.remembered.values().filter(|one| !one.has_lapsed(now)).cloned().collect(),
            hooks: self.hooks.values().cloned().collect(),
            late: self.postponed.iter().cloned().collect(),
            balances: self.funds.iter().cloned().collect(),
            ..Changes::default()
        };
        let orders =
            self.orders.values().map(|order| Changes { orders: vec![order.clone()], ..Changes::default() });
        let effects =
            self.ledger.chunks(100).map(|chunk| Changes { effects: chunk.to_vec(), ..Changes::default() });
        std::iter::once(head).chain(orders).chain(effects)
    }
}
