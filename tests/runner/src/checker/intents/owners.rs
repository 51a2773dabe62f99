//! I3 from the callers' side: each operation is somebody's wish, each wish one operation.

use domain::rules::ids::OperationId;
use domain::rules::operation::{Operation, OperationKind};
use domain::rules::order::Order;
use jiff::SignedDuration;

use super::Found;

/// What is found so long after it was asked for has nobody waiting for it, and is canceled without being asked to.
const AGE_LIMIT: SignedDuration = SignedDuration::from_mins(15);

impl Found<'_> {
    /// Each placement and shipment is the wish of exactly one request; a cancellation that of one or several.
    pub fn owners(&mut self) {
        let operations: Vec<_> = self.evidence.stored.operations.values().cloned().collect();
        for operation in operations {
            let wishes = self.wishes_behind(operation.id);
            let own = wishes.iter().filter(|kind| **kind == operation.kind).count();
            let fits = match operation.kind {
                OperationKind::PlaceOrder | OperationKind::CreateShipment => own == 1,
                OperationKind::CancelOrder => own >= 1 || self.is_late(&operation),
            };
            if !fits {
                let text = format!("{} {} is the wish of {wishes:?}", operation.kind.as_str(), operation.id);
                self.say("I3", text);
            }
        }
    }

    /// What callers wanted whose requests were answered with this operation.
    fn wishes_behind(&self, id: OperationId) -> Vec<OperationKind> {
        let requests = self.evidence.stored.requests.values();
        let own = requests.filter(|request| request.operation_id == Some(id));
        own.filter_map(|request| {
            let mut intents = self.evidence.journal.intents.iter();
            let wanted = intents.find(|intent| intent.request_id == request.request_id.as_str());
            wanted.map(|intent| intent.kind)
        })
        .collect()
    }

    /// Whether a cancellation is one of the service's own: behind a placement that was found too late.
    fn is_late(&self, operation: &Operation) -> bool {
        self.order(operation.order_id)
            .is_some_and(|order| operation.created_time.duration_since(order.created_time) > AGE_LIMIT)
    }

    /// Whether somebody asked for the order to be canceled, or nobody waits for it any more.
    pub fn is_cancellation_wanted(&self, order: &Order) -> bool {
        let asked = self.evidence.journal.intents.iter().any(|intent| {
            intent.kind == OperationKind::CancelOrder
                && order.terms.order_number == format!("H-{}", intent.order)
        });
        let mut own = self
            .evidence
            .stored
            .operations
            .values()
            .filter(|one| one.order_id == order.id && one.kind == OperationKind::CancelOrder);
        asked || own.any(|one| self.is_late(one))
    }
}
