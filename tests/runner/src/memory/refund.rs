//! Refunds, whole. It may not decide what a refund gives back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::ports::{Page, RefundFilter, RefundPageKey, RefundSum};
use domain::rules::ids::{OrderId, ProfileName, RefundId};
use domain::rules::money::Money;
use domain::rules::refund::Refund;
use domain::rules::status::{Read, RefundStatus};
use jiff::Timestamp;
use uuid::Uuid;

use super::page;

#[derive(Default)]
pub(super) struct Refunds {
    rows: BTreeMap<RefundId, Arc<Refund>>,
    by_age: BTreeSet<(OrderId, Timestamp, RefundId)>,
}

fn key(refund: &Refund) -> (OrderId, Timestamp, RefundId) {
    (refund.order_id, refund.created_time, refund.id)
}

impl Refunds {
    /// Writes refunds, new or in place of what they were.
    pub fn save(&mut self, refunds: Vec<Refund>) {
        for refund in refunds {
            self.by_age.insert(key(&refund));
            let after = key(&refund);
            let before = self.rows.insert(refund.id, Arc::new(refund)).map(|it| key(&it));
            if let Some(before) = before.filter(|before| *before != after) {
                self.by_age.remove(&before);
            }
        }
    }

    pub fn load(&self, id: RefundId) -> Option<Refund> {
        self.rows.get(&id).map(|refund| Refund::clone(refund))
    }

    /// Those of an order, oldest first.
    pub fn list(&self, order: OrderId) -> Vec<Refund> {
        let first = (order, Timestamp::MIN, RefundId::new(Uuid::nil()));
        let of_order = self.by_age.range(first..).take_while(|(owner, _, _)| *owner == order);
        of_order.filter_map(|(_, _, id)| self.load(*id)).collect()
    }

    /// Those of all orders that Mollie has and that the filter lets through, the one it has had longest first.
    pub fn all_of(
        &self,
        filter: &RefundFilter,
        profile: impl Fn(OrderId) -> Option<ProfileName>,
    ) -> Vec<(Timestamp, Arc<Refund>)> {
        let is_meant = |refund: &Refund, time: Timestamp| {
            let word = |status: &Read<RefundStatus>| match status {
                Read::Known(status) => filter.statuses.contains(status),
                Read::Unknown(_) => false,
            };
            (filter.statuses.is_empty() || refund.status.as_ref().is_some_and(word))
                && filter.registered_before.is_none_or(|before| time < before)
                && profile(refund.order_id).is_some_and(|name| filter.profiles.contains(&name))
        };
        let had = self.rows.values().filter_map(|refund| Some((refund.registered_time?, refund.clone())));
        let mut found: Vec<_> = had.filter(|(time, refund)| is_meant(refund, *time)).collect();
        found.sort_by_key(|(time, refund)| (*time, refund.id));
        found
    }

    pub fn all(&self) -> BTreeMap<RefundId, Arc<Refund>> {
        self.rows.clone()
    }
}

/// A page of what was found.
pub(super) fn page(
    found: Vec<(Timestamp, Arc<Refund>)>,
    after: Option<RefundPageKey>,
    limit: u32,
) -> Page<Refund, RefundPageKey> {
    let is_behind = |(time, refund): &(Timestamp, Arc<Refund>)| {
        after.is_none_or(|after| (*time, refund.id) > (after.registered_time, after.id))
    };
    let rest = found.into_iter().filter(is_behind);
    let key =
        |(time, refund): &(Timestamp, Arc<Refund>)| RefundPageKey { registered_time: *time, id: refund.id };
    let Page { items, next } = page::first(rest, limit, key);
    Page { items: items.iter().map(|(_, refund)| Refund::clone(refund)).collect(), next }
}

/// What was found adds up to this, by currency.
pub(super) fn sums(found: Vec<(Timestamp, Arc<Refund>)>) -> Vec<RefundSum> {
    let mut sums = BTreeMap::<_, RefundSum>::new();
    for (_, refund) in found {
        let currency = refund.amount.currency();
        let none = RefundSum { count: 0, amount: Money::zero(currency) };
        let RefundSum { count, amount } = sums.entry(currency.code()).or_insert(none);
        *count += 1;
        *amount = Money::from_minor(amount.minor().saturating_add(refund.amount.minor()), currency);
    }
    sums.into_values().collect()
}
