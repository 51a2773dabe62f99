//! The proof `busy`: the whole suite, again and again, beside loops that keep every core busy. A test that depends on the
//! machine's speed fails there.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result};

use crate::test;

/// How often the suite runs.
const ROUNDS: usize = 3;

/// Runs the suite beside one busy loop per core. `filters` are the suite's own. Gives what each round came to.
pub fn proven(filters: &[String]) -> Result<String> {
    let loops = thread::available_parallelism().map_or(1, usize::from);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..loops {
            scope.spawn(|| spin(&is_over));
        }
        let outcome = rounds(filters);
        is_over.store(true, Ordering::Relaxed);
        Ok(format!("{loops} busy loops beside the whole suite\n\n{}", outcome?))
    })
}

fn spin(is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        spin_loop();
    }
}

fn rounds(filters: &[String]) -> Result<String> {
    let mut text = String::new();
    for round in 1..=ROUNDS {
        let (tally, verdict) = test::count(filters)?;
        text.push_str(&format!("round {round} of {ROUNDS}\n{tally}\n"));
        verdict.with_context(|| format!("round {round} of {ROUNDS}:\n{tally}"))?;
    }
    Ok(text)
}
