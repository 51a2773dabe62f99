//! One attempt to pay an order: its states, which flow its method belongs to, and how long it stays open.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::money::Minor;
use super::order::Flow;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaymentStatus {
    Open,
    Authorized,
    Paid,
    Failed,
    Canceled,
    Expired,
}

impl PaymentStatus {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Authorized => "authorized",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Payment {
    pub id: String,
    pub created_at: Timestamp,
    /// When it lapses: an open one for want of an end, an authorized one with its order.
    pub expires_at: Timestamp,
    pub status: PaymentStatus,
    pub method: Option<String>,
    /// Paid or authorized for another amount than the order's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Minor>,
    /// The shopper has chosen to pay and has not finished.
    pub opened: bool,
    /// What shipments have taken of an authorisation.
    pub captured: Minor,
    pub authorized_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    /// When it failed, was canceled or expired.
    pub ended_at: Option<Timestamp>,
}

impl Payment {
    /// That of its own method, whatever the order's other attempts use.
    pub fn flow(&self) -> Flow {
        flow_of(self.method.as_deref())
    }
}

/// The methods named by any of the documents. Mollie's set grows; a new one is added here.
pub const METHODS: [&str; 28] = [
    "applepay",
    "bancomatpay",
    "bancontact",
    "banktransfer",
    "belfius",
    "billie",
    "creditcard",
    "directdebit",
    "eps",
    "giftcard",
    "giropay",
    "ideal",
    "in3",
    "kbc",
    "klarna",
    "klarnapaylater",
    "klarnapaynow",
    "klarnasliceit",
    "mybank",
    "paypal",
    "paysafecard",
    "przelewy24",
    "riverty",
    "satispay",
    "sofort",
    "trustly",
    "twint",
    "voucher",
];

/// What the checkout page lets a shopper choose from when the order names no method.
pub const CHOICES: [&str; 5] = ["ideal", "creditcard", "bancontact", "paypal", "banktransfer"];

pub fn is_klarna(method: &str) -> bool {
    method.starts_with("klarna")
}

pub fn flow_of(method: Option<&str>) -> Flow {
    match method {
        Some("billie" | "in3" | "riverty") => Flow::Authorized,
        Some(method) if is_klarna(method) => Flow::Authorized,
        Some(_) | None => Flow::Paid,
    }
}

/// How long an attempt stays open. `None` while no method is chosen: then nothing has begun that could lapse.
pub fn open_for(method: Option<&str>) -> Option<SignedDuration> {
    let minutes = SignedDuration::from_mins;
    let hours = SignedDuration::from_hours;
    Some(match method? {
        "ideal" | "paysafecard" => minutes(15),
        "creditcard" | "giropay" | "applepay" => minutes(30),
        "mybank" => minutes(45),
        "bancontact" | "belfius" | "eps" | "kbc" | "przelewy24" => hours(1),
        "sofort" | "voucher" | "giftcard" => hours(2),
        "paypal" => hours(72),
        // Twelve days, and two of grace for money on its way.
        "banktransfer" => hours(14 * 24),
        other => match flow_of(Some(other)) {
            Flow::Authorized => hours(48),
            Flow::Paid => hours(1),
        },
    })
}
