//! Look-ups when no hook arrives, and how fast Mollie is called: no faster than is allowed for all replicas together, and as Mollie itself
//! wants it. Calls are counted at the simulator; no test here measures how fast anything is.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::proto::{CancelOrderRequest, Order, OrderStatus, SyncOrderRequest};
use tests::{Engine, SOON, Service, World, new_request_id, numbered, until};

use crate::requests::{ship, sync};

/// Nobody listens there.
const NOBODY: &str = "http://127.0.0.1:9";
const READ: &str = "GET /v2/orders/{id}";
const CALLS: &str = "ORDER_SERVICE__MOLLIE__CALLS_PER_SECOND";

/// Enough for many calls that wait for their turn.
const LATER: Duration = Duration::from_secs(180);

mod sqlite {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn whatever_happens_without_hooks_is_found_at_the_next_look_up() {
        super::unreachable(tests::Engine::Sqlite, super::whatever_happens_is_found).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn mollie_is_called_as_often_as_it_says_and_no_more() {
        super::unreachable(tests::Engine::Sqlite, super::mollies_headers_are_obeyed).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_mollie_that_puts_calls_off_is_asked_again_when_it_said() {
        super::unreachable(tests::Engine::Sqlite, super::a_pause_is_waited_out).await;
    }
}

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_shipment_does_not_wait_behind_readings_that_callers_ask_for() {
        super::unreachable(tests::Engine::Postgres, super::money_goes_before_readings).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn whatever_happens_without_hooks_is_found_at_the_next_look_up() {
        super::unreachable(tests::Engine::Postgres, super::whatever_happens_is_found).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn mollie_is_called_as_often_as_it_says_and_no_more() {
        super::unreachable(tests::Engine::Postgres, super::mollies_headers_are_obeyed).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn three_replicas_together_call_no_faster_than_allowed_and_money_goes_first() {
        super::unreachable(tests::Engine::Postgres, super::three_replicas_share_a_rate).await;
    }
}

/// A service that Mollie cannot reach.
async fn unreachable(engine: Engine, test: impl AsyncFnOnce(World)) {
    if engine.is_available().await {
        let mut world = World::prepare(engine, Some(NOBODY)).await;
        world.service.start().await;
        Box::pin(test(world)).await;
    }
}

/// 30 hours: longer than Mollie repeats a hook, which is 26. Each time something happens right after a look-up, and simulated time passes by the
/// interval in force.
async fn whatever_happens_is_found(world: World) {
    let paid = world.create(numbered("shopper", "ideal")).await;
    let authorized = world.create(numbered("goods", "klarnapaylater")).await;
    let slow = world.create(numbered("bank", "banktransfer")).await;
    world.simulator.check_out(&paid.checkout_url, "paid").await;
    world.simulator.check_out(&authorized.checkout_url, "authorized").await;
    world.advance("PT2M").await;
    world.reaches(&paid.id, OrderStatus::Paid).await;
    world.reaches(&authorized.id, OrderStatus::Authorized).await;
    world.simulator.ship_in_dashboard(&authorized, 0).await;
    world.advance("PT6H").await;
    let order = world.reaches(&authorized.id, OrderStatus::Shipping).await;
    assert_eq!(order.lines[0].quantity_shipped, order.lines[0].quantity);
    world.simulator.cancel_in_dashboard(&order, 1).await;
    world.simulator.refund_elsewhere(&paid, 1, 1, &unit(&paid)).await;
    world.advance("PT6H").await;
    world.reaches(&authorized.id, OrderStatus::Completed).await;
    until("the refund is found", SOON, async || {
        world.order(&paid.id).await.amount_refunded.filter(|amount| amount.value != "0.00")
    })
    .await;
    let before = world.events(&slow.id).await.len();
    world.simulator.check_out(&slow.checkout_url, "paid").await;
    world.advance("PT6H").await;
    assert_eq!(world.events(&slow.id).await.len(), before, "a bank transfer takes days");
    world.advance("PT6H").await;
    world.reaches(&slow.id, OrderStatus::Paid).await;
    world.simulator.refund_elsewhere(&slow, 1, 1, &unit(&slow)).await;
    world.advance("PT6H").await;
    until("the refund is found", SOON, async || {
        world.order(&slow.id).await.amount_refunded.filter(|amount| amount.value != "0.00")
    })
    .await;
}

/// What a unit of the second line costs.
fn unit(order: &Order) -> String {
    order.lines[1].unit_price.as_ref().expect("a price").value.clone()
}

async fn reads(world: &World) -> u64 {
    world.simulator.traffic().await.of(READ)
}

/// Places so many orders that are all looked up within three hours.
async fn placed(world: &World, count: usize) -> Vec<Order> {
    let mut orders = Vec::new();
    for n in 0..count {
        orders.push(world.create(numbered(&format!("n-{n}"), "ideal")).await);
    }
    orders
}

/// Waits until so many readings were made beyond those before.
async fn read(world: &World, before: u64, count: u64) {
    let all = async || (reads(world).await >= before + count).then_some(());
    until(&format!("{count} orders are read"), LATER, all).await;
}

async fn money_goes_before_readings(mut world: World) {
    const CALLERS: usize = 24;
    let order = world.create(numbered("asked", "klarnapaylater")).await;
    let other = world.create(numbered("unasked", "ideal")).await;
    world.simulator.check_out(&order.checkout_url, "authorized").await;
    sync(&world, &order).await.unwrap();
    world.service.restart_with(&[(CALLS, "4")]).await;
    let before = reads(&world).await;
    let callers = (0..CALLERS).map(|_| {
        let (mut orders, id) = (world.orders(), order.id.clone());
        tokio::spawn(async move {
            loop {
                // It is put off where it would have to wait too long.
                let _ = orders.sync_order(SyncOrderRequest { id: id.clone() }).await;
            }
        })
    });
    let callers: Vec<_> = callers.collect();
    read(&world, before, 2).await;
    let before = reads(&world).await;
    world.orders().create_shipment(ship(&order, 0, 1, None)).await.unwrap();
    until("it is registered", LATER, async || {
        (world.simulator.ledger().await.count("shipment_created") == 1).then_some(())
    })
    .await;
    let meanwhile = reads(&world).await - before;
    // No hook tells of it, and it is looked up although others are asked for all the time.
    world.simulator.check_out(&other.checkout_url, "paid").await;
    world.advance("PT2H").await;
    until("the other order is found to be paid", LATER, async || {
        (world.order(&other.id).await.status() == OrderStatus::Paid).then_some(())
    })
    .await;
    callers.iter().for_each(tokio::task::JoinHandle::abort);
    assert!(meanwhile <= 8, "it waited for {meanwhile} readings that {CALLERS} callers asked for");
}

async fn three_replicas_share_a_rate(mut world: World) {
    const RATE: u64 = 16;
    let orders = placed(&world, 64).await;
    world.service.restart_with(&[(CALLS, "16")]).await;
    let mut others: Vec<Service> = (0..2).map(|_| world.replica()).collect();
    for other in &mut others {
        other.set(CALLS, "16");
        other.start().await;
    }
    let (before, before_reads) = (world.simulator.traffic().await.total(), reads(&world).await);
    let started = Instant::now();
    world.advance("PT3H").await;
    read(&world, before_reads, 8).await;
    let request_id = new_request_id();
    let cancel = CancelOrderRequest { request_id, id: orders[63].id.clone(), ..Default::default() };
    others[0].orders().cancel_order(cancel).await.unwrap();
    let by_then = reads(&world).await - before_reads;
    assert!(by_then < 60, "it was canceled after {by_then} look-ups of 64 that were there first");
    read(&world, before_reads, 63).await;
    let calls = world.simulator.traffic().await.total() - before;
    // Of the time before the first call and after the last one, nothing is known: it only makes the bound wider.
    let most = RATE * (started.elapsed().as_secs() + 2);
    assert!(calls <= most, "{calls} calls, and at most {most} are allowed in {:?}", started.elapsed());
    let said = [world.service.said(), others[0].said(), others[1].said()].concat();
    assert!(said.contains("looked up late"), "somebody must be told");
}

async fn mollies_headers_are_obeyed(world: World) {
    let orders = placed(&world, 40).await;
    world.simulator.quota(json!({ "calls": 10, "seconds": 1, "headers": true, "retry_after": true })).await;
    // From now on it knows what Mollie says.
    sync(&world, &orders[0]).await.unwrap();
    let before = reads(&world).await;
    world.advance("PT3H").await;
    read(&world, before, 40).await;
    assert_eq!(world.simulator.refused().await, 0, "it knew what was left");
}

/// No header tells what is left: only a refusal says when to come again.
async fn a_pause_is_waited_out(world: World) {
    let orders = placed(&world, 30).await;
    world.simulator.quota(json!({ "calls": 5, "seconds": 2, "retry_after": true })).await;
    for order in &orders {
        world.simulator.check_out(&order.checkout_url, "paid").await;
    }
    world.advance("PT3H").await;
    for order in &orders {
        until("the order is paid", LATER, async || {
            (world.order(&order.id).await.status() == OrderStatus::Paid).then_some(())
        })
        .await;
    }
    let refused = world.simulator.refused().await;
    assert!((1..=16 * 8).contains(&refused), "{refused} calls were refused for 30 orders");
}
