//! Fields of Mollie's answer that were not understood, as a document.

use domain::rules::unread::{Unread, UnreadField};
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct UnreadDocument {
    fields: Vec<FieldDocument>,
    #[serde(default)]
    more: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct FieldDocument {
    path: String,
    raw: String,
}

impl UnreadDocument {
    pub const fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

impl From<&Unread> for UnreadDocument {
    fn from(unread: &Unread) -> Self {
        let field = |field: &UnreadField| FieldDocument { path: field.path.clone(), raw: field.raw.clone() };
        Self { fields: unread.fields.iter().map(field).collect(), more: unread.more }
    }
}

impl From<UnreadDocument> for Unread {
    fn from(document: UnreadDocument) -> Self {
        let field = |field: FieldDocument| UnreadField { path: field.path, raw: field.raw };
        Self { fields: document.fields.into_iter().map(field).collect(), more: document.more }
    }
}
