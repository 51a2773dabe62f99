//! `cargo xtask test`: every test of the workspace, on both engines, and what that came to.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

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
    let run = |arguments: &[&str], names: &[String], tally: &mut Tally| {
        let mut command = process::cargo(["test", "--no-fail-fast"])?;
        command.args(arguments).args(["--", "--show-output"]).args(names);
        command.env("DATABASE_URL", postgres.url()).env(probes::PROGRAM, &probed).env(PROPTEST_SEED, &seed);
        read(command, tally)
    };
    let mut success = run(&["--workspace"], filters, &mut tally)?;
    let made_up = made_up(filters);
    if !made_up.is_empty() {
        success &= run(&MADE_UP, &made_up, &mut tally)?;
    }
    if !tally.engines.iter().any(|engine| engine.starts_with("PostgreSQL")) {
        tally.engines.extend(postgres.version().map(str::to_owned));
    }
    let verdict = judge(&tally, success, filters);
    Ok((tally, verdict))
}

/// The kind of operation that exists only in tests is in no other build.
const MADE_UP: [&str; 4] = ["--package=persistence", "--package=conformance", "--features", "made-up"];

/// The tests to be run in such a build.
fn made_up(filters: &[String]) -> Vec<String> {
    if filters.is_empty() {
        return vec!["made_up::".to_owned(), "an_operation_comes_back_unchanged".to_owned()];
    }
    filters.iter().filter(|filter| filter.contains("made_up")).cloned().collect()
}

/// Counts what the tests print. Gives whether the command succeeded.
fn read(mut command: Command, tally: &mut Tally) -> Result<bool> {
    process::announce(&command);
    let mut tests = command.stdout(Stdio::piped()).spawn().context("starting cargo test")?;
    let output = tests.stdout.take().context("cargo test has no output")?;
    for line in BufReader::new(output).lines() {
        let line = line.context("reading the output of cargo test")?;
        if tally.read(&line) {
            println!("{line}");
        }
    }
    Ok(tests.wait().context("waiting for cargo test")?.success())
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
