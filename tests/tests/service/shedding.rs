//! What is beyond the bounds of calls is refused at once, says when to come again, and has no effect; reads and health go on.

use std::time::Duration;

use serde_json::json;
use tests::proto::get_order_request::Key;
use tests::proto::{GetOrderRequest, ListOrdersRequest, Order};
use tests::{
    Engine, LEGO, Orders, Refusal, SOON, Watch, World, draft, from_now, new_request_id, numbered, refusal,
    until,
};
use tokio::task::JoinHandle;
use tonic::{Code, Response, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::requests::create;

mod sqlite {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn calls_beyond_the_bounds_are_refused_without_effect_while_reads_go_on() {
        super::calls_beyond_the_bounds().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn one_connection_carries_all_streams_there_may_be_and_the_next_is_refused() {
        super::all_streams_on_one_connection().await;
    }
}

fn places(mut orders: Orders, number: &str) -> JoinHandle<Result<Response<Order>, Status>> {
    let request = create(&new_request_id(), numbered(number, "ideal"));
    tokio::spawn(async move { orders.create_order(request).await })
}

async fn refused(orders: Orders, number: &str) -> Refusal {
    let refused = refusal(places(orders, number).await.unwrap());
    assert_eq!(refused.kind(), (Code::ResourceExhausted, "TOO_MANY_CALLS"));
    assert_eq!(refused.metadata["setting"], "grpc.max_changes");
    assert!(refused.retry.is_some_and(|pause| pause >= Duration::from_secs(1)), "{refused:?}");
    refused
}

async fn calls_beyond_the_bounds() {
    let settings = vec![
        ("ORDER_SERVICE__GRPC__MAX_CHANGES", "4".into()),
        ("ORDER_SERVICE__GRPC__CALLER_SHARE_PERCENT", "50".into()),
    ];
    let mut world = World::prepare_with(Engine::Sqlite, settings).await;
    world.service.start().await;
    let order = world.create(draft(LEGO, "ideal")).await;
    world
        .simulator
        .fail(json!([{ "fault": "hang", "effect": true, "method": "POST", "path": "/v2/orders", "count": "all" }]))
        .await;
    let (one, two, three) =
        (world.service.orders_from(2), world.service.orders_from(3), world.service.orders_from(4));
    let mut hanging = vec![places(one.clone(), "one-1"), places(one.clone(), "one-2")];
    world.simulator.has_hanging(2).await;
    let own = refused(one.clone(), "one-3").await;
    assert!(own.message.contains("caller_share_percent"), "{}", own.message);
    // Another caller, on another connection or on the same address, has places of its own.
    hanging.extend([places(two.clone(), "two-1"), places(two.clone(), "two-2")]);
    world.simulator.has_hanging(4).await;
    let all = refused(three.clone(), "three-1").await;
    assert!(
        all.message.contains("another replica") || all.message.contains("another \nreplica"),
        "{}",
        all.message
    );
    assert_eq!(all.metadata["most"], "4");

    // Reads have bounds of their own, and health has none.
    let key = || Some(Key::Id(order.id.clone()));
    for mut orders in [one.clone(), three.clone()] {
        orders.get_order(GetOrderRequest { key: key() }).await.unwrap();
    }
    let mut health = HealthClient::new(world.service.channel());
    health.check(HealthCheckRequest::default()).await.unwrap();

    world.simulator.mend().await;
    for call in hanging {
        call.await.unwrap().expect("a call that was begun is answered");
    }
    places(three, "three-2").await.unwrap().expect("places are free again");
    let listed =
        world.orders().list_orders(ListOrdersRequest { page_size: 50, ..Default::default() }).await.unwrap();
    let mut numbers: Vec<_> =
        listed.into_inner().orders.into_iter().map(|order| order.order_number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [order.order_number.as_str(), "one-1", "one-2", "three-2", "two-1", "two-2"]);
    assert_eq!(world.simulator.ledger().await.count("order_created"), numbers.len());
}

async fn all_streams_on_one_connection() {
    let settings = vec![
        ("ORDER_SERVICE__EVENTS__MAX_STREAMS", "600".into()),
        ("ORDER_SERVICE__GRPC__CALLER_SHARE_PERCENT", "100".into()),
    ];
    let mut world = World::prepare_with(Engine::Sqlite, settings).await;
    world.service.start().await;
    let orders = world.orders();
    let mut watches = Vec::new();
    for _ in 0..600 {
        watches.push(Watch::open(orders.clone(), from_now()).await.unwrap());
    }
    let next = Watch::open(orders.clone(), from_now()).await.err().expect("it is refused");
    let next = refusal::<()>(Err::<Response<()>, _>(next));
    assert_eq!(next.kind(), (Code::ResourceExhausted, "TOO_MANY_STREAMS"));
    // Other calls go over the same connection.
    let list = orders.clone().list_orders(ListOrdersRequest::default()).await;
    assert!(list.is_ok(), "{list:?}");
    drop(watches);
    until("a place is free", SOON, async || Watch::open(orders.clone(), from_now()).await.ok()).await;
}
