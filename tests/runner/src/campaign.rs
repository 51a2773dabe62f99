//! Many histories, spread over threads: what they came to together, and which of them broke a promise.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::chance::mix;
use crate::checker::Violation;
use crate::play::play;
use crate::script::History;
use crate::tally::Tally;

/// A history counts only if it has so many steps and faults.
const STEPS: u64 = 100;
const FAULTS: u64 = 5;
/// How many of a thousand orders must be paid or authorized, and be shipped in part with a discount.
const PAID: u64 = 600;
const IN_PART: u64 = 200;
/// So many failures tell enough.
const ENOUGH: usize = 5;

/// A history that broke a promise.
#[derive(Debug)]
pub struct Failure {
    pub seed: u64,
    pub violations: Vec<Violation>,
}

/// What a campaign came to.
#[derive(Debug, Default)]
pub struct Campaign {
    /// Of the histories that count.
    pub tally: Tally,
    /// Histories that were played and have too few steps or faults.
    pub short: u64,
    pub failures: Vec<Failure>,
}

/// The seed of a campaign's history.
#[must_use]
pub const fn seed_of(campaign: u64, number: u64) -> u64 {
    mix(campaign).wrapping_add(number)
}

/// Plays histories until `count` of them count, or some have failed. `each` is run in every thread before it begins.
#[must_use]
pub fn campaign(seed: u64, count: u64, threads: usize, each: impl Fn() + Sync) -> Campaign {
    let (next, counted) = (AtomicU64::new(0), AtomicU64::new(0));
    let sum = Mutex::new(Campaign::default());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                each();
                let mut own = Campaign::default();
                while counted.load(Ordering::Relaxed) < count && own.failures.len() < ENOUGH {
                    let seed = seed_of(seed, next.fetch_add(1, Ordering::Relaxed));
                    if own.take(seed) {
                        counted.fetch_add(1, Ordering::Relaxed);
                    }
                }
                if let Ok(mut sum) = sum.lock() {
                    sum.add(own);
                }
            });
        }
    });
    sum.into_inner().unwrap_or_default()
}

impl Campaign {
    /// Plays one history; tells whether it counts.
    fn take(&mut self, seed: u64) -> bool {
        let played = play(&History::of(seed), false);
        let counts = played.tally.steps >= STEPS && played.tally.fired() >= FAULTS;
        if counts {
            self.tally.add(&played.tally);
        } else {
            self.short += 1;
        }
        if let Some(first) = played.violations.first() {
            // A long campaign tells at once what it has found.
            eprintln!("seed {seed} fails: {first}");
            self.failures.push(Failure { seed, violations: played.violations });
        }
        counts
    }

    fn add(&mut self, other: Self) {
        self.tally.add(&other.tally);
        self.short += other.short;
        self.failures.extend(other.failures);
    }

    /// Why the campaign as a whole proves too little.
    #[must_use]
    pub fn shortfalls(&self) -> Vec<String> {
        let mut shortfalls = self.tally.unseen();
        for (name, least) in [("paid or authorized", PAID), ("shipped part of a discounted line", IN_PART)] {
            let share = self.tally.share(name);
            if share < least {
                shortfalls.push(format!("{share} of 1000 orders {name}; {least} are needed"));
            }
        }
        shortfalls
    }
}
