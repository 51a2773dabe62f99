//! Whether each intent had its effect once, and the service says the same as Mollie.

use super::caller::Caller;
use crate::books::Books;
use crate::ledger::Ledger;
use crate::proto::{OrderEvent, event_cause};
use crate::wait::SOON;
use crate::world::World;

/// All that is wrong, once nothing becomes better.
pub async fn faults(world: &World, callers: &[Caller]) -> Vec<String> {
    let end = tokio::time::Instant::now() + SOON * 2;
    loop {
        let mut faults = of_ledger(&world.simulator.ledger().await, callers);
        faults.extend(Books::differences(world).await);
        if faults.is_empty() || tokio::time::Instant::now() > end {
            return faults;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
}

/// What was done more or less often than it was asked for.
pub fn of_ledger(ledger: &Ledger, callers: &[Caller]) -> Vec<String> {
    let mut faults = Vec::new();
    for caller in callers {
        let order = caller.order.as_ref().expect("it has an order");
        for (kind, wanted) in &caller.effects {
            let had = ledger.of(kind).into_iter();
            let had = had.filter(|effect| effect["order_id"] == *order.mollie_order_id).count();
            if had != *wanted {
                faults.push(format!(
                    "order {}: {kind} was wanted {wanted} times, and done {had} times",
                    order.id
                ));
            }
        }
    }
    let (orders, wanted) = (ledger.count("order_created"), callers.len());
    faults.extend((orders != wanted).then(|| format!("{wanted} orders were wanted, and {orders} were made")));
    faults
}

/// How many orders the database had lost.
pub async fn found_again(world: &World, callers: &[Caller]) -> usize {
    let is_found = |event: &OrderEvent| {
        let cause = event.cause.as_ref().and_then(|why| why.cause.as_ref());
        matches!(cause, Some(event_cause::Cause::Restored(_)))
    };
    let mut found = 0;
    for caller in callers {
        let events = world.events(&caller.order.as_ref().expect("it has an order").id).await;
        found += usize::from(events.first().is_some_and(is_found));
    }
    found
}
