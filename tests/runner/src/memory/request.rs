//! Requests: what became of a caller's id. It may not compare fingerprints.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::ports::{CommitError, RequestRecord};
use domain::rules::ids::{Caller, RequestId};

type Key = (Caller, RequestId);

#[derive(Default)]
pub(super) struct Requests(BTreeMap<Key, Arc<RequestRecord>>);

fn key(request: &RequestRecord) -> Key {
    (request.caller.clone(), request.request_id.clone())
}

impl Requests {
    /// Refuses an id that its caller has used.
    pub fn check(&self, request: &RequestRecord) -> Result<(), CommitError> {
        if self.0.contains_key(&key(request)) { Err(CommitError::RequestTaken) } else { Ok(()) }
    }

    pub fn record(&mut self, request: RequestRecord) {
        self.0.insert(key(&request), Arc::new(request));
    }

    pub fn find(&self, caller: &Caller, id: &RequestId) -> Option<RequestRecord> {
        let found = self.0.get(&(caller.clone(), id.clone()));
        found.map(|request| RequestRecord::clone(request))
    }

    pub fn all(&self) -> BTreeMap<Key, Arc<RequestRecord>> {
        self.0.clone()
    }
}
