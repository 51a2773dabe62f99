//! SIGTERM: silent connections and open streams hold nothing up, and calls under way are answered.

use std::time::Duration;

use serde_json::json;
use tests::{Engine, LEGO, Silent, World, draft, new_request_id, numbered};
use tonic::Code;

use crate::requests::create;

/// How long a stop may take while no call of Mollie is under way.
const IDLE: Duration = Duration::from_secs(10);

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
    let silent = Silent { connections: 900, streams: 20, settings: Vec::new() };
    let stopped = Box::pin(silent.run(Engine::Sqlite)).await;
    println!("{stopped}");
    assert!(stopped.told < IDLE / 2, "health tells before connections end: {stopped}");
    assert!(stopped.took < IDLE, "{stopped}");
    for end in stopped.ends {
        assert_eq!(end.kind(), (Code::Unavailable, "SERVICE_STOPPING"));
        assert!(!end.metadata["resume_token"].is_empty());
    }
}

async fn a_call_under_way() {
    let mut world = World::start(Engine::Sqlite).await;
    world.create(draft(LEGO, "ideal")).await;
    let slow =
        json!([{ "fault": "drip", "over": "PT7S", "method": "POST", "path": "/v2/orders", "count": 1 }]);
    world.simulator.fail(slow).await;
    let mut orders = world.orders();
    let placing = tokio::spawn(async move {
        orders.create_order(create(&new_request_id(), numbered("under-way", "ideal"))).await
    });
    let traffic = async || world.simulator.traffic().await.of("POST /v2/orders");
    tests::until("the call is at Mollie", tests::SOON, async || (traffic().await == 2).then_some(())).await;
    let (placed, said) = tokio::join!(placing, world.service.stop_and_tell());
    let placed = placed.unwrap().expect("it is answered").into_inner();
    assert!(!placed.checkout_url.is_empty(), "{placed:?}");
    let told: Vec<_> = said.lines().filter(|line| line.contains("still stopping")).collect();
    assert_eq!(told.len(), 1, "{said}");
    for word in ["INFO", "reads=0", "changes=1", "operations=1", "connections=1"] {
        assert!(told[0].contains(word), "{word}: {}", told[0]);
    }
}
