//! What each event changes of what was there before it, where readers are told how that was. Decides nothing.

use super::EventData;
use crate::rules::ids::{RefundId, ShipmentId};
use crate::rules::order::Line;
use crate::rules::order_update::NewTerms;
use crate::rules::payment::Payment;
use crate::rules::snapshot::Observed;
use crate::rules::subject::Subject;

/// What an event changes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Touched<'a> {
    /// Status and sums of the order, its lines and payments.
    Reading(&'a Observed),
    Lines(&'a [Line]),
    Payment(&'a Payment),
    Terms(&'a NewTerms),
    /// The state of a shipment.
    Shipment(ShipmentId),
    Tracking(ShipmentId),
    Capture(ShipmentId),
    /// The state or the status of a refund.
    Refund(RefundId),
    /// Nothing that was there before, apart from what its entries move.
    Nothing,
}

impl EventData {
    /// The shipment or the refund of which it is told how it was.
    #[must_use]
    pub fn resource(&self) -> Option<Subject> {
        match self.touched() {
            Touched::Shipment(id) | Touched::Tracking(id) | Touched::Capture(id) => {
                Some(Subject::Shipment(id))
            }
            Touched::Refund(id) => Some(Subject::Refund(id)),
            Touched::Reading(_)
            | Touched::Lines(_)
            | Touched::Payment(_)
            | Touched::Terms(_)
            | Touched::Nothing => None,
        }
    }

    /// What it changes.
    pub(super) fn touched(&self) -> Touched<'_> {
        match self {
            Self::OrderPlaced { observed, .. } | Self::OrderObserved { observed } => {
                Touched::Reading(observed)
            }
            Self::LinesChanged { lines, .. } => Touched::Lines(lines),
            Self::PaymentCreated { payment, .. } => Touched::Payment(payment),
            Self::UpdateRecorded { terms, .. } | Self::Updated { terms, .. } => Touched::Terms(terms),
            Self::ShipmentRegistered { shipment_id, .. } | Self::ShipmentRefused { shipment_id, .. } => {
                Touched::Shipment(*shipment_id)
            }
            Self::ShipmentUpdateRecorded { shipment_id, .. } | Self::ShipmentUpdated { shipment_id, .. } => {
                Touched::Tracking(*shipment_id)
            }
            Self::ShipmentCaptured { shipment_id, .. } => Touched::Capture(*shipment_id),
            Self::RefundRegistered { refund_id, .. }
            | Self::RefundRefused { refund_id, .. }
            | Self::RefundWithdrawn { refund_id, .. }
            | Self::RefundUpdated { refund_id, .. } => Touched::Refund(*refund_id),
            Self::OrderRecorded { .. }
            | Self::PlacementRefused { .. }
            | Self::PlacementAbandoned { .. }
            | Self::ShipmentRecorded { .. }
            | Self::ShipmentCarried { .. }
            | Self::ShipmentTooLate { .. }
            | Self::ShipmentUpdateRefused { .. }
            | Self::ShipmentObserved { .. }
            | Self::CancellationRecorded { .. }
            | Self::CancellationSucceeded { .. }
            | Self::CancellationRefused { .. }
            | Self::RefundRecorded { .. }
            | Self::RefundObserved { .. }
            | Self::RefundCancelRecorded { .. }
            | Self::RefundCancelRefused { .. }
            | Self::ReturnRecorded { .. }
            | Self::ChargebackObserved { .. }
            | Self::PaymentRecorded { .. }
            | Self::PaymentRefused { .. }
            | Self::UpdateRefused { .. }
            | Self::Superseded { .. }
            | Self::Replaced { .. }
            | Self::Reinstated { .. }
            | Self::NumberLost { .. }
            | Self::LineChangeRecorded { .. }
            | Self::LineChangeRefused { .. }
            | Self::AttentionNeeded { .. }
            | Self::OperationRetried { .. }
            | Self::OperationResolved { .. }
            | Self::DeadlineTold { .. }
            | Self::PolicyTold { .. }
            | Self::ItemRaised { .. }
            | Self::ItemClosed { .. } => Touched::Nothing,
        }
    }
}
