//! Makes the copies, in SQL.

use std::time::Duration;

use tokio::time::Instant;

use super::{Timers, number};
use crate::database::Database;

const COPY: &str = include_str!("fill.sql");
/// How many are copied in one transaction.
const AT_ONCE: u64 = 50_000;
/// What is not known of how long something takes.
const MARGIN: Duration = Duration::from_secs(20);

/// Copies what is due last, and so late that all is ready before. `quiet` is how long nothing may be due afterwards. Gives how long it took.
pub(super) async fn fill(database: &Database, timers: Timers, quiet: Duration) -> Duration {
    let (began, due) = (Instant::now(), timers.due());
    let lasting = timers.orders - due;
    copy(database, timers, due..timers.orders, 0).await;
    let took = began.elapsed().as_secs();
    // Half as much again as the rest takes, at the same pace.
    let rest = Duration::from_secs(took * due * 3 / (2 * lasting.max(1)));
    database.query("VACUUM ANALYZE").await;
    database.query("CHECKPOINT").await;
    let ahead = (rest + quiet + 2 * MARGIN).as_secs();
    let sql = format!("SELECT ceil(extract(epoch FROM clock_timestamp()))::bigint + {ahead}");
    let begin = number(database, &sql).await;
    copy(database, timers, 0..due, begin).await;
    database.query("ANALYZE").await;
    database.query("CHECKPOINT").await;
    began.elapsed()
}

async fn copy(database: &Database, timers: Timers, numbers: std::ops::Range<u64>, begin: i64) {
    let (due, rate) = (timers.due(), timers.per_second);
    for first in numbers.clone().step_by(usize::try_from(AT_ONCE).expect("a small number")) {
        let last = (first + AT_ONCE).min(numbers.end) - 1;
        let settings = [("first", first), ("last", last), ("due", due), ("rate", rate)]
            .map(|(name, value)| format!("SET tests.{name} = {value};"));
        database.change(&format!("{} SET tests.begin = {begin};\n{COPY}", settings.concat())).await;
        eprintln!("copied {} of {}", last + 1 - numbers.start, numbers.end - numbers.start);
    }
}

/// How long it is until the first is due; `None`: it was.
pub(super) async fn until_due(database: &Database) -> Option<Duration> {
    let sql =
        "SELECT min(due) - (extract(epoch FROM clock_timestamp()) * 1000000)::bigint FROM told_when_due";
    u64::try_from(number(database, sql).await).ok().map(Duration::from_micros)
}
