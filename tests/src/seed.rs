//! Chance that can be repeated: a new seed each run, printed, or the one of ORDER_SERVICE_TEST_SEED.

use std::ops::Range;
use std::sync::OnceLock;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::database::random;

const VARIABLE: &str = "ORDER_SERVICE_TEST_SEED";

static SEED: OnceLock<u64> = OnceLock::new();

/// Where a test's choices come from.
pub struct Dice(StdRng);

impl Dice {
    /// Dice for one purpose; all of a program follow from one seed, which is printed.
    pub fn new(purpose: &str) -> Self {
        let seed = *SEED.get_or_init(|| {
            let given = std::env::var(VARIABLE).ok().map(|text| text.parse().expect("a seed is a number"));
            given.unwrap_or_else(|| random().as_u64_pair().1 >> 16)
        });
        println!("seed processes={seed}");
        let mixed =
            purpose.bytes().fold(seed, |mixed, byte| mixed.wrapping_mul(31).wrapping_add(byte.into()));
        Self::with(mixed)
    }

    /// Dice of a known seed.
    pub fn with(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// Others that follow from these.
    pub fn fork(&mut self) -> Self {
        Self::with(self.0.random())
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end)
    }

    pub fn within(&mut self, milliseconds: Range<u64>) -> Duration {
        let micros = milliseconds.start * 1000..milliseconds.end * 1000;
        Duration::from_micros(self.0.random_range(micros))
    }

    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        choices.choose(&mut self.0).expect("there is a choice")
    }
}
