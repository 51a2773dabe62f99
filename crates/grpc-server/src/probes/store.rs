//! The storage port with points around each change: commits, claims, what is put back and what is archived. Reads pass none.

use std::time::Duration;

use domain::operations::claim::Claim;
use domain::operations::operation::Operation;
use domain::ports::{
    Archive, Change, CommitError, DeadlineFilter, DeadlinePageKey, DeadlineSum, LookupClaim, LookupEnd, Move,
    OperationFilter, OperationPageKey, OperationWrite, OrderFilter, OrderKey, OrderWithOperations, Page,
    PageKey, Pause, RefundFilter, RefundPageKey, RefundSum, RequestRecord, Run, Series, Store, StoreError,
    TimerClaim,
};
use domain::rules::access::Profiles;
use domain::rules::archival::Ended;
use domain::rules::event::Event;
use domain::rules::ids::{
    Caller, GroupId, LeaseToken, OperationId, OrderId, ProfileName, RefundId, RequestId, ShipmentId,
};
use domain::rules::order::Order;
use domain::rules::refund::Refund;
use domain::rules::shipment::Shipment;
use jiff::{SignedDuration, Timestamp};

use super::Probed;
use super::point::{Point, Side, Step};

type Answer<T> = Result<T, StoreError>;

/// What a change concerns: each operation it writes, or else only the order.
fn points(change: &Change, side: Side) -> Vec<Point> {
    let point = |write: &OperationWrite| match write {
        OperationWrite::Insert { operation, .. } => {
            Point::Operation(operation.task.name(), Step::Saved, side)
        }
        OperationWrite::Release { operation, .. } => {
            Point::Operation(operation.task.name(), Step::Settled, side)
        }
        // An operator resolves it, or puts it back.
        OperationWrite::Decide { operation } if operation.state.is_settled() => {
            Point::Operation(operation.task.name(), Step::Settled, side)
        }
        OperationWrite::Decide { operation } => Point::Operation(operation.task.name(), Step::Deferred, side),
        OperationWrite::Withdraw { operation } => {
            Point::Operation(operation.task.name(), Step::Withdrawn, side)
        }
    };
    let of_pair = change.other.iter().map(|_| Point::Paired(side));
    match change.operations.as_slice() {
        [] => of_pair.chain([Point::Noted(side)]).collect(),
        writes => of_pair.chain(writes.iter().map(point)).collect(),
    }
}

impl<S: Archive> Archive for Probed<S> {
    async fn begin(&self) -> Answer<bool> {
        self.inner.begin().await
    }

    async fn ended_orders(
        &self,
        profiles: &Profiles,
        ended_until: Timestamp,
        after: Option<PageKey>,
        limit: u32,
    ) -> Answer<Page<Ended, PageKey>> {
        Box::pin(self.inner.ended_orders(profiles, ended_until, after, limit)).await
    }

    async fn archive(&self, orders: &[Move], now: Timestamp) -> Answer<Vec<OrderId>> {
        self.trap.pass(Point::Archived(Side::Before));
        let archived = Box::pin(self.inner.archive(orders, now)).await?;
        self.trap.pass(Point::Archived(Side::After));
        Ok(archived)
    }
}

impl<S: Store> Store for Probed<S> {
    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        let after = points(&change, Side::After);
        for point in points(&change, Side::Before) {
            self.trap.pass(point);
        }
        Box::pin(self.inner.commit(change)).await?;
        for point in after {
            self.trap.pass(point);
        }
        Ok(())
    }

    async fn claim_operations(
        &self,
        now: Timestamp,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> Answer<Vec<Claim>> {
        let claims = Box::pin(self.inner.claim_operations(now, lease, token, limit)).await?;
        for claim in &claims {
            self.trap.pass(Point::Operation(claim.operation.task.name(), Step::Claimed, Side::After));
        }
        Ok(claims)
    }

    async fn defer(&self, operation: &Operation, token: LeaseToken) -> Answer<bool> {
        let point = |side| Point::Operation(operation.task.name(), Step::Deferred, side);
        self.trap.pass(point(Side::Before));
        let ours = Box::pin(self.inner.defer(operation, token)).await?;
        self.trap.pass(point(Side::After));
        Ok(ours)
    }

    async fn renew_lease(&self, id: OperationId, token: LeaseToken, lease: Duration) -> Answer<bool> {
        self.inner.renew_lease(id, token, lease).await
    }

    async fn find_request(&self, caller: &Caller, id: &RequestId) -> Answer<Option<RequestRecord>> {
        self.inner.find_request(caller, id).await
    }

    async fn load_order(&self, key: &OrderKey) -> Answer<Option<Order>> {
        Box::pin(self.inner.load_order(key)).await
    }

    async fn load_with_operations(&self, key: &OrderKey) -> Answer<Option<OrderWithOperations>> {
        Box::pin(self.inner.load_with_operations(key)).await
    }

    async fn load_many_with_operations(&self, keys: &[OrderKey]) -> Answer<Vec<Option<OrderWithOperations>>> {
        Box::pin(self.inner.load_many_with_operations(keys)).await
    }

    async fn list_orders(
        &self,
        filter: &OrderFilter,
        after: Option<PageKey>,
        limit: u32,
    ) -> Answer<Page<OrderWithOperations, PageKey>> {
        Box::pin(self.inner.list_orders(filter, after, limit)).await
    }

    async fn list_events(&self, order: OrderId, after: u64, limit: u32) -> Answer<Page<Event, u64>> {
        self.inner.list_events(order, after, limit).await
    }

    async fn load_shipment(&self, id: ShipmentId) -> Answer<Option<Shipment>> {
        self.inner.load_shipment(id).await
    }

    async fn list_shipments(&self, order: OrderId) -> Answer<Vec<Shipment>> {
        self.inner.list_shipments(order).await
    }

    async fn shipments_of(&self, orders: &[OrderId]) -> Answer<Vec<Shipment>> {
        self.inner.shipments_of(orders).await
    }

    async fn load_refund(&self, id: RefundId) -> Answer<Option<Refund>> {
        self.inner.load_refund(id).await
    }

    async fn list_refunds(&self, order: OrderId) -> Answer<Vec<Refund>> {
        self.inner.list_refunds(order).await
    }

    async fn find_refunds(
        &self,
        filter: &RefundFilter,
        after: Option<RefundPageKey>,
        limit: u32,
    ) -> Answer<Page<Refund, RefundPageKey>> {
        self.inner.find_refunds(filter, after, limit).await
    }

    async fn sum_refunds(&self, filter: &RefundFilter) -> Answer<Vec<RefundSum>> {
        self.inner.sum_refunds(filter).await
    }

    async fn load_operation(&self, id: OperationId) -> Answer<Option<Operation>> {
        self.inner.load_operation(id).await
    }

    async fn load_operations(&self, ids: &[OperationId]) -> Answer<Vec<Operation>> {
        self.inner.load_operations(ids).await
    }

    async fn list_operations(
        &self,
        filter: &OperationFilter,
        after: Option<OperationPageKey>,
        limit: u32,
    ) -> Answer<Page<Operation, OperationPageKey>> {
        self.inner.list_operations(filter, after, limit).await
    }

    async fn group_operations(&self, order: OrderId, group: GroupId) -> Answer<Vec<Operation>> {
        self.inner.group_operations(order, group).await
    }

    async fn unsettled_operations(&self, order: OrderId) -> Answer<Vec<Operation>> {
        self.inner.unsettled_operations(order).await
    }

    async fn note_observed(&self, order: OrderId, version: u64, time: Timestamp) -> Answer<bool> {
        self.inner.note_observed(order, version, time).await
    }

    async fn hook_arrived(&self, order: OrderId, hint: Option<&str>, now: Timestamp) -> Answer<bool> {
        self.inner.hook_arrived(order, hint, now).await
    }

    async fn claim_lookups(
        &self,
        now: Timestamp,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> Answer<Vec<LookupClaim>> {
        self.inner.claim_lookups(now, lease, token, limit).await
    }

    async fn claim_timers(
        &self,
        offset: SignedDuration,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> Answer<Vec<TimerClaim>> {
        self.inner.claim_timers(offset, lease, token, limit).await
    }

    async fn finish_timer(&self, claim: &TimerClaim, next: Option<Timestamp>, failures: u32) -> Answer<()> {
        self.inner.finish_timer(claim, next, failures).await
    }

    async fn last_runs(&self, series: &Series, limit: u32) -> Answer<Vec<Run>> {
        self.inner.last_runs(series, limit).await
    }

    async fn pause(&self, pause: &Pause) -> Answer<Pause> {
        self.inner.pause(pause).await
    }

    async fn resume(&self, profile: &ProfileName) -> Answer<Option<Pause>> {
        self.inner.resume(profile).await
    }

    async fn find_pause(&self, profile: &ProfileName) -> Answer<Option<Pause>> {
        self.inner.find_pause(profile).await
    }

    async fn list_pauses(&self) -> Answer<Vec<Pause>> {
        self.inner.list_pauses().await
    }

    async fn list_deadlines(
        &self,
        filter: &DeadlineFilter,
        after: Option<DeadlinePageKey>,
        limit: u32,
    ) -> Answer<Page<OrderWithOperations, DeadlinePageKey>> {
        Box::pin(self.inner.list_deadlines(filter, after, limit)).await
    }

    async fn sum_deadlines(&self, filter: &DeadlineFilter) -> Answer<Vec<DeadlineSum>> {
        self.inner.sum_deadlines(filter).await
    }

    async fn is_lookup_owed(&self, order: OrderId, now: Timestamp) -> Answer<bool> {
        self.inner.is_lookup_owed(order, now).await
    }

    async fn finish_lookup(&self, claim: &LookupClaim, end: LookupEnd) -> Answer<()> {
        self.inner.finish_lookup(claim, end).await
    }
}
