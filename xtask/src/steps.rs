//! Steps of a long task: each is timed, none hides the failure of another, and the whole has a time limit.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// What has been done so far.
pub struct Steps {
    began: Instant,
    done: Vec<(&'static str, Duration, Option<String>)>,
}

impl Steps {
    pub fn begin() -> Self {
        Self { began: Instant::now(), done: Vec::new() }
    }

    /// Does one step, and notes how long it took and how it ended.
    pub fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<()>) {
        println!("\n== {name}");
        let began = Instant::now();
        let failure = work().err().map(|error| format!("{error:#}"));
        if let Some(failure) = &failure {
            println!("FAILED: {failure}");
        }
        println!("== {name}: {} min", minutes(began.elapsed()));
        self.done.push((name, began.elapsed(), failure));
    }

    /// Prints the steps with their times. Fails if one failed, or if all took longer than `limit`.
    pub fn finish(self, limit: Duration) -> Result<()> {
        let total = self.began.elapsed();
        println!("\nminutes  step");
        for (name, time, failure) in &self.done {
            let verdict = failure.as_ref().map(|text| format!("  FAILED: {text}")).unwrap_or_default();
            println!("{:>7}  {name}{verdict}", minutes(*time));
        }
        println!("{:>7}  in total, of at most {}", minutes(total), minutes(limit));
        let failed = self.done.iter().filter(|(_, _, failure)| failure.is_some()).count();
        if failed > 0 {
            bail!("{failed} of {} steps failed", self.done.len());
        }
        if total > limit {
            bail!("all steps together took longer than {} minutes", minutes(limit));
        }
        Ok(())
    }
}

/// Minutes with one decimal, rounded up: a step is never shown as faster than it was.
fn minutes(time: Duration) -> String {
    let tenths = time.as_millis().div_ceil(6_000);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_rounded_up_to_a_tenth() {
        let shown = [0, 1, 6, 59, 61, 2700].map(|seconds| minutes(Duration::from_secs(seconds)));
        assert_eq!(shown, ["0.0", "0.1", "0.1", "1.0", "1.1", "45.0"]);
    }

    #[test]
    fn one_failed_step_fails_the_whole_and_the_next_still_runs() {
        let (mut steps, mut ran) = (Steps::begin(), false);
        steps.step("first", || bail!("broken"));
        steps.step("second", || {
            ran = true;
            Ok(())
        });
        assert!(ran && steps.finish(Duration::from_secs(60)).is_err());
    }

    #[test]
    fn too_long_is_a_failure() {
        let mut steps = Steps::begin();
        steps.step("only", || Ok(()));
        assert!(steps.finish(Duration::ZERO).is_err());
    }
}
