//! A million orders with two deadlines each, under three replicas as they are deployed: what nothing costs while nothing is due, and
//! ten minutes in which 300 deadlines come in each second.

use std::time::Duration;

use tests::{Engine, Figures, Timers, release_is_available};

const PER_SECOND: u64 = 300;
/// How long replicas are watched while nothing is due.
const IDLE: Duration = Duration::from_secs(60);
/// How late nearly all are told at most.
const IN_TIME: Duration = Duration::from_secs(1);
/// The part of a core that a replica may take while nothing is due, in hundredths of a percent.
const LITTLE: u128 = 100;

/// `false` if a promise was not kept.
pub async fn prove(orders: u64, seconds: u64) -> bool {
    let is_there = Engine::Postgres.is_available().await && release_is_available();
    assert!(is_there, "run this by `cargo xtask proof timers`");
    let timers = Timers { orders, seconds, per_second: PER_SECOND, idle: IDLE, deployed: true };
    let figures = Box::pin(timers.run()).await;
    println!("{figures}");
    figures.lateness.faults().iter().for_each(|fault| println!("  {fault}"));
    let kept = promises(&figures);
    for (promise, kept) in kept {
        println!("{} {promise}", if kept { "kept  " } else { "BROKEN" });
    }
    kept.iter().all(|(_, kept)| *kept)
}

fn promises(figures: &Figures) -> [(&'static str, bool); 5] {
    let lateness = &figures.lateness;
    [
        ("each deadline is told once, as what it is, and none before it is due by the database's clock", {
            lateness.faults().is_empty()
        }),
        ("at most 1 s late (p99)", lateness.missing == 0 && lateness.p99 <= IN_TIME),
        ("every replica takes part", figures.shares.iter().all(|told| *told > 0)),
        ("no table is read from its beginning", figures.scans.is_empty()),
        ("a replica takes less than 1 % of a core while nothing is due", figures.idle.most() < LITTLE),
    ]
}
