//! Statements, transactions and round trips of each use case, run alone and slowly on a service that logs its statements.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use grpc_server::proto::{Order, OrderStatus};
use serde_json::Value;
use tokio::time::sleep;

use crate::figures::{Figure, Unit};
use crate::findings::Findings;
use crate::scripts::{Values, parts};
use crate::service::{Says, Service};
use crate::site::Site;

/// Long enough for what a call leaves behind, and for a log line to be written.
const PAUSE: Duration = Duration::from_millis(40);
/// Long enough for the look-up that follows a hook: it wakes the loop.
const AFTER_HOOK: Duration = Duration::from_millis(120);
/// Long enough for the look-up that follows a change: its loop looks every 250 ms.
const LOOK_UP: Duration = Duration::from_millis(400);
/// None of these words may be in what the service says of its durability.
const WEAK: [&str; 5] = ["off", "normal", "memory", "delete", "truncate"];

/// The use cases: their ids, and what is written of them.
const CASES: [(&str, &str); 6] = [
    ("create", "create"),
    ("get", "get"),
    ("list", "list of 50"),
    ("ship", "ship, with the look-up that follows"),
    ("cancel", "cancel, with the look-up that follows"),
    ("hook", "hook, with the look-up that follows"),
];

pub struct Seen {
    /// An order as GetOrder answers it.
    pub order: Order,
    /// What an order consists of in the database.
    pub parts: Values,
    /// What the service says of the durability of PostgreSQL and of SQLite.
    pub durability: [String; 2],
}

/// Counts every use case on both databases at once.
pub async fn measure(site: &Site, findings: &mut Findings) -> Result<Seen> {
    let database = site.postgres.create().await?;
    let file = format!("sqlite://{}", site.directory().join("statements.db").display());
    let postgres = Service::start(site, database.url(), Says::Statements).await?;
    let sqlite = Service::start(site, &file, Says::Statements).await?;
    let (mut first, mut second) = (Log::of(&postgres), Log::of(&sqlite));
    let durability = [durability(&first.next()?)?, durability(&second.next()?)?];
    let both =
        async { tokio::try_join!(cases(site, &postgres, &mut first), cases(site, &sqlite, &mut second)) };
    let (on_postgres, on_sqlite) = Box::pin(both).await?;
    note(findings, ("postgres", "PostgreSQL"), &on_postgres);
    note(findings, ("sqlite", "SQLite"), &on_sqlite);
    let order = postgres.api.create(0).await?;
    let order = postgres.api.get(0, &order.id).await?;
    let parts = parts(&database).await?;
    postgres.stop().await?;
    sqlite.stop().await?;
    Ok(Seen { order, parts, durability })
}

/// What each use case sends, by its place in `CASES`.
async fn cases(site: &Site, service: &Service, log: &mut Log) -> Result<[Vec<String>; 6]> {
    let (api, times) = (&service.api, site.plan.captures);
    let some = service.place(60).await?;
    log.after(LOOK_UP).await?;
    let mut runs = [const { Vec::new() }; 6];
    let [creates, gets, lists, ships, cancels, hooks] = &mut runs;
    for order in some.iter().cycle().take(times) {
        api.create(0).await?;
        creates.push(log.after(PAUSE).await?);
        api.get(0, &order.id).await?;
        gets.push(log.after(PAUSE).await?);
        api.list(0, OrderStatus::Created).await?;
        lists.push(log.after(PAUSE).await?);
    }
    ensure!(
        creates.iter().all(|run| *run == creates[0]),
        "CreateOrder does not always send the same: {creates:#?}"
    );
    for pair in some.chunks_exact(2).take(times.div_ceil(2)) {
        for order in pair {
            site.mollie.authorize(Some(&order.mollie_id)).await?;
            let hook = site.mollie.hook(&order.mollie_id).await?;
            site.web.post(hook).body(format!("id={}", order.mollie_id)).send().await?.error_for_status()?;
            hooks.push(log.after(AFTER_HOOK).await?);
        }
        api.ship(0, &pair[0].id).await?;
        ships.push(log.after(LOOK_UP).await?);
        api.cancel(0, &pair[1].id).await?;
        cancels.push(log.after(LOOK_UP).await?);
    }
    Ok(runs.map(usual))
}

/// The one in the middle by its length: a call may meet a loop in the background.
fn usual(mut runs: Vec<Vec<String>>) -> Vec<String> {
    runs.sort_by_key(Vec::len);
    let middle = runs.len() / 2;
    runs.swap_remove(middle)
}

fn note(findings: &mut Findings, (engine, name): (&str, &str), cases: &[Vec<String>; 6]) {
    for ((case, what), sent) in CASES.iter().zip(cases) {
        let is_bound = |sql: &&String| ["BEGIN", "COMMIT", "ROLLBACK"].contains(&sql.as_str());
        let begins = sent.iter().filter(|sql| *sql == "BEGIN").count();
        let statements = sent.len() - sent.iter().filter(is_bound).count();
        // SQLite is not asked over a wire.
        let trips = (engine == "postgres").then_some(("round_trips", sent.len()));
        for (kind, count) in [("statements", statements), ("transactions", begins)].into_iter().chain(trips) {
            let id = format!("statements.{case}.{engine}.{kind}");
            let what = format!("{what}, {name}: {}", kind.replace('_', " "));
            let count = u32::try_from(count).map_or(f64::INFINITY, f64::from);
            findings.note(Figure::new(&id, &what, Unit::Count, vec![count]));
        }
    }
}

/// What the service says of its durability; anything that is not durable ends the run.
fn durability(log: &str) -> Result<String> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let said = lines.filter(|line| line["fields"]["message"] == "database is durable");
    let said = said.filter_map(|line| Some(line["fields"]["durability"].as_str()?.to_owned())).next();
    let said = said.context("the service does not say that its database is durable")?;
    let words: Vec<_> = said.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect();
    ensure!(!words.iter().any(|word| WEAK.contains(&word.as_str())), "the database is not durable: {said}");
    Ok(said)
}

/// A service's log, read from where it was last read to.
struct Log {
    file: PathBuf,
    at: usize,
}

impl Log {
    fn of(service: &Service) -> Self {
        Self { file: service.process.log().to_owned(), at: 0 }
    }

    /// The whole lines since this was last asked.
    fn next(&mut self) -> Result<String> {
        let all = std::fs::read_to_string(&self.file)?;
        let end = all.rfind('\n').map_or(0, |end| end + 1);
        let said = all[self.at..end].to_owned();
        self.at = end;
        Ok(said)
    }

    /// The statements of calls since this was last asked, after a pause.
    async fn after(&mut self, pause: Duration) -> Result<Vec<String>> {
        sleep(pause).await;
        Ok(::tests::statements_of_calls(&self.next()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read_on_from_where_it_was() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut log = Log { file: file.path().to_owned(), at: 0 };
        std::fs::write(file.path(), "one\ntw").unwrap();
        assert_eq!(log.next().unwrap(), "one\n");
        std::fs::write(file.path(), "one\ntwo\n").unwrap();
        assert_eq!(log.next().unwrap(), "two\n");
    }

    #[test]
    fn a_database_that_may_lose_what_it_answered_ends_the_run() {
        let line =
            |said: &str| format!(r#"{{"fields":{{"message":"database is durable","durability":"{said}"}}}}"#);
        assert_eq!(durability(&line("fsync=on")).unwrap(), "fsync=on");
        assert!(durability(&line("fsync=on, synchronous_commit=off")).is_err());
        assert!(durability("{}").is_err());
    }
}
