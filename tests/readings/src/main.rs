//! `readings COUNT [SEED]`: compares the two readings over so many random drafts, and prints what came of them.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use readings::campaign::{compare_many, new_seed};

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
    let count = arguments.next().context("how many drafts?")?.parse().context("the count of drafts")?;
    let seed = match arguments.next() {
        Some(text) => text.parse().context("the seed")?,
        None => new_seed(),
    };
    match compare_many(count, seed, None) {
        Ok(found) if found.is_fair() => Ok(format!("seed {seed}\n{found}")),
        Ok(found) => bail!("fewer than two in five drafts are accepted, with seed {seed}:\n{found}"),
        Err(disagreement) => bail!("with seed {seed}: {disagreement}"),
    }
}
