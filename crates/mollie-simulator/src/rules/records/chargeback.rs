//! Money that the shopper's bank has taken back from a payment. It has no lines.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::rules::money::Minor;

/// Why, in the words of the bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChargebackReason {
    pub code: String,
    pub description: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Chargeback {
    pub id: String,
    /// Position in creation order, over all orders.
    pub number: u64,
    pub payment_id: String,
    pub created_at: Timestamp,
    pub amount: Minor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ChargebackReason>,
    /// Since when the money is here again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reversed_at: Option<Timestamp>,
}
