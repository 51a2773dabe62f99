//! Review items as documents. They contain nothing personal, like the domain's items.

use domain::rules::ids::OperationId;
use domain::rules::item::{Closure, Item, ItemKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Misfit;
use super::word::word;

#[derive(Debug, Serialize, Deserialize)]
struct ClosureDocument {
    time: Timestamp,
    by: String,
    reason: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ItemDocument {
    number: u32,
    kind: String,
    subject: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation_id: Option<Uuid>,
    raised_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed: Option<ClosureDocument>,
}

impl From<&Item> for ItemDocument {
    fn from(item: &Item) -> Self {
        let closed = item.closed.clone();
        Self {
            number: item.number,
            kind: item.kind.as_str().to_owned(),
            subject: item.subject.clone(),
            text: item.text.clone(),
            operation_id: item.operation_id.map(OperationId::uuid),
            raised_time: item.raised_time,
            closed: closed.map(|Closure { time, by, reason }| ClosureDocument { time, by, reason }),
        }
    }
}

impl TryFrom<ItemDocument> for Item {
    type Error = Misfit;

    fn try_from(document: ItemDocument) -> Result<Self, Misfit> {
        let closed = document.closed;
        Ok(Self {
            number: document.number,
            kind: word("item kind", &document.kind, ItemKind::parse)?,
            subject: document.subject,
            text: document.text,
            operation_id: document.operation_id.map(OperationId::new),
            raised_time: document.raised_time,
            closed: closed.map(|ClosureDocument { time, by, reason }| Closure { time, by, reason }),
        })
    }
}
