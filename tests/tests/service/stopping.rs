//! SIGTERM: silent connections and open streams hold nothing up, and calls under way are answered.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Engine, LEGO, Watch, World, draft, from_now, new_request_id, numbered, refusal};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tonic::{Code, Response};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::requests::create;

/// How long a stop may take while no call of Mollie is under way.
const IDLE: Duration = Duration::from_secs(10);
/// The beginning of a connection of HTTP/2, of a client that then says nothing any more.
const BEGUN: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

mod sqlite {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn silent_connections_and_streams_do_not_hold_up_a_stop() {
        super::silent_connections().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_call_that_waits_for_mollie_is_answered_before_the_service_ends() {
        super::a_call_under_way().await;
    }
}

async fn silent_connections() {
    let mut world = World::start(Engine::Sqlite).await;
    let mut silent = Vec::new();
    for n in 0..900 {
        let address = if n % 3 == 0 { world.service.webhook() } else { world.service.grpc() };
        let mut socket = TcpStream::connect(address).await.unwrap();
        if n % 3 == 1 {
            socket.write_all(BEGUN).await.unwrap();
        }
        silent.push(socket);
    }
    let mut health = HealthClient::new(world.service.channel());
    let mut watched = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(watched.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(Watch::open(world.orders(), from_now()).await.unwrap());
    }
    let began = Instant::now();
    let told = async {
        let status = watched.message().await.unwrap().unwrap().status();
        (status, began.elapsed())
    };
    let ((status, told), ()) = tokio::join!(told, world.service.stop());
    let took = began.elapsed();
    assert_eq!(status, ServingStatus::NotServing);
    assert!(told < Duration::from_secs(2), "health tells at once, not after {told:?}");
    assert!(took < IDLE, "it took {took:?}");
    for stream in &mut streams {
        let end = refusal::<()>(Err::<Response<()>, _>(stream.end().await));
        assert_eq!(end.kind(), (Code::Unavailable, "SERVICE_STOPPING"));
        assert!(!end.metadata["resume_token"].is_empty());
    }
}

async fn a_call_under_way() {
    let mut world = World::start(Engine::Sqlite).await;
    world.create(draft(LEGO, "ideal")).await;
    let slow =
        json!([{ "fault": "drip", "over": "PT6S", "method": "POST", "path": "/v2/orders", "count": 1 }]);
    world.simulator.fail(slow).await;
    let mut orders = world.orders();
    let placing = tokio::spawn(async move {
        orders.create_order(create(&new_request_id(), numbered("under-way", "ideal"))).await
    });
    let traffic = async || world.simulator.traffic().await.of("POST /v2/orders");
    tests::until("the call is at Mollie", tests::SOON, async || (traffic().await == 2).then_some(())).await;
    let (placed, ()) = tokio::join!(placing, world.service.stop());
    let placed = placed.unwrap().expect("it is answered").into_inner();
    assert!(!placed.checkout_url.is_empty(), "{placed:?}");
}
