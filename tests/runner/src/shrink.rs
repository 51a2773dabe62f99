//! Makes a failing history smaller: leaves out what it does not need to fail, and writes what remains as a test.

use crate::script::{History, Step, What};

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

/// The history as Rust, to be kept as a test.
#[must_use]
pub fn code(history: &History, name: &str) -> String {
    let steps: Vec<_> =
        history.steps.iter().map(|step| format!("            {},\n", step_code(step))).collect();
    format!(
        "#[test]\nfn repro_{name}() {{\n    let history = History {{\n        seed: {},\n        keys: {},\n        steps: \
         vec![\n{}        ],\n    }};\n    holds(&history);\n}}\n",
        history.seed,
        history.keys,
        steps.concat()
    )
}

fn step_code(Step { at, what }: &Step) -> String {
    let fault = if matches!(what, What::Store { .. }) {
        "fault: StoreFault::"
    } else if matches!(what, What::Hook { .. }) {
        "fault: HookFault::"
    } else {
        "fault: Fault::"
    };
    let text = format!("{what:?}")
        .replace("choice: ", "choice: Choice::")
        .replace("pick: ", "pick: Pick::")
        .replace("act: ", "act: Elsewhere::")
        .replace("on: ", if matches!(what, What::Store { .. }) { "on: Write::" } else { "on: On::" })
        .replace("fault: ", fault);
    format!("Step {{ at: {at}, what: What::{text} }}")
}
