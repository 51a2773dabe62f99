//! The lines of an order: what was ordered, and how much of it was shipped and canceled.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::rules::money::Minor;
use crate::rules::vat::VatRate;

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

impl LineType {
    /// Whether lines of this type take something off the price of the others.
    pub fn is_deduction(self) -> bool {
        match self {
            Self::Discount | Self::StoreCredit | Self::GiftCard => true,
            Self::Physical | Self::Digital | Self::ShippingFee | Self::Surcharge => false,
        }
    }
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity_unit: Option<String>,
    pub unit_price: Minor,
    pub discount: Option<Minor>,
    pub total: Minor,
    pub vat: Option<LineVat>,
    pub shipped: Share,
    pub canceled: Share,
    /// What of `canceled` was canceled while nothing was paid or authorized: no attempt that came after was for it.
    #[serde(default, skip_serializing_if = "Share::is_nothing")]
    pub dropped: Share,
    /// Of a line that was added later; the others are as old as the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

/// At least one of them was given.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LineVat {
    pub rate: Option<VatRate>,
    pub amount: Option<Minor>,
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

    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl Line {
    pub fn vat_rate(&self) -> Option<&VatRate> {
        self.vat.as_ref()?.rate.as_ref()
    }

    /// What is neither shipped nor canceled: the pool that both draw on.
    pub fn rest(&self) -> Share {
        Share {
            quantity: self.quantity - self.shipped.quantity - self.canceled.quantity,
            amount: self.total - self.shipped.amount - self.canceled.amount,
        }
    }

    /// What was released of money, or of the promise of it.
    pub fn released(&self) -> Minor {
        self.canceled.amount - self.dropped.amount
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
