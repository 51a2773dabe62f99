//! One attempt to pay an order: its states, what became of it when, and vouchers it was paid with.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::rules::method::{Flow, flow_of};
use crate::rules::money::Minor;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PaymentStatus {
    Open,
    /// The shopper is done, and whoever decides about the money has not decided yet.
    Pending,
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
            Self::Pending => "pending",
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
    #[serde(default, skip_serializing_if = "Terms::is_nothing")]
    pub terms: Terms,
    /// Why it failed, in a word of the bank's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<String>,
    pub status: PaymentStatus,
    pub method: Option<String>,
    /// Paid or authorized for another amount than the order's, or made for what the lines were before they were changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Minor>,
    /// The shopper has chosen to pay and has not finished.
    pub opened: bool,
    /// What shipments have taken of an authorisation.
    pub captured: Minor,
    /// Since when its outcome is, or was, for others than the shopper to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_since: Option<Timestamp>,
    pub authorized_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    /// When it failed, was canceled or expired.
    pub ended_at: Option<Timestamp>,
    /// What of it was paid with vouchers; nothing of that comes through Mollie.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vouchers: Vec<Voucher>,
    /// How the rest was paid that vouchers left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remainder_method: Option<String>,
    /// The methods it alone was made for; empty where it takes those of its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// Where its own hooks go, if that is not where the order's payment object says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
    /// If it is another than the order's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence_type: Option<String>,
}

/// What was said of it when it was made. Source: seed 3 on payment-specific parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Until when it is to be paid, whether or not its method heeds that.
    pub due_date: Option<Date>,
    pub customer_id: Option<String>,
    pub mandate_id: Option<String>,
}

impl Terms {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// One voucher, and how much was taken from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voucher {
    pub issuer: String,
    pub amount: Minor,
}

impl Payment {
    /// That of its own method, whatever the order's other attempts use.
    pub fn flow(&self) -> Flow {
        flow_of(self.method.as_deref())
    }

    pub(in crate::rules) fn vouchers_total(&self) -> Minor {
        self.vouchers.iter().map(|voucher| voucher.amount).sum()
    }

    /// Money or the promise of it stands behind this attempt.
    pub(super) fn is_backed(&self) -> bool {
        match self.status {
            PaymentStatus::Authorized | PaymentStatus::Paid => true,
            PaymentStatus::Open
            | PaymentStatus::Pending
            | PaymentStatus::Failed
            | PaymentStatus::Canceled
            | PaymentStatus::Expired => false,
        }
    }
}
