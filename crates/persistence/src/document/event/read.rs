//! Events as they are read. What does not fit is told, and never guessed.

use domain::rules::event::EventData;
use domain::rules::ids::{
    LineId, MollieOrderId, MolliePaymentId, MollieRefundId, MollieShipmentId, OperationId, OrderId, RefundId,
    ShipmentId,
};
use domain::rules::operation::OperationState;
use domain::rules::subject::Subject;
use uuid::Uuid;

use super::EventDocument;
use crate::document::word::word;
use crate::document::{Misfit, each, refund};

impl TryFrom<EventDocument> for EventData {
    type Error = Misfit;

    fn try_from(document: EventDocument) -> Result<Self, Misfit> {
        Ok(match document {
            EventDocument::OrderRecorded { order, operation_id } => Self::OrderRecorded {
                order: Box::new((*order).try_into()?),
                operation_id: OperationId::new(operation_id),
            },
            EventDocument::OrderPlaced { mollie_id, observed } => Self::OrderPlaced {
                mollie_id: MollieOrderId::new(mollie_id),
                observed: (*observed).try_into()?,
            },
            EventDocument::PlacementRefused { rejection } => {
                Self::PlacementRefused { rejection: rejection.try_into()? }
            }
            EventDocument::PlacementAbandoned { reason } => Self::PlacementAbandoned { reason },
            EventDocument::OrderObserved { observed } => {
                Self::OrderObserved { observed: (*observed).try_into()? }
            }
            EventDocument::ShipmentRecorded { shipment, operation_id, entries } => Self::ShipmentRecorded {
                shipment: Box::new((*shipment).try_into()?),
                entries: each(entries)?,
                operation_id: operation_id.map(OperationId::new),
            },
            EventDocument::ShipmentCarried { shipment_id, carried_by, operation_id, entries } => {
                Self::ShipmentCarried {
                    shipment_id: ShipmentId::new(shipment_id),
                    carried_by: ShipmentId::new(carried_by),
                    operation_id: OperationId::new(operation_id),
                    entries: each(entries)?,
                }
            }
            EventDocument::ShipmentTooLate { shipment } => {
                Self::ShipmentTooLate { shipment: Box::new((*shipment).try_into()?) }
            }
            EventDocument::ShipmentRegistered {
                shipment_id,
                operation_id,
                mollie_id,
                registered_time,
                entries,
            } => Self::ShipmentRegistered {
                shipment_id: ShipmentId::new(shipment_id),
                operation_id: OperationId::new(operation_id),
                mollie_id: MollieShipmentId::new(mollie_id),
                registered_time,
                entries: each(entries)?,
            },
            EventDocument::ShipmentRefused { shipment_id, operation_id, entries, rejection, elsewhere } => {
                Self::ShipmentRefused {
                    shipment_id: ShipmentId::new(shipment_id),
                    operation_id: operation_id.map(OperationId::new),
                    entries: each(entries)?,
                    rejection: rejection.try_into()?,
                    elsewhere: elsewhere.into_iter().map(MollieShipmentId::new).collect(),
                }
            }
            EventDocument::ShipmentUpdateRecorded { shipment_id, operation_id, tracking } => {
                Self::ShipmentUpdateRecorded {
                    shipment_id: ShipmentId::new(shipment_id),
                    operation_id: OperationId::new(operation_id),
                    tracking: tracking.into(),
                }
            }
            EventDocument::ShipmentUpdated { shipment_id, operation_id, tracking } => Self::ShipmentUpdated {
                shipment_id: ShipmentId::new(shipment_id),
                operation_id: operation_id.map(OperationId::new),
                tracking: tracking.map(Into::into),
            },
            EventDocument::ShipmentUpdateRefused { shipment_id, operation_id, rejection } => {
                Self::ShipmentUpdateRefused {
                    shipment_id: ShipmentId::new(shipment_id),
                    operation_id: OperationId::new(operation_id),
                    rejection: rejection.try_into()?,
                }
            }
            EventDocument::ShipmentCaptured { shipment_id, capture } => Self::ShipmentCaptured {
                shipment_id: ShipmentId::new(shipment_id),
                capture: capture.try_into()?,
            },
            EventDocument::ShipmentObserved { shipment } => {
                Self::ShipmentObserved { shipment: Box::new((*shipment).try_into()?) }
            }
            EventDocument::ChargebackObserved { payment_id, chargeback } => Self::ChargebackObserved {
                payment_id: MolliePaymentId::new(payment_id),
                chargeback: chargeback.try_into()?,
            },
            EventDocument::CancellationRecorded { operation_id, release, entries } => {
                Self::CancellationRecorded {
                    operation_id: OperationId::new(operation_id),
                    entries: each(entries)?,
                    release: release.into_iter().map(LineId::new).collect(),
                }
            }
            EventDocument::CancellationSucceeded { operation_id, entries } => Self::CancellationSucceeded {
                operation_id: OperationId::new(operation_id),
                entries: each(entries)?,
            },
            EventDocument::CancellationRefused { operation_id, rejection, entries } => {
                Self::CancellationRefused {
                    operation_id: OperationId::new(operation_id),
                    entries: each(entries)?,
                    rejection: rejection.try_into()?,
                }
            }
            EventDocument::RefundRecorded { refund, operation_id, entries } => Self::RefundRecorded {
                refund: Box::new((*refund).try_into()?),
                operation_id: OperationId::new(operation_id),
                entries: each(entries)?,
            },
            EventDocument::RefundRegistered {
                refund_id,
                operation_id,
                mollie_id,
                payment_id,
                status,
                registered_time,
                entries,
            } => Self::RefundRegistered {
                refund_id: RefundId::new(refund_id),
                operation_id: OperationId::new(operation_id),
                mollie_id: MollieRefundId::new(mollie_id),
                payment_id: payment_id.map(MolliePaymentId::new),
                status: refund::status(status)?,
                registered_time,
                entries: each(entries)?,
            },
            EventDocument::RefundRefused { refund_id, operation_id, rejection, entries } => {
                Self::RefundRefused {
                    refund_id: RefundId::new(refund_id),
                    operation_id: OperationId::new(operation_id),
                    rejection: rejection.try_into()?,
                    entries: each(entries)?,
                }
            }
            EventDocument::RefundWithdrawn { refund_id, operation_id, merged_into, entries } => {
                Self::RefundWithdrawn {
                    refund_id: RefundId::new(refund_id),
                    operation_id: OperationId::new(operation_id),
                    merged_into: merged_into.map(RefundId::new),
                    entries: each(entries)?,
                }
            }
            EventDocument::RefundUpdated { refund_id, operation_id, status, entries } => {
                Self::RefundUpdated {
                    refund_id: RefundId::new(refund_id),
                    operation_id: operation_id.map(OperationId::new),
                    status: refund::status(status)?,
                    entries: each(entries)?,
                }
            }
            EventDocument::RefundObserved { refund, entries } => {
                Self::RefundObserved { refund: Box::new((*refund).try_into()?), entries: each(entries)? }
            }
            EventDocument::UpdateRecorded { operation_id, terms } => {
                Self::UpdateRecorded { operation_id: OperationId::new(operation_id), terms: terms.into() }
            }
            EventDocument::Updated { operation_id, terms } => {
                Self::Updated { operation_id: OperationId::new(operation_id), terms: terms.into() }
            }
            EventDocument::UpdateRefused { operation_id, rejection } => Self::UpdateRefused {
                operation_id: OperationId::new(operation_id),
                rejection: rejection.try_into()?,
            },
            EventDocument::Superseded { by } => Self::Superseded { by: OrderId::new(by) },
            EventDocument::Replaced { by } => Self::Replaced { by: OrderId::new(by) },
            EventDocument::Reinstated { by } => Self::Reinstated { by: OrderId::new(by) },
            EventDocument::NumberLost { number } => Self::NumberLost { number },
            EventDocument::PaymentRecorded { operation_id, methods } => {
                Self::PaymentRecorded { operation_id: OperationId::new(operation_id), methods }
            }
            EventDocument::PaymentCreated { operation_id, payment } => Self::PaymentCreated {
                operation_id: OperationId::new(operation_id),
                payment: Box::new((*payment).try_into()?),
            },
            EventDocument::PaymentRefused { operation_id, rejection } => Self::PaymentRefused {
                operation_id: OperationId::new(operation_id),
                rejection: rejection.try_into()?,
            },
            EventDocument::LineChangeRecorded { change, entries } => {
                Self::LineChangeRecorded { change: Box::new((*change).try_into()?), entries: each(entries)? }
            }
            EventDocument::LinesChanged { operation_id, lines, entries } => Self::LinesChanged {
                operation_id: OperationId::new(operation_id),
                lines: each(lines)?,
                entries: each(entries)?,
            },
            EventDocument::LineChangeRefused { operation_id, rejection, entries } => {
                Self::LineChangeRefused {
                    operation_id: OperationId::new(operation_id),
                    rejection: rejection.try_into()?,
                    entries: each(entries)?,
                }
            }
            EventDocument::ReturnRecorded { returned, entries } => {
                Self::ReturnRecorded { returned: Box::new((*returned).try_into()?), entries: each(entries)? }
            }
            EventDocument::RefundCancelRecorded { refund_id, operation_id } => Self::RefundCancelRecorded {
                refund_id: RefundId::new(refund_id),
                operation_id: OperationId::new(operation_id),
            },
            EventDocument::RefundCancelRefused { refund_id, operation_id, rejection } => {
                Self::RefundCancelRefused {
                    refund_id: RefundId::new(refund_id),
                    operation_id: OperationId::new(operation_id),
                    rejection: rejection.try_into()?,
                }
            }
            EventDocument::AttentionNeeded { operation_id, shipment_id, refund_id, reason } => {
                Self::AttentionNeeded {
                    operation_id: OperationId::new(operation_id),
                    subject: subject(shipment_id, refund_id),
                    reason,
                }
            }
            EventDocument::OperationRetried { operation_id, shipment_id, refund_id, reason } => {
                Self::OperationRetried {
                    operation_id: OperationId::new(operation_id),
                    subject: subject(shipment_id, refund_id),
                    reason,
                }
            }
            EventDocument::OperationResolved { operation_id, shipment_id, refund_id, outcome, reason } => {
                Self::OperationResolved {
                    operation_id: OperationId::new(operation_id),
                    subject: subject(shipment_id, refund_id),
                    outcome: word("operation state", &outcome, OperationState::parse)?,
                    reason,
                }
            }
            EventDocument::DeadlineTold { notice } => {
                Self::DeadlineTold { notice: Box::new((*notice).try_into()?) }
            }
            EventDocument::PolicyTold { notice } => {
                Self::PolicyTold { notice: Box::new((*notice).try_into()?) }
            }
            EventDocument::ItemRaised { item } => Self::ItemRaised { item: item.try_into()? },
            EventDocument::ItemClosed { number, by, reason } => Self::ItemClosed { number, by, reason },
        })
    }
}

/// The subject of an operation.
fn subject(shipment_id: Option<Uuid>, refund_id: Option<Uuid>) -> Subject {
    Subject::of(shipment_id.map(ShipmentId::new), refund_id.map(RefundId::new), None)
}
