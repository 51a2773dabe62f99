//! How a shopper, or whoever stands in for one, lets an attempt to pay end.

use super::method::{Flow, flow_of};

/// A result that can be chosen on the checkout page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinalState {
    Paid,
    Authorized,
    /// No end: whoever decides about the money takes their time.
    Pending,
    Failed,
    Canceled,
    Expired,
    Open,
}

impl FinalState {
    pub const ALL: [Self; 7] = [
        Self::Paid,
        Self::Authorized,
        Self::Pending,
        Self::Failed,
        Self::Canceled,
        Self::Expired,
        Self::Open,
    ];

    pub fn as_text(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Authorized => "authorized",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Open => "open",
        }
    }

    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_text() == text)
    }

    pub(super) fn fits(self, method: &str) -> bool {
        match self {
            Self::Paid => flow_of(Some(method)) == Flow::Paid,
            Self::Authorized => flow_of(Some(method)) == Flow::Authorized,
            // Which methods take their time, no document says.
            Self::Pending | Self::Failed | Self::Canceled | Self::Expired | Self::Open => true,
        }
    }

    /// Whether a pending payment can become this. Source: the rulebook on the states of payments.
    pub(super) fn decides_pending(self) -> bool {
        match self {
            Self::Paid | Self::Authorized | Self::Failed => true,
            Self::Pending | Self::Canceled | Self::Expired | Self::Open => false,
        }
    }

    /// Whether an attempt is over with it and nothing has come.
    pub(super) fn brings_nothing(self) -> bool {
        match self {
            Self::Failed | Self::Canceled | Self::Expired => true,
            Self::Paid | Self::Authorized | Self::Pending | Self::Open => false,
        }
    }

    pub(super) fn brings_money(self) -> bool {
        match self {
            Self::Paid | Self::Authorized => true,
            Self::Pending | Self::Failed | Self::Canceled | Self::Expired | Self::Open => false,
        }
    }
}
