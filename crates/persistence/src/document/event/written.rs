//! Events as they are written. May not leave anything out of one.

use domain::rules::event::EventData;
use domain::rules::ids::{OperationId, RefundId, ShipmentId};
use domain::rules::status::RefundStatus;

use super::EventDocument;
use crate::document::mirrors;
use crate::document::word::WordDocument;

impl From<&EventData> for EventDocument {
    fn from(data: &EventData) -> Self {
        match data {
            EventData::OrderRecorded { order, operation_id } => {
                Self::OrderRecorded { order: Box::new((&**order).into()), operation_id: operation_id.uuid() }
            }
            EventData::OrderPlaced { mollie_id, observed } => Self::OrderPlaced {
                mollie_id: mollie_id.to_string(),
                observed: Box::new((&**observed).into()),
            },
            EventData::PlacementRefused { rejection } => {
                Self::PlacementRefused { rejection: rejection.into() }
            }
            EventData::PlacementAbandoned { reason } => Self::PlacementAbandoned { reason: reason.clone() },
            EventData::OrderObserved { observed } => {
                Self::OrderObserved { observed: Box::new((&**observed).into()) }
            }
            EventData::ShipmentRecorded { shipment, operation_id, entries } => Self::ShipmentRecorded {
                shipment: Box::new((&**shipment).into()),
                operation_id: operation_id.map(|id| id.uuid()),
                entries: mirrors(entries),
            },
            EventData::ShipmentCarried { shipment_id, carried_by, operation_id, entries } => {
                Self::ShipmentCarried {
                    shipment_id: shipment_id.uuid(),
                    carried_by: carried_by.uuid(),
                    operation_id: operation_id.uuid(),
                    entries: mirrors(entries),
                }
            }
            EventData::ShipmentTooLate { shipment } => {
                Self::ShipmentTooLate { shipment: Box::new((&**shipment).into()) }
            }
            EventData::ShipmentRegistered {
                shipment_id,
                operation_id,
                mollie_id,
                registered_time,
                entries,
            } => Self::ShipmentRegistered {
                shipment_id: shipment_id.uuid(),
                operation_id: operation_id.uuid(),
                mollie_id: mollie_id.to_string(),
                registered_time: *registered_time,
                entries: mirrors(entries),
            },
            EventData::ShipmentRefused { shipment_id, operation_id, entries, rejection, elsewhere } => {
                Self::ShipmentRefused {
                    shipment_id: shipment_id.uuid(),
                    operation_id: operation_id.map(|id| id.uuid()),
                    entries: mirrors(entries),
                    rejection: rejection.into(),
                    elsewhere: elsewhere.iter().map(ToString::to_string).collect(),
                }
            }
            EventData::ShipmentUpdateRecorded { shipment_id, operation_id, tracking } => {
                Self::ShipmentUpdateRecorded {
                    shipment_id: shipment_id.uuid(),
                    operation_id: operation_id.uuid(),
                    tracking: tracking.clone().into(),
                }
            }
            EventData::ShipmentUpdated { shipment_id, operation_id, tracking } => Self::ShipmentUpdated {
                shipment_id: shipment_id.uuid(),
                operation_id: operation_id.map(OperationId::uuid),
                tracking: tracking.clone().map(Into::into),
            },
            EventData::ShipmentUpdateRefused { shipment_id, operation_id, rejection } => {
                Self::ShipmentUpdateRefused {
                    shipment_id: shipment_id.uuid(),
                    operation_id: operation_id.uuid(),
                    rejection: rejection.into(),
                }
            }
            EventData::ShipmentCaptured { shipment_id, capture } => {
                Self::ShipmentCaptured { shipment_id: shipment_id.uuid(), capture: capture.into() }
            }
            EventData::ShipmentObserved { shipment } => {
                Self::ShipmentObserved { shipment: Box::new((&**shipment).into()) }
            }
            EventData::ChargebackObserved { payment_id, chargeback } => {
                Self::ChargebackObserved { payment_id: payment_id.to_string(), chargeback: chargeback.into() }
            }
            EventData::CancellationRecorded { operation_id, release, entries } => {
                Self::CancellationRecorded {
                    operation_id: operation_id.uuid(),
                    entries: mirrors(entries),
                    release: release.iter().map(|line| line.number()).collect(),
                }
            }
            EventData::CancellationSucceeded { operation_id, entries } => {
                Self::CancellationSucceeded { operation_id: operation_id.uuid(), entries: mirrors(entries) }
            }
            EventData::CancellationRefused { operation_id, rejection, entries } => {
                Self::CancellationRefused {
                    operation_id: operation_id.uuid(),
                    rejection: rejection.into(),
                    entries: mirrors(entries),
                }
            }
            EventData::RefundRecorded { refund, operation_id, entries } => Self::RefundRecorded {
                refund: Box::new((&**refund).into()),
                operation_id: operation_id.uuid(),
                entries: mirrors(entries),
            },
            EventData::RefundRegistered {
                refund_id,
                operation_id,
                mollie_id,
                payment_id,
                status,
                registered_time,
                entries,
            } => Self::RefundRegistered {
                refund_id: refund_id.uuid(),
                operation_id: operation_id.uuid(),
                mollie_id: mollie_id.to_string(),
                payment_id: payment_id.as_ref().map(ToString::to_string),
                status: WordDocument::new(status, RefundStatus::as_str),
                registered_time: *registered_time,
                entries: mirrors(entries),
            },
            EventData::RefundRefused { refund_id, operation_id, rejection, entries } => Self::RefundRefused {
                refund_id: refund_id.uuid(),
                operation_id: operation_id.uuid(),
                rejection: rejection.into(),
                entries: mirrors(entries),
            },
            EventData::RefundWithdrawn { refund_id, operation_id, merged_into, entries } => {
                Self::RefundWithdrawn {
                    refund_id: refund_id.uuid(),
                    operation_id: operation_id.uuid(),
                    merged_into: merged_into.map(RefundId::uuid),
                    entries: mirrors(entries),
                }
            }
            EventData::RefundUpdated { refund_id, operation_id, status, entries } => Self::RefundUpdated {
                refund_id: refund_id.uuid(),
                operation_id: operation_id.map(OperationId::uuid),
                status: WordDocument::new(status, RefundStatus::as_str),
                entries: mirrors(entries),
            },
            EventData::RefundObserved { refund, entries } => {
                Self::RefundObserved { refund: Box::new((&**refund).into()), entries: mirrors(entries) }
            }
            EventData::UpdateRecorded { operation_id, terms } => {
                Self::UpdateRecorded { operation_id: operation_id.uuid(), terms: terms.into() }
            }
            EventData::Updated { operation_id, terms } => {
                Self::Updated { operation_id: operation_id.uuid(), terms: terms.into() }
            }
            EventData::UpdateRefused { operation_id, rejection } => {
                Self::UpdateRefused { operation_id: operation_id.uuid(), rejection: rejection.into() }
            }
            EventData::Superseded { by } => Self::Superseded { by: by.uuid() },
            EventData::Replaced { by } => Self::Replaced { by: by.uuid() },
            EventData::Reinstated { by } => Self::Reinstated { by: by.uuid() },
            EventData::NumberLost { number } => Self::NumberLost { number: number.clone() },
            EventData::PaymentRecorded { operation_id, methods } => {
                Self::PaymentRecorded { operation_id: operation_id.uuid(), methods: methods.clone() }
            }
            EventData::PaymentCreated { operation_id, payment } => Self::PaymentCreated {
                operation_id: operation_id.uuid(),
                payment: Box::new((&**payment).into()),
            },
            EventData::PaymentRefused { operation_id, rejection } => {
                Self::PaymentRefused { operation_id: operation_id.uuid(), rejection: rejection.into() }
            }
            EventData::LineChangeRecorded { change, entries } => {
                Self::LineChangeRecorded { change: Box::new((&**change).into()), entries: mirrors(entries) }
            }
            EventData::LinesChanged { operation_id, lines, entries } => Self::LinesChanged {
                operation_id: operation_id.uuid(),
                lines: mirrors(lines),
                entries: mirrors(entries),
            },
            EventData::LineChangeRefused { operation_id, rejection, entries } => Self::LineChangeRefused {
                operation_id: operation_id.uuid(),
                rejection: rejection.into(),
                entries: mirrors(entries),
            },
            EventData::ReturnRecorded { returned, entries } => {
                Self::ReturnRecorded { returned: Box::new((&**returned).into()), entries: mirrors(entries) }
            }
            EventData::RefundCancelRecorded { refund_id, operation_id } => {
                Self::RefundCancelRecorded { refund_id: refund_id.uuid(), operation_id: operation_id.uuid() }
            }
            EventData::RefundCancelRefused { refund_id, operation_id, rejection } => {
                Self::RefundCancelRefused {
                    refund_id: refund_id.uuid(),
                    operation_id: operation_id.uuid(),
                    rejection: rejection.into(),
                }
            }
            EventData::AttentionNeeded { operation_id, subject, reason } => Self::AttentionNeeded {
                operation_id: operation_id.uuid(),
                shipment_id: subject.shipment().map(ShipmentId::uuid),
                refund_id: subject.refund().map(RefundId::uuid),
                reason: reason.clone(),
            },
            EventData::OperationRetried { operation_id, subject, reason } => Self::OperationRetried {
                operation_id: operation_id.uuid(),
                shipment_id: subject.shipment().map(ShipmentId::uuid),
                refund_id: subject.refund().map(RefundId::uuid),
                reason: reason.clone(),
            },
            EventData::OperationResolved { operation_id, subject, outcome, reason } => {
                Self::OperationResolved {
                    operation_id: operation_id.uuid(),
                    shipment_id: subject.shipment().map(ShipmentId::uuid),
                    refund_id: subject.refund().map(RefundId::uuid),
                    outcome: outcome.as_str().to_owned(),
                    reason: reason.clone(),
                }
            }
            EventData::DeadlineTold { notice } => Self::DeadlineTold { notice: Box::new((&**notice).into()) },
            EventData::PolicyTold { notice } => Self::PolicyTold { notice: Box::new((&**notice).into()) },
            EventData::ItemRaised { item } => Self::ItemRaised { item: item.into() },
            EventData::ItemClosed { number, by, reason } => {
                Self::ItemClosed { number: *number, by: by.clone(), reason: reason.clone() }
            }
        }
    }
}
