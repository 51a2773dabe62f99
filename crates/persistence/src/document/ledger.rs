//! Entries of the ledger as documents.

use domain::rules::ids::LineId;
use domain::rules::ledger::{Entry, Pool, Stage};
use domain::rules::shipment::Origin;
use serde::{Deserialize, Serialize};

use super::Misfit;
use super::money::PartDocument;
use super::word::word;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct EntryDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    line_id: Option<u32>,
    pool: String,
    part: PartDocument,
    stage: String,
    by: String,
}

impl From<&Entry> for EntryDocument {
    fn from(entry: &Entry) -> Self {
        Self {
            line_id: entry.line_id.map(LineId::number),
            pool: entry.pool.as_str().to_owned(),
            part: (&entry.part).into(),
            stage: entry.stage.as_str().to_owned(),
            by: entry.by.as_str().to_owned(),
        }
    }
}

impl TryFrom<EntryDocument> for Entry {
    type Error = Misfit;

    fn try_from(document: EntryDocument) -> Result<Self, Misfit> {
        Ok(Self {
            line_id: document.line_id.map(LineId::new),
            pool: word("pool", &document.pool, Pool::parse)?,
            part: document.part.try_into()?,
            stage: word("stage", &document.stage, Stage::parse)?,
            by: word("origin", &document.by, Origin::parse)?,
        })
    }
}
