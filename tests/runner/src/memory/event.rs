//! Events: appended and read, never changed. It may not decide what happened.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use domain::ports::{Page, Place, Positioned, StoreError};
use domain::rules::event::Event;
use domain::rules::ids::{OrderId, ProfileName};
use jiff::Timestamp;

use super::{broken, page};

#[derive(Default)]
pub(super) struct Events {
    /// Each order's by sequence.
    orders: BTreeMap<OrderId, Vec<Arc<Event>>>,
    /// Those that have a position, which is one more than their place here.
    stream: Vec<Arc<Event>>,
    /// Those that wait for one, in the order they were written in.
    waiting: VecDeque<Arc<Event>>,
}

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
            let event = Arc::new(event);
            let reported = self.orders.entry(event.order_id).or_default();
            let (Ok(place) | Err(place)) = place(reported, event.sequence);
            reported.insert(place, Arc::clone(&event));
            self.waiting.push_back(event);
        }
    }

    /// Gives the next positions to those that have waited longest; tells how many.
    pub fn position(&mut self, limit: u32) -> u32 {
        let before = self.stream.len();
        let most = usize::try_from(limit).unwrap_or(usize::MAX).min(self.waiting.len());
        self.stream.extend(self.waiting.drain(..most));
        u32::try_from(self.stream.len() - before).unwrap_or(u32::MAX)
    }

    pub fn read_stream(
        &self,
        after: u64,
        limit: u32,
        profile: impl Fn(OrderId) -> Result<ProfileName, StoreError>,
    ) -> Result<Page<Positioned, u64>, StoreError> {
        let behind = usize::try_from(after).unwrap_or(usize::MAX);
        let later = (after + 1..).zip(self.stream.iter().skip(behind)).take(limit as usize + 1);
        let placed = later.map(|(position, event)| {
            Ok(Positioned { position, profile: profile(event.order_id)?, event: Event::clone(event) })
        });
        let events = placed.collect::<Result<Vec<_>, StoreError>>()?;
        Ok(page::first(events.into_iter(), limit, |event| event.position))
    }

    pub fn place(&self, position: Option<u64>) -> Option<Place> {
        let last = u64::try_from(self.stream.len()).unwrap_or(u64::MAX);
        let position = position.unwrap_or(last);
        let place = usize::try_from(position.checked_sub(1)?).ok()?;
        let event = self.stream.get(place)?;
        Some(Place { position, order_id: event.order_id, sequence: event.sequence })
    }

    pub fn list(&self, order: OrderId, after: u64, limit: u32) -> Page<Event, u64> {
        let events = self.of(order);
        let begin = events.partition_point(|event| event.sequence <= after);
        let later = events.iter().skip(begin).map(|event| Event::clone(event));
        page::first(later, limit, |event| event.sequence)
    }

    /// When an event happened.
    pub fn time(&self, order: OrderId, sequence: u64) -> Option<Timestamp> {
        let events = self.of(order);
        place(events, sequence).ok().map(|place| events[place].time)
    }

    fn of(&self, order: OrderId) -> &[Arc<Event>] {
        self.orders.get(&order).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn all(&self) -> BTreeMap<OrderId, Vec<Arc<Event>>> {
        self.orders.clone()
    }
}

/// Where the event with this sequence is, or would be.
fn place(events: &[Arc<Event>], sequence: u64) -> Result<usize, usize> {
    events.binary_search_by_key(&sequence, |event| event.sequence)
}
