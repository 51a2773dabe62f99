//! What the end of a shipment changes: registered, or refused and found elsewhere or not. It may not settle operations of other
//! kinds.

use super::{Hand, Plan, Unshipped};
use crate::rules::concern;
use crate::rules::event::EventData;
use crate::rules::operation::OperationState;
use crate::rules::refusal::Rejection;
use crate::rules::shipment::{self, Finding, Shipment, ShipmentState};
use crate::rules::snapshot::ShipmentSnapshot;

impl Plan<'_> {
    pub(super) fn shipped(&mut self, theirs: &ShipmentSnapshot) {
        if let Some(shipment) = &mut self.shipment {
            shipment.state = ShipmentState::Registered;
            shipment.mollie_id = Some(theirs.mollie_id.clone());
            shipment.registered_time = Some(theirs.created_time);
            if let Some(concern) = concern::made_before(self.known, shipment) {
                self.recorder.raise(concern);
            }
            let shipped = shipment::shipped_with(self.recorder.order(), self.known, shipment);
            self.recorder.record(EventData::ShipmentRegistered {
                shipment_id: shipment.id,
                mollie_id: theirs.mollie_id.clone(),
                registered_time: theirs.created_time,
                lines: shipment.lines.clone(),
                shipped,
            });
        }
        self.succeeded();
    }

    /// Where its units were shipped elsewhere nothing is lost, and nobody is alarmed.
    pub(super) fn unshipped(&mut self, Unshipped { rejection, snapshot, old }: &Unshipped) {
        self.operation.rejection = Some(rejection.clone());
        self.operation.settle(OperationState::Rejected, self.now);
        if let Some(shipment) = self.shipment.take() {
            let found = shipment::look_elsewhere(self.recorder.order(), &shipment, self.known, old, snapshot);
            self.shipment_refused(shipment, rejection, &found);
        }
    }

    pub(super) fn shipment_refused(
        &mut self,
        mut shipment: Shipment,
        rejection: &Rejection,
        found: &Finding,
    ) {
        shipment.state = ShipmentState::Refused;
        shipment.rejection = Some(rejection.clone());
        shipment.elsewhere = if found.is_all { found.shipments.clone() } else { Vec::new() };
        self.recorder.record(EventData::ShipmentRefused {
            shipment_id: shipment.id,
            lines: shipment.lines.clone(),
            rejection: rejection.clone(),
            elsewhere: shipment.elsewhere.clone(),
        });
        match self.hand {
            Hand::Lease(_) if found.is_all => (),
            Hand::Lease(_) => {
                let concern = concern::shipment_refused(&self.operation, &shipment, rejection, &found.text);
                self.recorder.raise(concern);
            }
            // A person has just looked.
            Hand::Operator(_) => (),
        }
        self.shipment = Some(shipment);
    }
}
