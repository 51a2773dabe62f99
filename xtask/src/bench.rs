//! `cargo xtask bench`: measures the service as the container has it against floors of the same machine. The short run writes
//! nothing into the tree; the full one writes the figures, docs/performance.md and its drawings, once all has gone well.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::cluster::Purpose;
use crate::postgres::{self, Postgres};
use crate::{process, release};

/// What a full run writes, from which docs/performance.md follows.
const FIGURES: &str = "docs/performance/figures.json";
/// The same of a run beside the peer.
const BESIDE: &str = "docs/performance/peers.json";
/// A workspace of its own.
pub const PEERS: &str = "tests/bench/peers/Cargo.toml";
/// So long a run of the usual size may take, without the builds before it.
const SHORT: Duration = Duration::from_secs(4 * 60);
const FULL: Duration = Duration::from_secs(40 * 60);

/// What is asked for on the command line.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    quick: bool,
    /// Nothing but growth, and nothing of docs/performance.md.
    growth: bool,
    /// Nothing but what an order costs beside a bare durable workflow.
    peers: bool,
    /// In the large database; unless given, `bench` decides.
    orders: Option<u64>,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--peers" => options.peers = true,
                "--orders" => {
                    let number = arguments.next().context("--orders wants a number")?;
                    options.orders =
                        Some(number.parse().with_context(|| format!("--orders {number} is no number"))?);
                }
                other => bail!("{other:?} is not known: cargo xtask bench [--quick] [--peers] [--orders N]"),
            }
        }
        Ok(options)
    }

    /// None for a run of another size than the usual one.
    fn limit(&self) -> Option<Duration> {
        self.orders.is_none().then_some(if self.quick { SHORT } else { FULL })
    }

    fn arguments(&self) -> Vec<String> {
        let quick = self.quick.then(|| "--quick".to_owned());
        let growth = self.growth.then(|| "--growth".to_owned());
        let orders = self.orders.map(|orders| ["--orders".to_owned(), orders.to_string()]);
        quick.into_iter().chain(growth).chain(orders.into_iter().flatten()).collect()
    }
}

/// One run: its table goes to standard output.
pub fn run(arguments: &[String]) -> Result<()> {
    let options = Options::parse(arguments)?;
    let peer = match options.peers {
        true => match peer()? {
            None => return Ok(()),
            built => built,
        },
        false => None,
    };
    let measured = measure_beside(&options, peer)?;
    print!("\n{}", measured.table()?);
    measured.in_time()
}

/// For docs/proofs: what the short run came to, in a line, and the table of the full one. With arguments, that run alone.
pub fn proven(arguments: &[String]) -> Result<String> {
    let timely = |options: &Options| {
        let measured = measure(options)?;
        measured.in_time().map(|()| measured)
    };
    if !arguments.is_empty() {
        return timely(&Options::parse(arguments)?)?.table();
    }
    let quick = timely(&Options { quick: true, ..Options::default() })?.summary()?;
    let full = timely(&Options::default())?;
    Ok(format!(
        "the short run, of at most {} minutes: {quick}the full run, of at most {} minutes: {}\n{}",
        minutes(SHORT),
        minutes(FULL),
        full.summary()?,
        full.table()?
    ))
}

/// How many orders the run has whose only question is whether calls cost more where there are more orders.
const MANY: u64 = 1_000_000;

/// For docs/proofs: what calls cost with a million orders kept, beside what they cost with ten thousand.
pub fn grown(arguments: &[String]) -> Result<String> {
    let mut options = Options::parse(arguments)?;
    options.growth = true;
    options.orders = options.orders.or(Some(MANY));
    measure(&options)?.table()
}

/// Fails if docs/performance.md or a drawing is not what the kept figures give.
pub fn check() -> Result<()> {
    if !process::root()?.join(FIGURES).is_file() {
        println!("nothing was measured yet: there is no {FIGURES}");
        return Ok(());
    }
    // With the features that a build of the whole workspace gives it: no crate is built anew for this.
    process::run(&mut process::cargo(["build", "--quiet", "--workspace", "--bin", "bench"])?)?;
    let bench = process::target()?.join("debug").join("bench");
    process::run(&mut process::command(bench, ["render", "--check"])?)
}

/// Rounded up, so that no run is shown as shorter than it was.
const fn minutes(time: Duration) -> u64 {
    time.as_secs().div_ceil(60)
}

/// A finished run.
struct Measured {
    bench: PathBuf,
    figures: PathBuf,
    took: Duration,
    limit: Option<Duration>,
}

impl Measured {
    fn in_time(&self) -> Result<()> {
        match self.limit {
            Some(limit) if self.took > limit => {
                bail!("the run took {} minutes, of at most {}", minutes(self.took), minutes(limit))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn table(&self) -> Result<String> {
        process::output(self.command("table")?.arg("--figures").arg(&self.figures))
    }

    fn summary(&self) -> Result<String> {
        process::output(self.command("table")?.arg("--summary").arg("--figures").arg(&self.figures))
    }

    fn command(&self, name: &str) -> Result<Command> {
        process::command(&self.bench, [name])
    }
}

/// The peer's program, in a directory of its own: nothing of it is in our lock file. None where it cannot be built.
fn peer() -> Result<Option<PathBuf>> {
    let directory = process::target()?.join("peers");
    let manifest = process::root()?.join(PEERS);
    let mut build = process::cargo(["build", "--release", "--locked", "--manifest-path"])?;
    build.arg(manifest).arg("--target-dir").arg(&directory);
    match process::run(&mut build) {
        Ok(()) => Ok(Some(directory.join("release").join("peers"))),
        Err(error) => {
            println!(
                "NOT DONE: the peer cannot be built here, so nothing stands beside the service: {error:#}"
            );
            Ok(None)
        }
    }
}

fn measure(options: &Options) -> Result<Measured> {
    measure_beside(options, None)
}

/// Builds, measures, and after a full run writes what is kept in the tree.
fn measure_beside(options: &Options, peer: Option<PathBuf>) -> Result<Measured> {
    let directory = process::target()?.join("bench");
    let (service, bench) = (release::service(&directory)?, program("bench")?);
    let figures = directory.join("figures.json");
    let mut measured = Measured { bench, figures, took: Duration::ZERO, limit: options.limit() };
    if let Err(error) = fs::remove_file(&measured.figures) {
        ensure!(error.kind() == ErrorKind::NotFound, "removing the figures of the last run: {error}");
    }
    let began = Instant::now();
    let server = Postgres::provide(Purpose::Measuring)?;
    let mut run = measured.command("run")?;
    run.arg("--service").arg(service).arg("--pgbench").arg(postgres::pgbench()?).args(options.arguments());
    run.args(peer.iter().flat_map(|peer| ["--peer".into(), peer.clone().into_os_string()]));
    run.arg("--out").arg(&measured.figures).env("DATABASE_URL", server.url());
    process::run(&mut run)?;
    drop(server);
    measured.took = began.elapsed();
    if !options.quick && !options.growth {
        let kept = process::root()?.join(if options.peers { BESIDE } else { FIGURES });
        fs::copy(&measured.figures, &kept).with_context(|| format!("writing {}", kept.display()))?;
        measured.figures = kept;
        process::run(&mut measured.command("render")?)?;
    }
    Ok(measured)
}

fn program(name: &str) -> Result<PathBuf> {
    process::run(&mut process::cargo(["build", "--release", "--package", name, "--bin", name])?)?;
    release::built(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_asked_for_reaches_the_program() {
        for line in ["", "--quick", "--orders 5000", "--quick --orders 5000"] {
            assert_eq!(parse(line).unwrap().arguments().join(" "), line);
        }
        assert!(parse("--peers").unwrap().peers, "its program is built first");
        for line in ["--fast", "--orders", "--orders many", "5000"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_run_of_the_usual_size_must_end_in_time() {
        let is_in_time = |line: &str, minutes: u64| {
            let (limit, took) = (parse(line).unwrap().limit(), Duration::from_secs(60 * minutes));
            Measured { bench: PathBuf::new(), figures: PathBuf::new(), took, limit }.in_time().is_ok()
        };
        assert!(is_in_time("--quick", 4) && !is_in_time("--quick", 5));
        assert!(is_in_time("", 40) && !is_in_time("", 41));
        assert!(is_in_time("--orders 1000000", 60));
    }
}
