//! The ledger entries of events: all that moves units and money is there.

use super::EventData;
use crate::rules::ledger::Entry;

impl EventData {
    /// Its ledger entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match self {
            Self::OrderPlaced { observed, .. } | Self::OrderObserved { observed } => &observed.entries,
            Self::ShipmentRecorded { entries, .. }
            | Self::ShipmentCarried { entries, .. }
            | Self::ShipmentRegistered { entries, .. }
            | Self::ShipmentRefused { entries, .. }
            | Self::CancellationRecorded { entries, .. }
            | Self::CancellationSucceeded { entries, .. }
            | Self::CancellationRefused { entries, .. }
            | Self::LineChangeRecorded { entries, .. }
            | Self::LinesChanged { entries, .. }
            | Self::LineChangeRefused { entries, .. }
            | Self::RefundRecorded { entries, .. }
            | Self::RefundRegistered { entries, .. }
            | Self::RefundRefused { entries, .. }
            | Self::RefundWithdrawn { entries, .. }
            | Self::RefundUpdated { entries, .. }
            | Self::RefundObserved { entries, .. }
            | Self::ReturnRecorded { entries, .. } => entries,
            // The counters of a shipment made elsewhere come with the observation that found it.
            Self::ShipmentObserved { .. }
            | Self::ShipmentTooLate { .. }
            | Self::ShipmentCaptured { .. }
            | Self::RefundCancelRecorded { .. }
            | Self::RefundCancelRefused { .. }
            | Self::ChargebackObserved { .. }
            | Self::PaymentRecorded { .. }
            | Self::PaymentCreated { .. }
            | Self::PaymentRefused { .. }
            | Self::UpdateRecorded { .. }
            | Self::Updated { .. }
            | Self::UpdateRefused { .. }
            | Self::Superseded { .. }
            | Self::Replaced { .. }
            | Self::Reinstated { .. }
            | Self::NumberLost { .. }
            | Self::ShipmentUpdateRecorded { .. }
            | Self::ShipmentUpdated { .. }
            | Self::ShipmentUpdateRefused { .. }
            | Self::OrderRecorded { .. }
            | Self::PlacementRefused { .. }
            | Self::PlacementAbandoned { .. }
            | Self::AttentionNeeded { .. }
            | Self::OperationRetried { .. }
            | Self::OperationResolved { .. }
            | Self::DeadlineTold { .. }
            | Self::PolicyTold { .. }
            | Self::ItemRaised { .. }
            | Self::ItemClosed { .. } => &[],
        }
    }
}
