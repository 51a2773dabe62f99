//! The replicas, their files, and how callers are served.

#![expect(clippy::float_arithmetic, reason = "figures, not money")]

use std::time::Duration;

use futures_util::future::join_all;
use rcgen::{CertificateParams, KeyPair};
use serde_json::json;
use tests::proto::get_order_request::Key;
use tests::proto::{GetOrderRequest, Order};
use tests::{Engine, LEGO, SOON, Scrape, Story, World, draft, new_request_id, now, numbered, until};
use tokio::task::JoinHandle;

use super::stage::{Stage, are_used, look, prepared, running, story, waits, well, when};
use crate::requests::create;

const SLOW: Duration = Duration::from_millis(800);
const DAY: u64 = 24 * 3_600;
/// What a replica takes while it gives events their positions.
const TURN: &str = "SELECT pg_advisory_xact_lock(111516266162291)";

pub async fn play() -> Stage {
    let mut stage = Stage::default();
    Box::pin(the_database_is_gone(&mut stage)).await;
    Box::pin(a_replica_is_killed(&mut stage)).await;
    Box::pin(a_replica_is_killed_again_and_again(&mut stage)).await;
    Box::pin(calls_fail(&mut stage)).await;
    Box::pin(a_row_is_broken(&mut stage)).await;
    Box::pin(orders_are_locked(&mut stage)).await;
    Box::pin(callers_are_too_many(&mut stage)).await;
    Box::pin(a_replica_hangs_over_events(&mut stage)).await;
    Box::pin(figures_cannot_be_read(&mut stage)).await;
    Box::pin(there_is_no_collector(&mut stage)).await;
    Box::pin(nobody_renews_the_certificate(&mut stage)).await;
    Box::pin(a_key_of_the_other_mode_is_put_in_place(&mut stage)).await;
    stage
}

async fn the_database_is_gone(stage: &mut Stage) {
    let world =
        running(Engine::Postgres, &[("ORDER_SERVICE__MONITORING__DATABASE_PATIENCE_SECONDS", "1")]).await;
    let before = well(&world).await;
    world.database.shut().await;
    let during =
        vec![when(&world, "it is not ready", |look| look.sum("orders_replica_ready", "") <= 0.0).await];
    // The one that nobody calls is one of those that take no calls.
    stage.tell(story("the database is gone", &["OrdersDown", "OrdersReplicaDown"], before, during));
}

async fn a_replica_is_killed(stage: &mut Stage) {
    let world = running(Engine::Postgres, &[]).await;
    let mut other = world.replica_in(world.directory().join("other"));
    other.start().await;
    let before = well(&world).await.and(Scrape::of(&other, "other").await);
    other.kill();
    let during = vec![look(&world).await.and(Scrape::of(&other, "other").await)];
    stage.tell(story("one of two replicas is killed", &["OrdersReplicaDown"], before, during));
}

/// Each of its lives is looked at when it begins, and once it is older than the next will be then.
async fn a_replica_is_killed_again_and_again(stage: &mut Stage) {
    let mut world = running(Engine::Sqlite, &[]).await;
    let uptime = |look: &Scrape| look.sum("process_uptime_seconds", "");
    let before = well(&world).await;
    let mut during = Vec::new();
    for _ in 0..3 {
        let life = look(&world).await;
        during.push(when(&world, "it is old", |look| uptime(look) > uptime(&life) + 3.0).await);
        world.service.kill();
        world.service.start().await;
        during.push(Scrape::of(&world.service, "one").await);
    }
    stage.tell(story("a replica ends three times", &["OrdersRestarting"], before, during));
}

/// For so short a time that no replica is held off.
async fn calls_fail(stage: &mut Stage) {
    let world = running(Engine::Postgres, &[]).await;
    let order = world.create(draft(LEGO, "ideal")).await;
    let before = well(&world).await;
    world.database.shut().await;
    until("a call fails", SOON, async || get(&world, &order).await.unwrap().err()).await;
    let mut during = Vec::new();
    for _ in 0..2 {
        for _ in 0..3 {
            get(&world, &order).await.unwrap().unwrap_err();
        }
        during.push(look(&world).await);
    }
    world.database.reopen().await;
    stage.tell(story("the database is gone for a moment", &["OrdersCallsFail"], before, during));
}

async fn a_row_is_broken(stage: &mut Stage) {
    let world = running(Engine::Sqlite, &[]).await;
    let order = world.create(draft(LEGO, "ideal")).await;
    let before = well(&world).await;
    world.database.change("UPDATE orders SET document = '{}'").await;
    assert_eq!(get(&world, &order).await.unwrap().unwrap_err().code(), tonic::Code::Internal);
    let during = vec![look(&world).await];
    stage.tell(story("a row is broken", &["OrdersInternalError"], before, during));
}

fn get(world: &World, order: &Order) -> JoinHandle<Result<tonic::Response<Order>, tonic::Status>> {
    let (mut orders, key) = (world.orders(), Some(Key::Id(order.id.clone())));
    tokio::spawn(async move { orders.get_order(GetOrderRequest { key }).await })
}

/// Readers wait with their connections, and are answered late.
async fn orders_are_locked(stage: &mut Stage) {
    let world = running(Engine::Postgres, &[("ORDER_SERVICE__DATABASE__MAX_CONNECTIONS", "2")]).await;
    let order = world.create(draft(LEGO, "ideal")).await;
    let before = well(&world).await;
    let held = world.database.hold("orders").await;
    let calls: Vec<_> = (0..8).map(|_| get(&world, &order)).collect();
    let used = Scrape::when(&world.service, "every connection is in use", are_used).await;
    // So long does what holds them last.
    tokio::time::sleep(SLOW).await;
    held.release().await;
    for call in join_all(calls).await {
        call.unwrap().unwrap();
    }
    let free = look(&world).await;
    let story_of = |cause, fires, during| story(cause, fires, before.clone(), during);
    stage.tell(story_of("a lock holds up all connections", &["OrdersDatabaseBusy"], vec![used]));
    let during = vec![before.clone(), free];
    stage.tell(story_of("a lock holds up each reading", &["OrdersCallsSlow"], during));
}

async fn callers_are_too_many(stage: &mut Stage) {
    let settings =
        [("ORDER_SERVICE__GRPC__MAX_CHANGES", "4"), ("ORDER_SERVICE__GRPC__CALLER_SHARE_PERCENT", "50")];
    let world = running(Engine::Sqlite, &settings).await;
    let before = well(&world).await;
    let hang =
        json!({ "fault": "hang", "effect": true, "method": "POST", "path": "/v2/orders", "count": "all" });
    world.simulator.fail(json!([hang])).await;
    let place = || {
        let mut orders = world.orders();
        let request = create(&new_request_id(), numbered(&new_request_id(), "ideal"));
        tokio::spawn(async move { orders.create_order(request).await })
    };
    let hanging = [place(), place()];
    world.simulator.has_hanging(2).await;
    let mut during = Vec::new();
    for _ in 0..2 {
        for _ in 0..10 {
            place().await.unwrap().unwrap_err();
        }
        during.push(look(&world).await);
    }
    world.simulator.mend().await;
    for call in hanging {
        call.await.unwrap().unwrap();
    }
    stage.tell(Story {
        lasts: 30,
        ..story("a caller has taken its places", &["OrdersCallsShed"], before, during)
    });
    stage.keep(world);
}

async fn a_replica_hangs_over_events(stage: &mut Stage) {
    let world = running(Engine::Postgres, &[]).await;
    let before = well(&world).await;
    let held = world.database.hold_by(TURN).await;
    world.create(draft(LEGO, "ideal")).await;
    let mut during = Vec::new();
    for _ in 0..2 {
        during.push(Scrape::when(&world.service, "events wait", waits).await);
    }
    held.release().await;
    stage.tell(story("a replica hangs while it gives positions", &["OrdersEventsWaiting"], before, during));
}

async fn figures_cannot_be_read(stage: &mut Stage) {
    let world = running(Engine::Postgres, &[]).await;
    let before = well(&world).await;
    let held = world.database.hold("lookups").await;
    let age = |look: &Scrape| look.sum("orders_telemetry_gauges_age_seconds", "");
    let first = when(&world, "figures are old", |look| age(look) > 4.0).await;
    let next = when(&world, "they grow older", |look| age(look) > age(&first)).await;
    held.release().await;
    let told = story("a table is locked", &["OrdersGaugesOld"], before, vec![first, next]);
    stage.tell(Story { ages: &["orders_telemetry_gauges_age_seconds"], ..told });
}

async fn there_is_no_collector(stage: &mut Stage) {
    let mut world = running(Engine::Sqlite, &[]).await;
    world.service.restart_with(&[("ORDER_SERVICE__TELEMETRY__ENDPOINT", "http://127.0.0.1:9")]).await;
    let before = well(&world).await;
    let lost = |look: &Scrape| look.sum("orders_telemetry_spans_lost_total", "");
    let mut during: Vec<Scrape> = Vec::new();
    for _ in 0..2 {
        let known = during.last().unwrap_or(&before).clone();
        world.create_and_check_out(numbered(&new_request_id(), "ideal"), "paid").await;
        during.push(when(&world, "spans are lost", |look| lost(look) > lost(&known)).await);
    }
    stage.tell(story("nobody listens where the collector should be", &["OrdersSpansLost"], before, during));
}

async fn nobody_renews_the_certificate(stage: &mut Stage) {
    let mut world = prepared(Engine::Sqlite, &[]).await;
    let (certificate, key) = (world.directory().join("tls.crt"), world.directory().join("tls.key"));
    let pair = KeyPair::generate().unwrap();
    let holds_for = |days: u64| {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let end = Duration::from_secs(u64::try_from(now()).unwrap() + days * DAY);
        params.not_after = (std::time::SystemTime::UNIX_EPOCH + end).into();
        std::fs::write(&certificate, params.self_signed(&pair).unwrap().pem()).unwrap();
    };
    holds_for(90);
    std::fs::write(&key, pair.serialize_pem()).unwrap();
    for (name, file) in [
        ("ORDER_SERVICE__SECURITY__CERTIFICATE_FILE", &certificate),
        ("ORDER_SERVICE__SECURITY__CERTIFICATE_KEY_FILE", &key),
    ] {
        world.service.set(name, file.to_str().unwrap());
    }
    let process = world.service.begin();
    let left = |look: &Scrape| look.sum("orders_security_certificate_expires_seconds", "");
    let before =
        when(&world, "it serves", |look| look.sum("orders_replica_ready", "") > 0.0 && left(look) > 0.0)
            .await;
    holds_for(10);
    let during = vec![when(&world, "it ends soon", |look| left(look) < left(&before) / 2.0).await];
    let told = story("a certificate is not renewed", &["OrdersCertificateEnds"], before, during);
    stage.tell(Story { lasts: 90, ..told });
    stage.keep(world);
    stage.keep_beside(process);
}

async fn a_key_of_the_other_mode_is_put_in_place(stage: &mut Stage) {
    let world = running(Engine::Sqlite, &[]).await;
    let before = well(&world).await;
    std::fs::write(world.directory().join("api-key"), "live_anotherKey\n").unwrap();
    let refused = |look: &Scrape| look.sum("orders_security_file_refused", "") > 0.0;
    let during = vec![when(&world, "a file is refused", refused).await];
    stage.tell(story("a live key is put in place of one for tests", &["OrdersFileRefused"], before, during));
}
