//! Money that is given back on a payment: for parts of lines, or as an amount alone. How far it has come, and what time
//! does next to it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::line::{LineStatus, Share};
use crate::rules::money::Minor;

/// It goes to the bank on the next day, and comes to the shopper one day later. No document promises more than some days.
const STAGE: SignedDuration = SignedDuration::from_hours(24);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RefundStatus {
    /// The balance is too low for it.
    Queued,
    Pending,
    Processing,
    /// Also what journals of older releases have, which knew no other.
    #[default]
    Refunded,
    Failed,
    Canceled,
}

impl RefundStatus {
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Pending, Self::Processing, Self::Refunded, Self::Failed, Self::Canceled];

    pub fn as_text(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::Refunded => "refunded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_text() == text)
    }

    /// Whether its amount is gone, or on its way.
    pub fn counts(self) -> bool {
        match self {
            Self::Queued | Self::Pending | Self::Processing | Self::Refunded => true,
            Self::Failed | Self::Canceled => false,
        }
    }

    /// Whether its amount was taken from the balance.
    pub(in crate::rules) fn is_drawn(self) -> bool {
        match self {
            Self::Pending | Self::Processing | Self::Refunded => true,
            Self::Queued | Self::Failed | Self::Canceled => false,
        }
    }

    pub(in crate::rules) fn is_cancelable(self) -> bool {
        match self {
            Self::Queued | Self::Pending => true,
            Self::Processing | Self::Refunded | Self::Failed | Self::Canceled => false,
        }
    }

    /// Forward only. Inferred: a bank may send money back that counted as refunded.
    pub(in crate::rules) fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (Self::Queued, Self::Pending)
            | (
                Self::Queued | Self::Pending,
                Self::Processing | Self::Refunded | Self::Failed | Self::Canceled,
            )
            | (Self::Processing, Self::Refunded | Self::Failed)
            | (Self::Refunded, Self::Failed) => true,
            (
                Self::Queued
                | Self::Pending
                | Self::Processing
                | Self::Refunded
                | Self::Failed
                | Self::Canceled,
                _,
            ) => false,
        }
    }
}

/// What becomes of a refund, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundStep {
    pub to: RefundStatus,
    pub at: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refund {
    pub id: String,
    /// Position in creation order, over all orders. Zero in journals of older releases.
    #[serde(default)]
    pub number: u64,
    pub payment_id: String,
    pub created_at: Timestamp,
    pub amount: Minor,
    #[serde(default)]
    pub status: RefundStatus,
    /// Since when it has this status; none in journals of older releases, where nothing becomes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// What somebody has decided that becomes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<RefundStep>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default)]
    pub metadata: Value,
    /// Empty for an amount alone, which moves no counter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<RefundedLine>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefundedLine {
    pub line_id: String,
    pub part: Share,
    pub vat_amount: Option<Minor>,
    /// The status of the line when it was refunded.
    pub status: LineStatus,
}

impl Refund {
    /// What time does next to it. Where an end is planned, time brings it no further than to the bank.
    pub(in crate::rules) fn next_step(&self) -> Option<RefundStep> {
        let next = match self.status {
            RefundStatus::Pending => Some(RefundStatus::Processing),
            RefundStatus::Processing if self.planned.is_none() => Some(RefundStatus::Refunded),
            RefundStatus::Processing
            | RefundStatus::Queued
            | RefundStatus::Refunded
            | RefundStatus::Failed
            | RefundStatus::Canceled => None,
        };
        let at = self.since.and_then(|since| since.checked_add(STAGE).ok());
        let by_itself = next.zip(at).map(|(to, at)| RefundStep { to, at });
        self.planned.into_iter().chain(by_itself).min_by_key(|step| step.at)
    }
}
