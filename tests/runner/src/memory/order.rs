//! Orders: written under the version guard, found by every key, listed newest first. It may not decide what an order
//! becomes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use domain::ports::{CommitError, OrderFilter, OrderKey, Page, PageKey};
use domain::rules::ids::{MollieOrderId, OrderId, ProfileName};
use domain::rules::item::Item;
use domain::rules::order::Order;
use domain::rules::placement::Placement;
use jiff::Timestamp;

use super::{broken, page};

type Number = (ProfileName, String);
type AtMollie = (MollieOrderId, ProfileName);

#[derive(Default)]
pub(super) struct Orders {
    rows: BTreeMap<OrderId, Arc<Order>>,
    by_age: BTreeSet<(Timestamp, OrderId)>,
    /// Numbers that an order keeps others from using.
    held: BTreeMap<Number, OrderId>,
    at_mollie: BTreeMap<AtMollie, OrderId>,
}

fn number(order: &Order) -> Option<Number> {
    order.held_number().map(|number| (order.profile.clone(), number.to_owned()))
}

fn at_mollie(order: &Order) -> Option<AtMollie> {
    order.mollie_id.as_ref().map(|id| (id.clone(), order.profile.clone()))
}

/// What the indexes know of an order.
fn indexed(order: &Order) -> (Timestamp, &ProfileName, Option<&str>, Option<&MollieOrderId>) {
    (order.created_time, &order.profile, order.held_number(), order.mollie_id.as_ref())
}

impl Orders {
    pub fn profile(&self, id: OrderId) -> Option<ProfileName> {
        self.rows.get(&id).map(|order| order.profile.clone())
    }

    /// Refuses an order that is not at the version the change was decided on, then one that would take what is
    /// another's. `written`: all orders of the change; what one of them gives up another may take.
    pub fn check(&self, order: &Order, expected: Option<u64>, written: &[&Order]) -> Result<(), CommitError> {
        if self.rows.get(&order.id).map(|stored| stored.version) != expected {
            return Err(CommitError::VersionMoved);
        }
        let of_another = |holder: Option<&OrderId>| holder.is_some_and(|id| *id != order.id);
        let gives_up = |id: &OrderId| {
            written.iter().any(|other| other.id == *id && other.held_number() != order.held_number())
        };
        if of_another(number(order).and_then(|key| self.held.get(&key)).filter(|id| !gives_up(id))) {
            return Err(CommitError::NumberHeld);
        }
        if of_another(at_mollie(order).and_then(|key| self.at_mollie.get(&key))) {
            return Err(broken("an order at Mollie is one of ours").into());
        }
        Ok(())
    }

    /// Writes the order as it is after a change.
    pub fn save(&mut self, order: Order) {
        let after = Arc::new(order);
        let before = self.rows.insert(after.id, Arc::clone(&after));
        // Hardly any change touches what the indexes know.
        if before.as_deref().map(indexed) == Some(indexed(&after)) {
            return;
        }
        if let Some(before) = before {
            self.forget(&before);
        }
        self.by_age.insert((after.created_time, after.id));
        self.held.extend(number(&after).map(|key| (key, after.id)));
        self.at_mollie.extend(at_mollie(&after).map(|key| (key, after.id)));
    }

    /// Takes an order out of the indexes.
    fn forget(&mut self, order: &Order) {
        self.by_age.remove(&(order.created_time, order.id));
        if let Some(key) = number(order) {
            self.held.remove(&key);
        }
        if let Some(key) = at_mollie(order) {
            self.at_mollie.remove(&key);
        }
    }

    /// Notes a reading that changed nothing; `false` if the order has moved on.
    pub fn note_observed(&mut self, id: OrderId, version: u64, time: Timestamp) -> bool {
        match self.rows.get_mut(&id) {
            Some(order) if order.version == version => {
                Arc::make_mut(order).observed_time = Some(time);
                true
            }
            Some(_) | None => false,
        }
    }

    pub fn contains(&self, id: OrderId) -> bool {
        self.rows.contains_key(&id)
    }

    pub fn load(&self, key: &OrderKey) -> Option<Order> {
        let found = match key {
            OrderKey::Id(id) => self.rows.get(id),
            OrderKey::MollieId(id) => self.by_mollie_id(id),
            OrderKey::Number { profile, order_number } => self.by_number(profile, order_number),
        };
        found.map(|order| Order::clone(order))
    }

    /// The newest of those that profiles of ours know under this id.
    fn by_mollie_id(&self, id: &str) -> Option<&Arc<Order>> {
        let id = MollieOrderId::new(id);
        let begin = (id.clone(), ProfileName::new(""));
        let known = self.at_mollie.range(begin..).take_while(|((other, _), _)| *other == id);
        known.filter_map(|(_, id)| self.rows.get(id)).max_by_key(|order| (order.created_time, order.id))
    }

    /// The one that holds the number, else the newest that ever had it.
    fn by_number(&self, profile: &ProfileName, number: &str) -> Option<&Arc<Order>> {
        let holder = self.held.get(&(profile.clone(), number.to_owned()));
        let had_it = |order: &&Arc<Order>| order.profile == *profile && order.terms.order_number == number;
        holder.and_then(|id| self.rows.get(id)).or_else(|| self.newest_first(None).find(had_it))
    }

    fn newest_first(&self, after: Option<PageKey>) -> impl Iterator<Item = &Arc<Order>> {
        let end = after.map_or(Bound::Unbounded, |key| Bound::Excluded((key.time, key.id)));
        self.by_age.range((Bound::Unbounded, end)).rev().filter_map(|(_, id)| self.rows.get(id))
    }

    pub fn list(&self, filter: &OrderFilter, after: Option<PageKey>, limit: u32) -> Page<Order, PageKey> {
        let wanted = self.newest_first(after).filter(|order| passes(filter, order));
        let page = page::first(wanted, limit, |order| PageKey { time: order.created_time, id: order.id });
        let items = page.items.into_iter().map(|order| Order::clone(order)).collect();
        Page { items, next: page.next }
    }

    pub fn all(&self) -> BTreeMap<OrderId, Arc<Order>> {
        self.rows.clone()
    }
}

pub fn passes(filter: &OrderFilter, order: &Order) -> bool {
    let listed = [Placement::Placing, Placement::Placed];
    let placements = match filter.placements.as_slice() {
        [] if filter.with_open_items => Placement::ALL,
        [] => &listed[..],
        some => some,
    };
    let status_is_in = |order: &Order| order.facts.status.is_some_and(|it| filter.statuses.contains(&it));
    placements.contains(&order.placement)
        && filter.profile.as_ref().is_none_or(|profile| *profile == order.profile)
        && (filter.statuses.is_empty() || status_is_in(order))
        && filter.order_number.as_ref().is_none_or(|number| *number == order.terms.order_number)
        && filter.created_from.is_none_or(|from| from <= order.created_time)
        && filter.created_before.is_none_or(|before| order.created_time < before)
        && (!filter.with_open_items || order.items.iter().any(Item::is_open))
        && (!filter.with_held_shipments || !order.held.is_empty())
}
