//! Tasks as documents: all that is needed to make the same bytes again. One document per kind.

use domain::operations::cancel_order::Cause;
use domain::operations::task::Task;
use domain::operations::{cancel_lines, cancel_order, create_shipment, place_order, update_shipment};
use domain::rules::ids::ShipmentId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::shipment::{ShipmentLineDocument, TrackingDocument};
use super::word::word;
use super::{Misfit, each, mirrors};

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum TaskDocument {
    PlaceOrder {
        hook_address: String,
    },
    CreateShipment {
        shipment_id: Uuid,
        lines: Vec<ShipmentLineDocument>,
        #[serde(skip_serializing_if = "Option::is_none")]
        tracking: Option<TrackingDocument>,
    },
    UpdateShipment {
        shipment_id: Uuid,
        tracking: TrackingDocument,
    },
    CancelOrder {
        cause: String,
    },
    CancelLines {
        lines: Vec<ShipmentLineDocument>,
    },
    #[cfg(feature = "made-up")]
    MadeUp(super::made_up::MadeUpDocument),
}

impl From<&Task> for TaskDocument {
    fn from(task: &Task) -> Self {
        match task {
            Task::PlaceOrder(task) => Self::PlaceOrder { hook_address: task.hook_address.clone() },
            Task::CreateShipment(task) => Self::CreateShipment {
                shipment_id: task.shipment_id.uuid(),
                lines: mirrors(&task.lines),
                tracking: task.tracking.clone().map(Into::into),
            },
            Task::UpdateShipment(task) => Self::UpdateShipment {
                shipment_id: task.shipment_id.uuid(),
                tracking: task.tracking.clone().into(),
            },
            Task::CancelOrder(task) => Self::CancelOrder { cause: task.cause.as_str().to_owned() },
            Task::CancelLines(task) => Self::CancelLines { lines: mirrors(&task.lines) },
            #[cfg(feature = "made-up")]
            Task::MadeUp(task) => Self::MadeUp(task.into()),
        }
    }
}

impl TryFrom<TaskDocument> for Task {
    type Error = Misfit;

    fn try_from(document: TaskDocument) -> Result<Self, Misfit> {
        Ok(match document {
            TaskDocument::PlaceOrder { hook_address } => place_order::Task { hook_address }.into(),
            TaskDocument::CreateShipment { shipment_id, lines, tracking } => create_shipment::Task {
                shipment_id: ShipmentId::new(shipment_id),
                lines: each(lines)?,
                tracking: tracking.map(Into::into),
            }
            .into(),
            TaskDocument::UpdateShipment { shipment_id, tracking } => {
                update_shipment::Task { shipment_id: ShipmentId::new(shipment_id), tracking: tracking.into() }
                    .into()
            }
            TaskDocument::CancelOrder { cause } => {
                cancel_order::Task { cause: word("cause", &cause, Cause::parse)? }.into()
            }
            TaskDocument::CancelLines { lines } => cancel_lines::Task { lines: each(lines)? }.into(),
            #[cfg(feature = "made-up")]
            TaskDocument::MadeUp(document) => domain::operations::made_up::Task::try_from(document)?.into(),
        })
    }
}
