//! Makes a failing history smaller: leaves out what it does not need to fail.

use crate::script::History;

/// The smallest history found that still fails, by leaving out ever smaller parts.
#[must_use]
pub fn shrink(history: &History, fails: impl Fn(&History) -> bool) -> History {
    let mut smallest = history.clone();
    let mut size = smallest.steps.len().div_ceil(2);
    while size > 0 {
        let mut begin = 0;
        let mut shrunk = false;
        while begin < smallest.steps.len() {
            let mut candidate = smallest.clone();
            let end = (begin + size).min(candidate.steps.len());
            candidate.steps.drain(begin..end);
            if fails(&candidate) {
                smallest = candidate;
                shrunk = true;
            } else {
                begin += size;
            }
        }
        if !shrunk || size > 1 {
            size /= 2;
        }
    }
    smallest
}
