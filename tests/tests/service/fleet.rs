//! Three replicas under load, killed at random: the short form of the proof `replicas`.

use std::time::Duration;

use tests::{Dice, Engine, Load};

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn three_replicas_that_die_again_and_again_settle_everything_once() {
        super::three_replicas_die().await;
    }
}

async fn three_replicas_die() {
    if !Engine::Postgres.is_available().await {
        return;
    }
    let seconds = |name: &'static str, count: u64| (name, count.to_string().into());
    let load = Load {
        orders: 300,
        deaths: 8,
        callers: 20,
        between_deaths: 500..1_500,
        settings: vec![
            seconds("ORDER_SERVICE__OPERATIONS__LEASE_SECONDS", 2),
            seconds("ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS", 5),
            seconds("ORDER_SERVICE__MOLLIE__SETTLE_WINDOW_SECONDS", 1),
        ],
        quiet: Duration::from_secs(60),
    };
    let report = Box::pin(load.run(Dice::new("replicas"))).await;
    println!("{report}");
    assert!(report.least_share() >= 10, "each replica does its share");
    assert_eq!(report.forgotten, 0, "whatever a death leaves behind is taken over");
}
