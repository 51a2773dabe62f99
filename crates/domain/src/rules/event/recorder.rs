//! Recording events of an order. Nothing else changes one.

use jiff::Timestamp;

use super::{Before, Event, EventData, ResourceBefore};
use crate::rules::cause::Grounds;
use crate::rules::ids::OperationId;
use crate::rules::item::{self, Concern};
use crate::rules::order::{Order, Personal};
use crate::rules::ship_by::Agenda;

/// Changes an order by recording events: the only way an order changes.
#[derive(Debug)]
pub struct Recorder {
    order: Order,
    events: Vec<Event>,
    time: Timestamp,
    grounds: Grounds,
}

impl Recorder {
    /// Starts from an order as stored.
    #[must_use]
    pub const fn new(order: Order, time: Timestamp, grounds: Grounds) -> Self {
        Self { order, events: Vec::new(), time, grounds }
    }

    /// Why what follows is recorded, and on whose behalf.
    #[must_use]
    pub const fn grounds(&self) -> &Grounds {
        &self.grounds
    }

    /// Records what follows for another reason. Returns the one before.
    pub const fn set_grounds(&mut self, grounds: Grounds) -> Grounds {
        std::mem::replace(&mut self.grounds, grounds)
    }

    /// The order with everything recorded so far.
    #[must_use]
    pub const fn order(&self) -> &Order {
        &self.order
    }

    /// What was recorded so far.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The sequence the next event will have.
    #[must_use]
    pub const fn next_sequence(&self) -> u64 {
        self.order.version + 1
    }

    /// Records the order itself, as its first event.
    pub fn begin(&mut self, operation_id: OperationId) {
        let order = Box::new(self.order.impersonal());
        self.record(EventData::OrderRecorded { order, operation_id });
    }

    /// Records an event.
    pub fn record(&mut self, data: EventData) {
        self.record_of(data, None);
    }

    /// Records an event that may change a resource, which was so before.
    pub fn record_of(&mut self, data: EventData, resource: Option<ResourceBefore>) {
        let (order_id, sequence, time) = (self.order.id, self.next_sequence(), self.time);
        let before = Before::of(&self.order, &data, resource);
        let Grounds { cause, actor } = self.grounds.clone();
        let event = Event { order_id, sequence, time, data, before, cause, actor };
        self.order.advance(&event);
        self.events.push(event);
    }

    /// Raises a review item, unless it was raised before.
    pub fn raise(&mut self, concern: Concern) {
        if let Some(item) = item::next(&self.order.items, concern, self.time) {
            self.record(EventData::ItemRaised { item });
        }
    }

    /// Notes when Mollie was read and the personal data it returned; not an event by itself.
    pub fn note_reading(&mut self, time: Option<Timestamp>, personal: Personal) {
        self.order.observed_time = time;
        self.order.personal = personal;
    }

    /// Notes what is to be told or done by itself; not an event by itself.
    pub fn note_agenda(&mut self, agenda: Agenda) {
        self.order.agenda = agenda;
    }

    /// The order and its new events.
    #[must_use]
    pub fn finish(self) -> (Order, Vec<Event>) {
        (self.order, self.events)
    }
}
