//! `sequences [COUNT] [SEED]`: plays so many random sequences, and prints what happened in them.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use sequences::campaign::{new_seed, play_in_parts};

/// So many are played unless a count is given.
const PROOF: u32 = 200_000;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<String> {
    let count = match arguments.next() {
        Some(text) => text.parse().context("the count of sequences")?,
        None => PROOF,
    };
    let seed = match arguments.next() {
        Some(text) => text.parse().context("the seed")?,
        None => new_seed(),
    };
    match play_in_parts(count, seed) {
        Ok(found) if found.shortfalls().is_empty() => Ok(format!("seed {seed}\n{found}")),
        Ok(found) => bail!("with seed {seed}, too seldom: {}\n{found}", found.shortfalls().join("; ")),
        Err(wrong) => bail!("with seed {seed}: {wrong}"),
    }
}
