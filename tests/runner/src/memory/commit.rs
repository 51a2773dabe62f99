//! Writing a change, all or nothing: every guard is asked before anything is written. It may not decide anything.

use std::time::Duration;

use domain::ports::{Change, CommitError, StoreError};
use domain::rules::event::Event;
use domain::rules::ids::OrderId;
use domain::rules::refund::Refund;
use domain::rules::shipment::Shipment;

use super::operation::Row;
use super::{Tables, broken};

impl Tables {
    /// The order of the guards is part of the contract, as the first that fails names the reason: the request, then the
    /// order, then what belongs to it.
    pub fn commit(&mut self, change: Change, clock: Duration) -> Result<(), CommitError> {
        let Change { order, expected_version, events, request, operations, shipments, refunds, lookup } =
            change;
        if let Some(request) = &request {
            self.requests.check(request)?;
        }
        self.orders.check(&order, expected_version)?;
        self.events.check(&events)?;
        let rows = self.operations.plan(operations, clock)?;
        let owners = owners(&events, &rows, &shipments, &refunds);
        self.check_owners(order.id, owners)?;

        // From here on nothing fails.
        let id = order.id;
        request.into_iter().for_each(|request| self.requests.record(request));
        self.orders.save(order);
        self.events.append(events);
        rows.into_iter().for_each(|row| self.operations.save(row));
        self.shipments.save(shipments);
        self.refunds.save(refunds);
        lookup.into_iter().for_each(|time| self.lookups.schedule(id, time));
        Ok(())
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
