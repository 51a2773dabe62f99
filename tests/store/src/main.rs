//! Runs trials of the store's faults: one in this process, or all of them in processes of their own. What they came to goes
//! to standard output; how it is going goes to standard error.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a proof fails by panicking")]

use std::path::PathBuf;
use std::process::ExitCode;

use store_faults::campaign::{self, Choice};
use store_faults::{Aim, Cell, Engine, Fault, Flow, Lasting};
use tempfile::TempDir;

const HELP: &str = "\
  store-faults points ENGINE FLOW      the statements of a flow at which the store can fail
  store-faults cell CELL               one trial, as `list` names it
  store-faults load CELL CALLERS       one trial with several callers at once
  store-faults all [ENGINE]            every cell, and once under load
  store-faults drawn ENGINE COUNT      some cells by chance, but each flow and each fault
  store-faults planted ENGINE COUNT    the same on transactions as they were once: fails unless trials catch them
";

/// Has trials run on transactions as they were once, in builds that have them.
#[cfg(feature = "planted")]
const YESTERDAY: &str = "STORE_FAULTS_YESTERDAY";

/// Callers at once, under load.
const CALLERS: usize = 4;

#[tokio::main(flavor = "multi_thread", worker_threads = 3)]
async fn main() -> ExitCode {
    #[cfg(feature = "planted")]
    if std::env::var_os(YESTERDAY).is_some() {
        persistence::planted::choose();
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let holds = match words.as_slice() {
        ["points", engine, flow] => points(engine.parse().unwrap(), flow.parse().unwrap()).await,
        ["cell", cell] => {
            let cell: Cell = cell.parse().unwrap();
            tried(cell, Aim::At(cell.point), 1).await
        }
        ["load", cell, callers] => {
            let cell: Cell = cell.parse().unwrap();
            tried(cell, Aim::From(cell.point), callers.parse().unwrap()).await
        }
        ["all"] => all(Engine::ALL).await,
        ["all", engine] => all(&[engine.parse().unwrap()]).await,
        ["drawn", engine, count] => {
            let choice = Choice::Drawn { seed: campaign::seed(), at_least: count.parse().unwrap() };
            many(engine.parse().unwrap(), choice).await
        }
        #[cfg(feature = "planted")]
        ["planted", engine, count] => planted(engine, count).await,
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The drawn trials once more, in a process whose transactions are wrong: they must fail.
#[cfg(feature = "planted")]
async fn planted(engine: &str, count: &str) -> bool {
    let mut wrong = tokio::process::Command::new(std::env::current_exe().unwrap());
    let output = wrong.args(["drawn", engine, count]).env(YESTERDAY, "1").output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let caught = output.status.code() == Some(1) && !said.contains("; 0 failed");
    print!("on transactions as they were once, {}", if caught { "caught:\n" } else { "NOT CAUGHT:\n" });
    print!("{said}");
    caught
}

/// A directory of this process's own within the place that it was given, so that nothing else is ever removed.
fn place() -> TempDir {
    let given = std::env::var_os("STORE_FAULTS_PLACE").map_or_else(std::env::temp_dir, PathBuf::from);
    tempfile::Builder::new().prefix("store-faults-").tempdir_in(given).unwrap()
}

async fn points(engine: Engine, flow: Flow) -> bool {
    let place = place();
    let cell = Cell { engine, flow, point: 0, fault: Fault::ReadOnly, lasting: Lasting::Once };
    let verdict = Box::pin(store_faults::run(cell, None, 1, place.path())).await;
    for point in verdict.points {
        println!("point {}", point.sql.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    true
}

async fn tried(cell: Cell, aim: Aim, callers: usize) -> bool {
    let place = place();
    let verdict = Box::pin(store_faults::run(cell, Some(aim), callers, place.path())).await;
    match &verdict.report {
        Ok(report) => println!("struck: {report}"),
        Err(why) => println!("not struck: {why}"),
    }
    for violation in &verdict.violations {
        println!("broken: {violation}");
    }
    let holds = verdict.report.is_ok() && verdict.violations.is_empty();
    println!("verdict: {}", if holds { "holds" } else { "does not hold" });
    holds
}

async fn many(engine: Engine, choice: Choice) -> bool {
    if !campaign::is_available(engine) {
        return false;
    }
    let program = std::env::current_exe().unwrap();
    let outcome = campaign::run(&program, engine, choice).await;
    print!("{}", outcome.table(engine));
    outcome.failures.is_empty()
}

async fn all(engines: &[Engine]) -> bool {
    let program = std::env::current_exe().unwrap();
    let mut holds = true;
    for &engine in engines {
        holds &= many(engine, Choice::All).await;
        let failures = campaign::under_load(&program, engine, CALLERS, campaign::seed()).await;
        println!("{engine}: under load, by {CALLERS} callers at once: {} failed", failures.len());
        failures.iter().for_each(|failure| eprintln!("{failure}"));
        holds &= failures.is_empty();
    }
    holds
}
