//! Waiting for operations that any process may drive. All that callers wait for is read together, so ten thousand of them cost a
//! statement or two at a time, and none of them holds a connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::operations::operation::Operation;
use domain::ports::{Store, StoreError};
use domain::rules::ids::OperationId;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

/// How often the operations that are waited for are read.
const PAUSE: Duration = Duration::from_millis(100);
/// How many one statement reads.
const AT_ONCE: usize = 500;
/// Reading takes at most one part in so many of the time.
const SHARE: u32 = 5;

type Seen = Option<Arc<Operation>>;

/// The operations that somebody waits for.
pub struct Waits {
    /// `None` once the process stops.
    waited_for: Mutex<Option<HashMap<OperationId, watch::Sender<Seen>>>>,
    news: Notify,
}

impl Default for Waits {
    fn default() -> Self {
        Self { waited_for: Mutex::new(Some(HashMap::new())), news: Notify::new() }
    }
}

impl Waits {
    /// The operation once it is as wanted, or as it was last seen when time is up or the process stops.
    pub async fn until(
        &self,
        operation: Operation,
        is_wanted: impl Fn(&Operation) -> bool,
        by: Instant,
    ) -> Operation {
        if is_wanted(&operation) {
            return operation;
        }
        let mut seen = self.seat(operation.id);
        // What others were shown before does not count.
        seen.mark_unchanged();
        let wanted = async {
            while seen.changed().await.is_ok()
                && !seen.borrow_and_update().as_ref().is_some_and(|seen| is_wanted(seen))
            {}
        };
        // Time is up, or the process stops: what was seen last is the answer.
        let _ = tokio::time::timeout_at(by, wanted).await;
        let last = seen.borrow().clone();
        last.map_or(operation, |last| Operation::clone(&last))
    }

    /// Something may have changed: the operations are read soon.
    pub fn look(&self) {
        self.news.notify_one();
    }

    fn seat(&self, id: OperationId) -> watch::Receiver<Seen> {
        let mut waited_for = self.waited_for.lock().unwrap_or_else(PoisonError::into_inner);
        // Once the process stops, nothing is shown there any more.
        let Some(waited_for) = waited_for.as_mut() else { return watch::channel(None).1 };
        let seat = waited_for.entry(id).or_insert_with(|| watch::channel(None).0).subscribe();
        self.look();
        seat
    }

    /// Reads what is waited for, again and again. It never ends; whoever stops it calls [`Waits::end`].
    pub async fn watch(&self, store: &impl Store, failed: impl Fn(&StoreError)) {
        loop {
            let ids = self.waited_for();
            let began = Instant::now();
            for ids in ids.chunks(AT_ONCE) {
                match store.load_operations(ids).await {
                    Ok(operations) => operations.into_iter().for_each(|operation| self.show(operation)),
                    Err(error) => failed(&error),
                }
            }
            tokio::time::sleep(began.elapsed() * (SHARE - 1)).await;
            if ids.is_empty() {
                self.news.notified().await;
            } else {
                let _ = tokio::time::timeout(PAUSE, self.news.notified()).await;
            }
        }
    }

    /// Nobody waits any longer: each caller gets what was seen last.
    pub fn end(&self) {
        self.waited_for.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// What callers wait for now; what they no longer wait for is forgotten.
    fn waited_for(&self) -> Vec<OperationId> {
        let mut waited_for = self.waited_for.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(waited_for) = waited_for.as_mut() else { return Vec::new() };
        waited_for.retain(|_, seat| seat.receiver_count() > 0);
        waited_for.keys().copied().collect()
    }

    fn show(&self, operation: Operation) {
        let waited_for = self.waited_for.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seat) = waited_for.as_ref().and_then(|seats| seats.get(&operation.id)) {
            seat.send_replace(Some(Arc::new(operation)));
        }
    }
}
