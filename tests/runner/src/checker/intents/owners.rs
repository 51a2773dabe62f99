//! I3 from the callers' side: each operation is somebody's wish, each wish one operation.

use domain::operations::operation::Operation;
use domain::operations::task::OperationKind;
use domain::rules::event::EventData;
use domain::rules::ids::GroupId;
use domain::rules::order::Order;
use domain::rules::placement::Placement;
use jiff::SignedDuration;
use mollie_simulator::rules::EffectKind;

use super::{Found, returned};
use crate::checker::policies;
use crate::story::{self, Unasked};

/// What is found so long after it was asked for has nobody waiting for it, and is canceled without being asked to.
const AGE_LIMIT: SignedDuration = SignedDuration::from_mins(15);

impl Found<'_> {
    /// Each operation is the wish of as many requests as its kind may have.
    pub fn owners(&mut self) {
        let operations: Vec<_> = self.evidence.stored.operations.values().cloned().collect();
        for operation in operations {
            let (kind, wishes) = (operation.task.name(), self.wishes_behind(operation.group));
            let own = wishes.iter().filter(|wish| wish.contains(&kind)).count();
            let unasked = Unasked {
                is_late: self.is_late(&operation),
                was_held: self.was_held(&operation),
                is_of_fees: self.is_of_fees(&operation),
                is_replaced: self.order(operation.order_id).is_some_and(|order| self.is_replaced(order)),
                is_by_policy: self.is_by_policy(&operation),
            };
            if !story::of(kind).is_owned(own, unasked) {
                let text = format!("{} {} is the wish of {wishes:?}", kind.as_str(), operation.id);
                self.say("I3", text);
            }
        }
    }

    /// What callers wanted whose requests were answered with this group: the kinds of operations that may come of each.
    fn wishes_behind(&self, group: GroupId) -> Vec<Vec<OperationKind>> {
        let requests = self.evidence.stored.requests.values();
        let own = requests.filter(|request| request.group == Some(group));
        own.filter_map(|request| {
            let mut intents = self.evidence.journal.intents.iter();
            let wanted = intents.find(|intent| intent.request_id == request.request_id.as_str());
            wanted.map(returned::kinds)
        })
        .collect()
    }

    /// Whether it may be one of the service's own: behind a placement that was found too late.
    fn is_late(&self, operation: &Operation) -> bool {
        self.order(operation.order_id)
            .is_some_and(|order| operation.created_time.duration_since(order.created_time) > AGE_LIMIT)
    }

    /// Whether it is for held parcels that went without a further one.
    fn was_held(&self, operation: &Operation) -> bool {
        self.events_of(operation).any(|data| {
            matches!(data, EventData::ShipmentCarried { shipment_id, carried_by, operation_id, .. }
                if shipment_id == carried_by && *operation_id == operation.id)
        })
    }

    /// Whether it is for fees that travelled with no parcel.
    fn is_of_fees(&self, operation: &Operation) -> bool {
        self.events_of(operation).any(|data| {
            matches!(data, EventData::ShipmentRecorded { shipment, operation_id, .. }
                if shipment.is_without_goods() && *operation_id == Some(operation.id))
        })
    }

    /// Whether an event says that a policy began it. Whether the policy might is judged elsewhere (`checker/policies.rs`).
    fn is_by_policy(&self, operation: &Operation) -> bool {
        let begun = |data: &EventData| {
            if let EventData::PolicyTold { notice } = data { policies::begun(notice) } else { None }
        };
        self.events_of(operation).any(|data| begun(data) == Some(operation.id))
    }

    fn events_of(&self, operation: &Operation) -> impl Iterator<Item = &EventData> {
        let events = self.evidence.stored.events.get(&operation.order_id).into_iter().flatten();
        events.map(|event| &event.data)
    }

    /// Whether somebody asked for the order to be canceled, or nobody waits for it any more.
    pub fn is_cancellation_wanted(&self, order: &Order) -> bool {
        let asked = self.evidence.journal.intents.iter().any(|intent| {
            story::causes(intent.kind, EffectKind::OrderCanceled)
                && order.terms.order_number == format!("H-{}", intent.order)
        });
        let mut own = self.evidence.stored.operations.values().filter(|one| {
            one.order_id == order.id && story::causes(one.task.name(), EffectKind::OrderCanceled)
        });
        asked || self.is_replaced(order) || own.any(|one| self.is_late(one) || self.is_by_policy(one))
    }

    /// Whether another order was asked for in its place, and Mollie has that one.
    fn is_replaced(&self, order: &Order) -> bool {
        let by = order.superseded.as_ref().filter(|superseded| superseded.is_final);
        let new = by.and_then(|superseded| self.order(superseded.by));
        new.is_some_and(|new| new.supersedes == Some(order.id) && new.placement == Placement::Placed)
    }
}
