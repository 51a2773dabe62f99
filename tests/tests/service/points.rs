//! A real SIGKILL at a crash point chosen by chance, one for each stem of points, the databases alternating. The proof
//! `crashes` goes through all of them: `cargo xtask proof crashes`.

use std::collections::BTreeSet;

use tests::{Crash, Dice, Engine, Places, SOON, World, points, probes_are_available};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_point_of_a_placement_changes_nothing_but_the_time_it_takes() {
    dies_once("place_order", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_point_of_a_shipment_changes_nothing_but_the_time_it_takes() {
    dies_once("create_shipment", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_point_of_a_cancellation_changes_nothing_but_the_time_it_takes() {
    dies_once("cancel_order", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_point_of_a_cancellation_of_lines_changes_nothing_but_the_time_it_takes() {
    dies_once("cancel_lines", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_point_of_a_refund_changes_nothing_but_the_time_it_takes() {
    dies_once("create_refund", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_point_of_a_refunds_cancellation_changes_nothing_but_the_time_it_takes() {
    dies_once("cancel_refund", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_while_a_reading_is_noted_changes_nothing_but_the_time_it_takes() {
    dies_once("order", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_while_orders_are_archived_changes_nothing_but_the_time_it_takes() {
    dies_once("archive", 0).await;
}

/// The first time the number moves, the second time Mollie has the new order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_while_one_order_replaces_another_changes_nothing_but_the_time_it_takes() {
    if !probes_are_available() {
        return;
    }
    for (engine, time) in
        [(Engine::Sqlite, 1), (Engine::Postgres, 1), (Engine::Sqlite, 2), (Engine::Postgres, 2)]
    {
        if !engine.is_available().await {
            continue;
        }
        let point = Dice::new(&format!("crash-orders-{time}")).one_of(&points().of("orders")).clone();
        let points = vec![format!("{point}:{time}")];
        println!("crash point {} on {engine:?}", points[0]);
        let ended = Box::pin(Crash { engine, points }.run()).await;
        assert_eq!(ended.deaths, 1, "the point is reached");
    }
}

#[test]
fn every_kind_of_operation_has_its_points_under_names_of_their_own() {
    if !probes_are_available() {
        return;
    }
    let points = points();
    let names: BTreeSet<_> = points.iter().collect();
    assert_eq!(names.len(), points.len(), "{points:?}");
    for stem in
        ["place_order", "create_shipment", "cancel_order", "cancel_lines", "create_refund", "cancel_refund"]
    {
        for place in
            ["saved.before", "saved.after", "sent.before", "sent.after", "settled.before", "settled.after"]
        {
            assert!(names.contains(&format!("{stem}.{place}")), "{stem}.{place}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_point_that_there_is_not_is_refused_at_the_start() {
    if !probes_are_available() {
        return;
    }
    let mut world = World::prepare(Engine::Sqlite, None).await;
    for wrong in [
        "place_order",
        "place_order.sent.before:0",
        "place_order.sent.before:1:kill",
        "place_order.sent.before:1:stop:",
    ] {
        world.service.arm(Some(wrong.to_owned()));
        let mut process = world.service.begin();
        assert_eq!(process.ended(SOON).await.code(), Some(1), "{wrong}");
        assert!(process.said().contains("order-service probes"), "{wrong}: {}", process.said());
    }
}

/// `turn`: tests with another turn use the other engine.
async fn dies_once(stem: &str, turn: usize) {
    if !probes_are_available() {
        return;
    }
    let mut dice = Dice::new(&format!("crash-{stem}"));
    let point = dice.one_of(&points().of(stem)).clone();
    let first = Dice::new("engines").below(2);
    let engine = [Engine::Sqlite, Engine::Postgres][(first + turn) % 2];
    if !engine.is_available().await {
        return;
    }
    println!("crash point {point} on {engine:?}");
    let crash = Crash { engine, points: vec![point] };
    let ended = Box::pin(crash.run()).await;
    assert_eq!(ended.deaths, 1, "the point is reached");
}
