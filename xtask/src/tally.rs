//! Reads what `cargo test` prints: how many tests ran, on which engine, which failed, and what tests told of themselves.
//!
//! A test belongs to an engine by a module segment of its name, `sqlite` or `postgres`. Tests tell by printing a line:
//! `seed NAME=NUMBER` when they are randomised, `engine NAME VERSION` when they have met a database.

use std::collections::BTreeSet;
use std::fmt;

/// What a run has shown.
#[derive(Debug, Default)]
pub struct Tally {
    pub sqlite: usize,
    pub postgres: usize,
    pub without: usize,
    pub ignored: usize,
    pub passed: usize,
    pub failed: Vec<String>,
    pub seeds: BTreeSet<String>,
    pub engines: BTreeSet<String>,
    /// Tests that have been running for over a minute, and have not ended.
    pub long: BTreeSet<String>,
    quiet: bool,
}

impl Tally {
    /// Takes one line in. Gives whether a person wants to see it: what passed tests have printed is left out.
    pub fn read(&mut self, line: &str) -> bool {
        if let Some(seed) = line.strip_prefix("seed ").filter(|seed| seed.contains('=')) {
            self.seeds.insert(seed.to_owned());
        } else if let Some(engine) = line.strip_prefix("engine ") {
            self.engines.insert(engine.to_owned());
        }
        match line {
            "successes:" => self.quiet = true,
            "failures:" => self.quiet = false,
            _ if line.starts_with("test result:") => self.quiet = false,
            _ => (),
        }
        if let Some((name, outcome)) = outcome(line) {
            self.long.remove(name);
            self.count(name, outcome);
        } else if let Some(name) = long(line) {
            self.long.insert(name.to_owned());
        }
        !self.quiet
    }

    fn count(&mut self, name: &str, outcome: Outcome) {
        match outcome {
            Outcome::Ignored => {
                self.ignored += 1;
                return;
            }
            Outcome::Passed => self.passed += 1,
            Outcome::Failed => self.failed.push(name.to_owned()),
        }
        let is_in = |module| name.split("::").any(|segment| segment == module);
        match (is_in("sqlite"), is_in("postgres")) {
            (true, _) => self.sqlite += 1,
            (false, true) => self.postgres += 1,
            (false, false) => self.without += 1,
        }
    }
}

#[derive(Clone, Copy)]
enum Outcome {
    Passed,
    Failed,
    Ignored,
}

/// `test NAME ... ok`, `test NAME - should panic ... FAILED`, `test NAME ... ignored, for a reason`.
fn outcome(line: &str) -> Option<(&str, Outcome)> {
    let (name, word) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let outcome = match word.split([',', ' ']).next()? {
        "ok" => Outcome::Passed,
        "FAILED" => Outcome::Failed,
        "ignored" => Outcome::Ignored,
        _ => return None,
    };
    Some((name.split(" - ").next().unwrap_or(name), outcome))
}

/// `test NAME has been running for over 60 seconds`.
fn long(line: &str) -> Option<&str> {
    Some(line.strip_prefix("test ")?.split_once(" has been running for over ")?.0)
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Tests on SQLite:            {:>5}", self.sqlite)?;
        writeln!(f, "Tests on PostgreSQL:        {:>5}", self.postgres)?;
        writeln!(f, "Tests without a database:   {:>5}", self.without)?;
        if self.ignored > 0 {
            writeln!(f, "Tests ignored:              {:>5}", self.ignored)?;
        }
        let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
        writeln!(f, "Engines: {}", list(&self.engines))?;
        writeln!(f, "Seeds:   {}", list(&self.seeds))?;
        for name in &self.failed {
            writeln!(f, "FAILED   {name}")?;
        }
        write!(f, "{} passed, {} failed", self.passed, self.failed.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Tally, Vec<&str>) {
        let mut tally = Tally::default();
        let shown = text.lines().filter(|line| tally.read(line)).collect();
        (tally, shown)
    }

    #[test]
    fn tests_are_counted_by_engine_and_outcome() {
        let (tally, _) = read(
            "running 5 tests\n\
             test life::sqlite::an_order_is_paid ... ok\n\
             test life::postgres::an_order_is_paid ... FAILED\n\
             test money::cents_add_up ... ok\n\
             test src/lib.rs - (line 5) ... ok\n\
             test slow ... ignored, needs Mollie itself\n\
             test life::sqlite::an_order_is_paid has been running for over 60 seconds\n",
        );
        assert_eq!(tally.long.iter().collect::<Vec<_>>(), ["life::sqlite::an_order_is_paid"]);
        assert_eq!((tally.sqlite, tally.postgres, tally.without, tally.ignored), (1, 1, 2, 1));
        assert_eq!(
            (tally.passed, tally.failed.as_slice()),
            (3, &["life::postgres::an_order_is_paid".to_owned()][..])
        );
        assert!(tally.to_string().ends_with("3 passed, 1 failed"));
    }

    #[test]
    fn a_test_that_runs_long_is_known_until_it_ends() {
        let (tally, _) = read("test a has been running for over 60 seconds\ntest a ... ok\n");
        assert!(tally.long.is_empty());
    }

    #[test]
    fn only_a_whole_module_name_stands_for_an_engine() {
        let (tally, _) = read("test sqlite_urls::a_path_is_kept ... ok\ntest not_postgres ... ok\n");
        assert_eq!((tally.sqlite, tally.postgres, tally.without), (0, 0, 2));
    }

    #[test]
    fn output_of_passed_tests_is_read_but_not_shown() {
        let (tally, shown) = read(
            "successes:\n---- a stdout ----\nseed history=7\nengine SQLite 3.50.2\nfailures:\n---- b stdout ----\nseed plan=9\n\
             test result: FAILED. 1 passed; 1 failed\n",
        );
        assert_eq!(tally.seeds.into_iter().collect::<Vec<_>>(), ["history=7", "plan=9"]);
        assert_eq!(tally.engines.into_iter().collect::<Vec<_>>(), ["SQLite 3.50.2"]);
        assert!(!shown.contains(&"seed history=7") && shown.contains(&"seed plan=9"));
    }
}
