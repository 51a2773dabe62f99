//! Changes of lines as documents: as they are sent, and as an order knows one that is under way.

use domain::rules::ids::{LineId, OperationId};
use domain::rules::line_change::{LineChanges, LineField, UpdatedLine};
use domain::rules::order::LineChanging;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::finding::FindingDocument;
use super::line::LineDocument;
use super::money::MoneyDocument;
use super::shipment::ShipmentLineDocument;
use super::word::word;
use super::{Misfit, each, mirrors};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LineChangesDocument {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    added: Vec<LineDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    updated: Vec<UpdatedLineDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    canceled: Vec<ShipmentLineDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<FindingDocument>,
    #[serde(default)]
    warnings_left_out: usize,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UpdatedLineDocument {
    line: LineDocument,
    fields: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LineChangingDocument {
    operation_id: Uuid,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    added: Vec<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    updated: Vec<u32>,
    difference: MoneyDocument,
}

impl From<&LineChanges> for LineChangesDocument {
    fn from(changes: &LineChanges) -> Self {
        Self {
            added: mirrors(&changes.added),
            updated: mirrors(&changes.updated),
            canceled: mirrors(&changes.canceled),
            warnings: mirrors(&changes.warnings),
            warnings_left_out: changes.warnings_left_out,
        }
    }
}

impl TryFrom<LineChangesDocument> for LineChanges {
    type Error = Misfit;

    fn try_from(document: LineChangesDocument) -> Result<Self, Misfit> {
        let LineChangesDocument { added, updated, canceled, warnings, warnings_left_out } = document;
        Ok(Self {
            added: each(added)?,
            updated: each(updated)?,
            canceled: each(canceled)?,
            warnings: each(warnings)?,
            warnings_left_out,
        })
    }
}

impl From<&UpdatedLine> for UpdatedLineDocument {
    fn from(updated: &UpdatedLine) -> Self {
        let fields = updated.fields.iter().map(|field| field.as_str().to_owned()).collect();
        Self { line: (&updated.line).into(), fields }
    }
}

impl TryFrom<UpdatedLineDocument> for UpdatedLine {
    type Error = Misfit;

    fn try_from(document: UpdatedLineDocument) -> Result<Self, Misfit> {
        let fields = document.fields.iter().map(|field| word("line field", field, LineField::parse));
        Ok(Self { line: document.line.try_into()?, fields: fields.collect::<Result<_, _>>()? })
    }
}

impl From<&LineChanging> for LineChangingDocument {
    fn from(change: &LineChanging) -> Self {
        let numbers = |ids: &[LineId]| ids.iter().copied().map(LineId::number).collect();
        Self {
            operation_id: change.operation_id.uuid(),
            added: numbers(&change.added),
            updated: numbers(&change.updated),
            difference: (&change.difference).into(),
        }
    }
}

impl TryFrom<LineChangingDocument> for LineChanging {
    type Error = Misfit;

    fn try_from(document: LineChangingDocument) -> Result<Self, Misfit> {
        let ids = |numbers: Vec<u32>| numbers.into_iter().map(LineId::new).collect();
        Ok(Self {
            operation_id: OperationId::new(document.operation_id),
            added: ids(document.added),
            updated: ids(document.updated),
            difference: document.difference.try_into()?,
        })
    }
}
