//! The state of one order: lines, payments and shipments. One record of the journal.
//!
//! Holds what is; changes are made by the modules of the operations.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::caller::Caller;
use super::money::{Currency, Minor};
use super::payment::Payment;
use super::refund::Refund;
use super::vat::VatRate;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderStatus {
    Created,
    Paid,
    Authorized,
    Shipping,
    Completed,
    Canceled,
    Expired,
}

impl OrderStatus {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Paid => "paid",
            Self::Authorized => "authorized",
            Self::Shipping => "shipping",
            Self::Completed => "completed",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineStatus {
    Created,
    Paid,
    Authorized,
    Shipping,
    Completed,
    Canceled,
}

impl LineStatus {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Paid => "paid",
            Self::Authorized => "authorized",
            Self::Shipping => "shipping",
            Self::Completed => "completed",
            Self::Canceled => "canceled",
        }
    }
}

/// When the money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flow {
    /// All at once, when the shopper pays.
    Paid,
    /// Each shipment captures a part of what was authorized.
    Authorized,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineType {
    Physical,
    Discount,
    Digital,
    ShippingFee,
    StoreCredit,
    GiftCard,
    Surcharge,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    pub id: String,
    pub line_type: LineType,
    pub category: Option<String>,
    pub name: String,
    pub sku: Option<String>,
    pub product_url: Option<String>,
    pub image_url: Option<String>,
    pub metadata: Value,
    pub status: LineStatus,
    pub quantity: u32,
    pub unit_price: Minor,
    pub discount: Option<Minor>,
    pub total: Minor,
    pub vat: Option<LineVat>,
    pub shipped: Share,
    pub canceled: Share,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LineVat {
    pub rate: VatRate,
    pub amount: Minor,
}

/// A part of a line: so many pieces, for so much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub quantity: u32,
    pub amount: Minor,
}

impl Share {
    pub fn add(&mut self, other: Self) {
        self.quantity += other.quantity;
        self.amount += other.amount;
    }
}

impl Line {
    /// What is neither shipped nor canceled: the pool that both draw on.
    pub fn rest(&self) -> Share {
        Share {
            quantity: self.quantity - self.shipped.quantity - self.canceled.quantity,
            amount: self.total - self.shipped.amount - self.canceled.amount,
        }
    }

    /// Whether a part of it can have a price that is not simply unit price × quantity.
    pub fn is_discounted(&self) -> bool {
        self.discount.is_some_and(|discount| discount != 0)
    }

    /// Whether pieces of it may be shipped: it is paid for, or authorized, and not done with.
    pub fn is_shippable(&self) -> bool {
        match self.status {
            LineStatus::Paid | LineStatus::Authorized | LineStatus::Shipping => true,
            LineStatus::Created | LineStatus::Completed | LineStatus::Canceled => false,
        }
    }
}

/// Parcel data as the merchant gave it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tracking {
    pub carrier: String,
    pub code: String,
    pub url: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shipment {
    pub id: String,
    pub created_at: Timestamp,
    pub tracking: Option<Tracking>,
    pub lines: Vec<ShippedLine>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShippedLine {
    pub line_id: String,
    pub part: Share,
    pub vat_amount: Option<Minor>,
    /// The status of the line right after this shipment.
    pub status: LineStatus,
    pub is_cancelable: bool,
}

/// When the order reached which state.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Milestones {
    pub authorized_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    pub canceled_at: Option<Timestamp>,
    pub expired_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
}

/// What the merchant asked for and the simulator only hands back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Particulars {
    pub order_number: String,
    pub locale: Option<String>,
    pub billing_address: Option<Map<String, Value>>,
    pub shipping_address: Option<Map<String, Value>>,
    pub consumer_date_of_birth: Option<String>,
    pub shopper_country_must_match_billing_country: bool,
    pub redirect_url: Option<String>,
    pub cancel_url: Option<String>,
    pub webhook_url: Option<String>,
    pub metadata: Value,
    /// The methods the shopper may choose from; empty for any.
    pub methods: Vec<String>,
    pub sequence_type: String,
    pub payment_webhook_url: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// Position in creation order, over all profiles.
    pub number: u64,
    pub id: String,
    pub owner: Caller,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub status: OrderStatus,
    pub currency: Currency,
    pub amount: Minor,
    /// The method used last, or that of the attempt which has settled the order; none until one is chosen.
    pub method: Option<String>,
    pub captured: Minor,
    pub milestones: Milestones,
    pub particulars: Particulars,
    pub lines: Vec<Line>,
    /// All attempts, in creation order; never empty.
    pub payments: Vec<Payment>,
    /// The attempt that made the order paid or authorized; none before that, and in journals of older releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<String>,
    pub shipments: Vec<Shipment>,
    /// What was given back on its payments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
}

impl Order {
    /// The part of the id that names the order on its checkout page.
    pub fn token(&self) -> &str {
        self.id.strip_prefix("ord_").unwrap_or(&self.id)
    }

    pub fn flow(&self) -> Flow {
        super::payment::flow_of(self.method.as_deref())
    }

    pub fn is_final(&self) -> bool {
        match self.status {
            OrderStatus::Completed | OrderStatus::Canceled | OrderStatus::Expired => true,
            OrderStatus::Created | OrderStatus::Paid | OrderStatus::Authorized | OrderStatus::Shipping => {
                false
            }
        }
    }
}
