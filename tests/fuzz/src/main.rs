//! `fuzz TARGET FILE…` gives files to a target, and says how far each came and what it cost. A file that a search has found shows here,
//! in an ordinary build and with a back-trace, what is wrong with it.

use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use fuzz::{TARGETS, cost, target};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match replay(&arguments.next().unwrap_or_default(), &arguments.collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem:#}");
            ExitCode::FAILURE
        }
    }
}

fn replay(name: &str, files: &[String]) -> Result<()> {
    let names = TARGETS.map(|target| target.name).join(", ");
    let target = target(name).with_context(|| format!("there is no target {name:?}: one of {names}"))?;
    ensure!(!files.is_empty(), "name the files that are given to {name}");
    for file in files {
        let input = std::fs::read(file).with_context(|| format!("reading {file}"))?;
        let (reached, spent) = cost::least(target, &input);
        let far = match reached {
            None => "no input".to_owned(),
            Some(it) => format!("{}, {}", it.about, if it.is_taken { "taken" } else { "refused" }),
        };
        println!("{file}: {far}, {} us", spent.as_micros());
    }
    Ok(())
}
