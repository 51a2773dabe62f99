//! Events: appended and read, never changed. It may not decide what happened.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::ports::{Page, StoreError};
use domain::rules::event::Event;
use domain::rules::ids::OrderId;

use super::{broken, page};

/// Each order's by sequence.
#[derive(Default)]
pub(super) struct Events(BTreeMap<OrderId, Vec<Arc<Event>>>);

impl Events {
    /// Refuses a sequence that is there already: an event is never written over.
    pub fn check(&self, events: &[Event]) -> Result<(), StoreError> {
        let doubled = (1..).zip(events).any(|(next, event)| {
            let key = |other: &Event| (other.order_id, other.sequence);
            let among_these = events.iter().skip(next).any(|other| key(other) == key(event));
            among_these || place(self.of(event.order_id), event.sequence).is_ok()
        });
        if doubled { Err(broken("events are told once")) } else { Ok(()) }
    }

    pub fn append(&mut self, events: Vec<Event>) {
        for event in events {
            let told = self.0.entry(event.order_id).or_default();
            let (Ok(place) | Err(place)) = place(told, event.sequence);
            told.insert(place, Arc::new(event));
        }
    }

    pub fn list(&self, order: OrderId, after: u64, limit: u32) -> Page<Event, u64> {
        let events = self.of(order);
        let begin = events.partition_point(|event| event.sequence <= after);
        let later = events.iter().skip(begin).map(|event| Event::clone(event));
        page::first(later, limit, |event| event.sequence)
    }

    fn of(&self, order: OrderId) -> &[Arc<Event>] {
        self.0.get(&order).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn all(&self) -> BTreeMap<OrderId, Vec<Arc<Event>>> {
        self.0.clone()
    }
}

/// Where the event with this sequence is, or would be.
fn place(events: &[Arc<Event>], sequence: u64) -> Result<usize, usize> {
    events.binary_search_by_key(&sequence, |event| event.sequence)
}
