//! What is wrong with an input: every fault at once, each with what would have been right.

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

/// What came where nothing did.
const NOTHING: &str = "nothing";

/// Collects faults while an input is read, so that all of them are told in one answer.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Adds a fault.
    pub fn add(
        &mut self,
        path: impl Into<String>,
        rule: &'static str,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) {
        let got = Some(got.into()).filter(|got| !got.trim().is_empty());
        let got = got.unwrap_or_else(|| NOTHING.to_owned());
        self.0.push(Violation { path: path.into(), rule, expected: expected.into(), got });
    }

    /// Adds the fault that a required value is missing.
    pub fn missing(&mut self, path: impl Into<String>, rule: &'static str) {
        self.add(path, rule, "a value", NOTHING);
    }

    /// Adds all faults of `other`.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults in the order in which they were found.
    #[must_use]
    pub fn into_vec(self) -> Vec<Violation> {
        self.0
    }
}
