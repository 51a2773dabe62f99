//! PostgreSQL's own pgbench, running the very statements of CreateOrder on a separate database.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

use crate::accounting::Watched;
use crate::load::{Load, histogram};
use crate::postgres::{Database, one};
use crate::scripts::{CREATE_ORDER, Values};
use crate::service::migrate;
use crate::site::Site;

/// What a run of the script adds, by what is counted.
const GAINS: [(&str, f64); 7] = [
    ("requests", 1.0),
    ("orders", 1.0),
    ("orders WHERE placement = 'placed'", 1.0),
    ("events", 2.0),
    ("event_queue", 2.0),
    ("operations", 1.0),
    ("lookups", 1.0),
];
/// More runs than a client has in one turn.
const FAR: u64 = 1_000_000;

pub struct Pgbench {
    program: PathBuf,
    script: PathBuf,
    database: Database,
    parts: Values,
    /// Of all turns so far: no two give an order the same number.
    turns: AtomicU64,
    watched: Watched,
}

impl Pgbench {
    /// Prepares a database; the orders that it writes consist of these parts.
    pub async fn new(site: &Site, parts: Values) -> Result<Self> {
        let database = site.postgres.create().await?;
        migrate(site, database.url())?;
        let script = site.directory().join("create-order.sql");
        std::fs::write(&script, CREATE_ORDER)?;
        let watched = Watched { postgres: Some(site.postgres.postmaster), ..Watched::default() };
        let (program, turns) = (site.pgbench.clone(), AtomicU64::new(0));
        Ok(Self { program, script, database, parts, turns, watched })
    }

    /// Runs it with so many clients; fails unless every table has gained what the statements write.
    pub async fn turn(&self, clients: usize, length: Duration) -> Result<Load> {
        let (counts, cpu) = (self.counts().await?, self.watched.used()?);
        let mut command = Command::new(&self.program);
        command.args(["--no-vacuum", "--protocol=prepared", "--jobs=1"]).arg(format!("--client={clients}"));
        command.arg(format!("--time={}", length.as_secs().max(1))).arg("--file").arg(&self.script);
        command.arg(format!("--define=turn={}", self.turns.fetch_add(1, Ordering::Relaxed) * FAR));
        command.args(self.parts.iter().map(|(name, value)| format!("--define={name}={value}")));
        let output =
            command.arg(self.database.url()).kill_on_drop(true).output().await.context("starting pgbench")?;
        let (said, wrong) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "pgbench failed on {}:\n{wrong}", self.script.display());
        let done = figure(&said, "number of transactions actually processed: ")?;
        let cpu = self.watched.since(cpu)?;
        self.has_written(&counts, done).await?;
        let seconds = done / figure(&said, "tps = ")?;
        Ok(Load { done, seconds, latencies: histogram()?, cpu })
    }

    async fn counts(&self) -> Result<BTreeMap<&'static str, f64>> {
        let mut connection = self.database.connect().await?;
        let mut counts = BTreeMap::new();
        for (what, _) in GAINS {
            let count = one(&mut connection, &format!("SELECT count(*)::text FROM {what}")).await?;
            counts.insert(what, count.parse()?);
        }
        Ok(counts)
    }

    async fn has_written(&self, before: &BTreeMap<&str, f64>, done: f64) -> Result<()> {
        let after = self.counts().await?;
        for (what, each) in GAINS {
            let gained = after[what] - before[what];
            ensure!(gained == done * each, "pgbench ran {done} times, but there are {gained} more {what}");
        }
        Ok(())
    }
}

/// The number behind a label.
fn figure(said: &str, label: &str) -> Result<f64> {
    let (_, rest) =
        said.split_once(label).with_context(|| format!("pgbench does not print {label:?}:\n{said}"))?;
    let number: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    number.parse().with_context(|| format!("pgbench prints no number for {label:?}:\n{said}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_by_their_labels() {
        let said =
            "number of transactions actually processed: 1234\nlatency average = 1.5 ms\ntps = 812.5 (without";
        assert_eq!(figure(said, "tps = ").unwrap(), 812.5);
        assert_eq!(figure(said, "number of transactions actually processed: ").unwrap(), 1234.0);
        assert!(figure(said, "failed = ").is_err());
    }
}
