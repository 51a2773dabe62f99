//! Recording that Mollie shows the order under another number than ours: somebody changed it there, or a call of ours had an effect after
//! all. The number here is as it was set here; a person decides.

use super::Pen;
use crate::rules::address::is_like;
use crate::rules::concern;
use crate::rules::item::{Item, ItemKind};
use crate::rules::snapshot::Snapshot;

impl Pen<'_> {
    /// Compares the numbers, unless ours is being changed. An item about another number closes once they agree.
    pub(super) fn read_number(&mut self, snapshot: &Snapshot) {
        let (ours, theirs) = (self.order().terms.order_number.clone(), &snapshot.order_number);
        if theirs.is_empty() || self.order().renaming.is_some() {
            return;
        }
        if is_like(&ours, theirs) {
            let is_settled = |item: &&Item| item.kind == ItemKind::NumberDiffers && item.is_open();
            let settled = self.order().items.iter().filter(is_settled).map(|item| item.number).collect();
            self.close(settled, "Mollie shows the order's number again");
        } else {
            self.raise(concern::number_differs(&ours, theirs));
        }
    }
}
