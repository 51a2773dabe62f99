//! Settled cancellations of an order, and what cancellations give up, as documents.

use domain::rules::ids::{LineId, OperationId};
use domain::rules::order::{Canceled, Release};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::money::PartDocument;
use super::shipment::ShipmentLineDocument;
use super::{Misfit, each, mirrors};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CanceledDocument {
    operation_id: Uuid,
    lines: Vec<ShipmentLineDocument>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReleaseDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_id: Option<Uuid>,
    line_id: u32,
    part: PartDocument,
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

impl From<&Release> for ReleaseDocument {
    fn from(release: &Release) -> Self {
        Self {
            operation_id: release.operation_id.map(|id| id.uuid()),
            line_id: release.line_id.number(),
            part: (&release.part).into(),
        }
    }
}

impl TryFrom<ReleaseDocument> for Release {
    type Error = Misfit;

    fn try_from(document: ReleaseDocument) -> Result<Self, Misfit> {
        Ok(Self {
            operation_id: document.operation_id.map(OperationId::new),
            line_id: LineId::new(document.line_id),
            part: document.part.try_into()?,
        })
    }
}
