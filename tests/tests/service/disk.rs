//! The database's disk is full for a while: what is answered then is true afterwards, and no money moves without a row.

use std::time::{Duration, Instant};

use tests::{Disk, Engine, Environment, LEGO, SOON, World, draft, new_request_id, numbered, refusal, until};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::requests::{create, ship};

/// A service on a disk that can be full.
async fn on_a_disk(test: impl AsyncFnOnce(World, Disk)) {
    assert!(Engine::Sqlite.is_available().await);
    let directory = tempfile::tempdir().unwrap();
    let disk = Disk::make(directory.path());
    let mut world = World::prepare_with(Engine::Sqlite, [disk.environment(), at_once()].concat()).await;
    world.service.start().await;
    test(world, disk).await;
}

/// Health does not wait for the disk to become free.
fn at_once() -> Environment {
    vec![("ORDER_SERVICE__MONITORING__DATABASE_PATIENCE_SECONDS", "0".into())]
}

/// Waits until health says so.
async fn health_is(world: &World, wanted: ServingStatus) {
    let mut health = HealthClient::new(world.service.channel());
    until(&format!("health is {wanted:?}"), SOON, async || {
        let answer = health.check(HealthCheckRequest::default()).await.ok()?;
        (answer.into_inner().status() == wanted).then_some(())
    })
    .await;
}

async fn one_order_and_one_capture(mut world: World, disk: Disk) {
    let paid = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let request = create(&new_request_id(), numbered("after the disk was full", "klarnapaylater"));

    disk.fill();
    let refused = refusal(world.orders().create_order(request.clone()).await);
    assert_eq!(refused.kind(), (Code::Unavailable, "STORAGE_UNAVAILABLE"));
    disk.free();

    let held = create(&new_request_id(), draft(LEGO, "klarnapaylater"));
    let refused = refusal(world.orders().create_order(held).await);
    assert_eq!(refused.kind(), (Code::AlreadyExists, "ORDER_NUMBER_HELD"));
    let order = world.orders().create_order(request.clone()).await.unwrap().into_inner();
    let parcel = ship(&paid, 0, 1, Some("299.00"));
    let shipment = world.orders().create_shipment(parcel.clone()).await.unwrap().into_inner();
    assert_eq!(world.order(&order.id).await.id, order.id, "what was answered is there");

    world.service.kill();
    world.service.start().await;
    let again = world.orders().create_order(request).await.unwrap().into_inner();
    assert_eq!(again.id, order.id);
    let again = world.orders().create_shipment(parcel).await.unwrap().into_inner();
    assert_eq!(again.id, shipment.id);
    world.settles(&paid.id).await;
    world.settles(&order.id).await;
    let ledger = world.simulator.ledger().await;
    assert_eq!((ledger.count("order_created"), ledger.count("shipment_created")), (2, 1));
    world.events(&paid.id).await;
}

/// What health says, as soon as it says anything.
async fn first_health(world: &World) -> ServingStatus {
    let mut health = HealthClient::new(world.service.channel());
    until("health answers", SOON, async || {
        Some(health.check(HealthCheckRequest::default()).await.ok()?.into_inner().status())
    })
    .await
}

async fn health_follows_the_disk(mut world: World, disk: Disk) {
    world.create(draft(LEGO, "ideal")).await;
    health_is(&world, ServingStatus::Serving).await;
    // Without any patience a disk that works is healthy all the same.
    until("it was written to several times", SOON, async || {
        let beats: i64 =
            world.database.query("SELECT beats FROM heartbeat").await[0].try_get_by_index(0).ok()?;
        (beats >= 3).then_some(())
    })
    .await;
    assert!(!world.service.said().contains("cannot be written"), "{}", world.service.said());
    disk.fill();
    let request = create(&new_request_id(), numbered("while the disk is full", "ideal"));
    let refused = refusal(world.orders().create_order(request.clone()).await);
    assert_eq!(refused.kind(), (Code::Unavailable, "STORAGE_UNAVAILABLE"));
    health_is(&world, ServingStatus::NotServing).await;
    // Whoever starts it again sees no healthy replica either.
    world.service.kill();
    let _process = world.service.begin();
    assert_eq!(first_health(&world).await, ServingStatus::NotServing);
    disk.free();
    health_is(&world, ServingStatus::Serving).await;
    world.orders().create_order(request).await.unwrap();
}

/// How many calls come while the disk is full.
const CALLS: usize = 40;

async fn a_full_disk_is_told_at_once(world: World, disk: Disk) {
    world.create(draft(LEGO, "ideal")).await;
    disk.fill();
    let began = Instant::now();
    for n in 0..CALLS {
        let mut request = tonic::Request::new(create(
            &new_request_id(),
            numbered(&format!("call {n} on a full disk"), "ideal"),
        ));
        // Less than the store waits for a lost answer to be found again.
        request.set_timeout(Duration::from_secs(4));
        let refused = refusal(world.orders().create_order(request).await);
        assert_eq!(refused.kind(), (Code::Unavailable, "STORAGE_UNAVAILABLE"), "call {n}");
    }
    let said = world.service.said();
    let lines = said.lines().filter(|line| line.contains("storage is not available")).count();
    let spans = usize::try_from(began.elapsed().as_secs() / 10).unwrap();
    assert!((1..=2 + spans).contains(&lines), "{lines} lines in {:?}:\n{said}", began.elapsed());
    assert!(!said.contains("the answer to COMMIT was lost"), "a full disk answers:\n{said}");
    disk.free();
}

mod sqlite {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn callers_hear_of_a_full_disk_at_once_and_the_log_does_not_repeat_it_for_each() {
        Box::pin(on_a_disk(a_full_disk_is_told_at_once)).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_full_disk_makes_neither_a_second_order_nor_a_second_capture() {
        Box::pin(on_a_disk(one_order_and_one_capture)).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn health_says_not_serving_while_nothing_can_be_written_and_serving_again_afterwards() {
        Box::pin(on_a_disk(health_follows_the_disk)).await;
    }
}
