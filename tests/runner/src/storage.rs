//! The store as one process sees it: behind a connection that takes time, and fails before or after a write. What is written
//! goes to the memory all processes share; each operation's way through its states is noted.

use std::sync::Arc;
use std::time::Duration;

use domain::operations::claim::Claim;
use domain::operations::operation::Operation;
use domain::ports::{
    Change, CommitError, DeadlineFilter, DeadlinePageKey, DeadlineSum, LookupClaim, LookupEnd,
    OperationFilter, OperationPageKey, OperationWrite, OrderFilter, OrderKey, OrderWithOperations, Page,
    PageKey, Pause, RefundFilter, RefundPageKey, RefundSum, RequestRecord, Run, Series, Store, StoreError,
    TimerClaim,
};
use domain::rules::event::Event;
use domain::rules::ids::{
    Caller, GroupId, LeaseToken, OperationId, OrderId, ProfileName, RefundId, RequestId, ShipmentId,
};
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::refund::Refund;
use domain::rules::shipment::Shipment;
use jiff::{SignedDuration, Timestamp};

use crate::script::{StoreFault, Write};
use crate::site::Site;

type Answer<T> = Result<T, StoreError>;

pub struct Storage(pub Arc<Site>);

impl Storage {
    async fn reading(&self) {
        self.0.pause(0, 3).await;
    }

    /// A write: time before it, the write itself, and time until its answer is back.
    async fn writing<T, E: From<StoreError>>(
        &self,
        on: Write,
        work: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, E> {
        let site = &self.0;
        let fault = site.store_fault(on);
        if let Some(StoreFault::Slow { pause }) = fault {
            site.time.sleep(Duration::from_millis(pause)).await;
        }
        site.pause(0, 4).await;
        if fault == Some(StoreFault::Before) {
            // Whoever waits for work is told all the same, as its loop asks again soon.
            site.touch();
            return Err(lost("before").into());
        }
        let outcome = work.await;
        site.touch();
        site.pause(0, 4).await;
        if fault == Some(StoreFault::After) {
            return Err(lost("after").into());
        }
        outcome
    }

    /// Notes where an operation is now, and where it was.
    fn note(&self, operation: &Operation) {
        let before = self.0.queues().moved(operation, self.0.now());
        let after = operation.state.name();
        self.0.note(|| {
            let from = before.map_or("new", OperationState::as_str);
            let Operation { task, last_problem, .. } = operation;
            let problem = last_problem.as_deref().unwrap_or_default();
            format!(
                "operation {} {}: {from} → {} {problem}",
                short(operation.id),
                task.name().as_str(),
                after.as_str()
            )
        });
        if before != Some(after) {
            self.0.tally().state(before, after);
        }
    }
}

fn short(id: OperationId) -> String {
    let text = id.to_string();
    text.get(text.len().saturating_sub(4)..).unwrap_or_default().to_owned()
}

fn lost(when: &str) -> StoreError {
    StoreError::Unavailable(format!("the connection broke {when} the write"))
}

impl Store for Storage {
    async fn commit(&self, change: Change) -> Result<(), CommitError> {
        let written: Vec<Operation> = change
            .operations
            .iter()
            .map(|write| match write {
                OperationWrite::Insert { operation, .. }
                | OperationWrite::Release { operation, .. }
                | OperationWrite::Decide { operation }
                | OperationWrite::Withdraw { operation } => operation.clone(),
            })
            .collect();
        let events: Vec<_> = change.events.iter().map(|event| event.data.kind()).collect();
        let order = change.order.terms.order_number.clone();
        let work = async {
            self.0.store.commit(change).await?;
            written.iter().for_each(|operation| self.note(operation));
            self.0.note(|| format!("saved {order}: {}", events.join(", ")));
            Ok(())
        };
        Box::pin(self.writing(Write::Commit, work)).await
    }

    async fn find_request(&self, caller: &Caller, id: &RequestId) -> Answer<Option<RequestRecord>> {
        self.reading().await;
        self.0.store.find_request(caller, id).await
    }

    async fn load_order(&self, key: &OrderKey) -> Answer<Option<Order>> {
        self.reading().await;
        self.0.store.load_order(key).await
    }

    async fn load_with_operations(&self, key: &OrderKey) -> Answer<Option<OrderWithOperations>> {
        self.reading().await;
        self.0.store.load_with_operations(key).await
    }

    async fn load_many_with_operations(&self, keys: &[OrderKey]) -> Answer<Vec<Option<OrderWithOperations>>> {
        self.reading().await;
        self.0.store.load_many_with_operations(keys).await
    }

    async fn list_orders(
        &self,
        filter: &OrderFilter,
        after: Option<PageKey>,
        limit: u32,
    ) -> Answer<Page<OrderWithOperations, PageKey>> {
        self.reading().await;
        self.0.store.list_orders(filter, after, limit).await
    }

    async fn list_events(&self, order: OrderId, after: u64, limit: u32) -> Answer<Page<Event, u64>> {
        self.reading().await;
        self.0.store.list_events(order, after, limit).await
    }

    async fn load_shipment(&self, id: ShipmentId) -> Answer<Option<Shipment>> {
        self.reading().await;
        self.0.store.load_shipment(id).await
    }

    async fn list_shipments(&self, order: OrderId) -> Answer<Vec<Shipment>> {
        self.reading().await;
        self.0.store.list_shipments(order).await
    }

    async fn shipments_of(&self, orders: &[OrderId]) -> Answer<Vec<Shipment>> {
        self.reading().await;
        self.0.store.shipments_of(orders).await
    }

    async fn load_refund(&self, id: RefundId) -> Answer<Option<Refund>> {
        self.reading().await;
        self.0.store.load_refund(id).await
    }

    async fn list_refunds(&self, order: OrderId) -> Answer<Vec<Refund>> {
        self.reading().await;
        self.0.store.list_refunds(order).await
    }

    async fn find_refunds(
        &self,
        filter: &RefundFilter,
        after: Option<RefundPageKey>,
        limit: u32,
    ) -> Answer<Page<Refund, RefundPageKey>> {
        self.reading().await;
        self.0.store.find_refunds(filter, after, limit).await
    }

    async fn sum_refunds(&self, filter: &RefundFilter) -> Answer<Vec<RefundSum>> {
        self.reading().await;
        self.0.store.sum_refunds(filter).await
    }

    async fn load_operation(&self, id: OperationId) -> Answer<Option<Operation>> {
        self.reading().await;
        self.0.store.load_operation(id).await
    }

    async fn load_operations(&self, ids: &[OperationId]) -> Answer<Vec<Operation>> {
        self.reading().await;
        self.0.store.load_operations(ids).await
    }

    async fn list_operations(
        &self,
        filter: &OperationFilter,
        after: Option<OperationPageKey>,
        limit: u32,
    ) -> Answer<Page<Operation, OperationPageKey>> {
        self.reading().await;
        self.0.store.list_operations(filter, after, limit).await
    }

    async fn group_operations(&self, order: OrderId, group: GroupId) -> Answer<Vec<Operation>> {
        self.reading().await;
        self.0.store.group_operations(order, group).await
    }

    async fn unsettled_operations(&self, order: OrderId) -> Answer<Vec<Operation>> {
        self.reading().await;
        self.0.store.unsettled_operations(order).await
    }

    async fn note_observed(&self, order: OrderId, version: u64, time: Timestamp) -> Answer<bool> {
        self.writing(Write::Other, self.0.store.note_observed(order, version, time)).await
    }

    async fn claim_operations(
        &self,
        now: Timestamp,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> Answer<Vec<Claim>> {
        let work = async {
            let claims = self.0.store.claim_operations(now, lease, token, limit).await?;
            claims.iter().for_each(|claim| self.note(&claim.operation));
            Ok(claims)
        };
        self.writing(Write::Claim, work).await
    }

    async fn renew_lease(&self, id: OperationId, token: LeaseToken, lease: Duration) -> Answer<bool> {
        self.writing(Write::Other, self.0.store.renew_lease(id, token, lease)).await
    }

    async fn defer(&self, operation: &Operation, token: LeaseToken) -> Answer<bool> {
        let work = async {
            let ours = self.0.store.defer(operation, token).await?;
            if ours {
                self.note(operation);
            }
            Ok(ours)
        };
        self.writing(Write::Defer, work).await
    }

    async fn hook_arrived(&self, order: OrderId, hint: Option<&str>, now: Timestamp) -> Answer<bool> {
        self.writing(Write::Other, self.0.store.hook_arrived(order, hint, now)).await
    }

    async fn claim_lookups(
        &self,
        now: Timestamp,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> Answer<Vec<LookupClaim>> {
        self.writing(Write::Claim, self.0.store.claim_lookups(now, lease, token, limit)).await
    }

    async fn claim_timers(
        &self,
        offset: SignedDuration,
        lease: Duration,
        token: LeaseToken,
        limit: u32,
    ) -> Answer<Vec<TimerClaim>> {
        self.writing(Write::Claim, self.0.store.claim_timers(offset, lease, token, limit)).await
    }

    async fn finish_timer(&self, claim: &TimerClaim, next: Option<Timestamp>, failures: u32) -> Answer<()> {
        self.writing(Write::Other, self.0.store.finish_timer(claim, next, failures)).await
    }

    async fn last_runs(&self, series: &Series, limit: u32) -> Answer<Vec<Run>> {
        self.reading().await;
        self.0.store.last_runs(series, limit).await
    }

    async fn pause(&self, pause: &Pause) -> Answer<Pause> {
        self.writing(Write::Other, self.0.store.pause(pause)).await
    }

    async fn resume(&self, profile: &ProfileName) -> Answer<Option<Pause>> {
        self.writing(Write::Other, self.0.store.resume(profile)).await
    }

    async fn find_pause(&self, profile: &ProfileName) -> Answer<Option<Pause>> {
        self.reading().await;
        self.0.store.find_pause(profile).await
    }

    async fn list_pauses(&self) -> Answer<Vec<Pause>> {
        self.reading().await;
        self.0.store.list_pauses().await
    }

    async fn list_deadlines(
        &self,
        filter: &DeadlineFilter,
        after: Option<DeadlinePageKey>,
        limit: u32,
    ) -> Answer<Page<OrderWithOperations, DeadlinePageKey>> {
        self.reading().await;
        self.0.store.list_deadlines(filter, after, limit).await
    }

    async fn sum_deadlines(&self, filter: &DeadlineFilter) -> Answer<Vec<DeadlineSum>> {
        self.reading().await;
        self.0.store.sum_deadlines(filter).await
    }

    async fn is_lookup_owed(&self, order: OrderId, now: Timestamp) -> Answer<bool> {
        self.reading().await;
        self.0.store.is_lookup_owed(order, now).await
    }

    async fn finish_lookup(&self, claim: &LookupClaim, end: LookupEnd) -> Answer<()> {
        self.writing(Write::Other, self.0.store.finish_lookup(claim, end)).await
    }
}
