//! The hold: keeps one answer back after its request has had its effect, as a network does that fails at a bad moment.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// Which request the hold waits for. `*` in the path stands for one segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    pub method: String,
    pub path: String,
}

impl Pattern {
    fn matches(&self, method: &str, path: &str) -> bool {
        let wanted: Vec<&str> = self.path.trim_matches('/').split('/').collect();
        let given: Vec<&str> = path.trim_matches('/').split('/').collect();
        let fits = |(wanted, given): (&&str, &&str)| *wanted == "*" || wanted == given;
        self.method.eq_ignore_ascii_case(method)
            && wanted.len() == given.len()
            && wanted.iter().zip(&given).all(fits)
    }
}

#[derive(Debug, Default)]
pub struct Hold {
    armed: Mutex<Option<Pattern>>,
    held: Mutex<usize>,
    /// Changes with every release.
    releases: watch::Sender<u64>,
}

/// A request whose answer will be kept back. Releases from here on count for it, even before it waits.
pub struct Claim<'a> {
    hold: &'a Hold,
    releases: watch::Receiver<u64>,
}

impl Hold {
    pub fn arm(&self, pattern: Pattern) {
        *self.armed.lock().unwrap_or_else(PoisonError::into_inner) = Some(pattern);
    }

    pub fn armed(&self) -> Option<Pattern> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many answers are being kept back now.
    pub fn held(&self) -> usize {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Disarms, and lets every answer go that is kept back.
    pub fn release(&self) {
        *self.armed.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.releases.send_modify(|count| *count += 1);
    }

    /// Takes the armed hold for this request, if it is the one. One request only.
    pub fn claim(&self, method: &str, path: &str) -> Option<Claim<'_>> {
        let mut armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        armed.take_if(|pattern| pattern.matches(method, path))?;
        Some(Claim { hold: self, releases: self.releases.subscribe() })
    }

    fn add(&self, difference: isize) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held = held.saturating_add_signed(difference);
    }
}

impl Claim<'_> {
    /// Waits for the release. When the client goes away instead, the future is dropped and counts no more.
    pub async fn wait(mut self) {
        self.hold.add(1);
        let _counted = Counted(self.hold);
        // The sender lives as long as the hold, which is borrowed here.
        let _ = self.releases.changed().await;
    }
}

struct Counted<'a>(&'a Hold);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.add(-1);
    }
}
