//! I6: what an event tells as before is what the events before it have told. A change that was planned on an older order would not.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::rules::event::{Before, Event, EventData, ResourceBefore};
use domain::rules::ids::{RefundId, ShipmentId};
use domain::rules::order::Order;
use domain::rules::shipment::{CaptureStatus, ShipmentState};
use domain::rules::status::{Read, RefundStatus};
use domain::rules::subject::Subject;

use super::Violation;

/// What the events have told of resources so far.
#[derive(Default)]
struct Told {
    refunds: BTreeMap<RefundId, Option<Read<RefundStatus>>>,
    captures: BTreeMap<ShipmentId, Read<CaptureStatus>>,
    /// Those that are at Mollie or refused.
    ended: BTreeMap<ShipmentId, ShipmentState>,
}

pub(super) fn judge(order: &Order, events: &[Arc<Event>]) -> Vec<Violation> {
    let (mut known, mut told, mut violations) = (None::<Order>, Told::default(), Vec::new());
    for event in events {
        let resource = event.before.resource.clone();
        let expected = known.as_ref().map(|known| Before::of(known, &event.data, resource));
        let fits = expected.is_none_or(|expected| expected == event.before);
        if !fits || !told.allows(event) {
            let text = format!(
                "order {}: event {}, {}, tells {:?} as before",
                order.id,
                event.sequence,
                event.data.kind(),
                event.before
            );
            violations.push(Violation::new("I6", text));
        }
        told.note(&event.data);
        known = Order::after(known, event);
    }
    violations
}

impl Told {
    /// Whether what it tells of a resource follows what was told.
    fn allows(&self, event: &Event) -> bool {
        let about = event.data.resource();
        let (shipment, refund) = (about.and_then(Subject::shipment), about.and_then(Subject::refund));
        match &event.before.resource {
            None => about.is_none(),
            Some(ResourceBefore::Refund { status, .. }) => {
                refund.is_some_and(|id| self.refunds.get(&id).is_none_or(|told| told == status))
            }
            Some(ResourceBefore::Capture(status)) => {
                shipment.is_some_and(|id| self.captures.get(&id) == status.as_ref())
            }
            Some(ResourceBefore::Shipment(state)) => shipment.is_some_and(|id| {
                self.ended.get(&id).is_none_or(|ended| ended == state)
                    && [ShipmentState::Recorded, ShipmentState::NeedsAttention].contains(state)
            }),
            Some(ResourceBefore::Tracking(_)) => shipment.is_some(),
        }
    }

    fn note(&mut self, data: &EventData) {
        if let EventData::RefundRecorded { refund, .. } | EventData::RefundObserved { refund, .. } = data {
            self.refunds.insert(refund.id, refund.status.clone());
        }
        if let EventData::RefundRegistered { refund_id, status, .. }
        | EventData::RefundUpdated { refund_id, status, .. } = data
        {
            self.refunds.insert(*refund_id, Some(status.clone()));
        }
        if let EventData::ShipmentCaptured { shipment_id, capture } = data {
            self.captures.insert(*shipment_id, capture.status.clone());
        }
        if let EventData::ShipmentRegistered { shipment_id, .. } = data {
            self.ended.insert(*shipment_id, ShipmentState::Registered);
        }
        if let EventData::ShipmentRefused { shipment_id, .. } = data {
            self.ended.insert(*shipment_id, ShipmentState::Refused);
        }
    }
}
