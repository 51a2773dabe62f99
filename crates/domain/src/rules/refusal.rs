//! Why something is not done: Mollie's refusals as they came, and ours with what would have to change.

use serde_json::Value;

use super::decision::Decision;
use super::ids::{MollieShipmentId, ShipmentId};

/// Who says that nothing was changed at Mollie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectedBy {
    /// Mollie, with this HTTP status.
    Mollie(u16),
    /// An operator, who has looked.
    Operator,
    /// This service: it was never sent, and will not be.
    Service,
}

/// A definite refusal: nothing was changed at Mollie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    pub by: RejectedBy,
    /// Mollie's title, the HTTP phrase.
    pub title: String,
    /// Mollie's sentence, or the operator's.
    pub detail: String,
    /// The field Mollie names, in its own spelling: `lines.0.amount`.
    pub field: Option<String>,
    /// What Mollie added, such as the bounds of an amount.
    pub extra: Option<Value>,
}

impl Rejection {
    /// An operator's word that nothing was changed at Mollie.
    #[must_use]
    pub fn by_operator(decision: &Decision) -> Self {
        Self {
            by: RejectedBy::Operator,
            title: "Decided by an operator".to_owned(),
            detail: format!("{}: {}", decision.by(), decision.reason()),
            field: None,
            extra: None,
        }
    }

    /// Whether Mollie says that the order is another website profile's: the sure sign of a wrong key. That it does not know
    /// something may be about anything the call names.
    #[must_use]
    pub fn names_another_profile(&self) -> bool {
        self.is_unknown() && self.detail.contains("belongs to a different website profile")
    }

    /// Whether Mollie does not know something that the call names.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.by == RejectedBy::Mollie(404)
    }

    /// Our own word that it is not sent any more, and why.
    #[must_use]
    pub fn of_ours(reason: &str) -> Self {
        let (title, detail) = ("Given up".to_owned(), reason.to_owned());
        Self { by: RejectedBy::Service, title, detail, field: None, extra: None }
    }

    /// Mollie's HTTP status; `None` where somebody else decided.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self.by {
            RejectedBy::Mollie(status) => Some(status),
            RejectedBy::Operator | RejectedBy::Service => None,
        }
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.status().map_or(Ok(()), |status| write!(f, "{status} "))?;
        write!(f, "{}: {}", self.title, self.detail)?;
        self.field.as_ref().map_or(Ok(()), |field| write!(f, " (field {field})"))
    }
}

/// The kind of state that stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalReason {
    /// Mollie has not confirmed the order yet, refused it, or it was abandoned.
    OrderNotPlaced,
    /// An operation of the order waits for an operator.
    OrderNeedsAttention,
    /// Mollie reports a status this release does not know.
    StatusNotUnderstood,
    /// The order's status admits no shipment.
    OrderNotShippable,
    /// A line's status admits no shipment.
    LineNotShippable,
    /// Mollie refused the shipment.
    ShipmentRefused,
    /// More was asked for than is available.
    QuantityNotAvailable,
    /// Nothing is left for `all_remaining`.
    NothingRemaining,
    /// The order's status admits no cancellation.
    OrderNotCancelable,
    /// A shipment would be worth less than nothing, or more would be captured than may be.
    CaptureOutOfBounds,
    /// Canceling would give up a line that takes money off goods which were shipped.
    DeductionLeft,
}

impl RefusalReason {
    /// Whether it was judged by what of the lines is shipped and canceled, rather than by what their status is.
    #[must_use]
    pub const fn hangs_on_counters(self) -> bool {
        match self {
            Self::QuantityNotAvailable
            | Self::NothingRemaining
            | Self::CaptureOutOfBounds
            | Self::DeductionLeft => true,
            Self::OrderNotPlaced
            | Self::OrderNeedsAttention
            | Self::StatusNotUnderstood
            | Self::OrderNotShippable
            | Self::LineNotShippable
            | Self::ShipmentRefused
            | Self::OrderNotCancelable => false,
        }
    }
}

/// One condition that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// What it is about: `order`, `lines/2`.
    pub subject: String,
    /// What is the case and what to do instead.
    pub description: String,
}

/// A refusal of ours for the state of things. Nothing was sent or stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub reason: RefusalReason,
    pub unmet: Vec<Unmet>,
    /// Where units went that were asked for, if that is why.
    pub whereabouts: Whereabouts,
}

/// The shipments that hold units of the lines asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts {
    pub shipments: Vec<ShipmentId>,
    /// Of these, the ones that Mollie has registered.
    pub mollie_shipments: Vec<MollieShipmentId>,
}

impl Refusal {
    /// A refusal that concerns the order as a whole.
    #[must_use]
    pub fn of_order(reason: RefusalReason, description: impl Into<String>) -> Self {
        Self::new(reason, vec![Unmet { subject: "order".to_owned(), description: description.into() }])
    }

    /// Whether units were asked for that are gone: then the caller is told where they went.
    #[must_use]
    pub fn asks_where_units_went(&self) -> bool {
        self.reason == RefusalReason::QuantityNotAvailable
    }

    /// A refusal with everything that does not hold.
    #[must_use]
    pub fn new(reason: RefusalReason, unmet: Vec<Unmet>) -> Self {
        Self { reason, unmet, whereabouts: Whereabouts::default() }
    }
}
