//! Every crash point on both databases, and pairs of points on one: the first kills the first process, the second waits in the
//! process that takes over, and a third one finishes. Of one kind of operation every ordered pair is tried; of two kinds, whose second
//! death strikes when the first one's work is long done, some that are drawn anew in each run.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use tests::{Crash, Dice, Ended, Engine, points};

/// Runs mostly wait: for leases, for windows, for processes to start.
const AT_ONCE: usize = 6;
/// Where pairs are tried: on the engine that companies have.
const OF_PAIRS: Engine = Engine::Postgres;
/// Of the pairs of two kinds one in so many is tried.
const OTHERS: usize = 8;

/// Does every `share`th run; `false` if one went wrong.
pub async fn prove(share: usize) -> bool {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        assert!(engine.is_available().await, "{engine:?} is needed: run this by `cargo xtask proof crashes`");
    }
    let (began, points) = (Instant::now(), points());
    let some = |crashes: Vec<Crash>| crashes.into_iter().step_by(share).collect();
    let mut dice = Dice::new("pairs of crash points");
    let (singles, pairs) = (some(both_engines(&points)), some(pairs(&points, &mut dice)));
    let work = || (all(singles), all(pairs));
    let (singles, pairs) = tokio::task::spawn_blocking(work).await.expect("a run's failure is caught");
    println!("crash points              {:>6}", points.len());
    println!("each on both databases    {:>6} runs, {} deaths", singles.len(), deaths(&singles));
    println!("ordered pairs on {OF_PAIRS:?} {:>6} runs, {} deaths", pairs.len(), deaths(&pairs));
    let within =
        pairs.iter().filter(|run| is_of_one_kind(&run.crash.points[0], &run.crash.points[1])).count();
    println!("  of one kind, all        {within:>6}");
    println!("  of two kinds, one in {OTHERS} {:>6}", pairs.len() - within);
    let twice = pairs.iter().filter(|run| run.deaths() == 2).count();
    println!("  both points reached     {twice:>6}");
    println!(
        "  second one not reached  {:>6}  (its work was done before the first death)",
        pairs.len() - twice
    );
    let reached: BTreeSet<_> =
        pairs.iter().filter(|run| run.deaths() == 2).map(|run| run.crash.points[1].clone()).collect();
    println!("  points reached second   {:>6}", reached.len());
    let runs = || singles.iter().chain(&pairs);
    let longest = runs().map(Run::took).max().unwrap_or_default();
    println!("longest run               {:>6} s", longest.as_secs());
    println!("all runs together         {:>6} s", began.elapsed().as_secs());
    let failed: Vec<_> = runs().filter(|run| run.fault().is_some()).collect();
    for run in &failed {
        println!("FAILED {run}");
    }
    println!(
        "In {} of {} runs every intent had exactly one effect, the database said what Mollie said, and events had no gaps.",
        singles.len() + pairs.len() - failed.len(),
        singles.len() + pairs.len(),
    );
    failed.is_empty()
}

fn both_engines(points: &[String]) -> Vec<Crash> {
    let on = |engine| points.iter().map(move |point| Crash { engine, points: vec![point.clone()] });
    on(Engine::Sqlite).chain(on(Engine::Postgres)).collect()
}

fn is_of_one_kind(first: &str, second: &str) -> bool {
    let kind = |point: &str| point.split('.').next().map(str::to_owned);
    kind(first) == kind(second)
}

fn pairs(points: &[String], dice: &mut Dice) -> Vec<Crash> {
    let mut is_drawn = || dice.below(OTHERS) == 0;
    let with = |first: &String, second: &String| Crash {
        engine: OF_PAIRS,
        points: vec![first.clone(), second.clone()],
    };
    let all = points.iter().flat_map(|first| points.iter().map(move |second| (first, second)));
    let tried = all.filter(|(first, second)| is_of_one_kind(first, second) || is_drawn());
    tried.map(|(first, second)| with(first, second)).collect()
}

fn deaths(runs: &[Run]) -> usize {
    runs.iter().map(Run::deaths).sum()
}

/// A run that is over, or the reason why it failed.
struct Run {
    crash: Crash,
    ended: Result<Ended, String>,
}

impl Run {
    fn deaths(&self) -> usize {
        self.ended.as_ref().map_or(0, |ended| ended.deaths)
    }

    fn took(&self) -> Duration {
        self.ended.as_ref().map_or(Duration::ZERO, |ended| ended.took)
    }

    /// What is wrong with it; the first point must have been reached, or nothing was tried.
    fn fault(&self) -> Option<String> {
        match &self.ended {
            Ok(ended) if ended.deaths == 0 => Some("the point was never reached".to_owned()),
            Ok(_) => None,
            Err(problem) => Some(problem.clone()),
        }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}: ", self.crash.engine, self.crash.points.join(", then "))?;
        match self.fault() {
            Some(fault) => f.write_str(&fault),
            None => write!(f, "{} deaths, {} s", self.deaths(), self.took().as_secs()),
        }
    }
}

/// Does them all, some at once.
fn all(crashes: Vec<Crash>) -> Vec<Run> {
    let (count, queue) = (crashes.len(), Mutex::new(VecDeque::from(crashes)));
    let done = Mutex::new(Vec::new());
    let next = || queue.lock().expect("nobody panics in here").pop_front();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(crash) = next() {
                    let run = one(crash);
                    let mut done = done.lock().expect("nobody panics in here");
                    eprintln!("{:>4}/{count} {run}", done.len() + 1);
                    done.push(run);
                }
            });
        }
    });
    done.into_inner().expect("nobody panics in here")
}

/// A failing run panics, in a thread of its own; what it says is kept, and the others go on.
fn one(crash: Crash) -> Run {
    let living = crash.clone();
    let ended = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime can be built").block_on(Box::pin(living.run()))
    })
    .join();
    let ended = ended.map_err(|panic| match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
        (Some(text), _) => text.clone(),
        (None, Some(text)) => (*text).to_owned(),
        (None, None) => "it panicked".to_owned(),
    });
    Run { crash, ended }
}
