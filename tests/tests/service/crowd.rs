//! Fifty watchers with random disconnects while three replicas write and commits come late: the short form of the proof `watchers`.

use std::time::Duration;

use tests::{Crowd, Dice, Engine, Gathered};

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn fifty_watchers_read_what_three_replicas_write() {
        super::fifty_watchers().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn fifty_watchers_miss_events_that_are_positioned_as_they_are_written() {
        super::fifty_watchers_miss_events().await;
    }
}

async fn gathered(planted: bool, patience: u64) -> Option<Gathered> {
    if !Engine::Postgres.is_available().await {
        return None;
    }
    let (time, patience) = (Duration::from_secs(15), Duration::from_secs(patience));
    let crowd = Crowd { watchers: 50, replicas: 3, time, planted, patience };
    let gathered = Box::pin(crowd.run(Dice::new("crowd"))).await;
    println!("{gathered}");
    assert!(gathered.events > 100, "enough was written");
    assert!(gathered.breaks > 50 * 5, "connections broke");
    Some(gathered)
}

async fn fifty_watchers() {
    if let Some(gathered) = gathered(false, 60).await {
        assert!(gathered.faults.is_empty(), "{:#?}", gathered.faults);
    }
}

async fn fifty_watchers_miss_events() {
    if let Some(gathered) = gathered(true, 3).await {
        // The first watchers who come late may read everything, but not all of them do.
        assert!(gathered.faults.len() > 10, "{:#?}", gathered.faults);
        assert!(gathered.faults.iter().all(|fault| !fault.contains(" 0 of ")), "{:#?}", gathered.faults);
    }
}
