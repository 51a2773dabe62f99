//! Plays seeded histories and says what came of them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};
use runner::{History, Kept, campaign, play, shrink};

#[derive(Parser)]
#[command(about = "Seeded histories of the order service's workflow")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Plays many histories and judges each.
    Histories {
        #[arg(long, default_value_t = 3_000)]
        count: u64,
        /// Of the whole campaign; new each time unless given.
        #[arg(long)]
        seed: Option<u64>,
        #[arg(long)]
        threads: Option<usize>,
    },
    /// Tells one history, line by line.
    Tell { seed: u64 },
    /// Makes a failing history small, and prints the document to be kept.
    Shrink { seed: u64 },
    /// Plays a kept history, line by line.
    Replay { file: PathBuf },
    /// Plays histories of wrong workflows until each is caught.
    #[cfg(feature = "planted")]
    Planted {
        /// In so many histories at most.
        #[arg(long, default_value_t = 20_000)]
        count: u64,
        #[arg(long)]
        seed: Option<u64>,
        /// Only so many of them, drawn at random.
        #[arg(long)]
        draw: Option<usize>,
    },
}

fn main() -> ExitCode {
    let passed = match Cli::parse().command {
        Command::Histories { count, seed, threads } => histories(count, seed, threads),
        Command::Tell { seed } => tell(seed),
        Command::Shrink { seed } => make_small(seed),
        Command::Replay { file } => replay(&file),
        #[cfg(feature = "planted")]
        Command::Planted { count, seed, draw } => {
            planted::run(seed.unwrap_or_else(runner::new_seed), count, draw)
        }
    };
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn histories(count: u64, seed: Option<u64>, threads: Option<usize>) -> bool {
    let (seed, threads) = (seed.unwrap_or_else(runner::new_seed), threads.unwrap_or_else(cores));
    println!("seed {seed}, {threads} threads");
    let started = Instant::now();
    let campaign = campaign(seed, count, threads, || ());
    let seconds = started.elapsed().as_millis().max(1);
    print!("{}", campaign.tally);
    println!("{} more were played and do not count: too few steps or faults", campaign.short);
    let played = u128::from(campaign.tally.histories + campaign.short);
    let cores = threads.min(cores());
    println!(
        "{} s; {} histories per second and core, on {cores} cores",
        seconds / 1000,
        played * 1000 / seconds / u128::try_from(cores).unwrap_or(1)
    );
    for failure in &campaign.failures {
        println!("\nseed {} fails (`runner shrink {}`):", failure.seed, failure.seed);
        failure.violations.iter().for_each(|violation| println!("  {violation}"));
    }
    let shortfalls = campaign.shortfalls();
    shortfalls.iter().for_each(|shortfall| println!("not proved: {shortfall}"));
    println!("{} violations", campaign.failures.len());
    campaign.failures.is_empty() && shortfalls.is_empty()
}

fn replay(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string());
    match text.and_then(|text| Kept::parse(&text)) {
        Ok(kept) => show(&kept.history()),
        Err(error) => {
            println!("{}: {error}", file.display());
            false
        }
    }
}

fn tell(seed: u64) -> bool {
    show(&History::of(seed))
}

fn show(history: &History) -> bool {
    let played = play(history, true);
    played.reported.iter().for_each(|line| println!("{line}"));
    played.violations.iter().for_each(|violation| println!("{violation}"));
    println!("fingerprint {:016x}", played.fingerprint);
    played.violations.is_empty()
}

fn make_small(seed: u64) -> bool {
    let history = History::of(seed);
    let played = play(&history, false);
    let Some(first) = played.violations.first() else {
        println!("the history of seed {seed} holds");
        return true;
    };
    let rule = first.rule;
    let fails =
        |candidate: &History| play(candidate, false).violations.iter().any(|other| other.rule == rule);
    let small = shrink(&history, fails);
    println!("{} of {} steps are needed\n", small.steps.len(), history.steps.len());
    let played = play(&small, true);
    played.reported.iter().for_each(|line| println!("{line}"));
    played.violations.iter().for_each(|violation| println!("{violation}"));
    let about = played.violations.first().map(ToString::to_string).unwrap_or_default();
    println!("\nfor tests/runner/histories:\n{}", Kept::new(about, &small));
    false
}

#[cfg(feature = "planted")]
mod planted {
    //! The wrong workflows, each against the same histories as the right one.

    use domain::planted::{Planted, choose};
    use runner::campaign;

    pub fn run(seed: u64, count: u64, draw: Option<usize>) -> bool {
        println!("seed {seed}");
        let mut wrongs = Planted::ALL.to_vec();
        wrongs.sort_by_key(|wrong| runner::seed_of(seed ^ (*wrong as u64 + 1), 0));
        let mut passed = true;
        for wrong in wrongs.into_iter().take(draw.unwrap_or(Planted::ALL.len())) {
            let threads = super::cores();
            let campaign = campaign(seed, count, threads, || choose(Some(wrong)));
            let played = campaign.tally.histories + campaign.short;
            match campaign.failures.first() {
                Some(failure) => {
                    let violation = failure.violations.first().map(ToString::to_string).unwrap_or_default();
                    println!("caught: {} after {played} histories: {violation}", wrong.name());
                }
                None => {
                    println!("NOT CAUGHT: {} in {played} histories", wrong.name());
                    passed = false;
                }
            }
        }
        passed
    }
}
