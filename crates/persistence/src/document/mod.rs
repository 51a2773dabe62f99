//! Domain values as JSON documents: mirrors with serde, so that the domain does not depend on it.
//!
//! Every later release must read what is written here: a field may be added with a default, never renamed, and fields unknown to
//! this release are ignored. It may not know any table.

mod address;
mod before;
mod beside;
mod canceled;
mod cause;
mod chargeback;
mod deadline;
mod event;
mod facts;
mod finding;
mod item;
mod ledger;
mod line;
mod line_change;
#[cfg(feature = "made-up")]
mod made_up;
mod money;
mod new_terms;
mod observed;
mod order;
mod payment;
mod payment_particulars;
mod policy;
mod refund;
mod rejection;
mod returned;
mod shipment;
mod shown_payment;
mod stranded;
mod superseded;
mod task;
mod unread;
mod word;

pub(crate) use address::AddressDocument;
pub(crate) use cause::CauseDocument;
pub(crate) use event::ToldDocument;
pub(crate) use order::{OrderDocument, OrderParts};
pub(crate) use refund::RefundDocument;
pub(crate) use rejection::RejectionDocument;
pub(crate) use shipment::ShipmentDocument;
pub(crate) use task::TaskDocument;

use domain::ports::StoreError;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// What a document holds that the domain does not know. Never a personal value.
#[derive(Debug, thiserror::Error)]
#[error("{field} {text:?} is not known to this release")]
pub(crate) struct Misfit {
    field: &'static str,
    text: String,
}

impl Misfit {
    fn new(field: &'static str, text: impl ToString) -> Self {
        Self { field, text: text.to_string() }
    }
}

/// The text of a document.
pub(crate) fn write(document: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(document).map_err(|error| StoreError::Inconsistent(error.to_string()))
}

fn optional<D, T: TryFrom<D, Error = Misfit>>(document: Option<D>) -> Result<Option<T>, Misfit> {
    document.map(T::try_from).transpose()
}

fn each<D, T: TryFrom<D, Error = Misfit>>(documents: Vec<D>) -> Result<Vec<T>, Misfit> {
    documents.into_iter().map(T::try_from).collect()
}

fn mirrors<'a, T, D: From<&'a T>>(values: &'a [T]) -> Vec<D> {
    values.iter().map(D::from).collect()
}

/// Reads a value that is present, even as `null`: that differs from no metadata.
fn present<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(source).map(Some)
}
