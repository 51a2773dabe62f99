//! How many files this process may open, and how many of them connections of callers may be: callers must never take those that the
//! database, Mollie and probes need.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// What is open beside connections: logs, the lock of a database, the runtime's own.
const OTHERS: u64 = 64;
/// The most that webhooks have of what is left, in percent; callers have the rest.
const OF_WEBHOOKS: u64 = 20;

/// What needs descriptors, by its most.
#[derive(Clone, Copy, Debug)]
pub struct Descriptors {
    /// Connections of callers.
    pub callers: u64,
    /// Connections of webhooks.
    pub webhooks: u64,
    /// Connections of probes.
    pub probes: u64,
    /// Connections to the database.
    pub database: u64,
    /// Calls of Mollie at once.
    pub mollie: u64,
}

/// How many of each there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    pub callers: u64,
    pub webhooks: u64,
    pub mollie: u64,
}

impl Descriptors {
    /// How many files this process may open.
    pub fn limit() -> u64 {
        getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
    }

    /// Raises the limit as far as needed and allowed. Returns what callers, webhooks and calls of Mollie may have under it. `settings`: the
    /// names of what may be lowered.
    pub fn provide(self, settings: &str) -> Shares {
        let before = getrlimit(Resource::Nofile);
        let wanted = self.wanted();
        if before.current.is_some_and(|current| current < wanted) {
            let current = before.maximum.map_or(wanted, |maximum| maximum.min(wanted));
            // Where that is not allowed, it stays as it was, and is told below.
            let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(current), ..before });
        }
        let limit = Self::limit();
        let shares @ Shares { callers, webhooks, mollie } = self.within(limit);
        if limit < wanted {
            warn!(
                limit,
                wanted,
                callers,
                webhooks,
                mollie,
                "this process may open fewer files than its settings need: callers and webhooks have fewer connections, and fewer \
                 calls may wait for Mollie at once; raise the limit of open files (ulimit -n, LimitNOFILE), or lower {settings}"
            );
        }
        shares
    }

    fn wanted(self) -> u64 {
        self.callers + self.webhooks + self.probes + self.database + self.mollie + OTHERS
    }

    /// What each may have where so many files may be open: one at least. Mollie's share is a half at most: it is the first to need less
    /// when there are fewer callers.
    fn within(self, limit: u64) -> Shares {
        let left = limit.saturating_sub(self.probes + self.database + OTHERS);
        let mollie = self.mollie.min(left / 2).max(1);
        let left = left.saturating_sub(mollie);
        let webhooks = self.webhooks.min(left * OF_WEBHOOKS / 100).max(1);
        Shares { callers: self.callers.min(left.saturating_sub(webhooks)).max(1), webhooks, mollie }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Descriptors =
        Descriptors { callers: 10_000, webhooks: 1_000, probes: 32, database: 10, mollie: 356 };

    #[test]
    fn with_enough_descriptors_everybody_has_what_is_configured() {
        let all = Shares { callers: 10_000, webhooks: 1_000, mollie: 356 };
        assert_eq!(USUAL.within(USUAL.wanted()), all);
    }

    #[test]
    fn callers_and_webhooks_never_take_what_the_database_and_mollie_need() {
        for limit in [200, 256, 1_024, 4_096, 11_000] {
            let shares @ Shares { callers, webhooks, mollie } = USUAL.within(limit);
            let left = limit - callers - webhooks - mollie;
            assert!(left >= USUAL.probes + USUAL.database + OTHERS, "{limit}: {shares:?}");
            assert!(callers > webhooks && webhooks > 1 && mollie > 1, "{limit}: {shares:?}");
        }
    }

    #[test]
    fn without_any_descriptor_to_spare_one_connection_each_is_taken() {
        assert_eq!(USUAL.within(32), Shares { callers: 1, webhooks: 1, mollie: 1 });
    }
}
