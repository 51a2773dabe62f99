//! `cargo xtask proof NAME`: a run too long for every change. What it prints is kept in docs/proofs, with the commit it is
//! about, and CI says of each whether what it covers has changed since.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::cluster::Purpose;
use crate::kept::{DIRECTORY, Kept};
use crate::postgres::Postgres;
use crate::supply::git;
use crate::{before, bench, busy, debian, deploy, fuzz, mutants, probes, process, release};

/// A long run.
struct Proof {
    name: &'static str,
    says: &'static str,
    runs: Runs,
    /// What its result is about: after a change in there, it is old.
    covers: &'static [&'static str],
    work: Work,
}

/// What is provided for it.
enum Runs {
    Nothing,
    /// Both builds of the service's program, and a PostgreSQL that forgets.
    Service,
    /// The build that is deployed, and a PostgreSQL that waits for the disk.
    Deployed,
    /// The program, the one of the previous commit, and a PostgreSQL that forgets.
    Change,
    /// Both builds of the service's program, and what a PostgreSQL of three nodes needs.
    Nodes,
}

/// What is to be done.
enum Work {
    /// Arguments to cargo. What the run came to goes to standard output.
    Cargo(&'static [&'static str]),
    /// A task of our own: what more is given on the command line goes in, and what the run came to comes out.
    Task(fn(&[String]) -> Result<String>),
}

/// All there are. To add one, add a row.
const PROOFS: [Proof; 23] = [
    Proof {
        name: "archive",
        says: "20,000 orders that are closed for good are archived while the service is killed twice: all is told of them as before",
        runs: Runs::Service,
        covers: &SERVICE,
        work: Work::Cargo(&["run", "--quiet", "--package", "tests", "--bin", "proof", "--", "archive"]),
    },
    Proof {
        name: "bench",
        says: "what the service costs, each figure beside its floor: a short run within 4 minutes, a full one within 40",
        runs: Runs::Nothing,
        covers: &["crates", "proto", "tests/bench"],
        work: Work::Task(bench::proven),
    },
    Proof {
        name: "busy",
        says: "the whole suite three times beside one busy loop per core: no test depends on speed",
        runs: Runs::Nothing,
        covers: &["crates", "proto", "tests"],
        work: Work::Task(busy::proven),
    },
    Proof {
        name: "checkov",
        says: "checkov's rules for Kubernetes and containers over deploy/: each is kept, or left out for a reason that is written down",
        runs: Runs::Nothing,
        covers: &["deploy"],
        work: Work::Task(deploy::checkov),
    },
    Proof {
        name: "crashes",
        says: "a SIGKILL at every crash point on both databases, and at every ordered pair of points",
        runs: Runs::Service,
        covers: &SERVICE,
        work: Work::Cargo(&["run", "--quiet", "--package", "tests", "--bin", "proof", "--", "crashes"]),
    },
    Proof {
        name: "fuzz",
        says: "ten minutes of each fuzz target: no input panics, breaks what always holds, or costs more than 50 ms",
        runs: Runs::Nothing,
        covers: &FUZZED,
        work: Work::Task(fuzz::proven),
    },
    Proof {
        name: "growth",
        says: "what creating, reading and listing orders cost with a million orders kept, beside ten thousand",
        runs: Runs::Nothing,
        covers: &["crates", "proto", "tests/bench"],
        work: Work::Task(bench::grown),
    },
    Proof {
        name: "hanging",
        says: "Mollie hangs for five minutes while orders are asked for: reads do not notice, and memory stays bounded",
        runs: Runs::Deployed,
        covers: &SERVICE,
        work: Work::Cargo(&["run", "--quiet", "--package", "tests", "--bin", "proof", "--", "hanging"]),
    },
    Proof {
        name: "histories",
        says: "a million seeded histories of the workflow, and no promise broken",
        runs: Runs::Nothing,
        covers: &WORKFLOW,
        work: Work::Cargo(&[
            "run",
            "--quiet",
            "--release",
            "--package",
            "runner",
            "--",
            "histories",
            "--count",
            "1000000",
        ]),
    },
    Proof {
        name: "mutants-create",
        says: "the rules of creating an order, changed in small ways: the tests notice 95 of 100",
        runs: Runs::Nothing,
        covers: mutants::CREATE,
        work: Work::Task(|more| mutants::proven("create", mutants::CREATE, more)),
    },
    Proof {
        name: "mutants-money",
        says: "the same for the rules of units and money",
        runs: Runs::Nothing,
        covers: mutants::MONEY,
        work: Work::Task(|more| mutants::proven("money", mutants::MONEY, more)),
    },
    Proof {
        name: "mutants-read",
        says: "the same for the rules of what Mollie answers",
        runs: Runs::Nothing,
        covers: mutants::READ,
        work: Work::Task(|more| mutants::proven("read", mutants::READ, more)),
    },
    Proof {
        name: "overload",
        says: "twenty times as many callers as there are places: as much gets done, within 256 MiB, and all is well ten seconds later",
        runs: Runs::Deployed,
        covers: &SERVICE,
        work: Work::Cargo(&["run", "--quiet", "--package", "tests", "--bin", "proof", "--", "overload"]),
    },
    Proof {
        name: "patroni",
        says: "three PostgreSQL nodes under Patroni, whose primary is lost 20 times under load: nothing acknowledged is gone",
        runs: Runs::Nodes,
        covers: &SERVICE,
        work: Work::Cargo(&["run", "--quiet", "--package", "tests", "--bin", "proof", "--", "patroni"]),
    },
    Proof {
        name: "planted",
        says: "seven wrong workflows, each caught by the same histories",
        runs: Runs::Nothing,
        covers: &WORKFLOW,
        work: Work::Cargo(&[
            "run",
            "--quiet",
            "--release",
            "--package",
            "runner",
            "--features",
            "planted",
            "--",
            "planted",
        ]),
    },
    Proof {
        name: "readings",
        says: "two readings of Mollie's rules for creating an order, compared over 200,000 random drafts",
        runs: Runs::Nothing,
        covers: &[
            "crates/domain/src/rules",
            "crates/mollie-adapter",
            "crates/mollie-simulator/src/rules",
            "tests/readings",
        ],
        work: Work::Cargo(&["run", "--quiet", "--release", "--package", "readings", "--", "200000"]),
    },
    Proof {
        name: "replicas",
        says: "three replicas under load with the settings of production, killed a hundred times",
        runs: Runs::Service,
        covers: &SERVICE,
        work: Work::Cargo(&["run", "--quiet", "--package", "tests", "--bin", "proof", "--", "replicas"]),
    },
    Proof {
        name: "restore",
        says: "a database restored to a random moment, 10 times, while Mollie went on and callers repeat their requests: nothing is done twice",
        runs: Runs::Service,
        covers: &SERVICE,
        work: Work::Cargo(&["run", "--quiet", "--package", "tests", "--bin", "proof", "--", "restore"]),
    },
    Proof {
        name: "rolling",
        says: "a hundred SIGTERMs of one of three replicas under load, and a rolling change from the previous commit and back: no call fails",
        runs: Runs::Change,
        covers: &SERVICE,
        work: Work::Cargo(&["run", "--quiet", "--package", "tests", "--bin", "proof", "--", "rolling"]),
    },
    Proof {
        name: "sequences",
        says: "200,000 random sequences of shipping, canceling lines and refunding, and every sum exact after every step",
        runs: Runs::Nothing,
        covers: &SEQUENCES,
        work: Work::Cargo(&["run", "--quiet", "--release", "--package", "sequences", "--"]),
    },
    Proof {
        name: "store",
        says: "every fault that the store has, at every statement of five flows on both databases, and once under load",
        // Only for the PostgreSQL that comes with it.
        runs: Runs::Service,
        covers: &STORE,
        work: Work::Cargo(&["run", "--quiet", "--package", "store-faults", "--", "all"]),
    },
    Proof {
        name: "timers",
        says: "a million orders with two deadlines each, 300 due per second for ten minutes: each is told once, in time, by three replicas",
        runs: Runs::Deployed,
        covers: &SERVICE,
        work: Work::Cargo(&["run", "--quiet", "--package", "tests", "--bin", "proof", "--", "timers"]),
    },
    Proof {
        name: "watchers",
        says: "500 watchers with random disconnects for ten minutes while three replicas write and commits come late: none misses an event",
        runs: Runs::Service,
        covers: &SERVICE,
        work: Work::Cargo(&["run", "--quiet", "--package", "tests", "--bin", "proof", "--", "watchers"]),
    },
];

/// All that the service is made of, and the tests that judge it.
const SERVICE: [&str; 6] = [
    "crates/domain",
    "crates/mollie-adapter",
    "crates/persistence",
    "crates/grpc-server",
    "proto",
    "tests/src",
];

/// All that an input goes through, and the targets.
const FUZZED: [&str; 5] =
    ["crates/domain", "crates/mollie-adapter", "crates/grpc-server/src", "proto", "tests/fuzz"];

/// The store and the workflow over it, and the trials.
const STORE: [&str; 5] = [
    "crates/domain",
    "crates/mollie-adapter",
    "crates/mollie-simulator/src/rules",
    "crates/persistence",
    "tests/store",
];

/// All that a sequence goes through, and the sequences.
const SEQUENCES: [&str; 5] = [
    "crates/domain",
    "crates/mollie-adapter",
    "crates/mollie-simulator/src/rules",
    "tests/runner/src/memory",
    "tests/sequences",
];

/// The workflow, and all that the histories put around it.
const WORKFLOW: [&str; 4] =
    ["crates/domain", "crates/mollie-adapter", "crates/mollie-simulator/src/rules", "tests/runner"];

/// Names them all.
pub fn list() {
    for Proof { name, says, .. } in &PROOFS {
        println!("{name:<10} {says}");
    }
}

/// Runs one, and keeps what it printed. `more` goes to the run: such a run is a try, and is not kept.
pub fn run(name: &str, more: &[String]) -> Result<()> {
    let proof = PROOFS.iter().find(|proof| proof.name == name);
    let proof =
        proof.with_context(|| format!("there is no proof {name:?}: `cargo xtask proof` names them all"))?;
    let commit = process::output(&mut git(&["rev-parse", "HEAD"])?)?.trim().to_owned();
    let is_dirty = !process::output(&mut git(&["status", "--porcelain"])?)?.is_empty();
    let date = process::output(process::command("date", ["-u", "+%Y-%m-%d"])?.env("LC_ALL", "C"))?;
    let began = Instant::now();
    let printed = outcome(proof, more)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kept = Kept {
        name: name.to_owned(),
        commit,
        is_dirty,
        date: date.trim().to_owned(),
        machine: format!("{cores} cores"),
        command: format!("cargo xtask proof {name}"),
        minutes: began.elapsed().as_secs().div_ceil(60),
        covers: proof.covers.iter().map(|path| (*path).to_owned()).collect(),
        printed,
    };
    if !more.is_empty() {
        println!("Not kept: this was a part of the run.");
        return Ok(());
    }
    let path = process::root()?.join(DIRECTORY).join(format!("{name}.md"));
    fs::create_dir_all(process::root()?.join(DIRECTORY)).context(DIRECTORY)?;
    fs::write(&path, kept.to_string()).with_context(|| format!("writing {}", path.display()))?;
    println!("Kept in {DIRECTORY}/{name}.md.");
    Ok(())
}

/// What a run comes to. One that fails proves nothing.
fn outcome(proof: &Proof, more: &[String]) -> Result<String> {
    match proof.work {
        Work::Cargo(arguments) => printed(proof, arguments, more),
        Work::Task(task) => {
            let text = task(more)?;
            print!("{text}");
            Ok(text)
        }
    }
}

/// What a command prints, shown as it comes.
fn printed(proof: &Proof, arguments: &[&str], more: &[String]) -> Result<String> {
    let mut command = process::cargo(arguments)?;
    command.args(more);
    // The server goes when this does.
    let _server = provided(&proof.runs, &mut command)?;
    process::announce(&command);
    let mut running = command.stdout(Stdio::piped()).spawn().context("starting cargo")?;
    let output = running.stdout.take().context("the run has no output")?;
    let mut text = String::new();
    for line in BufReader::new(output).lines() {
        let line = line.context("reading what the run prints")?;
        println!("{line}");
        text.push_str(&line);
        text.push('\n');
    }
    let status = running.wait().context("waiting for the run")?;
    if !status.success() {
        bail!("the proof {} failed: {status}", proof.name);
    }
    Ok(text)
}

/// Tells a command what it may run and where.
fn provided(runs: &Runs, command: &mut Command) -> Result<Option<Postgres>> {
    let purpose = match runs {
        Runs::Nothing => return Ok(None),
        Runs::Service => {
            command.env(probes::PROGRAM, probes::provide()?);
            Purpose::Tests
        }
        Runs::Deployed => {
            command.env(release::PROGRAM, release::provide()?);
            Purpose::Measuring
        }
        Runs::Change => {
            command.env(before::PROGRAM, before::provide()?);
            Purpose::Tests
        }
        Runs::Nodes => {
            command.env(probes::PROGRAM, probes::provide()?);
            debian::ensure("patroni", &["patroni"])?;
            debian::ensure("etcd", &["etcd-server"])?;
            debian::ensure("haproxy", &["haproxy"])?;
            return Ok(None);
        }
    };
    let server = Postgres::provide(purpose)?;
    command.env("DATABASE_URL", server.url());
    Ok(Some(server))
}

/// Whether there is a proof of this name.
pub fn is_known(name: &str) -> bool {
    PROOFS.iter().any(|proof| proof.name == name)
}
