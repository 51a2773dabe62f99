//! The first change of an order since the database was restored: what a reading shows that nothing here accounts for may be the effect of a
//! request that the database has lost.

use jiff::Timestamp;

use super::Pen;
use crate::rules::found_after_restore::found_after_restore;
use crate::rules::order::Order;
use crate::rules::restored;
use crate::rules::snapshot::Snapshot;

/// What was asked of an order before the database was restored is not all known here.
pub(super) struct Gap {
    restored: Timestamp,
    /// The order as it is known.
    before: Box<Order>,
}

impl Gap {
    /// `None`: the order was read since, or is younger.
    pub(super) fn of(order: &Order, restored: Option<Timestamp>) -> Option<Self> {
        let is_older = |restored: &Timestamp| {
            order.created_time < *restored && order.observed_time.is_none_or(|seen| seen < *restored)
        };
        restored.filter(is_older).map(|restored| Self { restored, before: Box::new(order.clone()) })
    }
}

impl Pen<'_> {
    /// Mollie has an order that was lost: records that it was placed, and then all that was done with it.
    pub fn place_again(&mut self, snapshot: &Snapshot) {
        self.place(&restored::at_first(snapshot));
        self.observe(snapshot);
    }

    /// Raises an item if a reading has shown anything that a repeated request could do again.
    pub(super) fn tell_of_gap(&mut self) {
        let Some(Gap { restored, before }) = self.gap.take() else { return };
        if let Some(concern) = found_after_restore(&before, self.order(), self.recorder.events(), restored) {
            self.raise(concern);
        }
    }
}
