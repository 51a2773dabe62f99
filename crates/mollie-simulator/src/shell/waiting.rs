//! Requests whose answer is kept back: how many they are, and the signal that lets them go.

use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

#[derive(Debug, Default)]
pub struct Waiting {
    count: Mutex<usize>,
    /// Changes with every release.
    releases: watch::Sender<u64>,
}

/// A request that may have to wait. Releases from here on count for it, even before it waits.
pub struct Ticket<'a> {
    waiting: &'a Waiting,
    releases: watch::Receiver<u64>,
}

impl Waiting {
    /// How many are waiting now.
    pub fn count(&self) -> usize {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn release(&self) {
        self.releases.send_modify(|count| *count += 1);
    }

    pub fn ticket(&self) -> Ticket<'_> {
        Ticket { waiting: self, releases: self.releases.subscribe() }
    }

    fn add(&self, difference: isize) {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        *count = count.saturating_add_signed(difference);
    }
}

impl Ticket<'_> {
    /// Waits for the release. When the client goes away instead, the future is dropped and counts no more.
    pub async fn wait(mut self) {
        self.waiting.add(1);
        let _counted = Counted(self.waiting);
        // The sender lives as long as what is borrowed here.
        let _ = self.releases.changed().await;
    }
}

struct Counted<'a>(&'a Waiting);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.add(-1);
    }
}
