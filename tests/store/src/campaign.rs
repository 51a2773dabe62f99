//! Many trials, each in a process of its own: memory that is limited stays so, and the shim comes with the process. What is
//! left out is said aloud.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use tokio::process::Command;
use tokio::sync::{RwLock, Semaphore};

use crate::cell::{Cell, Engine, Fault, Flow, Lasting};
use crate::database::server;
use crate::rule::{Point, cells};
use crate::shim;
use crate::tmpfs::Tmpfs;

/// No trial takes so long; one that does hangs.
const PATIENCE: Duration = Duration::from_secs(60);
const SEED: &str = "ORDER_SERVICE_TEST_SEED";

/// Which trials.
#[derive(Clone, Copy, Debug)]
pub enum Choice {
    All,
    /// By chance, but each flow and each fault at least once.
    Drawn {
        seed: u64,
        at_least: usize,
    },
}

/// What trials came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many cells the engine has, and how many of them were struck, by fault.
    pub existing: BTreeMap<Fault, usize>,
    pub tried: BTreeMap<Fault, usize>,
    pub struck: BTreeMap<Fault, usize>,
    pub failures: Vec<(Cell, String)>,
}

impl Outcome {
    /// What of it a person wants to see.
    #[must_use]
    pub fn table(&self, engine: Engine) -> String {
        let mut text = format!("{engine}: fault, cells that exist, tried, struck\n");
        for (fault, existing) in &self.existing {
            let of = |counts: &BTreeMap<Fault, usize>| counts.get(fault).copied().unwrap_or(0);
            text += &format!("  {fault:<16} {existing:>4} {:>4} {:>4}\n", of(&self.tried), of(&self.struck));
        }
        let sum = |counts: &BTreeMap<Fault, usize>| counts.values().sum::<usize>();
        text += &format!(
            "  {:<16} {:>4} {:>4} {:>4}; {} failed\n",
            "all",
            sum(&self.existing),
            sum(&self.tried),
            sum(&self.struck),
            self.failures.len()
        );
        text
    }
}

/// The seed of this run: the one that is given, or a new one.
///
/// # Panics
/// If what is given is no number.
#[must_use]
pub fn seed() -> u64 {
    let given = std::env::var(SEED).ok().map(|text| text.parse().expect("a seed is a number"));
    given.unwrap_or_else(|| rand::rng().random::<u64>() >> 16)
}

/// Whether trials on this engine can run; says so if they are left out.
#[must_use]
pub fn is_available(engine: Engine) -> bool {
    let is = engine == Engine::Sqlite || server().is_some();
    if !is {
        aloud(
            "left out: the store's faults on PostgreSQL, as DATABASE_URL names no server; `cargo xtask test` provides one",
        );
    }
    is
}

/// Past the capture of what tests print, which hides it while they pass.
fn aloud(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Runs trials on an engine by a program.
pub async fn run(program: &Path, engine: Engine, choice: Choice) -> Outcome {
    let directory = tempfile::tempdir().expect("a directory");
    let bench = Arc::new(Bench {
        program: program.to_owned(),
        shim: shim::build(directory.path()),
        directory: directory.path().to_owned(),
    });
    let mut existing = Vec::new();
    for &flow in Flow::ALL {
        existing.extend(cells(engine, flow, &bench.points(engine, flow).await));
    }
    if let Some(why) = without_tmpfs(engine, directory.path()) {
        aloud(&format!("LEFT OUT on {engine}: {why}"));
        existing.retain(|cell| !needs_tmpfs(cell));
    }
    let mut outcome = Outcome::default();
    existing.iter().for_each(|cell| *outcome.existing.entry(cell.fault).or_default() += 1);
    let chosen = match choice {
        Choice::All => existing,
        Choice::Drawn { seed, at_least } => drawn(existing, seed, at_least),
    };
    let outcome = Arc::new(Mutex::new(outcome));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let room = Arc::new(Semaphore::new(cores));
    // While one tablespace is full, the server can make no other database: such a trial has the server for itself.
    let server = Arc::new(RwLock::new(()));
    let mut trials = tokio::task::JoinSet::new();
    for (number, cell) in chosen.into_iter().enumerate() {
        let (bench, room, outcome) = (Arc::clone(&bench), Arc::clone(&room), Arc::clone(&outcome));
        let server = Arc::clone(&server);
        trials.spawn(async move {
            let _permit = room.acquire_owned().await.expect("there is room now and then");
            let words = ["cell".to_owned(), cell.to_string()];
            let said = if needs_tmpfs(&cell) {
                let _alone = server.write().await;
                bench.tried(&words, number).await
            } else {
                let _beside = server.read().await;
                bench.tried(&words, number).await
            };
            let mut outcome = outcome.lock().unwrap();
            *outcome.tried.entry(cell.fault).or_default() += 1;
            if said.contains("struck: ") {
                *outcome.struck.entry(cell.fault).or_default() += 1;
            }
            if !said.contains("verdict: holds") {
                aloud(&format!("FAILED {cell}\n{said}"));
                outcome.failures.push((cell, said));
            }
        });
    }
    while let Some(done) = trials.join_next().await {
        done.expect("a trial is waited for");
    }
    Arc::into_inner(outcome).expect("all trials are over").into_inner().unwrap()
}

/// Runs one trial of each fault with several callers at once.
pub async fn under_load(program: &Path, engine: Engine, callers: usize, seed: u64) -> Vec<String> {
    let directory = tempfile::tempdir().expect("a directory");
    let bench = Bench {
        program: program.to_owned(),
        shim: shim::build(directory.path()),
        directory: directory.path().to_owned(),
    };
    let (mut dice, mut failures) = (StdRng::seed_from_u64(seed), Vec::new());
    let no_tmpfs = without_tmpfs(engine, directory.path()).is_some();
    for &flow in &[Flow::CreateOrder, Flow::CreateShipment, Flow::UpdateShipment, Flow::CancelOrder] {
        let mut faults: Vec<Cell> = cells(engine, flow, &bench.points(engine, flow).await);
        // Whether a lock is free is told by what else goes on, and without memory the witness of other callers cannot look.
        let fits = |cell: &Cell| !matches!(cell.fault, Fault::Busy | Fault::NoMemory);
        faults.retain(|cell| fits(cell) && !(no_tmpfs && needs_tmpfs(cell)));
        faults.sort_by_key(|cell| (cell.fault, cell.lasting));
        faults.dedup_by_key(|cell| (cell.fault, cell.lasting));
        for (number, cell) in faults.into_iter().enumerate() {
            let from = Cell { point: dice.random_range(0..callers * 8), ..cell };
            let words = ["load".to_owned(), from.to_string(), callers.to_string()];
            let said = bench.tried(&words, number).await;
            if !said.contains("verdict: holds") {
                failures.push(format!("under load, {from}:\n{said}"));
            }
        }
    }
    failures
}

struct Bench {
    program: PathBuf,
    shim: PathBuf,
    directory: PathBuf,
}

impl Bench {
    /// The points of a flow on which nothing befalls it.
    async fn points(&self, engine: Engine, flow: Flow) -> Vec<Point> {
        let said = self.tried(&["points".to_owned(), engine.to_string(), flow.to_string()], 0).await;
        let mut open: Option<Vec<String>> = None;
        let points = said.lines().filter_map(|line| line.strip_prefix("point ")).map(|sql| {
            let point = Point { sql: sql.to_owned(), before: open.clone() };
            match sql {
                "BEGIN" => open = Some(Vec::new()),
                "COMMIT" => open = None,
                _ => open.iter_mut().for_each(|open| open.push(sql.to_owned())),
            }
            point
        });
        let points: Vec<_> = points.collect();
        assert!(!points.is_empty(), "{engine} {flow} has no points:\n{said}");
        points
    }

    /// What a process of its own says.
    async fn tried(&self, words: &[String], number: usize) -> String {
        let place = self.directory.join(format!("{number}-{}", words.join("-").replace(' ', "-")));
        std::fs::create_dir_all(&place).expect("a directory");
        let control = place.join("control");
        shim::control(&control);
        let mut command = Command::new(&self.program);
        command.args(words).env("STORE_FAULTS_PLACE", &place).env(shim::CONTROL, control);
        command.env("LD_PRELOAD", &self.shim).stdin(Stdio::null()).kill_on_drop(true);
        let said = match tokio::time::timeout(PATIENCE, command.output()).await {
            Ok(Ok(output)) => {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                format!("{}{}", text(&output.stdout), text(&output.stderr))
            }
            Ok(Err(problem)) => format!("the program cannot be started: {problem}"),
            Err(_) => format!("it hangs: no verdict within {PATIENCE:?}"),
        };
        let _ = std::fs::remove_dir_all(place);
        said
    }
}

fn needs_tmpfs(cell: &Cell) -> bool {
    matches!((cell.engine, cell.fault), (Engine::Sqlite, Fault::FullTmpfs) | (Engine::Postgres, Fault::Full))
}

/// Why no really full file system can be had, if none can.
fn without_tmpfs(engine: Engine, directory: &Path) -> Option<String> {
    if Tmpfs::mount(&directory.join("try"), 1).is_none() {
        return Some("a full file system cannot be tried: mounting a tmpfs needs root".to_owned());
    }
    let is_here = |url: &str| ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| url.contains(host));
    let is_remote = engine == Engine::Postgres && !server().is_some_and(|url| is_here(&url));
    is_remote.then(|| "a full tablespace cannot be tried: the server is on another machine".to_owned())
}

/// Each flow and each fault at least once, each length of a fault, and then whatever comes.
fn drawn(mut cells: Vec<Cell>, seed: u64, at_least: usize) -> Vec<Cell> {
    cells.shuffle(&mut StdRng::seed_from_u64(seed));
    let mut met: BTreeSet<(Option<Flow>, Option<Fault>, Option<Lasting>)> = BTreeSet::new();
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for cell in cells {
        let is_new = met.insert((Some(cell.flow), None, None))
            | met.insert((None, Some(cell.fault), Some(cell.lasting)));
        if is_new { first.push(cell) } else { rest.push(cell) }
    }
    let more = at_least.saturating_sub(first.len());
    first.extend(rest.into_iter().take(more));
    first
}
