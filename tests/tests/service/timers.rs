//! Deadlines of many orders, under three replicas: the short form of the proof `timers`.

use std::time::Duration;

use tests::{Engine, Timers};

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn deadlines_of_many_orders_are_told_once_and_none_early() {
        super::many_deadlines().await;
    }
}

async fn many_deadlines() {
    if !Engine::Postgres.is_available().await {
        return;
    }
    let timers =
        Timers { orders: 2_000, seconds: 5, per_second: 60, idle: Duration::from_secs(1), deployed: false };
    let figures = Box::pin(timers.run()).await;
    println!("{figures}");
    // How late they are is a matter of speed.
    assert_eq!(figures.lateness.faults(), Vec::<String>::new());
    assert_eq!(figures.lateness.due, 300);
}
