//! Five hundred watchers with random disconnects for ten minutes, while three replicas write and commits come 0 to 2 seconds late:
//! each has read the table. Then a shorter run in which events get their positions as they are written, which must be caught.

use std::time::Duration;

use tests::{Crowd, Dice, Engine};

/// How long watchers may take to read the rest.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long the wrong variant runs.
const PLANTED: Duration = Duration::from_secs(30);

/// `false` if a record differs from the table, or if the wrong variant is not caught.
pub async fn prove(watchers: usize, seconds: u64) -> bool {
    assert!(Engine::Postgres.is_available().await, "run this by `cargo xtask proof watchers`");
    let (replicas, time) = (3, Duration::from_secs(seconds));
    let crowd = Crowd { watchers, replicas, time, planted: false, patience: PATIENCE };
    let right = Box::pin(crowd.run(Dice::new("watchers"))).await;
    println!("Three replicas wrote for {seconds} s.\n{right}");
    right.faults.iter().for_each(|fault| println!("  {fault}"));
    let (time, patience) = (time.min(PLANTED), Duration::from_secs(3));
    let crowd = Crowd { watchers: watchers.min(50), replicas, time, planted: true, patience };
    let wrong = Box::pin(crowd.run(Dice::new("watchers planted"))).await;
    println!("\nWith positions given as events are written, for {} s.\n{wrong}", time.as_secs());
    let kept = [
        ("each watcher's record equals the table: no gap, nothing twice, in order", right.faults.is_empty()),
        ("positions that are given as events are written are caught", !wrong.faults.is_empty()),
    ];
    for (promise, kept) in kept {
        println!("{} {promise}", if kept { "kept  " } else { "BROKEN" });
    }
    kept.iter().all(|(_, kept)| *kept)
}
