//! What was read of an order: its status, its lines, its parcels, its payments. Any of them may be unsaid.
//!
//! Mollie is the source of every fact here; nothing is judged by the rules for drafts, because its own answers do not
//! follow them. Ours are the line ids and what is reserved.

use jiff::Timestamp;
use serde_json::Value;

use super::address::Address;
use super::field::Field;
use super::ids::{MollieLineId, MollieOrderId, MollieShipmentId};
use super::line::LineType;
use super::misread::Misread;
use super::money::Money;
use super::part::Part;
use super::payment::Payment;
use super::shipment::Tracking;
use super::status::{LineStatus, OrderStatus, Read};
use super::unread::Unread;

mod counters;
mod difference;

pub(super) use difference::counterpart;
pub use difference::{Observed, difference, observed, personal, without_undecided};

/// An order as it was read. A part that was not in the answer is `None`; of the lines those are there that it spoke of.
#[derive(Clone, PartialEq)]
pub struct Snapshot {
    pub mollie_id: MollieOrderId,
    pub status: Option<Read<OrderStatus>>,
    pub order_number: String,
    pub amount: Money,
    pub method: Option<String>,
    pub is_cancelable: Field<bool>,
    pub amount_captured: Option<Money>,
    pub amount_refunded: Option<Money>,
    pub checkout_url: Field<String>,
    /// The hook address it was created with: how a lost order is found again.
    pub webhook_url: Option<String>,
    pub created_time: Timestamp,
    pub expires_time: Option<Timestamp>,
    pub authorized_time: Option<Timestamp>,
    pub paid_time: Option<Timestamp>,
    pub canceled_time: Option<Timestamp>,
    pub expired_time: Option<Timestamp>,
    pub completed_time: Option<Timestamp>,
    pub billing_address: Option<AddressSnapshot>,
    pub shipping_address: Option<AddressSnapshot>,
    pub lines: Vec<LineSnapshot>,
    /// All attempts to pay, where asked for.
    pub payments: Option<Vec<Payment>>,
    /// All shipments, where asked for.
    pub shipments: Option<Vec<ShipmentSnapshot>>,
    /// What could not be understood, and no money depends on it; and what contradicts itself.
    pub unread: Unread,
    /// What contradicts itself or what was ordered, and is not believed (`rules/contradiction.rs`). Judged for one order.
    pub contradictions: Vec<Misread>,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The hook address holds a token, and addresses are personal.
        write!(f, "Snapshot({}, {:?})", self.mollie_id, self.status)
    }
}

/// An address as Mollie returned it.
#[derive(Clone, PartialEq, Eq)]
pub struct AddressSnapshot {
    pub parts: Address,
    /// Whether every part was understood; otherwise a part that is not there may stand there all the same.
    pub is_whole: bool,
}

/// A line as Mollie returned it. A counter is `None` where the answer does not tell it, which is not zero: official answers
/// to creating an order and changing its lines leave counters out.
#[derive(Clone, Debug, PartialEq)]
pub struct LineSnapshot {
    pub mollie_id: MollieLineId,
    pub line_type: Field<Read<LineType>>,
    pub category: Option<String>,
    pub name: Field<String>,
    pub sku: Field<String>,
    pub status: Read<LineStatus>,
    pub quantity: u32,
    pub quantity_unit: Option<String>,
    pub unit_price: Money,
    pub discount_amount: Option<Money>,
    pub total_amount: Money,
    pub vat_rate: Field<String>,
    pub vat_amount: Field<Money>,
    pub image_url: Option<String>,
    pub product_url: Option<String>,
    pub metadata: Option<Value>,
    pub shipped: Option<Part>,
    pub canceled: Option<Part>,
    pub refunded: Option<Part>,
}

/// A shipment as Mollie returned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShipmentSnapshot {
    pub mollie_id: MollieShipmentId,
    pub created_time: Timestamp,
    pub tracking: Field<Tracking>,
    pub lines: Vec<(MollieLineId, Part)>,
}

#[cfg(test)]
mod tests;
