//! `cargo xtask test`: every test of the workspace, on both engines, and what that came to.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::cluster::Purpose;
use crate::postgres::Postgres;
use crate::tally::Tally;
use crate::{probes, process};

/// Where proptest takes its seed from.
const PROPTEST_SEED: &str = "PROPTEST_RNG_SEED";

/// Runs the tests whose names contain one of `filters`, or all.
pub fn run(filters: &[String]) -> Result<()> {
    let (tally, verdict) = count(filters)?;
    println!("\n{tally}");
    verdict
}

/// Runs the tests. Gives what they came to, and whether that is enough.
pub fn count(filters: &[String]) -> Result<(Tally, Result<()>)> {
    let postgres = Postgres::provide(Purpose::Tests)?;
    let probed = probes::provide()?;
    let mut tally = Tally::default();
    let seed = seed();
    tally.seeds.insert(format!("proptest={seed}"));
    let mut command = process::cargo(["test", "--workspace", "--no-fail-fast", "--", "--show-output"])?;
    command
        .args(filters)
        .env("DATABASE_URL", postgres.url())
        .env(probes::PROGRAM, probed)
        .env(PROPTEST_SEED, seed);
    process::announce(&command);
    let mut tests = command.stdout(Stdio::piped()).spawn().context("starting cargo test")?;
    let output = tests.stdout.take().context("cargo test has no output")?;
    for line in BufReader::new(output).lines() {
        let line = line.context("reading the output of cargo test")?;
        if tally.read(&line) {
            println!("{line}");
        }
    }
    let status = tests.wait().context("waiting for cargo test")?;
    if !tally.engines.iter().any(|engine| engine.starts_with("PostgreSQL")) {
        tally.engines.extend(postgres.version().map(str::to_owned));
    }
    let verdict = judge(&tally, status.success(), filters);
    Ok((tally, verdict))
}

fn judge(tally: &Tally, success: bool, filters: &[String]) -> Result<()> {
    if !tally.failed.is_empty() {
        bail!("{} tests failed", tally.failed.len());
    }
    if !success {
        bail!("cargo test failed beside the tests: see above");
    }
    // Whoever asks for some tests by name may have asked for none on PostgreSQL.
    if tally.postgres == 0 && filters.is_empty() {
        bail!("no test ran on PostgreSQL");
    }
    Ok(())
}

/// A new seed each time, unless one is given to repeat a run.
fn seed() -> String {
    std::env::var(PROPTEST_SEED).unwrap_or_else(|_| RandomState::new().build_hasher().finish().to_string())
}
