//! What is wrong with an input: every fault at once, each with what would have been right.

use super::agreements::Agreements;
use super::rule::{Rule, Severity};

/// One fault of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where, as the caller writes it: `draft.lines[0].vat_amount`.
    pub path: String,
    /// The rule's id, stable over releases: `line.vat_amount`.
    pub rule: &'static str,
    /// What would have been accepted.
    pub expected: String,
    /// What came; of personal values only the shape.
    pub got: String,
}

/// A finding that is kept with the order: its rule may be another release's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub path: String,
    pub rule: String,
    pub expected: String,
    pub got: String,
}

impl From<Violation> for Finding {
    fn from(found: Violation) -> Self {
        let Violation { path, rule, expected, got } = found;
        Self { path, rule: rule.to_owned(), expected, got }
    }
}

/// What came where nothing did.
const NOTHING: &str = "nothing";

/// Everything found in an input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// For these it is refused.
    pub violations: Vec<Violation>,
    /// Mollie may refuse it for these.
    pub warnings: Vec<Violation>,
}

/// Collects faults while an input is read, so that one answer lists them all.
#[derive(Debug, Default)]
pub struct Violations {
    found: Findings,
    /// None for anything but a draft: there a warning has no place, so all is refused.
    agreements: Option<Agreements>,
}

impl Violations {
    /// An empty collection, judged by what a profile has agreed and chosen.
    #[must_use]
    pub fn under(agreements: Agreements) -> Self {
        Self { found: Findings::default(), agreements: Some(agreements) }
    }

    /// An empty collection that is judged as this one is.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { found: Findings::default(), agreements: self.agreements.clone() }
    }

    /// What the profile has agreed and chosen.
    #[must_use]
    pub const fn agreements(&self) -> Option<&Agreements> {
        self.agreements.as_ref()
    }

    /// Adds a fault.
    pub fn add(
        &mut self,
        path: impl Into<String>,
        rule: &'static str,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) {
        self.found.violations.push(violation(path, rule, expected, got));
    }

    /// Adds what breaks a rule: a fault or a warning, by the rule's severity and the profile's choice.
    pub fn breaks(
        &mut self,
        path: impl Into<String>,
        rule: &'static Rule,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) {
        let refuses = self.refuses(rule);
        let list = if refuses { &mut self.found.violations } else { &mut self.found.warnings };
        list.push(violation(path, rule.id, expected, got));
    }

    /// Whether what breaks a rule is refused. Then it should be said what to send; of a warning also what is made of it.
    #[must_use]
    pub fn refuses(&self, rule: &Rule) -> bool {
        let is_strict = self.agreements().is_none_or(|agreed| agreed.is_strict(rule.id));
        match rule.severity {
            Severity::Refuse => true,
            Severity::Warn => is_strict,
            Severity::Required => is_strict || self.agreements().is_none_or(|agreed| !agreed.reads_get_order),
        }
    }

    /// Adds that a value is missing which the rule requires.
    pub fn lacks(&mut self, path: impl Into<String>, rule: &'static Rule) {
        self.breaks(path, rule, "a value", NOTHING);
    }

    /// Adds the fault that a required value is missing.
    pub fn missing(&mut self, path: impl Into<String>, rule: &'static str) {
        self.add(path, rule, "a value", NOTHING);
    }

    /// Adds all that was found in `other`.
    pub fn append(&mut self, other: Self) {
        self.found.violations.extend(other.found.violations);
        self.found.warnings.extend(other.found.warnings);
    }

    /// Keeps what `is_judged` says, of faults and of warnings.
    pub fn keep(&mut self, is_judged: impl Fn(&Violation) -> bool) {
        self.found.violations.retain(&is_judged);
        self.found.warnings.retain(&is_judged);
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.violations.is_empty()
    }

    /// The faults in the order in which they were found.
    #[must_use]
    pub fn into_vec(self) -> Vec<Violation> {
        self.found.violations
    }

    /// Faults and warnings, each in the order in which they were found.
    #[must_use]
    pub fn into_findings(self) -> Findings {
        self.found
    }
}

fn violation(
    path: impl Into<String>,
    rule: &'static str,
    expected: impl Into<String>,
    got: impl Into<String>,
) -> Violation {
    let got = Some(got.into()).filter(|got: &String| !got.trim().is_empty());
    let got = got.unwrap_or_else(|| NOTHING.to_owned());
    Violation { path: path.into(), rule, expected: expected.into(), got }
}
