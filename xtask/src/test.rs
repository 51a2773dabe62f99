//! `cargo xtask test`: every test of the workspace, on both engines, and what that came to.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::cluster::Purpose;
use crate::postgres::Postgres;
use crate::tally::Tally;
use crate::{debian, probes, process};

/// Where proptest takes its seed from.
const PROPTEST_SEED: &str = "PROPTEST_RNG_SEED";

/// Where the number of tests at once comes from.
const THREADS: &str = "RUST_TEST_THREADS";
/// How many run at once for each core: tests of the service wait for processes, disks and time more than they compute.
const PER_CORE: usize = 2;

/// How long tests may say nothing. The longest takes two minutes; on a machine that is busy with other things, several times that.
const SILENCE: Duration = Duration::from_secs(12 * 60);

/// Runs the tests whose names contain one of `filters`, or all.
pub fn run(filters: &[String]) -> Result<()> {
    let (tally, verdict) = count(filters)?;
    println!("\n{tally}");
    verdict
}

/// Runs the tests. Gives what they came to, and whether that is enough.
pub fn count(filters: &[String]) -> Result<(Tally, Result<()>)> {
    let postgres = Postgres::provide(Purpose::Tests)?;
    if let Err(problem) = debian::ensure("pgbouncer", &["pgbouncer"]) {
        println!("left out: all tests with a pooler: {problem:#}");
    }
    let probed = probes::provide()?;
    let mut tally = Tally::default();
    let seed = seed();
    tally.seeds.insert(format!("proptest={seed}"));
    let threads = threads();
    let run = |arguments: &[&str], names: &[String], tally: &mut Tally| {
        // What is built says nothing for as long as it takes.
        process::run(process::cargo(["test", "--no-run"])?.args(arguments))?;
        let mut command = process::cargo(["test", "--no-fail-fast"])?;
        command.args(arguments).args(["--", "--show-output"]).args(names);
        command.env("DATABASE_URL", postgres.url()).env(probes::PROGRAM, &probed).env(PROPTEST_SEED, &seed);
        command.env(THREADS, &threads);
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

/// Counts what the tests print. Gives whether the command succeeded. Ends it, and all that it has started, when nothing comes any
/// more: a test that hangs is a failure with a name, and not a run that somebody else cuts off.
fn read(mut command: Command, tally: &mut Tally) -> Result<bool> {
    process::announce(&command);
    let mut tests = command.stdout(Stdio::piped()).spawn().context("starting cargo test")?;
    let output = tests.stdout.take().context("cargo test has no output")?;
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || BufReader::new(output).lines().try_for_each(|line| sender.send(line)));
    loop {
        let line = match lines.recv_timeout(SILENCE) {
            Ok(line) => line.context("reading the output of cargo test")?,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                process::kill_tree(tests.id());
                tests.wait().context("waiting for cargo test")?;
                let long: Vec<_> = std::mem::take(&mut tally.long).into_iter().collect();
                let minutes = SILENCE.as_secs() / 60;
                println!("nothing came for {minutes} minutes; still running: {}", long.join(", "));
                tally.failed.extend(long);
                return Ok(false);
            }
        };
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

/// As many as are asked for, or as many as keep the machine busy.
fn threads() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::env::var(THREADS).unwrap_or_else(|_| (cores * PER_CORE).to_string())
}
