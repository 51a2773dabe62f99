//! That an order was replaced, as a document.

use domain::rules::ids::{MolliePaymentId, OrderId};
use domain::rules::superseded::{Kept, Superseded};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SupersededDocument {
    by: Uuid,
    is_final: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked_time: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kept: Option<KeptDocument>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptDocument {
    time: Timestamp,
    beside: Vec<String>,
}

impl From<&Superseded> for SupersededDocument {
    fn from(superseded: &Superseded) -> Self {
        let kept = superseded.kept.as_ref();
        let kept = kept.map(|kept| KeptDocument {
            time: kept.time,
            beside: kept.beside.iter().map(ToString::to_string).collect(),
        });
        Self {
            by: superseded.by.uuid(),
            is_final: superseded.is_final,
            asked_time: superseded.asked_time,
            kept,
        }
    }
}

impl From<SupersededDocument> for Superseded {
    fn from(document: SupersededDocument) -> Self {
        let kept = document.kept.map(|kept| Kept {
            time: kept.time,
            beside: kept.beside.into_iter().map(MolliePaymentId::new).collect(),
        });
        Self {
            by: OrderId::new(document.by),
            is_final: document.is_final,
            asked_time: document.asked_time,
            kept,
        }
    }
}
