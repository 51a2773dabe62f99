//! What a shipment has taken of an authorisation, and whether the money came.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::rules::money::Minor;

/// How long the supplier takes to confirm. No document says.
const CONFIRMED_AFTER: SignedDuration = SignedDuration::from_mins(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CaptureStatus {
    Pending,
    Succeeded,
    Failed,
}

impl CaptureStatus {
    pub const ALL: [Self; 3] = [Self::Pending, Self::Succeeded, Self::Failed];

    pub fn as_text(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_text() == text)
    }

    /// Inferred: money that counted as captured may turn out not to come.
    pub(in crate::rules) fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (Self::Pending, Self::Succeeded | Self::Failed) | (Self::Succeeded, Self::Failed) => true,
            (Self::Pending | Self::Succeeded | Self::Failed, _) => false,
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Capture {
    pub id: String,
    pub payment_id: String,
    pub shipment_id: String,
    pub created_at: Timestamp,
    pub amount: Minor,
    pub status: CaptureStatus,
}

impl Capture {
    /// When it succeeds by itself.
    pub(in crate::rules) fn confirmed_at(&self) -> Option<Timestamp> {
        match self.status {
            CaptureStatus::Pending => self.created_at.checked_add(CONFIRMED_AFTER).ok(),
            CaptureStatus::Succeeded | CaptureStatus::Failed => None,
        }
    }
}
