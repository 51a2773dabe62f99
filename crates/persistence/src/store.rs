//! The storage port, method by method. It may not contain any statement.

use std::time::Duration;

use domain::operations::claim::Claim;
use domain::operations::operation::Operation;
use domain::ports::{
    Change, CommitError, DeadlineFilter, DeadlinePageKey, DeadlineSum, LookupClaim, LookupEnd,
    OperationFilter, OperationPageKey, OrderFilter, OrderKey, OrderWithOperations, Page, PageKey, Pause,
    RefundFilter, RefundPageKey, RefundSum, RequestRecord, Run, Series, Store, StoreError, TimerClaim,
};
use domain::rules::event::Event;
use domain::rules::ids::{
    Caller, GroupId, LeaseToken, OperationId, OrderId, ProfileName, RefundId, RequestId, ShipmentId,
};
use domain::rules::order::Order;
use domain::rules::refund::Refund;
use domain::rules::shipment::Shipment;
use jiff::{SignedDuration, Timestamp};

use crate::database::Database;
use crate::{
    archive, claim, commit, deadline, event, lookup, operation, order, refund, request, run, shipment, timer,
};

impl Store for Database {
    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        match commit::commit(self, change).await {
            Err(CommitError::Store(error)) => self.noted(Err(error)).map_err(CommitError::Store),
            outcome => outcome,
        }
    }

    async fn find_request(
        &self,
        caller: &Caller,
        id: &RequestId,
    ) -> Result<Option<RequestRecord>, StoreError> {
        request::find(&self.read(), caller, id).await
    }

    async fn load_order(&self, key: &OrderKey) -> Result<Option<Order>, StoreError> {
        order::load(&self.read(), key).await
    }

    async fn load_with_operations(&self, key: &OrderKey) -> Result<Option<OrderWithOperations>, StoreError> {
        order::load_with_operations(&self.read(), key).await
    }

    async fn load_many_with_operations(
        &self,
        keys: &[OrderKey],
    ) -> Result<Vec<Option<OrderWithOperations>>, StoreError> {
        order::load_many_with_operations(&self.read(), keys).await
    }

    async fn list_orders(
        &self,
        filter: &OrderFilter,
        after: Option<PageKey>,
        limit: u32,
    ) -> Result<Page<OrderWithOperations, PageKey>, StoreError> {
        order::list(&self.read(), filter, after, limit).await
    }

    async fn list_events(
        &self,
        order: OrderId,
        after: u64,
        limit: u32,
    ) -> Result<Page<Event, u64>, StoreError> {
        event::list(&self.read(), order, after, limit).await
    }

    async fn load_shipment(&self, id: ShipmentId) -> Result<Option<Shipment>, StoreError> {
        shipment::load(&self.read(), id).await
    }

    async fn list_shipments(&self, order: OrderId) -> Result<Vec<Shipment>, StoreError> {
        shipment::list(&self.read(), order).await
    }

    async fn shipments_of(&self, orders: &[OrderId]) -> Result<Vec<Shipment>, StoreError> {
        shipment::of(&self.read(), orders).await
    }

    async fn load_refund(&self, id: RefundId) -> Result<Option<Refund>, StoreError> {
        refund::load(&self.read(), id).await
    }

    async fn list_refunds(&self, order: OrderId) -> Result<Vec<Refund>, StoreError> {
        refund::list(&self.read(), order).await
    }

    async fn find_refunds(
        &self,
        filter: &RefundFilter,
        after: Option<RefundPageKey>,
        limit: u32,
    ) -> Result<Page<Refund, RefundPageKey>, StoreError> {
        refund::find(&self.read(), filter, after, limit).await
    }

    async fn sum_refunds(&self, filter: &RefundFilter) -> Result<Vec<RefundSum>, StoreError> {
        refund::sum(&self.read(), filter).await
    }

    async fn load_operation(&self, id: OperationId) -> Result<Option<Operation>, StoreError> {
        operation::load(&self.read(), id).await
    }

    async fn load_operations(&self, ids: &[OperationId]) -> Result<Vec<Operation>, StoreError> {
        operation::load_many(&self.read(), ids).await
    }

    async fn list_operations(
        &self,
        filter: &OperationFilter,
        after: Option<OperationPageKey>,
        limit: u32,
    ) -> Result<Page<Operation, OperationPageKey>, StoreError> {
        operation::list(&self.read(), filter, after, limit).await
    }

    async fn group_operations(&self, order: OrderId, group: GroupId) -> Result<Vec<Operation>, StoreError> {
        operation::group(&self.read(), order, group).await
    }

    async fn unsettled_operations(&self, order: OrderId) -> Result<Vec<Operation>, StoreError> {
        operation::unsettled(&self.read(), &[order]).await
    }

    async fn note_observed(&self, order: OrderId, version: u64, time: Timestamp) -> Result<bool, StoreError> {
        let note = async || order::note_observed(&self.write(), order, version, time).await;
        Ok(note().await? || (archive::bring_back(self, order).await? && note().await?))
    }

    async fn claim_operations(
        &self,
        now: Timestamp,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> Result<Vec<Claim>, StoreError> {
        self.noted(claim::due(&self.write(), now, lease, token, limit).await)
    }

    async fn renew_lease(
        &self,
        id: OperationId,
        token: LeaseToken,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        operation::renew(&self.write(), id, token, lease).await
    }

    async fn defer(&self, operation: &Operation, token: LeaseToken) -> Result<bool, StoreError> {
        operation::put_back(&self.write(), operation, token).await
    }

    async fn hook_arrived(
        &self,
        order: OrderId,
        hint: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let here = (self.observer().here)();
        let note = async || lookup::hook_arrived(&self.write(), order, hint, now, here.as_ref()).await;
        let arrived = async {
            if note().await? {
                return Ok(true);
            }
            // If it was not archived, it may have been brought back by somebody else in this moment.
            archive::bring_back(self, order).await?;
            note().await
        };
        self.noted(arrived.await)
    }

    async fn claim_lookups(
        &self,
        now: Timestamp,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> Result<Vec<LookupClaim>, StoreError> {
        self.noted(lookup::claim(&self.write(), now, lease, token, limit).await)
    }

    async fn is_lookup_owed(&self, order: OrderId, now: Timestamp) -> Result<bool, StoreError> {
        lookup::is_owed(&self.read(), order, now).await
    }

    async fn claim_timers(
        &self,
        offset: SignedDuration,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> Result<Vec<TimerClaim>, StoreError> {
        self.noted(timer::claim(&self.write(), offset, lease, token, limit).await)
    }

    async fn finish_timer(
        &self,
        claim: &TimerClaim,
        next: Option<Timestamp>,
        failures: u32,
    ) -> Result<(), StoreError> {
        timer::finish(&self.write(), claim, next, failures).await
    }

    async fn last_runs(&self, series: &Series, limit: u32) -> Result<Vec<Run>, StoreError> {
        run::last(&self.read(), series, limit).await
    }

    async fn pause(&self, pause: &Pause) -> Result<Pause, StoreError> {
        run::pause(&self.write(), pause).await
    }

    async fn resume(&self, profile: &ProfileName) -> Result<Option<Pause>, StoreError> {
        run::resume(&self.write(), profile).await
    }

    async fn find_pause(&self, profile: &ProfileName) -> Result<Option<Pause>, StoreError> {
        run::find_pause(&self.read(), profile).await
    }

    async fn list_pauses(&self) -> Result<Vec<Pause>, StoreError> {
        run::list_pauses(&self.read()).await
    }

    async fn list_deadlines(
        &self,
        filter: &DeadlineFilter,
        after: Option<DeadlinePageKey>,
        limit: u32,
    ) -> Result<Page<OrderWithOperations, DeadlinePageKey>, StoreError> {
        deadline::list(&self.read(), filter, after, limit).await
    }

    async fn sum_deadlines(&self, filter: &DeadlineFilter) -> Result<Vec<DeadlineSum>, StoreError> {
        deadline::sum(&self.read(), filter).await
    }

    async fn finish_lookup(&self, claim: &LookupClaim, end: LookupEnd) -> Result<(), StoreError> {
        lookup::finish(&self.write(), claim, end).await
    }
}
