//! What an observation changes in an order, as a document.

use domain::rules::ids::LineId;
use domain::rules::snapshot::Observed;
use serde::{Deserialize, Serialize};

use super::facts::FactsDocument;
use super::ledger::EntryDocument;
use super::line::LineDocument;
use super::money::MoneyDocument;
use super::payment::PaymentDocument;
use super::shipment::ShipmentLineDocument;
use super::{Misfit, each, mirrors};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ObservedDocument {
    facts: FactsDocument,
    amount: MoneyDocument,
    lines: Vec<LineDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    entries: Vec<EntryDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    left_open: Vec<ShipmentLineDocument>,
    payments: Vec<PaymentDocument>,
    personal: Vec<String>,
    status_changed: bool,
    #[serde(default)]
    unread_changed: bool,
    unexpected: bool,
}

impl From<&Observed> for ObservedDocument {
    fn from(observed: &Observed) -> Self {
        Self {
            facts: (&observed.facts).into(),
            amount: (&observed.amount).into(),
            lines: mirrors(&observed.lines),
            gone: observed.gone.iter().copied().map(LineId::number).collect(),
            entries: mirrors(&observed.entries),
            left_open: mirrors(&observed.left_open),
            payments: mirrors(&observed.payments),
            personal: observed.personal.clone(),
            status_changed: observed.status_changed,
            unread_changed: observed.unread_changed,
            unexpected: observed.unexpected,
        }
    }
}

impl TryFrom<ObservedDocument> for Box<Observed> {
    type Error = Misfit;

    fn try_from(document: ObservedDocument) -> Result<Self, Misfit> {
        Ok(Self::new(Observed {
            facts: document.facts.try_into()?,
            amount: document.amount.try_into()?,
            lines: each(document.lines)?,
            gone: document.gone.into_iter().map(LineId::new).collect(),
            entries: each(document.entries)?,
            left_open: each(document.left_open)?,
            payments: each(document.payments)?,
            personal: document.personal,
            status_changed: document.status_changed,
            unread_changed: document.unread_changed,
            unexpected: document.unexpected,
        }))
    }
}
