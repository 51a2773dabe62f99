//! A real SIGKILL at a crash point chosen by chance, one for each stem of points, the databases alternating. The proof
//! `crashes` goes through all of them: `cargo xtask proof crashes`.

use tests::{Crash, Dice, Engine, Places, points, probes_are_available};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_point_of_a_placement_changes_nothing_but_the_time_it_takes() {
    dies_once("place", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_point_of_a_shipment_changes_nothing_but_the_time_it_takes() {
    dies_once("ship", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_point_of_a_cancellation_changes_nothing_but_the_time_it_takes() {
    dies_once("cancel", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_while_a_reading_is_noted_changes_nothing_but_the_time_it_takes() {
    dies_once("order", 1).await;
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
