//! Health over gRPC and over HTTP: it follows the database, the schema and the stop, and says the same at both.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use tests::{
    Engine, LEGO, SOON, Scrape, World, draft, new_request_id, numbered, on_both_engines, refusal, until,
};
use tokio::net::TcpStream;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::requests::create;

const READY: u16 = 200;
const UNREADY: u16 = 503;

on_both_engines!(a_replica_says_when_a_newer_release_has_changed_the_schema_under_it);

mod sqlite_only {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn it_is_told_that_a_replica_stops_before_anybody_is_turned_away() {
        super::told_before_turned_away().await;
    }
}

mod postgres_only {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_lost_database_holds_calls_off_after_half_a_minute_and_no_longer_than_it_is_lost() {
        super::lost_database().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_database_that_answers_nothing_is_a_lost_one() {
        super::silent_database().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_replica_is_alive_while_it_starts_and_has_not_started() {
        super::starting().await;
    }
}

/// What health says, by gRPC for each service.
async fn says(world: &World) -> Option<ServingStatus> {
    let mut health = HealthClient::new(world.service.channel());
    let mut said = Vec::new();
    for service in ["", "orders.v1.OrderService", "orders.v1.OperationService"] {
        let request = HealthCheckRequest { service: service.to_owned() };
        said.push(health.check(request).await.ok()?.into_inner().status());
    }
    assert!(said.iter().all(|status| *status == said[0]), "{said:?}");
    Some(said[0])
}

/// Waits until `/readyz` answers so, and gives how long that took. Being alive never depends on it.
async fn readiness_is(world: &World, wanted: u16, limit: Duration) -> (String, Duration) {
    let began = Instant::now();
    let text = until(&format!("readiness is {wanted}"), limit, async || {
        assert_eq!(world.service.probe("/livez").await.map(|(status, _)| status), Some(READY));
        let (status, text) = world.service.probe("/readyz").await?;
        (status == wanted).then_some(text)
    })
    .await;
    (text, began.elapsed())
}

async fn on_postgres(settings: &[(&'static str, &str)]) -> Option<World> {
    if !Engine::Postgres.is_available().await {
        return None;
    }
    let settings = settings.iter().map(|(name, value)| (*name, OsString::from(value)));
    let mut world = World::prepare_with(Engine::Postgres, settings.collect()).await;
    world.service.start().await;
    Some(world)
}

async fn lost_database() {
    let Some(world) = on_postgres(&[("ORDER_SERVICE__TELEMETRY__GAUGE_SECONDS", "1")]).await else { return };
    world.create(draft(LEGO, "ideal")).await;
    readiness_is(&world, READY, SOON).await;
    let began = Instant::now();
    world.database.shut().await;
    let refused = refusal(world.orders().create_order(create(&new_request_id(), draft(LEGO, "ideal"))).await);
    assert_eq!(refused.kind(), (Code::Unavailable, "STORAGE_UNAVAILABLE"));
    assert!(refused.retry.is_some(), "callers know when to come again: {refused:?}");
    // Were every replica held off at once, nobody would tell them even that.
    assert_eq!(world.service.probe("/readyz").await, Some((READY, "ready\n".to_owned())));
    assert_eq!(says(&world).await, Some(ServingStatus::Serving));
    let (text, _) = readiness_is(&world, UNREADY, Duration::from_secs(60)).await;
    assert_eq!(text, "the database cannot be written\n");
    let took = began.elapsed();
    assert!((25..=35).contains(&took.as_secs()), "after {took:?}");
    assert_eq!(says(&world).await, Some(ServingStatus::NotServing));
    assert_eq!(world.service.probe("/startupz").await.map(|(status, _)| status), Some(READY));
    world.database.reopen().await;
    let (_, took) = readiness_is(&world, READY, SOON).await;
    assert!(took < Duration::from_secs(5), "after {took:?}");
    assert_eq!(says(&world).await, Some(ServingStatus::Serving));
    world.create(numbered("after-the-database-was-lost", "ideal")).await;
    // Metrics do not stay blind for long after it.
    let age = |look: &Scrape| look.sum("orders_telemetry_gauges_age_seconds", "");
    Scrape::when(&world.service, "what waits is counted again", |look| age(look) < 3.0).await;
}

async fn silent_database() {
    let Some(world) = on_postgres(&[("ORDER_SERVICE__MONITORING__DATABASE_PATIENCE_SECONDS", "1")]).await
    else {
        return;
    };
    readiness_is(&world, READY, SOON).await;
    let held = world.database.hold("heartbeat").await;
    readiness_is(&world, UNREADY, SOON).await;
    held.release().await;
    readiness_is(&world, READY, SOON).await;
}

async fn starting() {
    let Some(mut world) = on_postgres(&[]).await else { return };
    assert_eq!(world.service.probe("/startupz").await, Some((READY, "ready\n".to_owned())));
    world.service.stop().await;
    let held = world.database.hold("seaql_migrations").await;
    let process = world.service.begin();
    until("it is alive", SOON, async || world.service.probe("/livez").await).await;
    for path in ["/startupz", "/readyz"] {
        assert_eq!(world.service.probe(path).await, Some((UNREADY, "starting\n".to_owned())), "{path}");
    }
    held.release().await;
    readiness_is(&world, READY, SOON).await;
    assert_eq!(world.service.probe("/startupz").await, Some((READY, "ready\n".to_owned())));
    drop(process);
}

async fn a_replica_says_when_a_newer_release_has_changed_the_schema_under_it(world: World) {
    readiness_is(&world, READY, SOON).await;
    // It expands first: this release goes on.
    let expand = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_tomorrow', 0)";
    world.database.change(expand).await;
    world.create(draft(LEGO, "ideal")).await;
    world.database.change("UPDATE schema_level SET oldest = 9999").await;
    let (text, _) = readiness_is(&world, UNREADY, SOON).await;
    assert_eq!(text, "the database was migrated by a newer release\n");
    assert_eq!(says(&world).await, Some(ServingStatus::NotServing));
    assert!(world.service.said().contains("run the newer release"), "{}", world.service.said());
    // It was migrated back.
    world.database.change("UPDATE schema_level SET oldest = 1").await;
    readiness_is(&world, READY, SOON).await;
}

/// How often it is tried: who watches may be late on a busy machine.
const TRIES: usize = 3;

async fn told_before_turned_away() {
    let mut world = World::start(Engine::Sqlite).await;
    for _ in 0..TRIES {
        if is_told_first(&mut world).await {
            return;
        }
        world.service.start().await;
    }
    panic!("callers were turned away before health said anything, {TRIES} times in a row");
}

/// Stops it. Returns whether both healths had said so when the first call was turned away.
async fn is_told_first(world: &mut World) -> bool {
    let channel = world.service.channel();
    let (monitoring, grpc) = (world.service.monitoring(), world.service.grpc());
    let mut watched =
        HealthClient::new(channel).watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(watched.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    let not_serving = async { (watched.message().await.unwrap().unwrap().status(), Instant::now()) };
    let unready = until("it is not ready", SOON, async || {
        let (status, text) = tests::probe(monitoring, "/readyz").await.unwrap_or_default();
        (status != READY).then(|| (text, Instant::now()))
    });
    let turned_away = until("somebody is turned away", SOON, async || {
        TcpStream::connect(grpc).await.is_err().then(Instant::now)
    });
    let ((), not_serving, unready, turned_away) =
        tokio::join!(world.service.stop(), not_serving, unready, turned_away);
    assert_eq!((not_serving.0, unready.0.as_str()), (ServingStatus::NotServing, "stopping\n"));
    not_serving.1 < turned_away && unready.1 < turned_away
}
