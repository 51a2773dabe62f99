//! The refunds of an answer. Where they are listed, they show whose units were refunded, and the lines' counters are evidence only:
//! a refund that failed or was canceled gives its units back, whatever a counter says.

use super::{LineSnapshot, RefundSnapshot, Snapshot};
use crate::rules::ids::MolliePaymentId;
use crate::rules::misread::Misread;
use crate::rules::part::Part;

impl Snapshot {
    /// Whether the answer leaves out refunds that other fields show. Where nothing was refunded, none are missed.
    #[must_use]
    pub fn refunds_left_out(&self) -> Option<Misread> {
        let is_counted = |line: &LineSnapshot| line.refunded.is_some_and(|part| part.quantity > 0);
        let is_refunded = self.amount_refunded.is_some_and(|sum| sum.minor() != 0)
            || self.lines.iter().any(is_counted)
            || self.payments.iter().flatten().any(|payment| payment.amount_refunded.is_some());
        (self.refunds.is_none() && is_refunded).then(|| Misread::left_out("_embedded.refunds"))
    }

    /// Adds the refunds of a payment, as its own list shows them.
    #[must_use]
    pub fn with_refunds_of(mut self, payment: MolliePaymentId, listed: Vec<RefundSnapshot>) -> Self {
        let refunds = self.refunds.get_or_insert_default();
        for theirs in listed {
            match refunds.iter_mut().find(|known| known.mollie_id == theirs.mollie_id) {
                // The list of a payment may leave the lines out.
                Some(known) if theirs.lines.is_empty() => {
                    known.status = theirs.status;
                    known.settlement_amount = theirs.settlement_amount.or(known.settlement_amount);
                }
                Some(known) => *known = theirs,
                None => refunds.push(theirs),
            }
        }
        self.refunds_of.push(payment);
        self
    }

    /// The units of a line in the listed refunds: in those that stand, or in all.
    fn refunded(&self, line: &LineSnapshot, with_void: bool) -> Option<Part> {
        let refunds = self.refunds.as_ref()?.iter().filter(|refund| with_void || !refund.is_void());
        let parts = refunds.flat_map(|refund| &refund.lines).filter(|(id, _)| *id == line.mollie_id);
        Some(parts.fold(Part::none(line.total_amount), |sum, (_, part)| sum.and(*part)))
    }

    /// The lines' refunded units as the listed refunds show them; as counted, if none are listed.
    #[must_use]
    pub fn counted_by_refunds(mut self) -> Self {
        let counted: Vec<_> = self.lines.iter().map(|line| self.refunded(line, false)).collect();
        for (line, counted) in self.lines.iter_mut().zip(counted) {
            line.refunded = counted.or(line.refunded);
        }
        self
    }

    /// The lines whose counter neither the refunds that stand nor all of them explain: line, counted, listed.
    #[must_use]
    pub fn miscounted_refunds<'a>(&'a self) -> Vec<(&'a LineSnapshot, Part, Part)> {
        let odd = |line: &'a LineSnapshot| {
            let (counted, listed, all) =
                (line.refunded?, self.refunded(line, false)?, self.refunded(line, true)?);
            (counted != listed && counted != all).then_some((line, counted, listed))
        };
        self.lines.iter().filter_map(odd).collect()
    }
}

/// The answer without the refunds that are left aside.
#[must_use]
pub fn without_refunds(mut snapshot: Snapshot, is_aside: impl Fn(&RefundSnapshot) -> bool) -> Snapshot {
    if let Some(refunds) = &mut snapshot.refunds {
        refunds.retain(|refund| !is_aside(refund));
    }
    snapshot
}
