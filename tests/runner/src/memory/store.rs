//! The storage port, method by method. It may hold no rule of its own.

use std::time::Duration;

use domain::operations::claim::Claim;
use domain::operations::operation::Operation;
use domain::ports::{
    Change, Changed, CommitError, DeadlineFilter, DeadlinePageKey, DeadlineSum, EventStream, LookupClaim,
    LookupEnd, OperationFilter, OperationPageKey, OrderFilter, OrderKey, OrderWithOperations, Page, PageKey,
    Pause, Place, Positioned, RefundFilter, RefundPageKey, RefundSum, RequestRecord, Run, Series, Store,
    StoreError, TimerClaim,
};
use domain::rules::event::Event;
use domain::rules::ids::{
    Caller, GroupId, LeaseToken, OperationId, OrderId, ProfileName, RefundId, RequestId, ShipmentId,
};
use domain::rules::order::Order;
use domain::rules::refund::Refund;
use domain::rules::shipment::Shipment;
use jiff::{SignedDuration, Timestamp};

use super::lease::Lease;
use super::order::passes;
use super::{MemoryStore, broken, page, refund};

impl Store for MemoryStore {
    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        let clock = self.clock();
        self.tables().commit(change, clock)
    }

    async fn find_request(
        &self,
        caller: &Caller,
        id: &RequestId,
    ) -> Result<Option<RequestRecord>, StoreError> {
        Ok(self.tables().requests.find(caller, id))
    }

    async fn load_order(&self, key: &OrderKey) -> Result<Option<Order>, StoreError> {
        Ok(self.tables().orders.load(key))
    }

    async fn load_with_operations(&self, key: &OrderKey) -> Result<Option<OrderWithOperations>, StoreError> {
        let tables = self.tables();
        let standing =
            |order: Order| OrderWithOperations { unsettled: tables.operations.unsettled(order.id), order };
        Ok(tables.orders.load(key).map(standing))
    }

    async fn load_many_with_operations(
        &self,
        keys: &[OrderKey],
    ) -> Result<Vec<Option<OrderWithOperations>>, StoreError> {
        let mut found = Vec::new();
        for key in keys {
            found.push(self.load_with_operations(key).await?);
        }
        Ok(found)
    }

    async fn list_orders(
        &self,
        filter: &OrderFilter,
        after: Option<PageKey>,
        limit: u32,
    ) -> Result<Page<OrderWithOperations, PageKey>, StoreError> {
        let tables = self.tables();
        let Page { items, next } = tables.orders.list(filter, after, limit);
        let standing =
            |order: Order| OrderWithOperations { unsettled: tables.operations.unsettled(order.id), order };
        Ok(Page { items: items.into_iter().map(standing).collect(), next })
    }

    async fn list_events(
        &self,
        order: OrderId,
        after: u64,
        limit: u32,
    ) -> Result<Page<Event, u64>, StoreError> {
        Ok(self.tables().events.list(order, after, limit))
    }

    async fn load_shipment(&self, id: ShipmentId) -> Result<Option<Shipment>, StoreError> {
        Ok(self.tables().shipments.load(id))
    }

    async fn list_shipments(&self, order: OrderId) -> Result<Vec<Shipment>, StoreError> {
        Ok(self.tables().shipments.list(order))
    }

    async fn shipments_of(&self, orders: &[OrderId]) -> Result<Vec<Shipment>, StoreError> {
        let tables = self.tables();
        Ok(orders.iter().flat_map(|order| tables.shipments.list(*order)).collect())
    }

    async fn load_refund(&self, id: RefundId) -> Result<Option<Refund>, StoreError> {
        Ok(self.tables().refunds.load(id))
    }

    async fn list_refunds(&self, order: OrderId) -> Result<Vec<Refund>, StoreError> {
        Ok(self.tables().refunds.list(order))
    }

    async fn find_refunds(
        &self,
        filter: &RefundFilter,
        after: Option<RefundPageKey>,
        limit: u32,
    ) -> Result<Page<Refund, RefundPageKey>, StoreError> {
        let tables = self.tables();
        let found = tables.refunds.all_of(filter, |id| tables.orders.profile(id));
        Ok(refund::page(found, after, limit))
    }

    async fn sum_refunds(&self, filter: &RefundFilter) -> Result<Vec<RefundSum>, StoreError> {
        let tables = self.tables();
        Ok(refund::sums(tables.refunds.all_of(filter, |id| tables.orders.profile(id))))
    }

    async fn load_operation(&self, id: OperationId) -> Result<Option<Operation>, StoreError> {
        Ok(self.tables().operations.load(id))
    }

    async fn load_operations(&self, ids: &[OperationId]) -> Result<Vec<Operation>, StoreError> {
        let tables = self.tables();
        Ok(ids.iter().filter_map(|id| tables.operations.load(*id)).collect())
    }

    async fn list_operations(
        &self,
        filter: &OperationFilter,
        after: Option<OperationPageKey>,
        limit: u32,
    ) -> Result<Page<Operation, OperationPageKey>, StoreError> {
        Ok(self.tables().operations.list(filter, after, limit))
    }

    async fn group_operations(&self, order: OrderId, group: GroupId) -> Result<Vec<Operation>, StoreError> {
        Ok(self.tables().operations.group(order, group))
    }

    async fn unsettled_operations(&self, order: OrderId) -> Result<Vec<Operation>, StoreError> {
        Ok(self.tables().operations.unsettled(order))
    }

    async fn note_observed(&self, order: OrderId, version: u64, time: Timestamp) -> Result<bool, StoreError> {
        Ok(self.tables().orders.note_observed(order, version, time))
    }

    async fn claim_operations(
        &self,
        now: Timestamp,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> Result<Vec<Claim>, StoreError> {
        let clock = self.clock();
        let lease = Lease::given(token, clock, lease);
        Ok(self.tables().operations.claim(now, clock, lease, limit))
    }

    async fn renew_lease(
        &self,
        id: OperationId,
        token: LeaseToken,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let clock = self.clock();
        let lease = Lease::given(token, clock, lease);
        Ok(self.tables().operations.renew(id, clock, lease))
    }

    async fn defer(&self, operation: &Operation, token: LeaseToken) -> Result<bool, StoreError> {
        if operation.state.is_settled() {
            return Err(broken("what is settled changes its order"));
        }
        Ok(self.tables().operations.release(operation.clone(), token))
    }

    async fn hook_arrived(
        &self,
        order: OrderId,
        hint: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let known = tables.orders.contains(order);
        if known {
            tables.lookups.hook_arrived(order, hint, now);
        }
        Ok(known)
    }

    async fn claim_lookups(
        &self,
        now: Timestamp,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> Result<Vec<LookupClaim>, StoreError> {
        let clock = self.clock();
        let lease = Lease::given(token, clock, lease);
        Ok(self.tables().lookups.claim(now, clock, lease, limit))
    }

    async fn is_lookup_owed(&self, order: OrderId, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.tables().lookups.is_owed(order, now))
    }

    async fn claim_timers(
        &self,
        offset: SignedDuration,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> Result<Vec<TimerClaim>, StoreError> {
        let clock = self.clock();
        let lease = Lease::given(token, clock, lease);
        let now = SignedDuration::try_from(clock).unwrap_or(SignedDuration::MAX).saturating_add(offset);
        let now = Timestamp::UNIX_EPOCH.saturating_add(now).unwrap_or(Timestamp::MAX);
        Ok(self.tables().timers.claim(now, clock, lease, limit))
    }

    async fn finish_timer(
        &self,
        claim: &TimerClaim,
        next: Option<Timestamp>,
        failures: u32,
    ) -> Result<(), StoreError> {
        self.tables().timers.finish(claim, next, failures);
        Ok(())
    }

    async fn last_runs(&self, series: &Series, limit: u32) -> Result<Vec<Run>, StoreError> {
        Ok(self.tables().runs.last(series, limit))
    }

    async fn pause(&self, pause: &Pause) -> Result<Pause, StoreError> {
        Ok(self.tables().runs.pause(pause))
    }

    async fn resume(&self, profile: &ProfileName) -> Result<Option<Pause>, StoreError> {
        Ok(self.tables().runs.resume(profile))
    }

    async fn find_pause(&self, profile: &ProfileName) -> Result<Option<Pause>, StoreError> {
        Ok(self.tables().runs.find_pause(profile))
    }

    async fn list_pauses(&self) -> Result<Vec<Pause>, StoreError> {
        Ok(self.tables().runs.pauses())
    }

    async fn list_deadlines(
        &self,
        filter: &DeadlineFilter,
        after: Option<DeadlinePageKey>,
        limit: u32,
    ) -> Result<Page<OrderWithOperations, DeadlinePageKey>, StoreError> {
        let tables = self.tables();
        let Page { items, next } = tables.orders.by_deadline(filter, after, limit);
        let standing =
            |order: Order| OrderWithOperations { unsettled: tables.operations.unsettled(order.id), order };
        Ok(Page { items: items.into_iter().map(standing).collect(), next })
    }

    async fn sum_deadlines(&self, filter: &DeadlineFilter) -> Result<Vec<DeadlineSum>, StoreError> {
        Ok(self.tables().orders.sum_deadlines(filter))
    }

    async fn finish_lookup(&self, claim: &LookupClaim, end: LookupEnd) -> Result<(), StoreError> {
        self.tables().lookups.finish(claim, end);
        Ok(())
    }
}

impl EventStream for MemoryStore {
    async fn position_events(&self, limit: u32) -> Result<u32, StoreError> {
        Ok(self.tables().events.position(limit))
    }

    async fn read_stream(&self, after: u64, limit: u32) -> Result<Page<Positioned, u64>, StoreError> {
        let tables = self.tables();
        tables.events.read_stream(after, limit, |order| {
            let order = tables.orders.load(&OrderKey::Id(order));
            order.map(|order| order.profile).ok_or_else(|| broken("an event has its order"))
        })
    }

    async fn list_changed(
        &self,
        filter: &OrderFilter,
        since: Timestamp,
        after: Option<PageKey>,
        limit: u32,
    ) -> Result<Page<Changed, PageKey>, StoreError> {
        let tables = self.tables();
        let all = tables.orders.all();
        let last = |order: &Order| tables.events.time(order.id, order.version);
        let passing = all.values().filter(|order| passes(filter, order));
        let mut changed: Vec<_> = passing.filter_map(|order| Some((last(order)?, order.id))).collect();
        changed
            .retain(|place| place.0 > since && after.is_none_or(|PageKey { time, id }| *place > (time, id)));
        changed.sort_unstable();
        let changed = changed.into_iter().map(|(time, id)| {
            let order = Order::clone(&all[&id]);
            Changed { time, found: OrderWithOperations { unsettled: tables.operations.unsettled(id), order } }
        });
        Ok(page::first(changed, limit, |one| PageKey { time: one.time, id: one.found.order.id }))
    }

    async fn place(&self, position: Option<u64>) -> Result<Option<Place>, StoreError> {
        Ok(self.tables().events.place(position))
    }
}
