//! A reading of an order: its status, lines, shipments and payments. Any of them may be missing.
//!
//! Mollie is the source of every fact here. Nothing is checked by the rules for drafts, because Mollie's answers do not follow
//! them. Only the line ids and the reservations are ours.

use jiff::Timestamp;
use serde_json::Value;

use super::address::Address;
use super::chargeback::ListedChargebacks;
use super::field::Field;
use super::ids::{MollieLineId, MollieOrderId, MolliePaymentId, MollieRefundId, MollieShipmentId, RefundId};
use super::line::LineType;
use super::misread::Misread;
use super::money::Money;
use super::part::Part;
use super::payment::Payment;
use super::shipment::{ListedCapture, Tracking};
use super::shown_payment::ShownPayment;
use super::status::{LineStatus, OrderStatus, Read, RefundStatus};
use super::unread::Unread;

mod counters;
mod difference;
mod lines;
mod refunds;

pub(super) use difference::counterpart;
pub(super) use difference::new_line;
pub use difference::{Observed, difference, observed, personal, without_undecided};
pub use lines::without_line_changes;
pub use refunds::without_refunds;

/// An order as read. A part that was not in the answer is `None`; only the lines that it contained are listed.
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
    pub mollie_profile_id: Option<String>,
    pub dashboard_url: Field<String>,
    /// The parameters of its payment, where Mollie shows them.
    pub payment: Field<Box<ShownPayment>>,
    pub redirect_url: Field<String>,
    pub cancel_url: Field<String>,
    pub billing_address: Option<AddressSnapshot>,
    pub shipping_address: Option<AddressSnapshot>,
    pub lines: Vec<LineSnapshot>,
    /// All payment attempts, if requested.
    pub payments: Option<Vec<Payment>>,
    /// All shipments, if requested.
    pub shipments: Option<Vec<ShipmentSnapshot>>,
    /// The captures of all payments, if their lists were read.
    pub captures: Option<Vec<ListedCapture>>,
    /// The chargebacks of the payments whose own list was read.
    pub chargebacks: Vec<ListedChargebacks>,
    /// The refunds, if requested: those of the order, and all of the payments in `refunds_of`.
    pub refunds: Option<Vec<RefundSnapshot>>,
    /// The payments whose own list of refunds was read: what it lacks does not exist.
    pub refunds_of: Vec<MolliePaymentId>,
    /// Fields that could not be understood and that no money depends on; and contradictory ones.
    pub unread: Unread,
    /// Fields that contradict each other or the order and are not believed (`rules/contradiction.rs`). Judged for one order.
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
    /// Whether every part was understood; if not, a missing part may exist at Mollie.
    pub is_whole: bool,
}

/// A line as Mollie returned it. A counter is `None` if the answer leaves it out, which does not mean zero: official answers to
/// creating an order and changing its lines leave counters out.
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
    pub is_cancelable: Field<bool>,
    pub created_time: Option<Timestamp>,
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

/// A refund as Mollie returned it. A refund on a payment has no lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundSnapshot {
    pub mollie_id: MollieRefundId,
    pub payment_id: Option<MolliePaymentId>,
    pub amount: Money,
    pub status: Read<RefundStatus>,
    pub settlement_amount: Option<Money>,
    pub created_time: Timestamp,
    pub description: Field<String>,
    pub lines: Vec<(MollieLineId, Part)>,
    /// Our id of it, which travels in its metadata.
    pub ours: Option<RefundId>,
}

impl RefundSnapshot {
    /// Whether its money is with the merchant again.
    #[must_use]
    pub const fn is_void(&self) -> bool {
        match &self.status {
            Read::Known(status) => status.is_void(),
            Read::Unknown(_) => false,
        }
    }
}

#[cfg(test)]
mod tests;
