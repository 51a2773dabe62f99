//! The counters of lines in an answer, and what an answer leaves out. A missing counter is unknown; it is never zero.

use super::{LineSnapshot, ShipmentSnapshot, Snapshot};
use crate::rules::ledger::Pool;
use crate::rules::misread::Misread;
use crate::rules::order::Line;
use crate::rules::part::Part;
use crate::rules::status::{OrderStatus, Read};

impl Snapshot {
    /// The first line counter that the answer leaves out. Of an unpaid order nothing can have been shipped or refunded, so none
    /// is missed: official answers to creating an order leave them all out.
    #[must_use]
    pub fn counter_left_out(&self) -> Option<Misread> {
        if self.is_created() {
            return None;
        }
        self.find_left_out(|line| {
            let counters = [
                ("quantityShipped", line.shipped),
                ("quantityCanceled", line.canceled),
                ("quantityRefunded", line.refunded),
            ];
            counters.into_iter().find(|(_, part)| part.is_none()).map(|(name, _)| name)
        })
    }

    /// The first counter of canceled units that the answer leaves out.
    #[must_use]
    pub fn canceled_left_out(&self) -> Option<Misread> {
        self.find_left_out(|line| line.canceled.is_none().then_some("quantityCanceled"))
    }

    /// What is wrong with the lines, if they are not all believed: then they do not show what was done with them.
    #[must_use]
    pub fn doubted_line(&self) -> Option<Misread> {
        let is_of_line = |doubt: &&Misread| doubt.field.as_ref().is_some_and(|at| at.starts_with("lines["));
        self.contradictions.iter().find(is_of_line).cloned()
    }

    /// Whether this release knows the status of the order, of each line and of each payment.
    #[must_use]
    pub fn is_understood(&self) -> bool {
        matches!(self.status, Some(Read::Known(_)))
            && self.lines.iter().all(|line| matches!(line.status, Read::Known(_)))
            && self.payments.iter().flatten().all(|payment| matches!(payment.status, Read::Known(_)))
    }

    /// Whether the order is unpaid and no payment is under way.
    #[must_use]
    pub fn is_created(&self) -> bool {
        self.status == Some(Read::Known(OrderStatus::Created))
    }

    /// The first field that money depends on and that the answer leaves out or contradicts, for an order read with its payments
    /// and shipments.
    #[must_use]
    pub fn left_out(&self) -> Option<Misread> {
        let contradiction = self.contradictions.first().cloned();
        contradiction.or_else(|| self.absent())
    }

    fn absent(&self) -> Option<Misread> {
        let status = self.status.is_none().then(|| Misread::left_out("status"));
        let lines = self.lines.is_empty().then(|| Misread::left_out("lines"));
        let payments = self.payments.is_none().then(|| Misread::left_out("_embedded.payments"));
        status
            .or(lines)
            .or(payments)
            .or_else(|| self.shipments_left_out())
            .or_else(|| self.refunds_left_out())
            .or_else(|| self.counter_left_out())
    }

    /// Whether the answer leaves the shipments out.
    #[must_use]
    pub fn shipments_left_out(&self) -> Option<Misread> {
        let field = "_embedded.shipments";
        let odd =
            self.contradictions.iter().find(|one| one.field.as_ref().is_some_and(|at| at.starts_with(field)));
        self.shipments.is_none().then(|| odd.cloned().unwrap_or_else(|| Misread::left_out(field)))
    }

    /// Whether a field belongs to a part that this answer does not hold.
    pub(super) fn lacks(&self, path: &str) -> bool {
        self.payments.is_none() && path.starts_with("_embedded.payments")
            || self.shipments.is_none() && path.starts_with("_embedded.shipments")
            || self.refunds.is_none() && path.starts_with("_embedded.refunds")
    }

    fn find_left_out(&self, missing: impl Fn(&LineSnapshot) -> Option<&'static str>) -> Option<Misread> {
        let mut lines = self.lines.iter().enumerate();
        lines.find_map(|(n, line)| missing(line).map(|name| self.missing(format!("lines[{n}].{name}"))))
    }

    /// Why a value is missing: it contradicts something, or was left out.
    fn missing(&self, field: String) -> Misread {
        let contradiction = self.contradictions.iter().find(|one| one.field.as_deref() == Some(&field));
        contradiction.cloned().unwrap_or_else(|| Misread::left_out(field))
    }
}

/// The units of a line in a pool: as the answer reports, or else as known. Shipped units also follow from its shipments, and are
/// never fewer than known.
pub(super) fn counted(ours: &Line, theirs: &LineSnapshot, snapshot: &Snapshot, pool: Pool) -> Part {
    let known = ours.settled(pool);
    theirs.counted(pool).unwrap_or_else(|| match pool {
        Pool::Shipped => {
            let parts = snapshot.shipments.iter().flatten().flat_map(|shipment| parts_of(shipment, theirs));
            let sum = parts.fold(Part::none(theirs.total_amount), Part::and);
            if sum.quantity > known.quantity { sum } else { known }
        }
        Pool::Canceled | Pool::Refunded | Pool::PaymentRefunded | Pool::ChargedBack | Pool::NotLeaving => {
            known
        }
    })
}

fn parts_of<'a>(shipment: &'a ShipmentSnapshot, line: &'a LineSnapshot) -> impl Iterator<Item = Part> + 'a {
    shipment.lines.iter().filter(|(id, _)| *id == line.mollie_id).map(|(_, part)| *part)
}
