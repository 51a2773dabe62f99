//! Why something is not done: Mollie's refusals as they came, and ours with what would have to change.

use serde_json::Value;

use super::decision::Decision;
use super::ids::{MollieShipmentId, ShipmentId};

/// The title of what an operator decided.
const OPERATOR: &str = "Decided by an operator";

/// A definite refusal by Mollie: nothing was changed there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The HTTP status; 0 where not Mollie but an operator decided, or the service itself.
    pub status: u16,
    /// Mollie's title, the HTTP phrase.
    pub title: String,
    /// Mollie's sentence.
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
            status: 0,
            title: OPERATOR.to_owned(),
            detail: format!("{}: {}", decision.by(), decision.reason()),
            field: None,
            extra: None,
        }
    }

    /// Whether Mollie says that the order is another website profile's: the sure sign of a wrong key. That it does not know
    /// something may be about anything the call names.
    #[must_use]
    pub fn names_another_profile(&self) -> bool {
        self.status == 404 && self.detail.contains("belongs to a different website profile")
    }

    /// Our own word that it is not sent any more, and why.
    #[must_use]
    pub fn of_ours(reason: &str) -> Self {
        let (title, detail) = ("Given up".to_owned(), reason.to_owned());
        Self { status: 0, title, detail, field: None, extra: None }
    }

    /// Whether it is an operator's word, not Mollie's nor ours.
    #[must_use]
    pub fn is_by_operator(&self) -> bool {
        self.status == 0 && self.title == OPERATOR
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.status != 0 {
            write!(f, "{} ", self.status)?;
        }
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
