//! What a test has armed: it acts right before a statement, on the same connection, and sees what the engine answered. Without
//! the feature `faults`, which no product has, all of this does nothing.

#[cfg(feature = "faults")]
use std::sync::Arc;

use sea_orm::DbErr;

#[cfg(feature = "faults")]
use crate::faults::Faults;
use crate::session::tell;

/// What is armed for a database.
#[derive(Clone, Default)]
pub(crate) struct Armed(#[cfg(feature = "faults")] pub Option<Arc<dyn Faults>>);

impl std::fmt::Debug for Armed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Armed")
    }
}

/// Sees how one statement ended.
pub(crate) struct Watch(#[cfg(feature = "faults")] Option<(Arc<dyn Faults>, String)>);

impl Armed {
    /// Announces the next statement. Returns what to run before it on the same connection, and who sees how it ends.
    pub fn before(&self, sql: &str) -> (Vec<String>, Watch) {
        tell(sql);
        #[cfg(feature = "faults")]
        {
            let watch = Watch(self.0.as_ref().map(|faults| (Arc::clone(faults), sql.to_owned())));
            (self.0.as_ref().map(|faults| faults.before(sql)).unwrap_or_default(), watch)
        }
        #[cfg(not(feature = "faults"))]
        (Vec::new(), Watch())
    }
}

impl Watch {
    /// Passes the outcome on.
    #[cfg_attr(not(feature = "faults"), expect(clippy::unused_self, reason = "only a test sees it"))]
    pub fn after<T>(self, outcome: Result<T, DbErr>) -> Result<T, DbErr> {
        #[cfg(feature = "faults")]
        if let (Some((faults, sql)), Err(error)) = (self.0, &outcome) {
            faults.failed(&sql, crate::error::engine_code(error).as_deref());
        }
        outcome
    }
}
