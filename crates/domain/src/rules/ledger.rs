//! The ledger of an order's lines: where units and their money went. It is ours: Mollie's counters are evidence, and whatever
//! they show beyond it is attributed, to an operation of ours or to somebody else, before it is entered. Events carry entries of
//! one shape, so that folding them needs no knowledge of the kinds of operation.

use super::ids::LineId;
use super::order::{Line, Order};
use super::part::Part;
use super::shipment::{Origin, ShipmentLine};
use super::snapshot::{LineSnapshot, Snapshot};
use super::status::words;

words!(
    /// Where units go.
    Pool {
        Shipped = "shipped",
        Canceled = "canceled",
        Refunded = "refunded",
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

/// Some units of a line entering or leaving a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub line_id: LineId,
    pub pool: Pool,
    pub part: Part,
    pub stage: Stage,
    /// Who did it.
    pub by: Origin,
}

/// Our entries for these lines.
#[must_use]
pub fn ours(pool: Pool, stage: Stage, lines: &[ShipmentLine]) -> Vec<Entry> {
    let entry =
        |line: &ShipmentLine| Entry { line_id: line.line_id, pool, part: line.part, stage, by: Origin::Here };
    lines.iter().map(entry).collect()
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
        }
    }

    /// Changes the settled or reserved units by an entry.
    pub(super) fn enter(&mut self, entry: &Entry) {
        let (reserved, settled) = match entry.pool {
            Pool::Shipped => (&mut self.reserved, &mut self.shipped),
            Pool::Canceled => (&mut self.canceling, &mut self.canceled),
            Pool::Refunded => (&mut self.reserved, &mut self.refunded),
        };
        match entry.stage {
            Stage::Reserved => *reserved = reserved.and(entry.part),
            Stage::Freed => *reserved = reserved.without(entry.part),
            Stage::Settled => *settled = settled.and(entry.part),
            Stage::Reverted => *settled = settled.without(entry.part),
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
        }
    }

    /// Sets the counter of a pool.
    pub(super) const fn count(&mut self, pool: Pool, part: Part) {
        match pool {
            Pool::Shipped => self.shipped = Some(part),
            Pool::Canceled => self.canceled = Some(part),
            Pool::Refunded => self.refunded = Some(part),
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
    let entry = |pool: &Pool| {
        let (was, is) = (before.settled(*pool), after(*pool));
        let (stage, part) = match was.quantity > is.quantity {
            true => (Stage::Reverted, was.without(is)),
            false => (Stage::Settled, is.without(was)),
        };
        (was != is).then_some(Entry { line_id: before.id, pool: *pool, part, stage, by: Origin::Elsewhere })
    };
    Pool::ALL.iter().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::{euro, placed, snapshot};
    use crate::rules::status::{LineStatus, OrderStatus};

    fn part(quantity: u32, amount: &str) -> Part {
        Part { quantity, amount: euro(amount) }
    }

    fn line() -> Line {
        placed(OrderStatus::Authorized, LineStatus::Authorized).order().lines[0].clone()
    }

    #[test]
    fn units_are_reserved_and_then_freed_or_settled() {
        let (mut line, parts) = (line(), part(1, "349.00"));
        let lines = [ShipmentLine { line_id: line.id, part: parts }];
        let all = line.available();
        ours(Pool::Canceled, Stage::Reserved, &lines).iter().for_each(|entry| line.enter(entry));
        assert_eq!((line.canceling, line.available()), (parts, all.without(parts)));
        settling(Pool::Canceled, &lines).iter().for_each(|entry| line.enter(entry));
        assert_eq!((line.canceling.quantity, line.canceled), (0, parts));
        assert_eq!(line.available(), all.without(parts));
    }

    #[test]
    fn settled_units_follow_what_mollie_shows_even_if_it_is_less_than_before() {
        for (was, is) in [
            (part(0, "0.00"), part(2, "698.00")),
            (part(2, "698.00"), part(1, "299.00")),
            (part(1, "349.00"), part(1, "299.00")),
        ] {
            let mut line = Line { refunded: was, ..line() };
            let none = Part::none(was.amount);
            let entries = taking_over(&line, |pool| if pool == Pool::Refunded { is } else { none });
            entries.iter().for_each(|entry| line.enter(entry));
            assert_eq!((line.refunded, entries.len()), (is, 1));
            let stage = if is.quantity < was.quantity { Stage::Reverted } else { Stage::Settled };
            assert_eq!(entries[0].stage, stage);
        }
    }

    #[test]
    fn units_settled_by_anyone_explain_what_mollie_shows() {
        let mut seen = snapshot(OrderStatus::Authorized, LineStatus::Authorized);
        seen.lines[0].canceled = Some(part(2, "698.00"));
        let mut order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
        order.lines[0].canceled = part(1, "349.00");
        let beyond = all_unexplained(&order, &seen, Pool::Canceled);
        assert_eq!(beyond, [ShipmentLine { line_id: order.lines[0].id, part: part(1, "349.00") }]);
        let two = [ShipmentLine { line_id: order.lines[0].id, part: part(2, "698.00") }];
        assert_eq!(not_counted(&order, &seen, Pool::Canceled, &two), beyond);
        order.lines[0].canceled = part(0, "0.00");
        assert_eq!(not_counted(&order, &seen, Pool::Canceled, &two), two);
        let dearer = [ShipmentLine { line_id: order.lines[0].id, part: part(2, "600.00") }];
        assert_eq!(not_counted(&order, &seen, Pool::Canceled, &dearer), dearer, "all its units are there");
        seen.lines[0].canceled = None;
        assert_eq!(all_unexplained(&order, &seen, Pool::Canceled), []);
        assert_eq!(not_counted(&order, &seen, Pool::Canceled, &two), []);
    }

    #[test]
    fn only_what_nobody_settled_is_beyond() {
        let mut order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
        let mut seen = snapshot(OrderStatus::Authorized, LineStatus::Authorized);
        assert!(!is_beyond(&order, &seen), "nothing is counted");
        for line in &mut seen.lines {
            (line.shipped, line.canceled, line.refunded) = (None, None, None);
        }
        seen.lines[0].canceled = Some(part(1, "349.00"));
        assert!(is_beyond(&order, &seen));
        order.lines[0].canceled = part(1, "349.00");
        assert!(!is_beyond(&order, &seen), "it is settled here");
    }
}
