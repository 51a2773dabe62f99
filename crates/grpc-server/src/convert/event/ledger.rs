//! Entries of the ledger as messages: where units and money come from, and where they go. Every event has them in this one shape.

use std::collections::HashMap;

use domain::rules::ids::LineId;
use domain::rules::ledger::{Entry, Pool, Stage};
use domain::rules::part::Part;
use domain::rules::shipment::Origin;

use crate::convert::common::amount;
use crate::proto::{LedgerEntry, LedgerPool};

/// The entries, in their order. What was reserved and is settled has moved from one pool to the other in one step.
pub fn entries(entries: &[Entry]) -> Vec<LedgerEntry> {
    let mut moved: Vec<LedgerEntry> = Vec::new();
    let mut freed: HashMap<(Option<LineId>, Pool, Part), usize> = HashMap::new();
    for entry in entries {
        let what = (entry.line_id, entry.pool, entry.part);
        match entry.stage {
            Stage::Freed => drop(freed.insert(what, moved.len())),
            Stage::Settled => {
                let before = freed.remove(&what).and_then(|at| moved.get_mut(at));
                if let Some(before) = before.filter(|_| entry.by == Origin::Here) {
                    before.to_pool = settled(entry.pool).into();
                    continue;
                }
            }
            Stage::Reserved | Stage::Reverted => (),
        }
        moved.push(self::entry(entry));
    }
    // Units that do not leave stay where they are when their refund is settled.
    moved.retain(|moved| moved.from_pool != moved.to_pool);
    moved
}

fn entry(entry: &Entry) -> LedgerEntry {
    let Entry { line_id, pool, part, stage, by } = *entry;
    let (from, to) = match stage {
        Stage::Reserved => (source(pool), reserved(pool)),
        Stage::Freed => (reserved(pool), source(pool)),
        Stage::Settled => (source(pool), settled(pool)),
        Stage::Reverted => (settled(pool), source(pool)),
    };
    LedgerEntry {
        line_id: line_id.map(|id| id.to_string()).unwrap_or_default(),
        from_pool: from.into(),
        to_pool: to.into(),
        quantity: part.quantity.into(),
        amount: Some(amount(part.amount)),
        on_payment: pool == Pool::PaymentRefunded,
        made_elsewhere: by == Origin::Elsewhere,
    }
}

/// Where that comes from which enters a pool.
const fn source(pool: Pool) -> LedgerPool {
    match pool {
        Pool::Shipped | Pool::Canceled => LedgerPool::Open,
        Pool::Refunded | Pool::PaymentRefunded | Pool::ChargedBack => LedgerPool::Kept,
        Pool::NotLeaving => LedgerPool::Unspecified,
    }
}

/// Where it is until that is settled. Nobody reserves a chargeback.
const fn reserved(pool: Pool) -> LedgerPool {
    match pool {
        Pool::Shipped => LedgerPool::Reserved,
        Pool::Canceled => LedgerPool::Canceling,
        Pool::Refunded | Pool::PaymentRefunded => LedgerPool::Refunding,
        Pool::ChargedBack => LedgerPool::Kept,
        Pool::NotLeaving => LedgerPool::NotLeaving,
    }
}

const fn settled(pool: Pool) -> LedgerPool {
    match pool {
        Pool::Shipped => LedgerPool::Shipped,
        Pool::Canceled => LedgerPool::Canceled,
        Pool::Refunded | Pool::PaymentRefunded => LedgerPool::Refunded,
        Pool::ChargedBack => LedgerPool::ChargedBack,
        Pool::NotLeaving => LedgerPool::NotLeaving,
    }
}

#[cfg(test)]
mod tests {
    use domain::rules::ledger::settling;
    use domain::rules::money::Money;
    use domain::rules::shipment::ShipmentLine;

    use super::*;

    fn part(quantity: u32, value: &str) -> Part {
        Part { quantity, amount: Money::parse("EUR", value).unwrap() }
    }

    fn told(all: &[Entry]) -> Vec<(String, LedgerPool, LedgerPool, i64, String)> {
        let told = entries(all).into_iter().map(|it| {
            let (from, to) = (it.from_pool(), it.to_pool());
            (it.line_id, from, to, it.quantity, it.amount.map(|it| it.value).unwrap_or_default())
        });
        told.collect()
    }

    #[test]
    fn what_was_reserved_and_is_settled_moves_once_with_the_sign_of_its_line() {
        let line = |id, part| ShipmentLine { line_id: LineId::new(id), part };
        let lines = [line(1, part(2, "20.00")), line(2, part(1, "-5.00"))];
        let moved = told(&settling(Pool::Shipped, &lines));
        let of = |id: &str, units, value: &str| {
            (id.to_owned(), LedgerPool::Reserved, LedgerPool::Shipped, units, value.to_owned())
        };
        assert_eq!(moved, [of("1", 2, "20.00"), of("2", 1, "-5.00")]);
    }

    /// Fewer units are settled than were reserved, or others: each moves for itself.
    #[test]
    fn what_is_settled_differently_than_it_was_reserved_is_told_in_two_steps() {
        let entry = |stage, part, by| Entry { line_id: None, pool: Pool::PaymentRefunded, part, stage, by };
        let freed = entry(Stage::Freed, part(0, "5.00"), Origin::Here);
        for settled in [
            entry(Stage::Settled, part(0, "4.00"), Origin::Here),
            entry(Stage::Settled, part(0, "5.00"), Origin::Elsewhere),
        ] {
            let pools: Vec<_> =
                told(&[freed, settled]).into_iter().map(|(_, from, to, ..)| (from, to)).collect();
            let expected =
                [(LedgerPool::Refunding, LedgerPool::Kept), (LedgerPool::Kept, LedgerPool::Refunded)];
            assert_eq!(pools, expected);
            assert!(entries(&[freed, settled]).iter().all(|it| it.on_payment));
        }
    }

    #[test]
    fn units_that_do_not_leave_are_counted_once_until_they_are_given_up() {
        let entry = |stage| Entry {
            line_id: Some(LineId::new(1)),
            pool: Pool::NotLeaving,
            part: part(1, "0.00"),
            stage,
            by: Origin::Here,
        };
        assert_eq!(told(&[entry(Stage::Freed), entry(Stage::Settled)]), [], "they stay");
        let (reserved, reverted) = (told(&[entry(Stage::Reserved)]), told(&[entry(Stage::Reverted)]));
        assert_eq!((reserved[0].1, reserved[0].2), (LedgerPool::Unspecified, LedgerPool::NotLeaving));
        assert_eq!((reverted[0].1, reverted[0].2), (LedgerPool::NotLeaving, LedgerPool::Unspecified));
    }
}
