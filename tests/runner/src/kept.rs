//! Histories that are kept because they once broke a promise, as documents: a line for each step.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::script::{History, Step};

/// A history, and what once went wrong in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    pub about: String,
    pub seed: u64,
    pub keys: bool,
    pub steps: Vec<Step>,
    #[serde(default)]
    pub to_the_end: bool,
}

impl Kept {
    #[must_use]
    pub fn new(about: String, history: &History) -> Self {
        let History { seed, keys, steps, to_the_end } = history.clone();
        Self { about, seed, keys, steps, to_the_end }
    }

    /// Reads a document.
    ///
    /// # Errors
    /// Where it is none, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[must_use]
    pub fn history(&self) -> History {
        History { seed: self.seed, keys: self.keys, steps: self.steps.clone(), to_the_end: self.to_the_end }
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = serde_json::to_string(&self.about).map_err(|_| fmt::Error)?;
        writeln!(f, "{{\n  \"about\": {about},\n  \"seed\": {},\n  \"keys\": {},", self.seed, self.keys)?;
        if self.to_the_end {
            writeln!(f, "  \"to_the_end\": true,")?;
        }
        writeln!(f, "  \"steps\": [")?;
        for (n, step) in self.steps.iter().enumerate() {
            let comma = if n + 1 < self.steps.len() { "," } else { "" };
            writeln!(f, "    {}{comma}", serde_json::to_string(step).map_err(|_| fmt::Error)?)?;
        }
        writeln!(f, "  ]\n}}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_unchanged() {
        for seed in 0..50 {
            let kept = Kept::new("why \"it\" failed".to_owned(), &History::of(seed));
            assert_eq!(Kept::parse(&kept.to_string()), Ok(kept));
        }
    }
}
