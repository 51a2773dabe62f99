//! The newest events, kept in memory: so many, and so many bytes. It may not read the store.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use prost::Message;
use tokio::time::Instant;

use super::Shown;

/// The most events that are kept.
const EVENTS: usize = 2_000;
/// The most bytes of their messages, and one message.
const BYTES: usize = 8 * 1024 * 1024;
/// How long ago the store may have been read last.
const FRESH: Duration = Duration::from_secs(10);

/// All events after a position, up to what was read last.
#[derive(Default)]
pub struct Tail {
    /// The position before the first one that is kept.
    begin: u64,
    events: VecDeque<Arc<Shown>>,
    bytes: usize,
    /// When the store was read last; `None` while nobody reads it, because nobody watches.
    read_at: Option<Instant>,
}

impl Tail {
    /// Forgets everything; the next events are those after `position`.
    pub fn begin(&mut self, position: u64) {
        *self = Self { begin: position, read_at: Some(Instant::now()), ..Self::default() };
    }

    /// The position up to which everything was read.
    pub fn end(&self) -> u64 {
        self.events.back().map_or(self.begin, |last| last.place.position)
    }

    /// Adds what was read after the end.
    pub fn add(&mut self, events: Vec<Arc<Shown>>) {
        self.read_at = Some(Instant::now());
        for event in events {
            self.bytes += event.message.encoded_len();
            self.events.push_back(event);
        }
        while self.events.len() > EVENTS || (self.bytes > BYTES && self.events.len() > 1) {
            let Some(oldest) = self.events.pop_front() else { return };
            self.bytes -= oldest.message.encoded_len();
            self.begin = oldest.place.position;
        }
    }

    /// At most `limit` events after a position; `None` if it is before what is kept.
    pub fn after(&self, position: u64, limit: usize) -> Option<Vec<Arc<Shown>>> {
        if position < self.begin {
            return None;
        }
        let first = self.events.partition_point(|event| event.place.position <= position);
        Some(self.events.iter().skip(first).take(limit).cloned().collect())
    }

    /// From now on the store is to be read.
    pub fn wake(&mut self) {
        self.read_at = Some(Instant::now());
    }

    /// Nobody watches any more, so it is not read.
    pub fn rest(&mut self) {
        self.read_at = None;
    }

    /// Whether the store was read lately, where it is to be read.
    pub fn is_fresh(&self, now: Instant) -> bool {
        self.read_at.is_none_or(|at| now.saturating_duration_since(at) < FRESH)
    }
}

#[cfg(test)]
mod tests {
    use domain::ports::Place;
    use domain::rules::ids::{OrderId, ProfileName};
    use uuid::Uuid;

    use super::*;
    use crate::proto::OrderEvent;

    fn event(position: u64, bytes: usize) -> Arc<Shown> {
        let place = Place { position, order_id: OrderId::new(Uuid::nil()), sequence: position };
        let message = OrderEvent { actor: "x".repeat(bytes), ..OrderEvent::default() };
        Arc::new(Shown { place, profile: ProfileName::new("main"), message, token: String::new() })
    }

    fn positions(tail: &Tail, after: u64) -> Option<Vec<u64>> {
        Some(tail.after(after, 3)?.iter().map(|event| event.place.position).collect())
    }

    #[test]
    fn it_gives_what_comes_after_a_position_and_says_when_it_does_not_know() {
        let mut tail = Tail::default();
        tail.begin(10);
        assert_eq!((tail.end(), positions(&tail, 10), positions(&tail, 9)), (10, Some(Vec::new()), None));
        tail.add((11..=15).map(|position| event(position, 1)).collect());
        assert_eq!((tail.end(), positions(&tail, 10)), (15, Some(vec![11, 12, 13])));
        assert_eq!(positions(&tail, 14), Some(vec![15]));
        // Who has read the store himself may be ahead.
        assert_eq!((positions(&tail, 17), positions(&tail, 9)), (Some(Vec::new()), None));
    }

    /// Who comes after nobody watched for hours is not told that the store is silent.
    #[test]
    fn it_is_stale_only_while_it_is_to_be_read() {
        let mut tail = Tail::default();
        let later = || Instant::now() + FRESH;
        assert!(tail.is_fresh(later()));
        tail.wake();
        assert!(tail.is_fresh(Instant::now()) && !tail.is_fresh(later()), "nothing could be read");
        tail.begin(1);
        assert!(!tail.is_fresh(later()));
        tail.rest();
        assert!(tail.is_fresh(later()));
    }

    #[test]
    fn it_keeps_the_newest_within_its_bounds() {
        let mut tail = Tail::default();
        tail.add((1..=2_005).map(|position| event(position, 1)).collect());
        assert_eq!((positions(&tail, 4), positions(&tail, 5)), (None, Some(vec![6, 7, 8])));
        tail.add(vec![event(2_006, BYTES)]);
        assert_eq!(
            (tail.end(), positions(&tail, 2_004), positions(&tail, 2_005)),
            (2_006, None, Some(vec![2_006]))
        );
        tail.add(vec![event(2_007, 1)]);
        assert_eq!((positions(&tail, 2_005), positions(&tail, 2_006)), (None, Some(vec![2_007])));
    }
}
