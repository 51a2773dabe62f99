//! When and how an operation was sent, or may have been.

use jiff::{SignedDuration, Timestamp};

/// When it was sent: it may have been from the start of its claim on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    pub first: Timestamp,
    pub last: Timestamp,
}

impl Sent {
    /// Sent for the first time.
    #[must_use]
    pub const fn at(time: Timestamp) -> Self {
        Self { first: time, last: time }
    }

    /// Sent again.
    #[must_use]
    pub const fn again(before: Option<Self>, time: Timestamp) -> Self {
        match before {
            Some(Self { first, .. }) => Self { first, last: time },
            None => Self::at(time),
        }
    }

    /// Whether this is the first send, or the first since the earlier ones were proved to have had no effect.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.first == self.last
    }

    /// The time from which an absent effect is known not to appear any more: the end of the lease under which it was last sent,
    /// plus the longest a call may take, plus the settle window.
    #[must_use]
    pub fn absence_counts_from(
        self,
        lease: SignedDuration,
        call_timeout: SignedDuration,
        settle_window: SignedDuration,
    ) -> Timestamp {
        let spans = [lease, call_timeout, settle_window];
        spans.into_iter().try_fold(self.last, |time, span| time.checked_add(span)).unwrap_or(Timestamp::MAX)
    }
}

/// How it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sends {
    pub sent: Sent,
    /// Whether Mollie refused the last call.
    pub is_refused: bool,
}

impl Sends {
    /// Whether Mollie rejected the only call: then no effect is expected.
    #[must_use]
    pub fn were_all_refused(&self) -> bool {
        self.is_refused && self.sent.is_first()
    }
}
