//! Wrong workflows for the suites to catch: what integrations really get wrong, each behind a run-time choice. Only in builds
//! with the feature `planted`, which no shipped build has.

use std::cell::Cell;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// A caller is answered that its request is recorded, although saving it failed.
    AcknowledgesUnsaved,
    /// A repeated call gets a new idempotency key.
    NewKeyOnRetry,
    /// A call without an answer counts as rejected.
    GuessesFailed,
    /// A cancellation that Mollie rejects because it has already happened is recorded as rejected.
    AlreadyCanceledIsRefused,
    /// A reading that is older than the order's last change is applied all the same.
    StaleReadingOverwrites,
    /// A call that is not safe to repeat is sent again without reading the order first.
    RepeatsBlindly,
    /// A refund whose answer was lost is sent again under its key, however long ago it was sent.
    ForgetsThatKeysDie,
}

thread_local! {
    static CHOSEN: Cell<Option<Planted>> = const { Cell::new(None) };
}

impl Planted {
    /// Every mistake.
    pub const ALL: [Self; 7] = [
        Self::AcknowledgesUnsaved,
        Self::NewKeyOnRetry,
        Self::GuessesFailed,
        Self::AlreadyCanceledIsRefused,
        Self::StaleReadingOverwrites,
        Self::RepeatsBlindly,
        Self::ForgetsThatKeysDie,
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
            Self::RepeatsBlindly => "repeats blindly what is not safe to repeat",
            Self::ForgetsThatKeysDie => "repeats a refund after its key has died",
        }
    }

    pub(crate) fn is_chosen(self) -> bool {
        CHOSEN.get() == Some(self)
    }
}

/// Makes this mistake in all work of this thread from now on, or none.
pub fn choose(mistake: Option<Planted>) {
    CHOSEN.set(mistake);
}
