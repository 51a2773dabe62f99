//! Ten thousand calls that their callers give up within milliseconds, on a pool of two connections: no session is left within
//! a transaction, the pool still works, and whatever was acknowledged is there once.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tests::proto::{
    CancelOrderRequest, CreateShipmentRequest, GetOrderRequest, Order, OrderStatus, SyncOrderRequest,
    get_order_request::Key,
};
use tests::{Books, Dice, Engine, Journal, Orders, World, new_request_id, numbered, until};
use tonic::{Code, Status};

use crate::requests::{cancel, create, ship};

const CALLS: usize = 10_000;
const CALLERS: usize = 16;
/// Orders to begin with, so that there is something to ship.
const ORDERS: usize = 80;
/// When a caller gives up, in milliseconds.
const PATIENCE: std::ops::Range<u64> = 0..20;
/// How long a caller rests before the next call, in milliseconds: some calls are to be answered in time.
const REST: std::ops::Range<u64> = 0..70;
/// How long nothing at all may come of what is waited for: longer than any machine is busy, and no measure of its speed.
const STALLED: Duration = Duration::from_secs(120);

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn ten_thousand_calls_given_up_at_once_leave_a_pool_of_two_connections_as_good_as_new() {
        super::calls_are_given_up().await;
    }
}

async fn calls_are_given_up() {
    if !Engine::Postgres.is_available().await {
        return;
    }
    let settings = [
        ("ORDER_SERVICE__DATABASE__MAX_CONNECTIONS", "2"),
        ("ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS", "5"),
        ("ORDER_SERVICE__MOLLIE__SETTLE_WINDOW_SECONDS", "1"),
    ];
    let settings = settings.map(|(name, value)| (name, OsString::from(value))).to_vec();
    let mut world = World::prepare_with(Engine::Postgres, settings).await;
    world.service.start().await;
    let (journal, began) = (Journal::default(), Instant::now());
    let orders = Mutex::new(authorized(&world, &journal).await);
    let (mut dice, ends) = (Dice::new("pool"), Mutex::new(BTreeMap::new()));
    let callers = (0..CALLERS).map(|_| {
        let caller = Caller { orders: &orders, journal: &journal, client: world.orders(), ends: &ends };
        caller.call_and_give_up(dice.fork())
    });
    join_all(callers).await;
    println!("{CALLS} calls in {:?}: {:?}", began.elapsed(), ends.into_inner().unwrap());

    let books = Box::pin(Books::balance(&world, &journal, STALLED)).await;
    println!("settled after {:?}: {} operations", began.elapsed(), books.operations());
    no_transaction_is_left(&world).await;
    until("the pool has two connections", STALLED, async || {
        (world.database.sessions().await.len() <= 2).then_some(())
    })
    .await;
    let order = placed(&world, &new_request_id(), "as-good-as-new").await;
    world.order(&order.id).await;
}

/// Workers go on, so a session may be within a transaction at any moment, but within another one later: each that is open now
/// comes to its end.
async fn no_transaction_is_left(world: &World) {
    let open: Vec<_> = world.database.sessions().await.into_iter().filter(|it| it.since.is_some()).collect();
    until("every transaction ends", STALLED, async || {
        let now = world.database.sessions().await;
        (!open.iter().any(|session| now.contains(session))).then_some(())
    })
    .await;
}

/// A new order, however often it has to be asked for while the service has no room.
async fn placed(world: &World, request_id: &str, number: &str) -> Order {
    until("the order is placed", STALLED, async || {
        let answer =
            world.orders().create_order(create(request_id, numbered(number, "klarnapaylater"))).await;
        match answer {
            Ok(order) => Some(order.into_inner()),
            Err(status) if status.code() == Code::Unavailable => None,
            Err(status) => panic!("{status:?}"),
        }
    })
    .await
}

async fn authorized(world: &World, journal: &Journal) -> Vec<Order> {
    let mut orders = Vec::new();
    for n in 0..ORDERS {
        let request_id = journal.intend();
        let order = placed(world, &request_id, &format!("before-{n}")).await;
        journal.acknowledge(&request_id);
        world.simulator.check_out(&order.checkout_url, "authorized").await;
        orders.push(order);
    }
    for order in &mut orders {
        *order = authorized_by_now(world, &order.id).await;
    }
    orders
}

async fn authorized_by_now(world: &World, id: &str) -> Order {
    until("the order is authorized", STALLED, async || {
        let key = Some(Key::Id(id.to_owned()));
        let order = world.orders().get_order(GetOrderRequest { key }).await.ok()?.into_inner();
        (order.status() == OrderStatus::Authorized).then_some(order)
    })
    .await
}

struct Caller<'a> {
    orders: &'a Mutex<Vec<Order>>,
    journal: &'a Journal,
    client: Orders,
    /// How calls ended, and how often.
    ends: &'a Mutex<BTreeMap<String, usize>>,
}

impl Caller<'_> {
    async fn call_and_give_up(self, mut dice: Dice) {
        for n in 0..CALLS / CALLERS {
            let (kind, number) = (dice.below(20), format!("given-up-{n}-{}", dice.below(1 << 40)));
            let order = dice.one_of(&self.orders.lock().unwrap()).clone();
            let call = self.call(kind, &order, &number);
            let end = match tokio::time::timeout(dice.within(PATIENCE), call).await {
                Ok(Ok(())) => "answered".to_owned(),
                Ok(Err(status)) => format!("{:?}", status.code()),
                Err(_) => "given up".to_owned(),
            };
            *self.ends.lock().unwrap().entry(end).or_default() += 1;
            tokio::time::sleep(dice.within(REST)).await;
        }
    }

    async fn call(&self, kind: usize, order: &Order, number: &str) -> Result<(), Status> {
        let (mut client, id) = (self.client.clone(), order.id.clone());
        match kind {
            0..2 => {
                let request_id = self.journal.intend();
                let request = create(&request_id, numbered(number, "klarnapaylater"));
                let order = client.create_order(request).await?.into_inner();
                self.journal.acknowledge(&request_id);
                self.orders.lock().unwrap().push(order);
            }
            2..4 => {
                let request_id = self.journal.intend();
                let request =
                    CreateShipmentRequest { request_id: request_id.clone(), ..ship(order, 0, 1, None) };
                client.create_shipment(request).await?;
                self.journal.acknowledge(&request_id);
            }
            4 => {
                let request_id = self.journal.intend();
                client
                    .cancel_order(CancelOrderRequest { request_id: request_id.clone(), ..cancel(order) })
                    .await?;
                self.journal.acknowledge(&request_id);
            }
            5..8 => drop(client.sync_order(SyncOrderRequest { id }).await?),
            _ => drop(client.get_order(GetOrderRequest { key: Some(Key::Id(id)) }).await?),
        }
        Ok(())
    }
}
