//! A hook for tests of the store's own faults: it acts right before a statement, on the very connection, and hears what
//! the engine answered. Only in builds with the feature `faults`, which no product has.

/// What befalls statements.
pub trait Faults: Send + Sync {
    /// Statements to run on the same connection right before this one. It may also act on the world by itself.
    fn before(&self, sql: &str) -> Vec<String>;

    /// The engine refused the statement, with its own code; without one, the connection has failed.
    fn failed(&self, sql: &str, code: Option<&str>);
}
