//! WaitOperation: answered as soon as there is something to know, whoever drives the operation; and never late.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::proto::get_order_request::Key;
use tests::proto::{GetOrderRequest, Operation, OperationState, Order, ShipmentState, WaitOperationRequest};
use tests::{LEGO, Orders, SOON, Uuid, World, draft, on_both_engines, refusal, until};
use tokio::task::JoinHandle;
use tonic::{Code, Request};

use crate::requests::ship;

/// Longer than any pause between attempts.
const LONG: Duration = Duration::from_secs(60);

on_both_engines!(
    a_wait_ends_when_the_operation_is_settled,
    a_wait_ends_at_once_where_nothing_happens_before_its_deadline,
    a_wait_whose_time_is_up_gets_the_operation_as_it_is,
    a_wait_ends_when_the_service_stops,
    an_operation_that_does_not_exist_is_not_waited_for,
    many_wait_for_one_operation_and_hold_no_connection,
);

mod postgres_replicas {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_wait_at_one_replica_ends_whichever_settles_the_operation() {
        tests::World::with(tests::Engine::Postgres, super::whichever_settles_it).await;
    }
}

fn wait(mut orders: Orders, id: &str, within: Duration) -> JoinHandle<Operation> {
    let mut request = Request::new(WaitOperationRequest { id: id.to_owned() });
    request.set_timeout(within);
    tokio::spawn(async move { orders.wait_operation(request).await.unwrap().into_inner() })
}

/// An authorized order with a shipment that Mollie does not have yet, because it cannot be reached.
async fn waiting(world: &mut World) -> (Order, Operation) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.simulator.stop();
    let shipment = world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    assert_eq!(shipment.into_inner().state(), ShipmentState::Recorded);
    let operation = world.order(&order.id).await.operations.remove(0);
    (order, operation)
}

async fn a_wait_ends_when_the_operation_is_settled(mut world: World) {
    let (_, operation) = waiting(&mut world).await;
    let waits = wait(world.orders(), &operation.id, LONG);
    world.simulator.resume().await;
    assert_eq!(waits.await.unwrap().state(), OperationState::Succeeded);
    // What is settled is not waited for.
    assert_eq!(wait(world.orders(), &operation.id, LONG).await.unwrap().state(), OperationState::Succeeded);
}

async fn whichever_settles_it(mut world: World) {
    let mut other = world.replica();
    other.start().await;
    let (_, operation) = waiting(&mut world).await;
    let waits = wait(other.orders(), &operation.id, LONG);
    world.simulator.resume().await;
    assert_eq!(waits.await.unwrap().state(), OperationState::Succeeded);
    other.stop().await;
}

async fn a_wait_ends_at_once_where_nothing_happens_before_its_deadline(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let later = json!([{ "fault": "rate_limited", "retry_after_seconds": 600, "method": "POST",
        "path": "/v2/orders/*/shipments", "count": "all" }]);
    world.simulator.fail(later).await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    let operation = until("it is put off", SOON, async || {
        let operation = world.order(&order.id).await.operations.remove(0);
        (operation.state() == OperationState::Pending).then_some(operation)
    })
    .await;
    let began = Instant::now();
    let answer = wait(world.orders(), &operation.id, LONG).await.unwrap();
    assert_eq!(
        (answer.state(), &answer.not_before_time),
        (OperationState::Pending, &operation.not_before_time)
    );
    assert!(began.elapsed() < LONG / 2, "{:?}", began.elapsed());
}

async fn a_wait_whose_time_is_up_gets_the_operation_as_it_is(mut world: World) {
    let (_, operation) = waiting(&mut world).await;
    let answer = wait(world.orders(), &operation.id, Duration::from_secs(1)).await.unwrap();
    assert!(!answer.last_problem.is_empty());
    assert_eq!((answer.state(), &answer.id), (OperationState::Pending, &operation.id));
    // Without a deadline, too.
    let request = WaitOperationRequest { id: operation.id.clone() };
    let answer = world.orders().wait_operation(request).await.unwrap().into_inner();
    assert_eq!(answer.state(), OperationState::Pending);
}

async fn a_wait_ends_when_the_service_stops(mut world: World) {
    let (order, operation) = waiting(&mut world).await;
    let mut orders = world.orders();
    let mut request = Request::new(WaitOperationRequest { id: operation.id.clone() });
    request.set_timeout(LONG);
    let mut same_connection = orders.clone();
    let stops = async {
        // The wait was sent before this, on the same connection.
        let key = Some(Key::Id(order.id.clone()));
        same_connection.get_order(GetOrderRequest { key }).await.unwrap();
        world.service.stop().await;
    };
    let (answer, ()) = tokio::join!(orders.wait_operation(request), stops);
    assert_eq!(answer.unwrap().into_inner().state(), OperationState::Pending);
}

async fn an_operation_that_does_not_exist_is_not_waited_for(world: World) {
    let request = WaitOperationRequest { id: Uuid::nil().to_string() };
    let refused = refusal(world.orders().wait_operation(request).await);
    assert_eq!(refused.kind(), (Code::NotFound, "OPERATION_NOT_FOUND"));
    let refused = refusal(world.orders().wait_operation(WaitOperationRequest::default()).await);
    assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
}

async fn many_wait_for_one_operation_and_hold_no_connection(mut world: World) {
    let (order, operation) = waiting(&mut world).await;
    let waits: Vec<_> = (0..200).map(|_| wait(world.orders(), &operation.id, LONG)).collect();
    // More than there are connections to the database; others are served meanwhile.
    for _ in 0..20 {
        assert_eq!(world.order(&order.id).await.id, order.id);
    }
    world.simulator.resume().await;
    for waits in waits {
        assert_eq!(waits.await.unwrap().state(), OperationState::Succeeded);
    }
}
