//! The hold: keeps one answer back after its request has had its effect, as a network does that fails at a bad moment.

use std::sync::{Mutex, PoisonError};

use super::waiting::{Ticket, Waiting};
use crate::rules::Pattern;

#[derive(Debug, Default)]
pub struct Hold {
    armed: Mutex<Option<Pattern>>,
    waiting: Waiting,
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
        self.waiting.count()
    }

    /// Disarms, and lets every answer go that is kept back.
    pub fn release(&self) {
        *self.armed.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.waiting.release();
    }

    /// Takes the armed hold for this request, if it is the one. One request only.
    pub fn claim(&self, method: &str, path: &str) -> Option<Ticket<'_>> {
        let mut armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        armed.take_if(|pattern| pattern.matches(method, path))?;
        Some(self.waiting.ticket())
    }
}
