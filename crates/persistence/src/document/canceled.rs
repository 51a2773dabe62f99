//! Settled cancellations of an order as documents.

use domain::rules::ids::OperationId;
use domain::rules::order::Canceled;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::shipment::ShipmentLineDocument;
use super::{Misfit, each, mirrors};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CanceledDocument {
    operation_id: Uuid,
    lines: Vec<ShipmentLineDocument>,
}

impl From<&Canceled> for CanceledDocument {
    fn from(canceled: &Canceled) -> Self {
        Self { operation_id: canceled.operation_id.uuid(), lines: mirrors(&canceled.lines) }
    }
}

impl TryFrom<CanceledDocument> for Canceled {
    type Error = Misfit;

    fn try_from(document: CanceledDocument) -> Result<Self, Misfit> {
        Ok(Self { operation_id: OperationId::new(document.operation_id), lines: each(document.lines)? })
    }
}
