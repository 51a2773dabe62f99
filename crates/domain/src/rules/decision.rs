//! An operator's decision: who made it, and why. Events keep both permanently.

use super::cause::{Cause, Grounds};
use super::text::{at_most, is_printable};
use super::violation::{Violation, Violations};

/// Who decided, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    by: String,
    reason: String,
}

impl Decision {
    /// Reads both texts and trims white space.
    ///
    /// # Errors
    /// Each fault, at `by` and `reason`.
    pub fn parse(by: &str, reason: &str) -> Result<Self, Vec<Violation>> {
        let mut faults = Violations::default();
        let (by, reason) = (by.trim(), reason.trim());
        for (path, text, most) in [("by", by, 200), ("reason", reason, 500)] {
            if text.is_empty() {
                faults.missing(path, "decision.required");
            }
            at_most(&mut faults, path, "decision.length", Some(text), most);
            if !is_printable(text) {
                faults.add(path, "decision.printable", "no control characters", "some");
            }
        }
        if faults.is_empty() {
            Ok(Self { by: by.to_owned(), reason: reason.to_owned() })
        } else {
            Err(faults.into_vec())
        }
    }

    /// Who decided.
    #[must_use]
    pub fn by(&self) -> &str {
        &self.by
    }

    /// As the grounds of what follows from it.
    #[must_use]
    pub fn grounds(&self) -> Grounds {
        Grounds::new(Cause::Operator, Some(self.by.clone()))
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(by: &str, reason: &str) -> Vec<(String, &'static str)> {
        let faults = Decision::parse(by, reason).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.path, fault.rule)).collect()
    }

    #[test]
    fn a_decision_needs_a_name_and_a_reason() {
        let decision = Decision::parse(" jane ", "the parcel never left").unwrap();
        assert_eq!((decision.by(), decision.reason()), ("jane", "the parcel never left"));
        let required = |path: &str| (path.to_owned(), "decision.required");
        assert_eq!(rules("", " \t"), [required("by"), required("reason")]);
    }

    #[test]
    fn a_decision_is_short_and_printable() {
        assert_eq!(rules(&"ü".repeat(200), &"ü".repeat(500)), []);
        let long = rules(&"ü".repeat(201), &"ü".repeat(501));
        assert_eq!(long, [("by".to_owned(), "decision.length"), ("reason".to_owned(), "decision.length")]);
        assert_eq!(rules("jane", "a\nb"), [("reason".to_owned(), "decision.printable")]);
    }
}
