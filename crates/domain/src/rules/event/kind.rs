//! What kind of event each is, in the words that readers see. Decides nothing.

use super::EventData;
use crate::rules::shipment::CaptureStatus;
use crate::rules::snapshot::Observed;
use crate::rules::status::{OrderStatus, Read, RefundStatus};

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
            Self::ShipmentCarried { .. } => "shipment.carried",
            Self::ShipmentTooLate { .. } => "shipment.too_late",
            Self::ShipmentRegistered { .. } => "shipment.registered",
            Self::ShipmentRefused { .. } => "shipment.refused",
            Self::ShipmentUpdateRecorded { .. } => "shipment.update_recorded",
            Self::ShipmentUpdated { .. } => "shipment.updated",
            Self::ShipmentUpdateRefused { .. } => "shipment.update_refused",
            Self::ShipmentCaptured { capture, .. } => captured_kind(&capture.status),
            Self::ShipmentObserved { .. } => "shipment.observed",
            Self::CancellationRecorded { .. } => "cancellation.recorded",
            Self::CancellationSucceeded { .. } => "cancellation.succeeded",
            Self::CancellationRefused { .. } => "cancellation.refused",
            Self::RefundRecorded { .. } => "refund.recorded",
            Self::RefundRegistered { .. } => "refund.registered",
            Self::RefundRefused { .. } => "refund.refused",
            Self::RefundWithdrawn { .. } => "refund.withdrawn",
            Self::RefundUpdated { status, .. } => updated_kind(status),
            Self::RefundObserved { .. } => "refund.observed",
            Self::ReturnRecorded { .. } => "return.recorded",
            Self::ChargebackObserved { chargeback, .. } => match chargeback.stands() {
                true => "chargeback.received",
                false => "chargeback.reversed",
            },
            Self::PaymentRecorded { .. } => "payment.recorded",
            Self::PaymentCreated { .. } => "payment.created",
            Self::PaymentRefused { .. } => "payment.refused",
            Self::UpdateRecorded { .. } => "order.update_recorded",
            Self::Updated { .. } => "order.terms_updated",
            Self::UpdateRefused { .. } => "order.update_refused",
            Self::Superseded { .. } => "order.superseded",
            Self::Replaced { .. } => "order.replaced",
            Self::Reinstated { .. } => "order.reinstated",
            Self::NumberLost { .. } => "order.number_lost",
            Self::LineChangeRecorded { .. } => "lines.change_recorded",
            Self::LinesChanged { .. } => "lines.changed",
            Self::LineChangeRefused { .. } => "lines.change_refused",
            Self::RefundCancelRecorded { .. } => "refund.cancel_recorded",
            Self::RefundCancelRefused { .. } => "refund.cancel_refused",
            Self::AttentionNeeded { .. } => "operation.needs_attention",
            Self::OperationRetried { .. } => "operation.retried",
            Self::OperationResolved { .. } => "operation.resolved",
            Self::DeadlineTold { notice } => notice.subject.kind(),
            Self::PolicyTold { notice } => notice.kind(),
            Self::ItemRaised { .. } => "item.raised",
            Self::ItemClosed { .. } => "item.closed",
        }
    }
}

const fn captured_kind(status: &Read<CaptureStatus>) -> &'static str {
    match status {
        Read::Known(CaptureStatus::Pending) => "capture.pending",
        Read::Known(CaptureStatus::Succeeded) => "capture.succeeded",
        Read::Known(CaptureStatus::Failed) => "capture.failed",
        Read::Known(CaptureStatus::Missing) => "capture.missing",
        Read::Unknown(_) => "capture.status_not_understood",
    }
}

const fn updated_kind(status: &Read<RefundStatus>) -> &'static str {
    match status {
        Read::Known(RefundStatus::Queued) => "refund.queued",
        Read::Known(RefundStatus::Pending) => "refund.pending",
        Read::Known(RefundStatus::Processing) => "refund.processing",
        Read::Known(RefundStatus::Refunded) => "refund.refunded",
        Read::Known(RefundStatus::Failed) => "refund.failed",
        Read::Known(RefundStatus::Canceled) => "refund.canceled",
        Read::Unknown(_) => "refund.status_not_understood",
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
