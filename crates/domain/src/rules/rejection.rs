//! A rejection: the definite answer that nothing was changed at Mollie, and who gave it. Decides nothing.

use serde_json::Value;

use super::decision::Decision;
use super::quote::quoted;

/// Who says that nothing was changed at Mollie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectedBy {
    /// Mollie, with this HTTP status.
    Mollie(u16),
    /// An operator, who has looked.
    Operator,
    /// This service: it was never sent, and will not be.
    Service,
    /// This service: what it was about went elsewhere before it could be sent.
    Overtaken,
}

/// A definite rejection: nothing was changed at Mollie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    pub by: RejectedBy,
    /// Mollie's title, the HTTP phrase.
    pub title: String,
    /// Mollie's sentence, or the operator's.
    pub detail: String,
    /// The field Mollie names, in its own spelling: `lines.0.amount`.
    pub field: Option<String>,
    /// What Mollie added, such as the bounds of an amount.
    pub extra: Option<Value>,
}

impl Rejection {
    /// An operator's statement that nothing was changed at Mollie.
    #[must_use]
    pub fn by_operator(decision: &Decision) -> Self {
        Self {
            by: RejectedBy::Operator,
            title: "Decided by an operator".to_owned(),
            detail: format!("{}: {}", decision.by(), decision.reason()),
            field: None,
            extra: None,
        }
    }

    /// Whether Mollie says that the order belongs to another website profile: the sure sign of a wrong key. A plain "not found"
    /// may be about anything that the call names.
    #[must_use]
    pub fn names_another_profile(&self) -> bool {
        self.is_unknown() && self.detail.contains("belongs to a different website profile")
    }

    /// Whether Mollie does not know something that the call names.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.by == RejectedBy::Mollie(404)
    }

    /// Our statement that it will not be sent any more, and why.
    #[must_use]
    pub fn of_ours(reason: &str) -> Self {
        let (title, detail) = ("Given up".to_owned(), reason.to_owned());
        Self { by: RejectedBy::Service, title, detail, field: None, extra: None }
    }

    /// The same, because it went elsewhere.
    #[must_use]
    pub fn of_ours_overtaken(reason: &str) -> Self {
        Self { by: RejectedBy::Overtaken, ..Self::of_ours(reason) }
    }

    /// Mollie's HTTP status; `None` if Mollie did not decide.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self.by {
            RejectedBy::Mollie(status) => Some(status),
            RejectedBy::Operator | RejectedBy::Service | RejectedBy::Overtaken => None,
        }
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let field = self.field.as_ref().map(|field| format!(" (field {field})")).unwrap_or_default();
        let words = format!("{}: {}{field}", self.title, self.detail);
        match self.by {
            RejectedBy::Mollie(status) => write!(f, "{status} {}", quoted(&words)),
            RejectedBy::Operator => write!(f, "{}: {}", self.title, quoted(&self.detail)),
            RejectedBy::Service | RejectedBy::Overtaken => f.write_str(&words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_mollie(status: u16, detail: &str) -> Rejection {
        Rejection {
            by: RejectedBy::Mollie(status),
            title: "Not Found".to_owned(),
            detail: detail.to_owned(),
            field: None,
            extra: None,
        }
    }

    const OTHER: &str =
        "Order ord_1 exists, but belongs to a different website profile than the API key used";

    #[test]
    fn only_mollies_own_words_are_the_sign_of_a_wrong_key() {
        assert!(by_mollie(404, OTHER).names_another_profile());
        assert!(!by_mollie(404, "No order exists with token ord_1.").names_another_profile());
        assert!(!by_mollie(422, OTHER).names_another_profile());
    }

    #[test]
    fn only_mollies_404_says_that_something_is_unknown() {
        assert!(by_mollie(404, "No order exists with token ord_1.").is_unknown());
        assert!(!by_mollie(422, "").is_unknown());
        assert!(!Rejection::of_ours("too late").is_unknown());
    }

    #[test]
    fn a_rejection_reads_with_its_status_and_its_field() {
        let refused = Rejection { field: Some("lines.0.amount".to_owned()), ..by_mollie(422, "Too much.") };
        assert_eq!(
            (refused.status(), refused.to_string()),
            (Some(422), "422 “Not Found: Too much. (field lines.0.amount)”".to_owned())
        );
        let ours = Rejection::of_ours("too late");
        assert_eq!((ours.status(), ours.to_string()), (None, "Given up: too late".to_owned()));
    }
}
