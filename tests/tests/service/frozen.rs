//! A replica that is stopped past its lease and woken afterwards, with another one that takes over meanwhile: one effect, or,
//! where Mollie cannot know better, a second one that is raised.
//!
//! It is stopped where its call hangs at Mollie, which does what was asked later; or, by a crash point, between the check
//! of its lease and the write to the socket, which is the window that no lease can close.

use std::ffi::OsString;

use serde_json::json;
use tests::proto::{
    CancelOrderLinesRequest, CancelOrderRequest, CreateOrderRequest, CreateShipmentRequest, Order,
    OrderDraft, OrderStatus, ReviewItemKind,
};
use tests::{
    Books, Engine, Journal, Orders, SOON, Service, World, amount, impatient, numbered, probes_are_available,
    until,
};
use tonic::{Response, Status};

use crate::requests::{cancel, cancel_lines, create, ship};

mod postgres {
    use super::{Kind, a_call_hangs, before_the_write};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_replica_stopped_while_its_placement_hangs_places_nothing_twice() {
        Box::pin(a_call_hangs(Kind::Place)).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_replica_stopped_while_its_shipment_hangs_ships_nothing_twice() {
        Box::pin(a_call_hangs(Kind::Ship)).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_replica_stopped_while_its_cancellation_hangs_cancels_nothing_twice() {
        Box::pin(a_call_hangs(Kind::Cancel)).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_replica_stopped_while_its_cancellation_of_lines_hangs_cancels_nothing_twice() {
        Box::pin(a_call_hangs(Kind::Lines)).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_replica_stopped_just_before_it_writes_places_nothing_twice() {
        Box::pin(before_the_write(Kind::Place)).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_replica_stopped_just_before_it_writes_ships_nothing_twice() {
        Box::pin(before_the_write(Kind::Ship)).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_replica_stopped_just_before_it_writes_cancels_nothing_twice() {
        Box::pin(before_the_write(Kind::Cancel)).await;
    }

    /// Mollie knows no key of it, and enough units are left for it to be done twice.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_replica_stopped_just_before_it_writes_cancels_lines_twice_and_that_is_raised() {
        Box::pin(before_the_write(Kind::Lines)).await;
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Place,
    Ship,
    Cancel,
    Lines,
}

/// What is asked of both replicas, under one request id.
enum Wish {
    Place(Box<CreateOrderRequest>),
    Ship(CreateShipmentRequest),
    Cancel(CancelOrderRequest),
    Lines(CancelOrderLinesRequest),
}

impl Kind {
    const fn stem(self) -> &'static str {
        match self {
            Self::Place => "place_order",
            Self::Ship => "create_shipment",
            Self::Cancel => "cancel_order",
            Self::Lines => "cancel_lines",
        }
    }

    /// How Mollie is asked, and what it enters in its ledger.
    const fn at_mollie(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Place => ("POST", "/v2/orders", "order_created"),
            Self::Ship => ("POST", "/v2/orders/*/shipments", "shipment_created"),
            Self::Cancel => ("DELETE", "/v2/orders/*", "order_canceled"),
            Self::Lines => ("DELETE", "/v2/orders/*/lines", "lines_canceled"),
        }
    }

    /// An intent of this kind, about an order that is there already unless it is to be placed.
    async fn wish(self, world: &World, journal: &Journal) -> Wish {
        let request_id = journal.intend();
        match self {
            Self::Place => Wish::Place(Box::new(create(&request_id, numbered("frozen", "klarnapaylater")))),
            Self::Ship => {
                let order = authorized(world, journal).await;
                Wish::Ship(CreateShipmentRequest { request_id, ..ship(&order, 0, 1, Some("299.00")) })
            }
            Self::Cancel => {
                Wish::Cancel(CancelOrderRequest { request_id, ..cancel(&authorized(world, journal).await) })
            }
            Self::Lines => {
                let order = authorized(world, journal).await;
                Wish::Lines(CancelOrderLinesRequest { request_id, ..cancel_lines(&order, 1, 1, None) })
            }
        }
    }
}

impl Wish {
    async fn ask(&self, mut orders: Orders) -> Result<String, Status> {
        match self {
            Self::Place(request) => {
                orders.create_order((**request).clone()).await.map(|it| it.into_inner().id)
            }
            Self::Ship(request) => {
                orders.create_shipment(request.clone()).await.map(|it| it.into_inner().order_id)
            }
            Self::Cancel(request) => orders.cancel_order(request.clone()).await.map(|it| it.into_inner().id),
            Self::Lines(request) => {
                let answer = orders.cancel_order_lines(request.clone()).await;
                answer.map(|it| it.into_inner().order.unwrap_or_default().id)
            }
        }
    }
}

async fn authorized(world: &World, journal: &Journal) -> Order {
    let request_id = journal.intend();
    let order = world.orders().create_order(create(&request_id, with_three_of_a_kind())).await;
    let order = order.map(Response::into_inner).unwrap();
    world.simulator.check_out(&order.checkout_url, "authorized").await;
    world.reaches(&order.id, OrderStatus::Authorized).await
}

/// The LEGO order with three of its second line, which has no discount.
pub fn with_three_of_a_kind() -> OrderDraft {
    let mut draft = numbered("frozen", "klarnapaylater");
    let second = &mut draft.lines[1];
    (second.quantity, second.total_amount, second.vat_amount) = (3, None, None);
    OrderDraft { amount: Some(amount("1687.97")), ..draft }
}

/// Mollie does later what the stopped replica has asked it for.
async fn a_call_hangs(kind: Kind) {
    let Some((mut world, journal)) = prepare().await else { return };
    world.service.start().await;
    let wish = kind.wish(&world, &journal).await;
    let (method, path, _) = kind.at_mollie();
    let late = json!([{"fault": "late_effect", "now": "hang", "after": "PT3S", "in_flight": false,
                       "method": method, "path": path}]);
    world.simulator.fail(late).await;
    let mut second = world.replica();
    second.start().await;
    let (orders, stopping) = (world.orders(), async {
        world.simulator.has_one_hanging().await;
        world.service.freeze();
        world.service.is_frozen().await;
    });
    tokio::select! {
        answer = wish.ask(orders) => panic!("answered before it was stopped: {answer:?}"),
        () = stopping => (),
    }
    taken_over(world, journal, kind, wish, second, 1).await;
}

/// The stopped replica has seen that its lease stands, and writes when it is woken.
async fn before_the_write(kind: Kind) {
    if !probes_are_available() {
        return;
    }
    let Some((mut world, journal)) = prepare().await else { return };
    let mut second = world.replica();
    second.start().await;
    // What comes before happens elsewhere, or it would be stopped by that.
    std::mem::swap(&mut world.service, &mut second);
    let wish = kind.wish(&world, &journal).await;
    std::mem::swap(&mut world.service, &mut second);
    world.service.arm(Some(format!("{}.sent.before:1:stop", kind.stem())));
    world.service.start().await;
    let orders = world.orders();
    tokio::select! {
        answer = wish.ask(orders) => panic!("answered before it was stopped: {answer:?}"),
        () = world.service.is_frozen() => (),
    }
    let effects = if matches!(kind, Kind::Lines) { 2 } else { 1 };
    taken_over(world, journal, kind, wish, second, effects).await;
}

async fn prepare() -> Option<(World, Journal)> {
    if !Engine::Postgres.is_available().await {
        return None;
    }
    // Longer than what hangs: a stopped replica finds its call still hanging.
    let mut settings = impatient();
    settings.push(("ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS", OsString::from("3")));
    // Each step is told.
    settings.push(("ORDER_SERVICE__LOG__FILTER", OsString::from("debug")));
    Some((World::prepare_with(Engine::Postgres, settings).await, Journal::default()))
}

/// The second replica brings it to its end; then the first is woken, finds that it has lost its lease, and nothing more
/// has happened, or a person is told.
async fn taken_over(
    mut world: World,
    journal: Journal,
    kind: Kind,
    wish: Wish,
    mut second: Service,
    effects: usize,
) {
    // From now on the world's service is the second one.
    std::mem::swap(&mut world.service, &mut second);
    let mut first = second;
    let ask = async || wish.ask(world.orders()).await.ok();
    let id = until("the other replica has taken over", SOON, ask).await;
    world.settles(&id).await;
    assert!(!first.said().contains("LeaseLost"), "it has been stopped all the while");
    first.wake();
    let noticed = async || first.said().contains("LeaseLost").then_some(());
    until("the first one notices that it has lost its lease", SOON, noticed).await;
    if effects == 1 {
        let books = Books::balance(&world, &journal, SOON).await;
        assert_eq!(books.ledger().count(kind.at_mollie().2), 1);
    } else {
        let raised = async || world.order(&id).await.items.into_iter().next();
        let item = until("the second effect is raised", SOON, raised).await;
        assert_eq!(item.kind(), ReviewItemKind::SurplusCancellation);
        assert_eq!(world.simulator.ledger().await.count(kind.at_mollie().2), effects);
    }
    world.events(&id).await;
}
