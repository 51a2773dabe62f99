//! Orders: written under the version guard, found by every key, listed newest first. It may not decide what an order
//! becomes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use domain::ports::{
    CommitError, DeadlineFilter, DeadlinePageKey, DeadlineSum, OrderFilter, OrderKey, Page, PageKey,
};
use domain::rules::ids::{MollieOrderId, OrderId, ProfileName};
use domain::rules::item::Item;
use domain::rules::money::Money;
use domain::rules::order::Order;
use domain::rules::placement::Placement;
use jiff::Timestamp;
use jiff::tz::TimeZone;

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

    /// Those that must be shipped by some time, the nearest first.
    pub fn by_deadline(
        &self,
        filter: &DeadlineFilter,
        after: Option<DeadlinePageKey>,
        limit: u32,
    ) -> Page<Order, DeadlinePageKey> {
        let place = |order: &Order| order.agenda.ship_by.map(|ship_by| (ship_by.time, order.id));
        let all = self.with_deadline(filter).filter_map(|order| Some((place(order)?, order)));
        let behind = |key: (Timestamp, OrderId)| after.is_none_or(|after| key > (after.ship_by, after.id));
        let mut all: Vec<_> = all.filter(|(key, _)| behind(*key)).collect();
        all.sort_by_key(|(key, _)| *key);
        let key = |((ship_by, id), _): &((Timestamp, OrderId), &Arc<Order>)| DeadlinePageKey {
            ship_by: *ship_by,
            id: *id,
        };
        let page = page::first(all.into_iter(), limit, key);
        let items = page.items.into_iter().map(|(_, order)| Order::clone(order)).collect();
        Page { items, next: page.next }
    }

    /// What they add up to.
    pub fn sum_deadlines(&self, filter: &DeadlineFilter) -> Vec<DeadlineSum> {
        let mut sums: BTreeMap<_, DeadlineSum> = BTreeMap::new();
        for order in self.with_deadline(filter) {
            let (Some(ship_by), left) = (order.agenda.ship_by, order.agenda.to_capture) else { continue };
            let day = ship_by.time.to_zoned(TimeZone::UTC).date();
            let nothing = Money::from_minor(0, left.currency());
            let first = DeadlineSum { day, orders: 0, to_capture: nothing };
            let sum = sums.entry((day, left.currency().code().to_owned())).or_insert(first);
            sum.orders += 1;
            let minor = sum.to_capture.minor() + left.minor();
            sum.to_capture = Money::from_minor(minor, left.currency());
        }
        sums.into_values().collect()
    }

    fn with_deadline(&self, filter: &DeadlineFilter) -> impl Iterator<Item = &Arc<Order>> {
        let is_within = |order: &Order| {
            let time = order.agenda.ship_by.map(|ship_by| ship_by.time);
            time.is_some_and(|time| {
                filter.from.is_none_or(|from| from <= time)
                    && filter.before.is_none_or(|before| time < before)
            })
        };
        self.rows.values().filter(move |order| {
            is_within(order)
                && filter.profiles.contains(&order.profile)
                && filter.mode.is_none_or(|mode| mode == order.mode)
        })
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
        && filter.profiles.contains(&order.profile)
        && (filter.statuses.is_empty() || status_is_in(order))
        && filter.order_number.as_ref().is_none_or(|number| *number == order.terms.order_number)
        && filter.created_from.is_none_or(|from| from <= order.created_time)
        && filter.created_before.is_none_or(|before| order.created_time < before)
        && (!filter.with_open_items || order.items.iter().any(Item::is_open))
        && (!filter.with_held_shipments || !order.held.is_empty())
}
