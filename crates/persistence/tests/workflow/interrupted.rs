//! Changes between two accesses to the store: the decision fails and is made again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::submitted::cancel;
use crate::submitted::ship;
use domain::operations::claim::Claim;
use domain::operations::operation::Operation;
use domain::ports::{
    Change, CommitError, DeadlineFilter, DeadlinePageKey, DeadlineSum, LookupClaim, LookupEnd,
    OperationFilter, OperationPageKey, OrderFilter, OrderKey, OrderWithOperations, Page, PageKey, Pause,
    Ports, RefundFilter, RefundPageKey, RefundSum, RequestRecord, Run, Series, Settings, Store, StoreError,
    TimerClaim,
};
use domain::rules::event::Event;
use domain::rules::ids::{
    Caller, GroupId, LeaseToken, OperationId, OrderId, ProfileName, RefundId, RequestId, ShipmentId,
};
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::placement::Placement;
use domain::rules::refund::Refund;
use domain::rules::shipment::{Shipment, ShipmentState};
use domain::rules::status::OrderStatus;
use domain::workflow::Intent;
use domain::workflow::drive::drive;
use domain::workflow::operator::{OperatorError, Verdict, resolve_as, retry};
use domain::workflow::step::Progress;
use jiff::{SignedDuration, Timestamp};

use crate::clock::{CountedIds, ManualClock, PlainVault};
use crate::intents::{decision, intent, lamps};
use crate::mollie::{Fate, Meanwhile, Mollie, meanwhile};
use crate::operator::doubtful;
use crate::world::{World, secs};

/// The world, with one interruption right after an access to the store.
struct Interrupted {
    world: Arc<World>,
    behind: Option<&'static str>,
    work: Mutex<Option<Meanwhile>>,
}

impl Interrupted {
    /// `behind`: the store's method; `None`: the first one called.
    fn new(
        world: &Arc<World>,
        behind: Option<&'static str>,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        Self { world: world.clone(), behind, work: Mutex::new(Some(meanwhile(work))) }
    }

    async fn interrupt(&self, method: &str) {
        let is_here = self.behind.is_none_or(|behind| behind == method);
        let work = if is_here { self.work.lock().unwrap().take() } else { None };
        if let Some(work) = work {
            work().await;
        }
    }
}

/// A test without its interruption proves nothing.
impl Drop for Interrupted {
    fn drop(&mut self) {
        let waits = self.work.lock().unwrap().is_some();
        assert!(!waits || std::thread::panicking(), "{:?} was never called", self.behind);
    }
}

impl Ports for Interrupted {
    type Store = Self;
    type Gateway = Mollie;
    type Clock = ManualClock;
    type Ids = CountedIds;
    type Vault = PlainVault;

    fn store(&self) -> &Self {
        self
    }
    fn gateway(&self) -> &Mollie {
        self.world.gateway()
    }
    fn clock(&self) -> &ManualClock {
        self.world.clock()
    }
    fn ids(&self) -> &CountedIds {
        self.world.ids()
    }
    fn vault(&self) -> &PlainVault {
        self.world.vault()
    }
    fn settings(&self) -> &Settings {
        self.world.settings()
    }
}

type Answer<T> = Result<T, StoreError>;

macro_rules! passed_on {
    ($(fn $name:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {
        impl Store for Interrupted {
            $(async fn $name(&self, $($arg: $type),*) -> $out {
                let out = self.world.store.$name($($arg),*).await;
                self.interrupt(stringify!($name)).await;
                out
            })*
        }
    };
}

passed_on! {
    fn commit(change: Change) -> Result<(), CommitError>;
    fn find_request(caller: &Caller, id: &RequestId) -> Answer<Option<RequestRecord>>;
    fn load_order(key: &OrderKey) -> Answer<Option<Order>>;
    fn load_with_operations(key: &OrderKey) -> Answer<Option<OrderWithOperations>>;
    fn load_many_with_operations(keys: &[OrderKey]) -> Answer<Vec<Option<OrderWithOperations>>>;
    fn list_orders(filter: &OrderFilter, after: Option<PageKey>, limit: u32) -> Answer<Page<OrderWithOperations, PageKey>>;
    fn list_events(order: OrderId, after: u64, limit: u32) -> Answer<Page<Event, u64>>;
    fn load_shipment(id: ShipmentId) -> Answer<Option<Shipment>>;
    fn list_shipments(order: OrderId) -> Answer<Vec<Shipment>>;
    fn shipments_of(orders: &[OrderId]) -> Answer<Vec<Shipment>>;
    fn load_refund(id: RefundId) -> Answer<Option<Refund>>;
    fn list_refunds(order: OrderId) -> Answer<Vec<Refund>>;
    fn find_refunds(filter: &RefundFilter, after: Option<RefundPageKey>, limit: u32) -> Answer<Page<Refund, RefundPageKey>>;
    fn sum_refunds(filter: &RefundFilter) -> Answer<Vec<RefundSum>>;
    fn load_operation(id: OperationId) -> Answer<Option<Operation>>;
    fn load_operations(ids: &[OperationId]) -> Answer<Vec<Operation>>;
    fn list_operations(filter: &OperationFilter, after: Option<OperationPageKey>, limit: u32) -> Answer<Page<Operation, OperationPageKey>>;
    fn group_operations(order: OrderId, group: GroupId) -> Answer<Vec<Operation>>;
    fn unsettled_operations(order: OrderId) -> Answer<Vec<Operation>>;
    fn note_observed(order: OrderId, version: u64, time: Timestamp) -> Answer<bool>;
    fn claim_operations(now: Timestamp, lease: Duration, token: LeaseToken, limit: u32) -> Answer<Vec<Claim>>;
    fn renew_lease(id: OperationId, token: LeaseToken, lease: Duration) -> Answer<bool>;
    fn defer(operation: &Operation, token: LeaseToken) -> Answer<bool>;
    fn hook_arrived(order: OrderId, hint: Option<&str>, now: Timestamp) -> Answer<bool>;
    fn claim_lookups(now: Timestamp, lease: Duration, token: LeaseToken, limit: u32) -> Answer<Vec<LookupClaim>>;
    fn is_lookup_owed(order: OrderId, now: Timestamp) -> Answer<bool>;
    fn claim_timers(offset: SignedDuration, lease: Duration, token: LeaseToken, limit: u32) -> Answer<Vec<TimerClaim>>;
    fn finish_timer(claim: &TimerClaim, next: Option<Timestamp>, failures: u32) -> Answer<()>;
    fn last_runs(series: &Series, limit: u32) -> Answer<Vec<Run>>;
    fn pause(pause: &Pause) -> Answer<Pause>;
    fn resume(profile: &ProfileName) -> Answer<Option<Pause>>;
    fn find_pause(profile: &ProfileName) -> Answer<Option<Pause>>;
    fn list_pauses() -> Answer<Vec<Pause>>;
    fn list_deadlines(filter: &DeadlineFilter, after: Option<DeadlinePageKey>, limit: u32) -> Answer<Page<OrderWithOperations, DeadlinePageKey>>;
    fn sum_deadlines(filter: &DeadlineFilter) -> Answer<Vec<DeadlineSum>>;
    fn finish_lookup(claim: &LookupClaim, end: LookupEnd) -> Answer<()>;
}

/// A webhook brings news.
fn told_of(world: &Arc<World>, id: OrderId) -> impl Future<Output = ()> + Send + 'static {
    let world = world.clone();
    async move {
        world.at_mollie(id, |order| order.method = Some("klarna".to_owned())).await;
        world.sync(id).await;
    }
}

/// What the first call did to the order is no reason to refuse the second.
#[tokio::test]
async fn a_request_repeated_while_its_first_call_is_saved_joins_it() {
    let world = World::new().await;
    let id = world.authorized().await;
    let etag = Some(world.sound(id).await.version);
    let wish = Intent { etag, ..intent("CreateShipment", "s") };
    let (other, same) = (world.clone(), wish.clone());
    let first = async move {
        Box::pin(ship(&*other, &same, id, &lamps(3))).await.unwrap();
    };
    let again = Box::pin(ship(&Interrupted::new(&world, None, first), &wish, id, &lamps(3))).await.unwrap();
    assert_eq!((again.answer.shipment().is_some(), again.claim), (true, None));
    let etag = Some(world.sound(id).await.version);
    let wish = Intent { etag, ..intent("CancelOrder", "c") };
    let (other, same) = (world.clone(), wish.clone());
    let first = async move {
        Box::pin(cancel(&*other, &same, id, &[])).await.unwrap();
    };
    let again = Box::pin(cancel(&Interrupted::new(&world, None, first), &wish, id, &[])).await.unwrap();
    assert_eq!((again.operation_id().is_some(), again.claim), (true, None));
    assert_eq!(world.store.list_shipments(id).await.unwrap().len(), 1);
    assert_eq!(world.store.unsettled_operations(id).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_placement_claimed_just_before_it_is_withdrawn_is_canceled_after_it() {
    let world = World::new().await;
    world.mollie.next(Fate::NotSent(None));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(secs(1));
    let other = world.clone();
    let taken_up = async move {
        other.claim_one().await;
    };
    let ports = Interrupted::new(&world, Some("load_with_operations"), taken_up);
    let canceled =
        Box::pin(cancel(&ports, &intent("CancelOrder", "c"), accepted.order_id, &[])).await.unwrap();
    assert_ne!(canceled.operation_id(), accepted.operation_id());
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::InFlight);
    world.end_leases().await;
    world.work(secs(3)).await;
    let order = world.settled(accepted.order_id).await;
    assert_eq!((order.placement, order.facts.status), (Placement::Placed, Some(OrderStatus::Canceled)));
    assert_eq!(world.mollie.effects(), (1, 0, 1));
}

#[tokio::test]
async fn a_plan_is_made_again_if_the_order_changes_before_it_is_saved() {
    let world = World::new().await;
    let id = world.authorized().await;
    let ports = Interrupted::new(&world, Some("load_with_operations"), told_of(&world, id));
    let shipped = Box::pin(ship(&ports, &intent("CreateShipment", "s"), id, &lamps(1))).await.unwrap();
    assert_eq!(world.drive(&shipped.claim.unwrap()).await, Progress::Settled);
    let authorized = world.place("p2", "1338").await;
    world.drive(authorized.claim.as_ref().unwrap()).await;
    let id = authorized.order_id;
    let ports = Interrupted::new(&world, Some("load_with_operations"), told_of(&world, id));
    let canceled = Box::pin(cancel(&ports, &intent("CancelOrder", "c"), id, &[])).await.unwrap();
    assert_eq!(world.drive(&canceled.claim.unwrap()).await, Progress::Settled);
    assert_eq!(world.mollie.effects(), (2, 1, 1));
}

#[tokio::test]
async fn an_outcome_is_saved_although_the_order_changes_meanwhile() {
    let world = World::new().await;
    let id = world.authorized().await;
    let accepted = world.ship(id, &lamps(1)).await.unwrap();
    let (claim, claimed_at) = accepted.claim.unwrap();
    let ports = Interrupted::new(&world, Some("list_shipments"), told_of(&world, id));
    assert_eq!(Box::pin(drive(&ports, &claim, claimed_at)).await.unwrap(), Progress::Settled);
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    let order = world.settled(id).await;
    assert_eq!((order.facts.method.as_deref(), order.lines[1].shipped.quantity), (Some("klarna"), 1));
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 1, 0)));
}

/// Another writer is just ahead: the order is read again, and an operation decided meanwhile is not decided twice.
#[tokio::test]
async fn an_interrupted_decision_is_made_again() {
    let (world, id, accepted) = doubtful().await;
    let operation = accepted.operation_id().unwrap();
    let ports = Interrupted::new(&world, Some("list_shipments"), told_of(&world, id));
    let retried = Box::pin(retry(&ports, operation, &decision())).await.unwrap();
    assert_eq!(retried.state.name(), OperationState::Resolving);
    assert_eq!(world.step().await, Progress::Settled);
    let other = world.clone();
    let quicker = async move {
        other.rejected(Some(operation)).await.unwrap();
    };
    let ports = Interrupted::new(&world, Some("list_shipments"), quicker);
    let second = Box::pin(resolve_as(&ports, operation, &Verdict::Rejected, &decision())).await;
    assert!(matches!(second, Err(OperatorError::WrongState { is: OperationState::Rejected })), "{second:?}");
    assert_eq!(world.decisions(id).await.len(), 2);
    world.settled(id).await;
}

/// A look-up ends between the loading and the question whether one is due: the refusal is of what was before.
#[tokio::test]
async fn a_refusal_of_an_order_that_has_moved_is_decided_again() {
    let world = World::new().await;
    let id = world.placed().await;
    let looks_up = {
        let world = Arc::clone(&world);
        async move {
            world.authorize(id).await;
            world.sync(id).await;
        }
    };
    let ports = Interrupted::new(&world, Some("load_with_operations"), looks_up);
    let made = Box::pin(ship(&ports, &intent("CreateShipment", "s"), id, &lamps(1))).await;
    assert!(made.is_ok(), "{made:?}");
}
