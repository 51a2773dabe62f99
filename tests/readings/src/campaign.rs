//! Many random drafts, on which the two readings must agree. The test compares a few of them and the proof many.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use serde_json::Value;

use crate::compare::{Agreed, Mistake, Settings, compare_with};
use crate::draft::drafts;

/// What the readings made of the drafts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    pub drafts: u32,
    pub settings: usize,
    pub accepted: u32,
    /// Accepted with warnings.
    pub warned: u32,
    /// How many drafts each rule refused or warned of.
    pub rules: BTreeMap<&'static str, u32>,
}

impl Distribution {
    /// Whether at least two in five were accepted, with or without warnings.
    #[must_use]
    pub const fn is_fair(&self) -> bool {
        (self.accepted + self.warned) * 5 >= self.drafts * 2
    }

    fn count(&mut self, agreed: Agreed) {
        self.drafts += 1;
        let rules = match agreed {
            Agreed::Accepted => {
                self.accepted += 1;
                Vec::new()
            }
            Agreed::Warned(rules) => {
                self.warned += 1;
                rules
            }
            Agreed::Refused(rules) => rules,
        };
        let once: std::collections::BTreeSet<_> = rules.into_iter().collect();
        once.into_iter().for_each(|rule| *self.rules.entry(rule).or_default() += 1);
    }
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { drafts, settings, accepted, warned, rules } = self;
        let refused = drafts - accepted - warned;
        writeln!(
            f,
            "{drafts} drafts, each under the settings of its profile, {settings} in all; no disagreement"
        )?;
        writeln!(f, "{accepted} accepted, {warned} accepted with warnings, {refused} refused")?;
        rules.iter().try_for_each(|(rule, count)| writeln!(f, "{count:>8}  {rule}"))
    }
}

/// A draft on which the readings disagree, made small.
#[derive(Debug)]
pub struct Disagreement {
    pub reason: String,
    pub draft: Value,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{:#}", self.reason, self.draft)
    }
}

/// Compares the readings of `count` drafts that follow from the seed. `mistake`: made by one reading on purpose.
///
/// # Errors
/// The first disagreement.
pub fn compare_many(
    count: u32,
    seed: u64,
    mistake: Option<Mistake>,
) -> Result<Distribution, Box<Disagreement>> {
    let settings = Settings::default();
    let found = RefCell::new(Distribution { settings: settings.count(), ..Distribution::default() });
    let outcome = runner(count, seed).run(&drafts(), |draft| {
        let agreed = compare_with(&draft, &settings, mistake).map_err(TestCaseError::fail)?;
        found.borrow_mut().count(agreed);
        Ok(())
    });
    match outcome {
        Ok(()) => Ok(found.into_inner()),
        Err(TestError::Fail(reason, draft)) => {
            Err(Box::new(Disagreement { reason: reason.to_string(), draft }))
        }
        Err(TestError::Abort(reason)) => {
            Err(Box::new(Disagreement { reason: reason.to_string(), draft: Value::Null }))
        }
    }
}

fn runner(cases: u32, seed: u64) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 40_000, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// A seed, new each time.
#[must_use]
pub fn new_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
}
