//! Writing a change, all or nothing: every guard is asked before anything is written. It may not decide anything.

use std::time::Duration;

use domain::ports::{Change, CommitError, StoreError};
use domain::rules::event::Event;
use domain::rules::ids::OrderId;
use domain::rules::order::Order;
use domain::rules::refund::Refund;
use domain::rules::shipment::Shipment;

use super::operation::Row;
use super::{Tables, broken};

impl Tables {
    /// The order of the guards is part of the contract, as the first that fails names the reason: the request, then the
    /// order, then what belongs to it.
    pub fn commit(&mut self, change: Change, clock: Duration) -> Result<(), CommitError> {
        if let Some(request) = &change.request {
            self.requests.check(request)?;
        }
        let orders: Vec<_> = change.parts().into_iter().map(|part| &part.order).collect();
        let rows = change.parts().into_iter().map(|part| self.check(part, &orders, clock));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;

        // From here on nothing fails.
        change.request.iter().for_each(|request| self.requests.record(request.clone()));
        for (part, rows) in change.into_parts().into_iter().zip(rows) {
            let id = part.order.id;
            self.orders.save(part.order);
            self.events.append(part.events);
            rows.into_iter().for_each(|row| self.operations.save(row));
            self.shipments.save(part.shipments);
            self.refunds.save(part.refunds);
            part.run.into_iter().for_each(|run| self.runs.count(run));
            part.timer.into_iter().for_each(|due| self.timers.set(id, due));
            part.lookup.into_iter().for_each(|time| self.lookups.schedule(id, time));
        }
        Ok(())
    }

    /// The rows that the part of a change leaves, if nothing refuses it. `orders`: all that the change writes.
    fn check(&self, part: &Change, orders: &[&Order], clock: Duration) -> Result<Vec<Row>, CommitError> {
        self.orders.check(&part.order, part.expected_version, orders)?;
        self.events.check(&part.events)?;
        let rows = self.operations.plan(part.operations.clone(), clock)?;
        part.run.iter().try_for_each(|run| self.runs.check(run))?;
        let owners = owners(&part.events, &rows, &part.shipments, &part.refunds);
        self.check_owners(part.order.id, owners)?;
        Ok(rows)
    }

    /// Refuses what belongs to no order, neither a stored one nor the one being written.
    fn check_owners(
        &self,
        written: OrderId,
        mut owners: impl Iterator<Item = OrderId>,
    ) -> Result<(), StoreError> {
        let known = owners.all(|owner| owner == written || self.orders.contains(owner));
        if known { Ok(()) } else { Err(broken("what is stored belongs to an order")) }
    }
}

fn owners(
    events: &[Event],
    rows: &[Row],
    shipments: &[Shipment],
    refunds: &[Refund],
) -> impl Iterator<Item = OrderId> {
    let of_events = events.iter().map(|event| event.order_id);
    let of_rows = rows.iter().map(Row::order_id);
    let of_goods = shipments.iter().map(|shipment| shipment.order_id);
    of_events.chain(of_rows).chain(of_goods).chain(refunds.iter().map(|refund| refund.order_id))
}
