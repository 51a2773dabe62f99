//! The methods of payment: which flow each belongs to, and how long an attempt with it stays open.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// When the money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flow {
    /// All at once, when the shopper pays.
    Paid,
    /// Each shipment captures a part of what was authorized.
    Authorized,
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

/// Whether the merchant says until when it is to be paid. Source: seeds 3 and 4, by example.
pub fn takes_due_date(method: &str) -> bool {
    method == "banktransfer"
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
