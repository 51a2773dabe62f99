//! PostgreSQL's own pgbench, running the very statements of CreateOrder on a database of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::process::Command;

use crate::accounting::{Cpu, Watched};
use crate::postgres::{Database, one};
use crate::service::migrate;
use crate::site::Site;
use crate::statements::Template;

/// The floor, ready to be measured.
pub struct Pgbench {
    program: PathBuf,
    script: PathBuf,
    database: Database,
    gains: BTreeMap<String, usize>,
    watched: Watched,
}

/// One turn of it.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// Orders a second, two transactions each.
    pub rate: f64,
    /// For each order.
    pub cpu: Cpu,
}

impl Pgbench {
    /// Prepares a database and the script.
    ///
    /// # Errors
    /// The database cannot be made, or a statement is not understood.
    pub async fn new(site: &Site, template: &Template) -> Result<Self> {
        let database = site.postgres.create("pgbench").await?;
        migrate(site, &database.url())?;
        let script = site.directory().join("create-order.sql");
        std::fs::write(&script, template.pgbench()?)?;
        let watched = Watched { postgres: Some(site.postgres.postmaster), ..Watched::default() };
        Ok(Self { program: site.pgbench.clone(), script, database, gains: template.gains(), watched })
    }

    /// Runs it with so many clients; fails unless every table has gained what the statements write.
    ///
    /// # Errors
    /// pgbench fails, or has not written.
    pub async fn turn(&self, clients: usize, length: Duration) -> Result<Turn> {
        let (counts, cpu) = (self.counts().await?, self.watched.used()?);
        let mut command = Command::new(&self.program);
        command.args(["--no-vacuum", "--protocol=prepared", "--jobs=1"]).arg(format!("--client={clients}"));
        command.arg(format!("--time={}", length.as_secs().max(1))).arg("--file").arg(&self.script);
        let output =
            command.arg(self.database.url()).kill_on_drop(true).output().await.context("starting pgbench")?;
        let (said, wrong) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "pgbench failed on {}:\n{wrong}", self.script.display());
        let done = figure(&said, "number of transactions actually processed: ")?;
        let used = self.watched.used()?.since(cpu);
        self.has_written(&counts, done).await?;
        Ok(Turn { rate: figure(&said, "tps = ")?, cpu: used.per(done) })
    }

    async fn counts(&self) -> Result<BTreeMap<String, f64>> {
        let mut connection = self.database.connect().await?;
        let mut counts = BTreeMap::new();
        for table in self.gains.keys() {
            let count = one(&mut connection, &format!("SELECT count(*)::text FROM {table}")).await?;
            counts.insert(table.clone(), count.parse()?);
        }
        let placed = "SELECT count(*)::text FROM orders WHERE placement = 'placed'";
        counts.insert("placed orders".to_owned(), one(&mut connection, placed).await?.parse()?);
        Ok(counts)
    }

    async fn has_written(&self, before: &BTreeMap<String, f64>, done: f64) -> Result<()> {
        let after = self.counts().await?;
        for (table, count) in &after {
            let each = self.gains.get(table).map_or(Ok(1), |gain| u32::try_from(*gain))?;
            let gained = count - before.get(table).copied().unwrap_or_default();
            ensure!(
                gained == done * f64::from(each),
                "pgbench ran {done} times, but {table} gained {gained} rows instead of {each} each: the floor is none"
            );
        }
        Ok(())
    }
}

/// The number behind a label.
fn figure(said: &str, label: &str) -> Result<f64> {
    let (_, rest) =
        said.split_once(label).with_context(|| format!("pgbench does not tell {label:?}:\n{said}"))?;
    let number: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    number.parse().with_context(|| format!("pgbench tells no number for {label:?}:\n{said}"))
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
