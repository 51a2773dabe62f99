//! Leases by the store's own clock. It may not know what is leased.

use std::time::Duration;

use domain::rules::ids::LeaseToken;

/// Who may work on something, and until when by the store's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub token: LeaseToken,
    /// From this moment on it is over.
    pub until: Duration,
}

impl Lease {
    /// A lease that begins now.
    pub(super) const fn given(token: LeaseToken, clock: Duration, length: Duration) -> Self {
        Self { token, until: clock.saturating_add(length) }
    }

    fn stands(&self, clock: Duration) -> bool {
        self.until > clock
    }
}

/// Whether nobody works on it any more: never leased, given up, or run out.
pub(super) fn is_free(lease: Option<Lease>, clock: Duration) -> bool {
    lease.is_none_or(|lease| !lease.stands(clock))
}

/// Whether the token is the last one a lease was given to. It may have run out: as long as nobody else took over, what was
/// done under it counts.
pub(super) fn is_held(lease: Option<Lease>, token: LeaseToken) -> bool {
    lease.is_some_and(|lease| lease.token == token)
}
