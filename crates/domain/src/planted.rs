//! Wrong workflows, for the suites to catch: what integrations really do wrong, each behind one choice at run time. Only in
//! builds with the feature `planted`, which no shipped build has.

use std::cell::Cell;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// A caller is told that its wish is kept, although saving it failed.
    AcknowledgesUnsaved,
    /// A repeated call gets a new idempotency key.
    NewKeyOnRetry,
    /// A call without an answer is taken for refused.
    GuessesFailed,
    /// A cancellation that Mollie refuses because it has happened is recorded as refused.
    AlreadyCanceledIsRefused,
    /// What was read before the order moved on is applied all the same.
    StaleReadingOverwrites,
}

thread_local! {
    static CHOSEN: Cell<Option<Planted>> = const { Cell::new(None) };
}

impl Planted {
    /// Every mistake.
    pub const ALL: [Self; 5] = [
        Self::AcknowledgesUnsaved,
        Self::NewKeyOnRetry,
        Self::GuessesFailed,
        Self::AlreadyCanceledIsRefused,
        Self::StaleReadingOverwrites,
    ];

    /// In words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AcknowledgesUnsaved => "acknowledges before the commit",
            Self::NewKeyOnRetry => "takes a new key to retry",
            Self::GuessesFailed => "guesses \"failed\"",
            Self::AlreadyCanceledIsRefused => "records \"already canceled\" as refused",
            Self::StaleReadingOverwrites => "lets a stale reading overwrite a newer state",
        }
    }

    pub(crate) fn is_chosen(self) -> bool {
        CHOSEN.get() == Some(self)
    }
}

/// Makes this mistake in all work of this thread from here on, or none.
pub fn choose(mistake: Option<Planted>) {
    CHOSEN.set(mistake);
}
