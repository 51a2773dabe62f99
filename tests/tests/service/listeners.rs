//! Connections: bounded in number, closed when nothing comes over them, and never a reason for the service to stand still.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::proto::GetOrderRequest;
use tests::proto::get_order_request::Key;
use tests::proto::watch_order_events_response::Content;
use tests::{
    Engine, LEGO, SOON, Watch, World, after, draft, from_beginning, is_unsent, new_request_id, numbered,
    refusal, until,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tonic::{Code, Response, Status};

mod sqlite {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn idle_sockets_take_no_descriptor_that_existing_callers_need() {
        super::idle_sockets().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn calls_that_wait_for_mollie_take_no_descriptor_that_new_callers_need() {
        super::hanging_calls().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn without_a_descriptor_nobody_is_accepted_until_there_is_one_and_the_limit_is_named() {
        super::no_descriptor_left().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_is_slow_or_silent_or_asks_for_nothing_is_cut_off() {
        super::slow_and_silent().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_old_connection_is_replaced_and_no_call_or_event_is_lost() {
        super::old_connections().await;
    }
}

/// A service on SQLite with these settings.
async fn world(settings: &[(&'static str, &str)]) -> World {
    let settings = settings.iter().map(|(name, value)| (*name, (*value).into())).collect();
    let mut world = World::prepare_with(Engine::Sqlite, settings).await;
    world.service.start().await;
    world
}

async fn sockets(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    let mut sockets = Vec::new();
    for _ in 0..count {
        sockets.push(TcpStream::connect(address).await.expect("the system accepts"));
    }
    sockets
}

/// Whether a new caller is served.
async fn is_served(world: &World) -> bool {
    let request = GetOrderRequest { key: Some(Key::Id(tests::Uuid::nil().to_string())) };
    let answer = tokio::time::timeout(Duration::from_secs(2), world.orders().get_order(request)).await;
    matches!(answer, Ok(Err(status)) if status.code() == Code::NotFound)
}

/// Whether a new webhook is answered.
async fn is_heard(world: &World) -> bool {
    let hook = b"POST /webhooks/mollie/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 8\r\n\r\nid=ord_1";
    let answer = async {
        let mut socket = TcpStream::connect(world.service.webhook()).await.ok()?;
        socket.write_all(hook).await.ok()?;
        let mut said = String::new();
        socket.read_to_string(&mut said).await.ok().map(|_| said.starts_with("HTTP/1.1 200"))
    };
    tokio::time::timeout(Duration::from_secs(2), answer).await.ok().flatten().unwrap_or_default()
}

/// Whether a new probe is answered.
async fn is_probed(world: &World) -> bool {
    let answer = tokio::time::timeout(Duration::from_secs(2), world.service.probe("/livez")).await;
    matches!(answer, Ok(Some((200, _))))
}

async fn idle_sockets() {
    // Silent sockets stay as long as the test; callers' own connections never speak late.
    let settings = [
        ("ORDER_SERVICE_TEST_OPEN_FILES", "200"),
        ("ORDER_SERVICE__GRPC__HANDSHAKE_SECONDS", "300"),
        ("ORDER_SERVICE__WEBHOOK__TIMEOUT_SECONDS", "300"),
    ];
    let world = world(&settings).await;
    let mut existing = world.orders();
    let order = world.create(draft(LEGO, "ideal")).await;
    let get = || GetOrderRequest { key: Some(Key::Id(order.id.clone())) };
    existing.get_order(get()).await.unwrap();
    let said = world.service.said();
    assert!(said.contains("may open fewer files") && said.contains("GRPC__MAX_CONNECTIONS"), "{said}");
    let ports = [world.service.grpc(), world.service.webhook(), world.service.monitoring()];
    for (n, address) in ports.into_iter().enumerate() {
        let idle = sockets(address, 260).await;
        until("a WARN names the bound", SOON, async || {
            let name =
                ["GRPC__MAX_CONNECTIONS", "WEBHOOK__MAX_CONNECTIONS", "MONITORING__MAX_CONNECTIONS"][n];
            let said = world.service.said();
            let full =
                said.lines().filter(|line| line.contains("WARN") && line.contains("are open as are allowed"));
            full.clone().any(|line| line.contains(name) && line.contains("ulimit -n")).then_some(())
        })
        .await;
        // The other ports are not concerned, and existing callers reach the database and Mollie.
        let answered = [is_served(&world).await, is_heard(&world).await, is_probed(&world).await];
        assert_eq!(answered, [n != 0, n != 1, n != 2]);
        existing.get_order(get()).await.unwrap();
        let request =
            crate::requests::create(&format!("existing-{n}"), numbered(&format!("existing-{n}"), "ideal"));
        let placed = existing.create_order(request).await.unwrap().into_inner();
        assert!(!placed.checkout_url.is_empty(), "Mollie has it");
        drop(idle);
        until("new ones are served", SOON, async || {
            (is_served(&world).await && is_heard(&world).await && is_probed(&world).await).then_some(())
        })
        .await;
    }
}

/// More calls of one caller than this process could open files for, while Mollie answers none.
async fn hanging_calls() {
    let settings =
        [("ORDER_SERVICE_TEST_OPEN_FILES", "200"), ("ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS", "300")];
    let world = world(&settings).await;
    let hang =
        json!([{ "fault": "hang", "method": "POST", "path": "/v2/orders", "effect": false, "count": 5_000 }]);
    world.simulator.fail(hang).await;
    let (mut calls, caller) = (JoinSet::new(), world.orders());
    for n in 0..300 {
        let mut orders = caller.clone();
        let request = crate::requests::create(&new_request_id(), numbered(&format!("hanging-{n}"), "ideal"));
        calls.spawn(async move { orders.create_order(request).await.map(drop) });
    }
    // Who is refused hears it at once; the others wait.
    let refused = calls.join_next().await.unwrap().unwrap().unwrap_err();
    assert_eq!(refusal::<()>(Err(refused)).kind(), (Code::ResourceExhausted, "TOO_MANY_CALLS"));
    until("Mollie has calls", SOON, async || {
        (world.simulator.traffic().await.of("POST /v2/orders") > 10).then_some(())
    })
    .await;
    assert!(is_served(&world).await && is_heard(&world).await);
    assert!(world.service.open_files() < 190, "{} files are open", world.service.open_files());
    let said = world.service.said();
    assert!(!said.contains("nobody is accepted") && !said.contains("Too many open files"), "{said}");
    calls.abort_all();
}

async fn no_descriptor_left() {
    let world = world(&[("ORDER_SERVICE__GRPC__HANDSHAKE_SECONDS", "300")]).await;
    let mut existing = world.orders();
    let order = world.create(draft(LEGO, "ideal")).await;
    let get = || GetOrderRequest { key: Some(Key::Id(order.id.clone())) };
    existing.get_order(get()).await.unwrap();
    let before = world.service.open_files();
    let idle = sockets(world.service.grpc(), 40).await;
    // Some of what was open before may have been closed meanwhile.
    until("they are accepted", SOON, async || (world.service.open_files() >= before + 30).then_some(()))
        .await;
    // What is open now is all there is from here on.
    world.service.limit_files(world.service.open_files());
    // The first of these may find a number that has become free before.
    let more = (sockets(world.service.grpc(), 10).await, sockets(world.service.webhook(), 10).await);
    assert!(!is_served(&world).await && !is_heard(&world).await);
    until("a WARN names the limit", SOON, async || {
        let said = world.service.said();
        let limited = said.lines().find(|line| line.contains("WARN") && line.contains("nobody is accepted"));
        limited.map(|line| assert!(line.contains("ulimit -n"), "{line}"))
    })
    .await;
    let (spent, began) = (world.service.uses().cpu, Instant::now());
    while began.elapsed() < Duration::from_secs(2) {
        existing.get_order(get()).await.expect("existing callers go on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let spent = world.service.uses().cpu - spent;
    assert!(spent < began.elapsed() / 4, "the loop spins: {spent:?} in {:?}", began.elapsed());
    drop((idle, more));
    until("new ones are served", SOON, async || {
        (is_served(&world).await && is_heard(&world).await).then_some(())
    })
    .await;
}

/// Whether the other side closes within a while; what it sends before that.
async fn closes(mut socket: TcpStream) -> Option<Vec<u8>> {
    let mut said = Vec::new();
    let read = async {
        // It may also be reset.
        let _ = socket.read_to_end(&mut said).await;
    };
    tokio::time::timeout(SOON, read).await.ok().map(|()| said)
}

/// Sends a byte now and then for ever.
async fn drips(address: SocketAddr, begin: &str) -> Option<Vec<u8>> {
    let (mut read, mut write) = TcpStream::connect(address).await.unwrap().into_split();
    write.write_all(begin.as_bytes()).await.unwrap();
    let dripping = tokio::spawn(async move {
        while write.write_all(b"1").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let mut said = Vec::new();
    let ended = tokio::time::timeout(SOON, read.read_to_end(&mut said)).await;
    dripping.abort();
    ended.ok().map(|_| said)
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
const PING: [u8; 17] = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
const GOAWAY: u8 = 7;

/// The kinds of frames in what a server has sent.
fn frames(mut said: &[u8]) -> Vec<u8> {
    let mut kinds = Vec::new();
    while let [a, b, c, kind, _, _, _, _, _, rest @ ..] = said {
        kinds.push(*kind);
        let length = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
        said = rest.get(length..).unwrap_or_default();
    }
    kinds
}

async fn slow_and_silent() {
    let world = world(&[
        ("ORDER_SERVICE__GRPC__HANDSHAKE_SECONDS", "1"),
        ("ORDER_SERVICE__GRPC__IDLE_SECONDS", "2"),
        ("ORDER_SERVICE__WEBHOOK__TIMEOUT_SECONDS", "1"),
    ])
    .await;
    let (grpc, webhook) = (world.service.grpc(), world.service.webhook());
    let post = "POST /webhooks/mollie/x HTTP/1.1\r\nhost: x\r\n";
    let silent = async |address| closes(TcpStream::connect(address).await.unwrap()).await;
    let begun = async |bytes: Vec<u8>| {
        let mut socket = TcpStream::connect(grpc).await.unwrap();
        socket.write_all(&bytes).await.unwrap();
        closes(socket).await
    };
    let idle = begun([PREFACE, &SETTINGS].concat());
    let pinging = begun([PREFACE, &SETTINGS, &PING.repeat(2_000)].concat());
    let (body, chunks) = (
        format!("{post}content-length: 99\r\n\r\n"),
        format!("{post}transfer-encoding: chunked\r\n\r\n1\r\n1\r\n"),
    );
    let all = tokio::join!(
        silent(grpc),
        silent(webhook),
        drips(grpc, "PRI * HTTP/2.0"),
        drips(webhook, post),
        drips(webhook, &body),
        drips(webhook, &chunks),
        idle,
        pinging,
    );
    let (grpc_silent, webhook_silent, preface, headers, body, chunks, idle, pinging) = all;
    assert!(grpc_silent.is_some() && webhook_silent.is_some(), "a silent connection is closed");
    assert!(preface.is_some() && headers.is_some(), "one that begins slowly is closed");
    for (what, said) in [("body", body), ("chunks", chunks)] {
        let said = String::from_utf8(said.unwrap_or_else(|| panic!("the {what} goes on"))).unwrap();
        assert!(said.starts_with("HTTP/1.1 4"), "{what}: {said}");
    }
    let idle = frames(&idle.expect("an idle connection is closed"));
    assert!(idle.contains(&GOAWAY), "{idle:?}");
    assert!(pinging.is_some(), "who pings without a pause is closed");
    let said = world.service.said();
    assert!(said.contains("pings in a row"), "{said}");
    // Callers at their defaults, and webhooks, are served as ever.
    world.create_and_check_out(draft(LEGO, "ideal"), "paid").await;
}

/// Makes a call again that certainly never left, as gRPC's own clients do by themselves. Any other failure fails the test.
async fn unless_unsent<T>(call: impl AsyncFn() -> Result<T, Status>) -> T {
    loop {
        match call().await {
            Ok(answer) => return answer,
            Err(status) => assert!(is_unsent(&status), "no call notices: {status:?}"),
        }
    }
}

async fn old_connections() {
    let world = world(&[("ORDER_SERVICE__GRPC__MAX_AGE_SECONDS", "1")]).await;
    let order = world.create(draft(LEGO, "ideal")).await;
    let orders = world.orders();
    let mut watch = unless_unsent(async || Watch::open(orders.clone(), from_beginning()).await).await;
    let mut events = watch.events(1).await;
    let began = Instant::now();
    let mut closings = 0;
    while began.elapsed() < Duration::from_secs(4) {
        let key = Some(Key::Id(order.id.clone()));
        let request = GetOrderRequest { key };
        unless_unsent(async || orders.clone().get_order(request.clone()).await).await;
        // A heartbeat comes each second.
        match watch.message().await {
            Ok(message) => {
                if let Some(Content::Event(event)) = message.content {
                    events.push(*event);
                }
            }
            Err(status) => {
                let end = refusal::<()>(Err::<Response<()>, _>(status));
                assert_eq!(end.kind(), (Code::Unavailable, "CONNECTION_CLOSING"));
                closings += 1;
                let request = after(&end.metadata["resume_token"]);
                watch = unless_unsent(async || Watch::open(orders.clone(), request.clone()).await).await;
            }
        }
    }
    assert!(closings >= 2, "{closings}");
    assert_eq!(events, world.events(&order.id).await);
}
