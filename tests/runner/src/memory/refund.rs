//! Refunds, whole. It may not decide what a refund gives back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::rules::ids::{OrderId, RefundId};
use domain::rules::refund::Refund;
use jiff::Timestamp;
use uuid::Uuid;

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

    pub fn all(&self) -> BTreeMap<RefundId, Arc<Refund>> {
        self.rows.clone()
    }
}
