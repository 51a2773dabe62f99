//! WatchOrderEvents: everybody who watches gets every event once, from wherever he goes on; and whoever cannot is told where.

use std::time::Duration;

use futures_util::future::join_all;
use tests::proto::watch_order_events_response::Content;
use tests::proto::{
    CreateOrderRequest, EventFilter, ListOrdersRequest, OrderEvent, OrderFilter, OrderStatus,
    WatchOrderEventsRequest,
};
use tests::{
    LEGO, Orders, Refusal, SOON, Watch, World, after, draft, from_beginning, from_now, new_request_id,
    numbered, of_kinds, on_both_engines, refusal, until,
};
use tonic::transport::Endpoint;
use tonic::{Code, Response, Status};

use crate::requests::create;

on_both_engines!(
    an_event_comes_to_everybody_who_watches_as_it_is_listed,
    a_stream_goes_on_from_its_token_after_a_restart,
    a_filter_lets_through_what_was_asked_for_and_the_token_moves_on,
    a_stream_that_cannot_begin_is_refused_and_says_why,
    a_token_of_another_database_is_refused,
    who_takes_nothing_is_cut_and_goes_on_without_loss,
    streams_end_with_their_token_when_the_service_stops,
    the_number_of_streams_is_bounded_and_a_reader_who_leaves_frees_his_place,
    a_hundred_who_wait_cost_no_more_than_one,
    orders_are_listed_by_their_last_change,
);

mod postgres_replicas {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_watches_one_replica_sees_what_another_does_over_one_listening_connection() {
        tests::World::with(tests::Engine::Postgres, super::one_listens).await;
    }
}

fn kinds(events: &[OrderEvent]) -> Vec<&str> {
    events.iter().map(|event| event.kind.as_str()).collect()
}

/// A refusal of a stream, or how one ended.
fn ended(status: Status) -> Refusal {
    refusal::<()>(Err::<Response<()>, _>(status))
}

async fn refused(world: &World, request: WatchOrderEventsRequest) -> Refusal {
    ended(Watch::open(world.orders(), request).await.err().expect("the stream is refused"))
}

async fn an_event_comes_to_everybody_who_watches_as_it_is_listed(world: World) {
    let before = world.create(draft(LEGO, "ideal")).await;
    until("its events have positions", SOON, async || {
        let mut all = Watch::open(world.orders(), from_beginning()).await.unwrap();
        let listed = world.events(&before.id).await.len();
        let mut count = 0;
        while all.event_within(Duration::from_millis(300)).await.is_some() {
            count += 1;
        }
        (count == listed).then_some(())
    })
    .await;
    let mut watches = Vec::new();
    for _ in 0..3 {
        watches.push(Watch::open(world.orders(), from_now()).await.unwrap());
    }
    let order = world.create_and_check_out(numbered("1338", "ideal"), "paid").await;
    let listed = world.events(&order.id).await;
    assert_eq!(listed.last().unwrap().kind, "order.paid");
    for watch in &mut watches {
        assert_eq!(watch.events(listed.len()).await, listed);
    }
    let mut all = Watch::open(world.orders(), from_beginning()).await.unwrap();
    let first = world.events(&before.id).await;
    assert_eq!(all.events(first.len()).await, first);
    let first_of_second = all.message().await.unwrap();
    assert_eq!(first_of_second.profile, "main");
    assert_eq!(first_of_second.content, Some(Content::Event(Box::new(listed[0].clone()))));
    // A second stream goes on just after that message.
    let mut rest = Watch::open(world.orders(), after(&all.token)).await.unwrap();
    assert_eq!(rest.token, all.token, "nothing was passed over");
    assert_eq!(rest.events(listed.len() - 1).await, listed[1..]);
}

async fn a_stream_goes_on_from_its_token_after_a_restart(mut world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    let mut watch = Watch::open(world.orders(), from_beginning()).await.unwrap();
    let mut events = vec![watch.event().await.unwrap()];
    let token = watch.token.clone();
    world.service.kill();
    assert!(watch.end().await.code() != Code::Ok);
    world.service.start().await;
    let mut watch = Watch::open(world.orders(), after(&token)).await.unwrap();
    world.simulator.check_out(&order.checkout_url, "paid").await;
    while events.last().unwrap().kind != "order.paid" {
        events.push(watch.event().await.unwrap());
    }
    assert_eq!(events, world.events(&order.id).await);
}

async fn a_filter_lets_through_what_was_asked_for_and_the_token_moves_on(world: World) {
    let paid = || of_kinds(from_beginning(), &["order.paid", "order.canceled"]);
    let mut watch = Watch::open(world.orders(), paid()).await.unwrap();
    let begin = watch.token.clone();
    let first = world.create_and_check_out(draft(LEGO, "ideal"), "paid").await;
    assert_eq!(kinds(&watch.events(1).await), ["order.paid"]);
    // Others happen, and none of them comes; but the heartbeats tell a new place.
    let mut quiet = Watch::open(world.orders(), of_kinds(from_beginning(), &["item.raised"])).await.unwrap();
    until("a heartbeat has moved on", SOON, async || {
        let message = quiet.message().await.unwrap();
        assert!(matches!(message.content, Some(Content::Heartbeat(_))), "{message:?}");
        (message.resume_token > begin).then_some(())
    })
    .await;
    // A token holds no filter: all that comes after its place is there for another one.
    let mut all = Watch::open(world.orders(), from_beginning()).await.unwrap();
    let listed = world.events(&first.id).await;
    assert_eq!(all.events(listed.len()).await, listed);
    let mut none = Watch::open(world.orders(), of_kinds(after(&all.token), &["order.paid"])).await.unwrap();
    assert_eq!(none.event_within(Duration::from_millis(500)).await, None);
    let filter = Some(EventFilter { profiles: vec!["main".to_owned()], ..Default::default() });
    let mut own =
        Watch::open(world.orders(), WatchOrderEventsRequest { filter, ..from_beginning() }).await.unwrap();
    assert_eq!(own.events(listed.len()).await, listed);
}

async fn a_stream_that_cannot_begin_is_refused_and_says_why(world: World) {
    let filter = EventFilter {
        profiles: vec!["other".to_owned(), String::new()],
        kinds: vec!["order.payed".to_owned()],
    };
    let heartbeat_interval = Some(prost_types::Duration { seconds: 0, nanos: 999_999_999 });
    let wrong = WatchOrderEventsRequest { filter: Some(filter), start: None, heartbeat_interval };
    let refusal = refused(&world, wrong).await;
    assert_eq!(refusal.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
    let mut paths: Vec<_> = refusal.violations.iter().map(|(path, _)| path.as_str()).collect();
    paths.sort_unstable();
    let expected =
        ["filter.kinds[0]", "filter.profiles[0]", "filter.profiles[1]", "heartbeat_interval", "start"];
    assert_eq!(paths, expected);
    let order = world.create(draft(LEGO, "ideal")).await;
    let mut watch = Watch::open(world.orders(), from_beginning()).await.unwrap();
    watch.event().await.unwrap();
    let token = watch.token;
    let (changed, ahead) =
        (format!("{}0", &token[..token.len() - 1]), format!("1{:016x}{}", 1_000_000, &token[17..]));
    let changed = if changed == token { format!("{}1", &token[..token.len() - 1]) } else { changed };
    for wrong in ["", "x", &format!("events.{}.1", order.id), &format!("2{}", &token[1..]), &changed, &ahead]
    {
        let refusal = refused(&world, after(wrong)).await;
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "RESUME_TOKEN_REFUSED"), "{wrong}");
        assert_eq!(refusal.violations[0].0, "resume_token");
    }
    Watch::open(world.orders(), after(&token)).await.unwrap();
}

/// Both have an event at each position, and the same secret.
async fn a_token_of_another_database_is_refused(world: World) {
    let secret = world.directory().join("secret");
    std::fs::write(&secret, [7; 32]).unwrap();
    let settings = vec![("ORDER_SERVICE__SECURITY__SECRET_FILE", secret.into())];
    let mut tokens = Vec::new();
    let mut others = Vec::new();
    for _ in 0..2 {
        let mut other = World::prepare_with(world.database.engine(), settings.clone()).await;
        other.service.start().await;
        other.create(draft(LEGO, "ideal")).await;
        let mut watch = Watch::open(other.orders(), from_beginning()).await.unwrap();
        watch.events(2).await;
        tokens.push(watch.token);
        others.push(other);
    }
    assert_eq!(tokens[0][..17], tokens[1][..17], "the positions are the same");
    for (n, other) in others.iter().enumerate() {
        Watch::open(other.orders(), after(&tokens[n])).await.unwrap();
        let refusal = refused(other, after(&tokens[1 - n])).await;
        assert_eq!(refusal.kind(), (Code::InvalidArgument, "RESUME_TOKEN_REFUSED"));
    }
}

/// A client that lets as little as possible wait in its connection.
fn narrow(world: &World) -> Orders {
    let endpoint = Endpoint::from_shared(format!("http://{}", world.service.grpc())).unwrap();
    Orders::new(
        endpoint.initial_stream_window_size(1_024).initial_connection_window_size(65_535).connect_lazy(),
    )
}

async fn who_takes_nothing_is_cut_and_goes_on_without_loss(mut world: World) {
    world.service.restart_with(&[("ORDER_SERVICE__EVENTS__SLOW_READER_SECONDS", "1")]).await;
    // More than all buffers hold.
    let place = async |n: usize| {
        let request = create(&new_request_id(), numbered(&format!("slow-{n}"), "ideal"));
        let request = CreateOrderRequest { actor: "a".repeat(200), ..request };
        world.orders().create_order(request).await.unwrap();
    };
    for n in 0..40 {
        join_all((0..5).map(|m| place(5 * n + m))).await;
    }
    let mut slow = Watch::open(narrow(&world), from_beginning()).await.unwrap();
    let mut quick = Watch::open(world.orders(), from_beginning()).await.unwrap();
    let mut all = Vec::new();
    while let Some(event) = quick.event_within(Duration::from_millis(1_500)).await {
        all.push(event);
    }
    assert!(all.len() >= 400, "{}", all.len());
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut events = Vec::new();
    let status = loop {
        match slow.event().await {
            Ok(event) => events.push(event),
            Err(status) => break status,
        }
    };
    let cut = ended(status);
    assert_eq!(cut.kind(), (Code::Aborted, "READER_TOO_SLOW"));
    assert!(events.len() < all.len(), "it was cut before the end");
    assert_eq!(cut.metadata["resume_token"], slow.token, "what was sent before the cut has come");
    let mut rest = Watch::open(world.orders(), after(&cut.metadata["resume_token"])).await.unwrap();
    events.extend(rest.events(all.len() - events.len()).await);
    assert_eq!(events, all);
}

async fn streams_end_with_their_token_when_the_service_stops(mut world: World) {
    world.create(draft(LEGO, "ideal")).await;
    let (orders, other) = (world.orders(), world.orders());
    let mut watch = Watch::open(orders, from_beginning()).await.unwrap();
    let mut quiet = Watch::open(other, of_kinds(from_now(), &["order.paid"])).await.unwrap();
    watch.events(2).await;
    world.service.stop().await;
    for watch in [&mut watch, &mut quiet] {
        let end = ended(watch.end().await);
        assert_eq!(end.kind(), (Code::Unavailable, "SERVICE_STOPPING"));
        assert!(end.metadata["resume_token"] >= watch.token, "{:?}", end.metadata);
    }
    world.service.start().await;
    Watch::open(world.orders(), after(&watch.token)).await.unwrap();
}

async fn the_number_of_streams_is_bounded_and_a_reader_who_leaves_frees_his_place(mut world: World) {
    world.service.restart_with(&[("ORDER_SERVICE__EVENTS__MAX_STREAMS", "2")]).await;
    let first = Watch::open(world.orders(), from_now()).await.unwrap();
    let _second = Watch::open(world.orders(), from_now()).await.unwrap();
    let refusal = refused(&world, from_now()).await;
    assert_eq!(refusal.kind(), (Code::ResourceExhausted, "TOO_MANY_STREAMS"));
    // A refused token takes no place for ever.
    drop(first);
    let free = async || Watch::open(world.orders(), from_now()).await.ok();
    drop(until("a place is free", SOON, free).await);
    until("it can be taken again, and a refusal frees it", SOON, async || {
        let status = Watch::open(world.orders(), after("x")).await.err()?;
        (status.code() == Code::InvalidArgument).then_some(())
    })
    .await;
    until("it is free", SOON, free).await;
}

async fn one_listens(world: World) {
    let mut other = world.replica();
    other.start().await;
    let mut watches = Vec::new();
    for _ in 0..20 {
        watches.push(Watch::open(other.orders(), from_now()).await.unwrap());
    }
    let order = world.create(draft(LEGO, "ideal")).await;
    let listed = world.events(&order.id).await;
    for watch in &mut watches {
        assert_eq!(watch.events(listed.len()).await, listed);
    }
    let sql =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    let listening: i64 = world.database.query(sql).await[0].try_get_by_index(0).unwrap();
    assert_eq!(
        listening, 1,
        "nobody watches the first replica, and 20 watchers of the second share one connection"
    );
    drop(watches);
    other.stop().await;
}

async fn a_hundred_who_wait_cost_no_more_than_one(mut world: World) {
    world.service.restart_with(&[("ORDER_SERVICE__LOG__FILTER", "info,persistence::statement=trace")]).await;
    let reads = |world: &World| world.service.said().matches("FROM event_stream AS s").count();
    world.create(draft(LEGO, "ideal")).await;
    assert_eq!(reads(&world), 0, "while nobody watches, nothing is read");
    let mut watches = Vec::new();
    for _ in 0..100 {
        watches.push(Watch::open(world.orders(), from_now()).await.unwrap());
    }
    let before = reads(&world);
    // Five heartbeats of the last one, of which none has come yet, are five seconds.
    for _ in 0..5 {
        watches[99].message().await.unwrap();
    }
    let during = reads(&world) - before;
    assert!((1..20).contains(&during), "{during} times");
}

async fn orders_are_listed_by_their_last_change(world: World) {
    let first = world.create(draft(LEGO, "ideal")).await;
    let second = world.create(numbered("1338", "ideal")).await;
    world.simulator.check_out(&first.checkout_url, "paid").await;
    world.reaches(&first.id, OrderStatus::Paid).await;
    let list = async |since, page_token: &str| {
        let filter = Some(OrderFilter { changed_after_time: since, ..Default::default() });
        let request = ListOrdersRequest { filter, page_size: 1, page_token: page_token.to_owned() };
        world.orders().list_orders(request).await
    };
    let since = Some(prost_types::Timestamp { seconds: 0, nanos: 0 });
    let page = list(since, "").await.unwrap().into_inner();
    assert_eq!(page.orders[0].id, second.id, "the other one changed after it");
    let rest = list(since, &page.next_page_token).await.unwrap().into_inner();
    assert_eq!(rest.orders[0].id, first.id);
    let of_first = world.events(&first.id).await;
    let last = of_first.last().unwrap().event_time;
    assert!(list(last, "").await.unwrap().into_inner().orders.is_empty());
    // The lists go different ways, so their tokens are not each other's.
    assert_eq!(
        refusal(list(None, &page.next_page_token).await).kind(),
        (Code::InvalidArgument, "INVALID_REQUEST")
    );
}
