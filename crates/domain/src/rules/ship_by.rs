//! Until when an order must be shipped, and what its merchant was told of that: what an order keeps of its deadline. When it is, and what is
//! told, is decided elsewhere (`rules/deadline.rs`, `rules/deadline_policy.rs`).

use jiff::{SignedDuration, Timestamp};

use super::money::Money;
use super::status::words;

words!(
    /// What sets a deadline.
    Cause {
        /// Mollie ends the order then.
        OrderExpires = "order_expires",
        /// An authorized payment cannot be captured after that.
        CaptureBefore = "capture_before",
        /// Mollie tells no end; the profile's window for the method does.
        Window = "window",
    }
);

/// Until when what is left of an order must be shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShipBy {
    pub time: Timestamp,
    pub cause: Cause,
}

/// What a merchant is told of a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// So long before it something is not captured.
    Warning(SignedDuration),
    /// It has passed, and something was not captured.
    Loss,
}

/// What was told last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The deadline that it was about. Of a loss: when that happened, as far as Mollie says.
    pub ship_by: Timestamp,
    pub stage: Stage,
}

words!(
    /// What became of an order before its deadline, unasked.
    Action {
        /// It is canceled.
        Canceled = "canceled",
        /// A dry run: it would have been canceled.
        WouldCancel = "would_cancel",
        /// People are told, and nothing is canceled.
        LeftToPeople = "left_to_people",
        /// Too many were canceled by themselves: it waits.
        Waits = "waits",
    }
);

/// What the profile's policy did last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acted {
    /// The deadline that it was about.
    pub ship_by: Timestamp,
    pub action: Action,
    /// Of an order that waits: until when.
    pub until: Option<Timestamp>,
}

/// What an order remembers of its deadlines, whatever they are by now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deadline {
    pub told: Option<Told>,
    pub acted: Option<Acted>,
}

/// What follows from an order and from what its profile has chosen, as of the last change: so that orders can be found by it, and are woken
/// in time. It is no event, as a choice that changes changes it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agenda {
    /// `None`: nothing of it is left to be shipped, or nothing of that is captured by shipments.
    pub ship_by: Option<ShipBy>,
    /// What its shipments may still capture.
    pub to_capture: Money,
    /// When somebody is to be told, or something is to be done unasked.
    pub timer: Option<Timestamp>,
}

impl Agenda {
    /// Of an order of which nothing is left to be captured.
    #[must_use]
    pub const fn nothing(amount: Money) -> Self {
        Self { ship_by: None, to_capture: Money::from_minor(0, amount.currency()), timer: None }
    }
}
