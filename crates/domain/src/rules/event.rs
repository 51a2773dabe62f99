//! Events: every change of an order, told once, in order. Folding them gives the order back, but for personal data, of
//! which they name the fields only.

use jiff::Timestamp;

use super::ids::{LineId, MollieOrderId, MollieShipmentId, OperationId, OrderId, ShipmentId};
use super::money::Money;
use super::order::{Facts, Line, Order, Part, Personal};
use super::payment::Payment;
use super::placement::Placement;
use super::refusal::Rejection;
use super::shipment::{Shipment, ShipmentLine};
use super::status::OrderStatus;

/// A difference seen at Mollie. Lines and payments are whole, and only those that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    pub facts: Facts,
    pub amount: Money,
    pub lines: Vec<Line>,
    pub payments: Vec<Payment>,
    /// Which personal fields changed; never their values.
    pub personal: Vec<String>,
    /// Whether the order's status is another than before.
    pub status_changed: bool,
    /// Whether the documents know no way from the status before to this one.
    pub unexpected: bool,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum EventData {
    /// The order was recorded, without personal values.
    OrderRecorded { order: Box<Order>, operation_id: OperationId },
    /// Mollie has it.
    OrderPlaced { mollie_id: MollieOrderId, observed: Box<Observed> },
    /// Mollie refused it.
    PlacementRefused { rejection: Rejection },
    /// It was given up before Mollie had it.
    PlacementAbandoned { reason: String },
    /// Mollie told something new.
    OrderObserved { observed: Box<Observed> },
    /// Goods left; their units are reserved until Mollie has registered them.
    ShipmentRecorded { shipment: Box<Shipment>, operation_id: OperationId },
    /// Mollie registered a shipment of ours. `shipped`: each line's registered part afterwards.
    ShipmentRegistered {
        shipment_id: ShipmentId,
        mollie_id: MollieShipmentId,
        registered_time: Timestamp,
        lines: Vec<ShipmentLine>,
        shipped: Vec<(LineId, Part)>,
    },
    /// Mollie refused a shipment; its units are available again.
    ShipmentRefused { shipment_id: ShipmentId, lines: Vec<ShipmentLine>, rejection: Rejection },
    /// Mollie holds a shipment that was made elsewhere.
    ShipmentObserved { shipment: Box<Shipment> },
    /// Cancellation was asked for.
    CancellationRecorded { operation_id: OperationId },
    /// Mollie canceled what could be canceled.
    CancellationSucceeded { operation_id: OperationId },
    /// Mollie refused to cancel.
    CancellationRefused { operation_id: OperationId, rejection: Rejection },
    /// An operation waits for an operator.
    AttentionNeeded { operation_id: OperationId, reason: String },
}

impl EventData {
    /// The event's kind as readers see it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::OrderRecorded { .. } => "order.recorded",
            Self::OrderPlaced { .. } => "order.placed",
            Self::PlacementRefused { .. } => "order.placement_refused",
            Self::PlacementAbandoned { .. } => "order.placement_abandoned",
            Self::OrderObserved { observed } => observed_kind(observed),
            Self::ShipmentRecorded { .. } => "shipment.recorded",
            Self::ShipmentRegistered { .. } => "shipment.registered",
            Self::ShipmentRefused { .. } => "shipment.refused",
            Self::ShipmentObserved { .. } => "shipment.observed",
            Self::CancellationRecorded { .. } => "cancellation.recorded",
            Self::CancellationSucceeded { .. } => "cancellation.succeeded",
            Self::CancellationRefused { .. } => "cancellation.refused",
            Self::AttentionNeeded { .. } => "operation.needs_attention",
        }
    }
}

fn observed_kind(observed: &Observed) -> &'static str {
    if observed.facts.unknown_status.is_some() {
        return "order.status_not_understood";
    }
    match observed.facts.status.filter(|_| observed.status_changed) {
        None => "order.updated",
        Some(OrderStatus::Created) => "order.created",
        Some(OrderStatus::Pending) => "order.pending",
        Some(OrderStatus::Authorized) => "order.authorized",
        Some(OrderStatus::Paid) => "order.paid",
        Some(OrderStatus::Shipping) => "order.shipping",
        Some(OrderStatus::Completed) => "order.completed",
        Some(OrderStatus::Canceled) => "order.canceled",
        Some(OrderStatus::Expired) => "order.expired",
    }
}

/// One event of one order.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub order_id: OrderId,
    /// From 1 within the order, without gaps.
    pub sequence: u64,
    pub time: Timestamp,
    pub data: EventData,
    /// On whose behalf, where someone asked for it.
    pub actor: Option<String>,
}

impl Order {
    /// The order after an event; `None` before its first. What is personal stays as it was.
    #[must_use]
    pub fn after(before: Option<Self>, event: &Event) -> Option<Self> {
        let mut order = match (&event.data, before) {
            (EventData::OrderRecorded { order, .. }, None) => (**order).clone(),
            (_, before) => before?,
        };
        order.version = event.sequence;
        order.apply(&event.data);
        order.number_released |= order.frees_number();
        order.closed_time =
            order.closed_time.filter(|_| order.is_over()).or_else(|| order.is_over().then_some(event.time));
        Some(order)
    }

    fn apply(&mut self, data: &EventData) {
        match data {
            EventData::OrderRecorded { .. }
            | EventData::CancellationRecorded { .. }
            | EventData::CancellationSucceeded { .. }
            | EventData::CancellationRefused { .. }
            | EventData::AttentionNeeded { .. } => (),
            EventData::OrderPlaced { mollie_id, observed } => {
                self.placement = Placement::Placed;
                self.mollie_id = Some(mollie_id.clone());
                self.observe(observed);
            }
            EventData::PlacementRefused { rejection } => {
                self.placement = Placement::Refused;
                self.rejection = Some(rejection.clone());
            }
            EventData::PlacementAbandoned { .. } => self.placement = Placement::Abandoned,
            EventData::OrderObserved { observed } => self.observe(observed),
            EventData::ShipmentRecorded { shipment, .. } => {
                self.each_line(&shipment.lines, |line, part| line.reserved = line.reserved.and(part));
            }
            EventData::ShipmentRegistered { lines, shipped, .. } => {
                self.each_line(lines, |line, part| line.reserved = line.reserved.without(part));
                for (id, part) in shipped {
                    self.lines.iter_mut().filter(|line| line.id == *id).for_each(|line| line.shipped = *part);
                }
            }
            EventData::ShipmentRefused { lines, .. } => {
                self.each_line(lines, |line, part| line.reserved = line.reserved.without(part));
            }
            // The counters of a shipment made elsewhere come with the observation it was found in.
            EventData::ShipmentObserved { .. } => (),
        }
    }

    fn each_line(&mut self, parts: &[ShipmentLine], change: impl Fn(&mut Line, Part)) {
        for ShipmentLine { line_id, part } in parts {
            self.lines.iter_mut().filter(|line| line.id == *line_id).for_each(|line| change(line, *part));
        }
    }

    fn observe(&mut self, observed: &Observed) {
        self.facts = observed.facts.clone();
        self.terms.amount = observed.amount;
        for line in &observed.lines {
            match self.lines.iter_mut().find(|ours| ours.id == line.id) {
                Some(ours) => *ours = line.clone(),
                None => self.lines.push(line.clone()),
            }
        }
        for payment in &observed.payments {
            match self.payments.iter_mut().find(|ours| ours.mollie_id == payment.mollie_id) {
                Some(ours) => *ours = payment.clone(),
                None => self.payments.push(payment.clone()),
            }
        }
    }

    /// Whether nothing more is expected: ended at Mollie, or never there.
    fn is_over(&self) -> bool {
        !self.placement.is_alive() || self.facts.status.is_some_and(OrderStatus::is_final)
    }

    /// The order without what is personal, as events hold it.
    #[must_use]
    pub fn impersonal(&self) -> Self {
        Self { personal: Personal::default(), ..self.clone() }
    }
}

/// Changes an order by recording what happened: the only way an order changes.
#[derive(Debug)]
pub struct Recorder {
    order: Order,
    events: Vec<Event>,
    time: Timestamp,
    actor: Option<String>,
}

impl Recorder {
    /// Starts from an order as it is stored.
    #[must_use]
    pub const fn new(order: Order, time: Timestamp, actor: Option<String>) -> Self {
        Self { order, events: Vec::new(), time, actor }
    }

    /// Starts a new order with its first event.
    #[must_use]
    pub fn begin(order: Order, operation_id: OperationId, time: Timestamp, actor: Option<String>) -> Self {
        let personal = order.personal.clone();
        let data = EventData::OrderRecorded { order: Box::new(order.impersonal()), operation_id };
        let event = Event { order_id: order.id, sequence: 1, time, data, actor: actor.clone() };
        let order = Order { version: 1, personal, ..order };
        Self { order, events: vec![event], time, actor }
    }

    /// The order as it is now.
    #[must_use]
    pub const fn order(&self) -> &Order {
        &self.order
    }

    /// The sequence the next event will have.
    #[must_use]
    pub const fn next_sequence(&self) -> u64 {
        self.order.version + 1
    }

    /// Records what happened.
    pub fn record(&mut self, data: EventData) {
        let sequence = self.next_sequence();
        let event =
            Event { order_id: self.order.id, sequence, time: self.time, data, actor: self.actor.clone() };
        if let Some(order) = Order::after(Some(self.order.clone()), &event) {
            self.order = order;
        }
        self.events.push(event);
    }

    /// Notes when Mollie was read and the personal data it holds; not an event by itself.
    pub fn note_reading(&mut self, time: Timestamp, personal: Personal) {
        self.order.observed_time = Some(time);
        self.order.personal = personal;
    }

    /// The order and its new events.
    #[must_use]
    pub fn finish(self) -> (Order, Vec<Event>) {
        (self.order, self.events)
    }
}

#[cfg(test)]
mod tests;
