//! A hook for tests of the store's faults: it acts right before a statement, on the same connection, and sees what the engine
//! answered. Only in builds with the feature `faults`, which no product has.

/// Faults injected around statements.
pub trait Faults: Send + Sync {
    /// Statements to run on the same connection right before this one. It may also act outside the database.
    fn before(&self, sql: &str) -> Vec<String>;

    /// The engine rejected the statement, with this code; without one, the connection has failed.
    fn failed(&self, sql: &str, code: Option<&str>);
}
