//! `Idempotency-Key`: for POST only, for one hour; the same request gets the same answer, another one is refused.
//!
//! Requests are handled one at a time, so that "still running" happens only to repetitions of a request whose effect
//! the fault layer has put off.

use jiff::Timestamp;

use super::answer::{Answer, Refusal};
use super::records::Remembered;
use super::request::Keyed;
use super::switches::ErrorReplay;
use super::world::World;

impl World {
    /// The remembered answer, if this is a repetition.
    pub(super) fn recall(&self, keyed: &Keyed, now: Timestamp) -> Result<Option<Answer>, Refusal> {
        let Some(first) = self.remembered().get(&keyed.scope).filter(|first| !first.has_lapsed(now)) else {
            return match self.in_flight(keyed) {
                None => Ok(None),
                Some(running) if running.is_same_request(keyed) => Err(Refusal::key_in_flight()),
                Some(_) => Err(Refusal::key_used()),
            };
        };
        if first.endpoint != keyed.endpoint || first.body_digest != keyed.body_digest {
            return Err(Refusal::key_used());
        }
        Ok(Some(Answer { status: first.status, body: first.body.clone(), replayed: true }))
    }

    pub(super) fn remember(&mut self, keyed: Keyed, answer: &Answer, now: Timestamp) {
        let is_error = answer.status >= 400;
        match self.switches().error_replay {
            ErrorReplay::No if is_error => return,
            ErrorReplay::No | ErrorReplay::Yes => {}
        }
        let Keyed { scope, endpoint, body_digest } = keyed;
        let (status, body) = (answer.status, answer.body.clone());
        self.save_remembered(Remembered { scope, at: now, endpoint, body_digest, status, body });
    }
}
