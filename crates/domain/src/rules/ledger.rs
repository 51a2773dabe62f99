//! The ledger of an order: where the units and the money of its lines went, and money that belongs to no line. It is ours:
//! Mollie's counters are evidence, and whatever they show beyond it is attributed, to an operation of ours or to somebody else,
//! before it is entered. Events carry entries of one shape, so that folding them needs no knowledge of the kinds of operation.
//!
//! Refunds have two pools, because a refund on a payment moves none of Mollie's line counters: those are compared with what was
//! refunded through the order, and with nothing else.

use super::beside::Beside;
use super::ids::LineId;
use super::money::Money;
use super::order::{Line, Order};
use super::part::Part;
use super::shipment::{Origin, ShipmentLine};
use super::snapshot::{LineSnapshot, Snapshot};
use super::status::words;
#[cfg(feature = "planted")]
use crate::planted::Planted;

words!(
    /// Where units go.
    Pool {
        Shipped = "shipped",
        Canceled = "canceled",
        /// Refunded through the order: Mollie's lines count it.
        Refunded = "refunded",
        /// Refunded on a payment: no line at Mollie counts it.
        PaymentRefunded = "payment_refunded",
        /// Taken back by the shopper's bank. It belongs to no line.
        ChargedBack = "charged_back",
        /// Refunded, and not to leave any more: units without money, which one of the pools of refunds has. No line at Mollie counts
        /// it, and once it is known it matters no more whether the refund is settled.
        NotLeaving = "not_leaving",
    }
);

words!(
    /// How far they have got.
    Stage {
        /// Recorded here and not settled at Mollie: not available to others.
        Reserved = "reserved",
        /// No longer reserved.
        Freed = "freed",
        /// In the pool, as Mollie shows.
        Settled = "settled",
        /// No longer in the pool, as Mollie shows.
        Reverted = "reverted",
    }
);

/// Some units of a line entering or leaving a pool, or money that belongs to no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `None`: goodwill, a surplus, a chargeback. Such a part has no units.
    pub line_id: Option<LineId>,
    pub pool: Pool,
    pub part: Part,
    pub stage: Stage,
    /// Who did it.
    pub by: Origin,
}

/// Our entries for these lines.
#[must_use]
pub fn ours(pool: Pool, stage: Stage, lines: &[ShipmentLine]) -> Vec<Entry> {
    lines.iter().map(|line| entry(line, pool, stage, Origin::Here)).collect()
}

/// The entry for a part of a line.
#[must_use]
pub const fn entry(line: &ShipmentLine, pool: Pool, stage: Stage, by: Origin) -> Entry {
    Entry { line_id: Some(line.line_id), pool, part: line.part, stage, by }
}

/// The reserved units are settled.
#[must_use]
pub fn settling(pool: Pool, lines: &[ShipmentLine]) -> Vec<Entry> {
    let freed = ours(pool, Stage::Freed, lines);
    freed.into_iter().chain(ours(pool, Stage::Settled, lines)).collect()
}

impl Line {
    /// The settled units of the line in a pool.
    #[must_use]
    pub const fn settled(&self, pool: Pool) -> Part {
        match pool {
            Pool::Shipped => self.shipped,
            Pool::Canceled => self.canceled,
            Pool::Refunded => self.refunded,
            Pool::PaymentRefunded => self.payment_refunded,
            Pool::ChargedBack => Part::none(self.total_amount),
            Pool::NotLeaving => Part { quantity: self.not_leaving, ..Part::none(self.total_amount) },
        }
    }

    /// Changes the settled or reserved units by an entry.
    pub(super) fn enter(&mut self, entry: &Entry) {
        #[cfg(feature = "planted")]
        let entry = &a_cent_off(*entry);
        let (reserved, settled) = match entry.pool {
            Pool::Shipped => (&mut self.reserved, &mut self.shipped),
            Pool::Canceled => (&mut self.canceling, &mut self.canceled),
            Pool::Refunded => (&mut self.refunding, &mut self.refunded),
            Pool::PaymentRefunded => (&mut self.payment_refunding, &mut self.payment_refunded),
            Pool::NotLeaving => return self.keep(entry),
            // No line has any.
            Pool::ChargedBack => return,
        };
        match entry.stage {
            Stage::Reserved => *reserved = reserved.and(entry.part),
            Stage::Freed => *reserved = reserved.without(entry.part),
            Stage::Settled => *settled = settled.and(entry.part),
            Stage::Reverted => *settled = settled.without(entry.part),
        }
    }
}

impl Line {
    /// Units stay whether their refund is settled or to be.
    const fn keep(&mut self, entry: &Entry) {
        let units = entry.part.quantity;
        self.not_leaving = match entry.stage {
            Stage::Reserved | Stage::Settled => self.not_leaving.saturating_add(units),
            Stage::Freed | Stage::Reverted => self.not_leaving.saturating_sub(units),
        };
    }
}

impl Beside {
    /// Changes the sums by an entry that names no line.
    pub(super) fn enter(&mut self, entry: &Entry) {
        let (reserved, settled) = match entry.pool {
            Pool::Refunded | Pool::PaymentRefunded => (Some(&mut self.refunding), &mut self.refunded),
            // Nobody reserves a chargeback.
            Pool::ChargedBack => (None, &mut self.charged_back),
            // Goods always belong to a line.
            Pool::Shipped | Pool::Canceled | Pool::NotLeaving => return,
        };
        let by = entry.part.amount.minor();
        let (sum, by) = match entry.stage {
            Stage::Reserved => (reserved, by),
            Stage::Freed => (reserved, by.saturating_neg()),
            Stage::Settled => (Some(settled), by),
            Stage::Reverted => (Some(settled), by.saturating_neg()),
        };
        if let Some(sum) = sum {
            *sum = Money::from_minor(sum.minor().saturating_add(by), sum.currency());
        }
    }
}

impl LineSnapshot {
    /// What Mollie reports of the line in a pool; `None` if the answer leaves it out.
    #[must_use]
    pub const fn counted(&self, pool: Pool) -> Option<Part> {
        match pool {
            Pool::Shipped => self.shipped,
            Pool::Canceled => self.canceled,
            Pool::Refunded => self.refunded,
            Pool::PaymentRefunded | Pool::ChargedBack | Pool::NotLeaving => None,
        }
    }

    /// Sets the counter of a pool, if Mollie has one.
    pub(super) const fn count(&mut self, pool: Pool, part: Part) {
        match pool {
            Pool::Shipped => self.shipped = Some(part),
            Pool::Canceled => self.canceled = Some(part),
            Pool::Refunded => self.refunded = Some(part),
            Pool::PaymentRefunded | Pool::ChargedBack | Pool::NotLeaving => (),
        }
    }
}

/// What Mollie shows of a line in a pool beyond all that is settled here, whoever did it.
#[must_use]
pub fn unexplained(ours: &Line, theirs: &LineSnapshot, pool: Pool) -> Option<Part> {
    let (known, counted) = (ours.settled(pool), theirs.counted(pool)?);
    (counted.quantity > known.quantity).then(|| counted.without(known))
}

/// The same for all lines of the order.
#[must_use]
pub fn all_unexplained(order: &Order, snapshot: &Snapshot, pool: Pool) -> Vec<ShipmentLine> {
    let known = order.lines_at_mollie();
    let of = |theirs: &LineSnapshot| {
        let ours = known.get(&theirs.mollie_id)?;
        Some(ShipmentLine { line_id: ours.id, part: unexplained(ours, theirs, pool)? })
    };
    snapshot.lines.iter().filter_map(of).collect()
}

/// What Mollie shows of these lines beyond all that is settled here, at most as much as they hold.
#[must_use]
pub fn not_counted(
    order: &Order,
    snapshot: &Snapshot,
    pool: Pool,
    lines: &[ShipmentLine],
) -> Vec<ShipmentLine> {
    let beyond = all_unexplained(order, snapshot, pool);
    let of = |line: &ShipmentLine| {
        let found = beyond.iter().find(|found| found.line_id == line.line_id)?;
        Some(if found.part.quantity < line.part.quantity { *found } else { *line })
    };
    lines.iter().filter_map(of).collect()
}

/// Whether Mollie shows more of any line than is settled here.
#[must_use]
pub fn is_beyond(order: &Order, snapshot: &Snapshot) -> bool {
    let counts = |theirs: &LineSnapshot| {
        Pool::ALL.iter().any(|pool| theirs.counted(*pool).is_some_and(|part| part.quantity > 0))
    };
    snapshot.lines.iter().any(counts)
        && Pool::ALL.iter().any(|pool| !all_unexplained(order, snapshot, *pool).is_empty())
}

/// The entries that bring the settled units to what Mollie shows: somebody else did it.
#[must_use]
pub(super) fn taking_over(before: &Line, after: impl Fn(Pool) -> Part) -> Vec<Entry> {
    let taken = |pool: &Pool| {
        let (was, is) = (before.settled(*pool), after(*pool));
        let (stage, part) = match was.quantity > is.quantity {
            true => (Stage::Reverted, was.without(is)),
            false => (Stage::Settled, is.without(was)),
        };
        let line = ShipmentLine { line_id: before.id, part };
        (was != is).then_some(entry(&line, *pool, stage, Origin::Elsewhere))
    };
    Pool::ALL.iter().filter_map(taken).collect()
}

/// The entry that brings what was charged back to what Mollie shows of all payments: a chargeback, or its reversal.
#[must_use]
pub(super) fn charged_back(order: &Order, snapshot: &Snapshot) -> Option<Entry> {
    let known = order.beside.charged_back;
    let amounts = snapshot.payments.as_ref()?.iter().filter_map(|payment| payment.amount_charged_back);
    let amounts = amounts.filter(|amount| amount.currency() == known.currency());
    let shown = amounts.map(Money::minor).fold(0, i64::saturating_add);
    let (stage, minor) = match shown > known.minor() {
        true => (Stage::Settled, shown.saturating_sub(known.minor())),
        false => (Stage::Reverted, known.minor().saturating_sub(shown)),
    };
    let part = Part { quantity: 0, amount: Money::from_minor(minor, known.currency()) };
    let (pool, by) = (Pool::ChargedBack, Origin::Elsewhere);
    (minor != 0).then_some(Entry { line_id: None, pool, part, stage, by })
}

/// What a ledger with a planted mistake enters in place of an entry of ours.
#[cfg(feature = "planted")]
fn a_cent_off(entry: Entry) -> Entry {
    let mistake = match entry.pool {
        Pool::Shipped => Planted::ShippedACentOff,
        Pool::Canceled => Planted::CanceledACentOff,
        Pool::Refunded => Planted::RefundedACentOff,
        Pool::PaymentRefunded => Planted::PaymentRefundedACentOff,
        Pool::ChargedBack | Pool::NotLeaving => return entry,
    };
    let is_off = mistake.is_chosen() && entry.stage == Stage::Settled && entry.by == Origin::Here;
    let minor = entry.part.amount.minor().saturating_add(i64::from(is_off));
    let amount = Money::from_minor(minor, entry.part.amount.currency());
    Entry { part: Part { amount, ..entry.part }, ..entry }
}

#[cfg(test)]
mod tests;
