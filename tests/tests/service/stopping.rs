//! SIGTERM: silent connections and open streams hold nothing up, and calls under way are answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Engine, LEGO, Silent, World, draft, new_request_id, numbered};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
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

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_database_that_answers_nothing_does_not_hold_up_a_stop_for_ever() {
        super::silent_database().await;
    }
}

/// The way to the database. Blocked, it takes whatever is sent, and nothing comes out at the other end: the server seems to hang.
struct Way {
    address: SocketAddr,
    blocked: watch::Sender<bool>,
}

impl Way {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, (blocked, is_blocked)) = (listener.local_addr().unwrap(), watch::channel(false));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.expect("the server is there");
                let ((from, to), (back, again)) = (client.into_split(), server.into_split());
                tokio::spawn(pass(from, again, is_blocked.clone()));
                tokio::spawn(pass(back, to, is_blocked.clone()));
            }
        });
        Self { address, blocked }
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut is_blocked: watch::Receiver<bool>) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if is_blocked.wait_for(|blocked| !blocked).await.is_err()
            || to.write_all(&bytes[..count]).await.is_err()
        {
            return;
        }
    }
}

async fn silent_database() {
    if !Engine::Postgres.is_available().await {
        return;
    }
    let mut world = World::start(Engine::Postgres).await;
    let mut url = reqwest::Url::parse(world.database.url()).unwrap();
    let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
    let way = Way::to(server).await;
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(way.address.port())).unwrap();
    let settings = [
        ("ORDER_SERVICE__DATABASE__URL", url.as_str()),
        // What is under way is waited for so long, and five seconds more.
        ("ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS", "2"),
    ];
    world.service.restart_with(&settings).await;
    world.create(draft(LEGO, "ideal")).await;
    way.blocked.send_replace(true);
    let began = Instant::now();
    let said = world.service.stop_and_tell().await;
    assert!(said.contains("the database did not answer a goodbye"), "{said}");
    assert!(began.elapsed() < 3 * IDLE, "after {:?}", began.elapsed());
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
