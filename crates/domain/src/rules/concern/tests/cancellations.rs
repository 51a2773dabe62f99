//! When units were canceled once more than anybody asked for.

use super::*;
use crate::rules::ids::OperationId;
use crate::rules::ledger::{Entry, Pool, Stage};
use crate::rules::order::{Canceled, Facts};

fn line(number: u32, quantity: u32, value: &str) -> ShipmentLine {
    ShipmentLine { line_id: LineId::new(number), part: Part { quantity, amount: euro(value) } }
}

/// An order of which a cancellation of ours has canceled a unit of the first line.
fn canceled() -> Order {
    let operation_id = OperationId::new(Uuid::from_u128(7));
    let cancellations = vec![Canceled { operation_id, lines: vec![line(1, 1, "299.00")] }];
    Order { cancellations, ..order(Vec::new()) }
}

fn entry(line: ShipmentLine, pool: Pool, stage: Stage) -> Entry {
    Entry { line_id: Some(line.line_id), pool, part: line.part, stage, by: Origin::Elsewhere }
}

#[test]
fn the_same_units_canceled_again_are_raised_and_any_others_are_not() {
    let facts = canceled().facts;
    let told = |entries: &[Entry]| surplus_cancellation(&canceled(), entries, &facts).map(|it| it.subject);
    let again = entry(line(1, 1, "299.00"), Pool::Canceled, Stage::Settled);
    assert_eq!(told(&[again]), Some(Uuid::from_u128(7).to_string()));
    assert_eq!(told(&[]), None);
    for other in [
        entry(line(1, 1, "299.01"), Pool::Canceled, Stage::Settled),
        entry(line(1, 2, "299.00"), Pool::Canceled, Stage::Settled),
        entry(line(2, 1, "299.00"), Pool::Canceled, Stage::Settled),
        entry(line(1, 1, "299.00"), Pool::Shipped, Stage::Settled),
        entry(line(1, 1, "299.00"), Pool::Canceled, Stage::Reverted),
    ] {
        assert_eq!(told(&[other]), None, "{other:?}");
    }
    let shipped = entry(line(2, 1, "329.99"), Pool::Shipped, Stage::Settled);
    assert!(told(&[again, shipped]).is_some(), "what was shipped says nothing");
    let more = entry(line(2, 1, "329.99"), Pool::Canceled, Stage::Settled);
    assert_eq!(told(&[again, more]), None, "somebody canceled more than that");
    assert!(told(&[again, entry(line(2, 1, "329.99"), Pool::Canceled, Stage::Reverted)]).is_some());
    let mut expired = canceled();
    expired.facts.expired_time = Some(at(9));
    let told = |order: &Order, facts: &Facts| surplus_cancellation(order, &[again], facts).is_some();
    assert!(!told(&expired, &expired.facts), "an expiry cancels whatever is left");
    // What was not shipped of a shipping order is canceled when its time is over, and the order is completed.
    let mut shipping = canceled();
    (shipping.facts.authorized_time, shipping.facts.expires_time) = (Some(at(1)), Some(at(9)));
    let ends = |minute| Facts {
        status: Some(OrderStatus::Completed),
        completed_time: Some(at(minute)),
        ..shipping.facts.clone()
    };
    assert!(!told(&shipping, &ends(9)) && told(&shipping, &ends(8)));
}
