//! The first change of an order since the database was restored: what a reading shows that nothing here accounts for may be the effect of a
//! request that the database has lost.

use super::Pen;
use super::known::Gap;
use crate::rules::found_after_restore::found_after_restore;
use crate::rules::restored;
use crate::rules::snapshot::Snapshot;

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
