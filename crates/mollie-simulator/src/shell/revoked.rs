//! Credentials that Mollie takes no more (`/_simulator/revoked`). Lives and ends with the process; the journal knows nothing of it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

#[derive(Debug, Default)]
pub struct Revoked(Mutex<BTreeSet<String>>);

impl Revoked {
    /// Whether the header has one of them.
    pub fn has(&self, authorization: Option<&str>) -> bool {
        let credential = authorization.and_then(|header| header.split_once(' ')).map(|(_, text)| text);
        credential.is_some_and(|credential| self.with(|revoked| revoked.contains(credential)))
    }

    /// Has these, and no others.
    pub fn replace(&self, credentials: BTreeSet<String>) {
        self.with(|revoked| *revoked = credentials);
    }

    pub fn all(&self) -> BTreeSet<String> {
        self.with(|revoked| revoked.clone())
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeSet<String>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
