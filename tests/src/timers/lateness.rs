//! What was told of what was due, as the database took it down.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::number;
use crate::database::Database;

const JUDGE: &str = include_str!("judge.sql");
/// How long the last may take, before they are missing.
const PATIENCE: Duration = Duration::from_secs(60);
/// What is told twice comes by then; a timer that is still claimed is counted as well.
const AFTERWARDS: Duration = Duration::from_secs(5);

/// How many deadlines were told in which way, and how late.
#[derive(Clone, Copy, Debug)]
pub struct Lateness {
    pub due: i64,
    pub missing: i64,
    pub twice: i64,
    /// Events of another kind or deadline than the one that was due.
    pub wrong: i64,
    /// Events of orders of which nothing was due.
    pub not_due: i64,
    /// Told before it was due, by the database's clock.
    pub early: i64,
    /// The event's own time is before it was due.
    pub stamped_early: i64,
    /// The next warning is not armed, or there is one although none is left.
    pub not_armed: i64,
    pub p50: Duration,
    pub p99: Duration,
    pub longest: Duration,
}

/// Waits until all are told, or nobody waits any longer; and then for what comes twice.
pub(super) async fn all_told(database: &Database, due: u64) {
    let end = Instant::now() + PATIENCE;
    loop {
        let told = number(database, "SELECT count(*) FROM told").await;
        if u64::try_from(told).is_ok_and(|told| told >= due) || Instant::now() > end {
            break;
        }
        sleep(Duration::from_millis(500)).await;
    }
    sleep(AFTERWARDS).await;
}

impl Lateness {
    pub(super) async fn judge(database: &Database) -> Self {
        let row = database.query(JUDGE).await.remove(0);
        let number = |name: &str| row.try_get::<i64>("", name).expect("a number");
        // What is early is counted; it is not late.
        let time = |name: &str| Duration::from_micros(u64::try_from(number(name)).unwrap_or_default());
        Self {
            due: number("due"),
            missing: number("missing"),
            twice: number("twice"),
            wrong: number("wrong"),
            not_due: number("not_due"),
            early: number("early"),
            stamped_early: number("stamped_early"),
            not_armed: number("not_armed"),
            p50: time("late_p50"),
            p99: time("late_p99"),
            longest: time("late_max"),
        }
    }

    /// What is not exactly as it must be, however late.
    pub fn faults(&self) -> Vec<String> {
        let counts = [
            ("were never told", self.missing),
            ("were told twice", self.twice),
            ("were told as something else", self.wrong),
            ("were told although nothing was due", self.not_due),
            ("were told early", self.early),
            ("left the next one wrongly armed", self.not_armed),
        ];
        counts.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{count} {what}")).collect()
    }
}
