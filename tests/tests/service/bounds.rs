//! What the largest requests cost, refused ones and allowed ones, in the build that is deployed: nothing may hold a thread up
//! that serves other callers. Measured is time on a processor, which does not depend on what else the machine does.

use std::time::Duration;

use tests::proto::{CreateShipmentRequest, OrderDraft, OrderLineDraft, OrderStatus, ShipmentLineSelection};
use tests::{Engine, LEGO, World, amount, draft, new_request_id, refusal, release_is_available};
use tonic::Code;

use crate::requests::{create, ship, ship_rest};
use crate::wire::wrong;

const MOST: Duration = Duration::from_millis(50);
/// The most lines of an order.
const LINES: usize = 1_000;

/// A world with a service as it is deployed.
async fn deployed() -> World {
    let settings = vec![("ORDER_SERVICE_TEST_AS_DEPLOYED", "1".into())];
    let mut world = World::prepare_with(Engine::Sqlite, settings).await;
    world.service.forget("ORDER_SERVICE__CLOCK__URL");
    world.service.start().await;
    // What a first call needs once is not counted to those after.
    world.create(draft(LEGO, "ideal")).await;
    world
}

/// What the service spends while something is done.
async fn spent<T>(world: &World, what: &str, act: impl Future<Output = T>) -> (Duration, T) {
    let before = world.service.uses().cpu;
    let done = act.await;
    let cpu = world.service.uses().cpu - before;
    println!("{:>7.1} ms  {what}", cpu.as_secs_f64() * 1_000.0);
    (cpu, done)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_refused_costs_little_in_a_release_build() {
    if !release_is_available() {
        return;
    }
    let world = deployed().await;
    for wrong in wrong() {
        world.service.forget_peak();
        let held = world.service.uses().held;
        let (cpu, ()) = spent(&world, wrong.what, wrong.is_refused(&world)).await;
        assert!(cpu < MOST, "{}: {cpu:?}", wrong.what);
        let growth = world.service.uses().peak.saturating_sub(held);
        assert!(growth < 32 * 1024 * 1024, "{}: {growth} bytes", wrong.what);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_largest_orders_and_shipments_cost_little_in_a_release_build() {
    if !release_is_available() {
        return;
    }
    let world = deployed().await;
    let wrong = OrderDraft { lines: vec![wrong_line(); LINES], ..draft(LEGO, "ideal") };
    let call = async { world.orders().create_order(create("wrong", wrong)).await };
    let (cpu, answer) = spent(&world, "a draft of 1,000 lines, each wrong in several ways", call).await;
    assert_eq!(refusal(answer).kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
    assert!(cpu < MOST, "{cpu:?}");

    for all_remaining in [false, true] {
        let order = world.create_and_check_out(large(), "authorized").await;
        let (request, what) = match all_remaining {
            true => (ship_rest(&order), "all that remains of 1,000 lines"),
            false => (every_line(&order.id), "1,000 lines by their ids"),
        };
        let (cpu, shipped) = spent(&world, what, world.orders().create_shipment(request)).await;
        assert_eq!(shipped.unwrap().into_inner().lines.len(), LINES);
        assert!(cpu < MOST, "{cpu:?}");
        world.reaches(&order.id, OrderStatus::Completed).await;
        let again = async { world.orders().create_shipment(every_line(&order.id)).await };
        let (cpu, answer) = spent(&world, "1,000 lines that are shipped already", again).await;
        assert_eq!(refusal(answer).code, Code::FailedPrecondition);
        assert!(cpu < MOST, "{cpu:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_of_250_shipments_costs_little_in_a_release_build() {
    if !release_is_available() {
        return;
    }
    let world = deployed().await;
    let line = OrderLineDraft { total_amount: Some(amount("252.00")), ..line(252, "43.74") };
    let order = OrderDraft { amount: Some(amount("252.00")), lines: vec![line], ..large() };
    let order = world.create_and_check_out(order, "authorized").await;
    for _ in 0..250 {
        world.orders().create_shipment(ship(&order, 0, 1, None)).await.unwrap();
    }
    let next = ship(&order, 0, 1, None);
    let (cpu, shipped) =
        spent(&world, "one more of 250 shipments", world.orders().create_shipment(next)).await;
    shipped.unwrap();
    assert!(cpu < MOST, "{cpu:?}");
    let request = tests::proto::SyncOrderRequest { id: order.id.clone() };
    let (cpu, read) = spent(&world, "reading it at Mollie", world.orders().sync_order(request)).await;
    assert_eq!(read.unwrap().into_inner().lines[0].quantity_shipped, 251);
    assert!(cpu < MOST, "{cpu:?}");
}

/// A line that breaks rules of its name, category, addresses, amounts and rate.
fn wrong_line() -> OrderLineDraft {
    OrderLineDraft {
        category: "none".to_owned(),
        quantity: -1,
        unit_price: Some(amount("1.0")),
        total_amount: Some(amount("much")),
        vat_rate: "21 %".to_owned(),
        sku: "s".repeat(65),
        image_url: "nowhere".to_owned(),
        product_url: "nowhere".to_owned(),
        ..OrderLineDraft::default()
    }
}

/// Things at 1.00 each.
fn line(quantity: i64, vat: &str) -> OrderLineDraft {
    OrderLineDraft {
        name: "A thing".to_owned(),
        quantity,
        unit_price: Some(amount("1.00")),
        total_amount: Some(amount("1.00")),
        vat_rate: "21.00".to_owned(),
        vat_amount: Some(amount(vat)),
        ..OrderLineDraft::default()
    }
}

/// An order of as many lines as there may be.
fn large() -> OrderDraft {
    OrderDraft {
        order_number: new_request_id(),
        amount: Some(amount("1000.00")),
        lines: vec![line(1, "0.17"); LINES],
        ..draft(LEGO, "klarnapaylater")
    }
}

fn every_line(order_id: &str) -> CreateShipmentRequest {
    let line = |id: usize| ShipmentLineSelection { line_id: id.to_string(), quantity: 1, amount: None };
    let (request_id, lines) = (new_request_id(), (1..=LINES).map(line).collect());
    CreateShipmentRequest { request_id, order_id: order_id.to_owned(), lines, ..Default::default() }
}
