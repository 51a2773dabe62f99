//! A shipment of an order: which parts of which lines left, with what parcel.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::line::{LineStatus, Share};
use crate::rules::money::Minor;

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
