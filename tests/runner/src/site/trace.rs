//! The trace of a history: when things happened as a sum, by which two runs of one seed are compared, and what happened in
//! words, if they are wanted. Words are made only then, so they may not draw from chance or change anything.

use std::sync::Mutex;

use super::lock;

struct Reported {
    sum: u64,
    lines: Vec<String>,
    is_kept: bool,
}

/// What happened, as a sum and, if wanted, in words.
pub struct Trace(Mutex<Reported>);

impl Trace {
    pub fn new(is_kept: bool) -> Self {
        Self(Mutex::new(Reported { sum: 0xcbf2_9ce4_8422_2325, lines: Vec::new(), is_kept }))
    }

    pub fn note(&self, micros: u64, what: impl FnOnce() -> String) {
        let mut reported = lock(&self.0);
        reported.sum = (reported.sum ^ micros).wrapping_mul(0x0000_0100_0000_01b3);
        if reported.is_kept {
            reported.lines.push(format!("{:>12}.{:03} ms  {}", micros / 1000, micros % 1000, what()));
        }
    }

    pub fn sum(&self) -> u64 {
        lock(&self.0).sum
    }

    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.0).lines)
    }
}
