//! The constant facts about a kind of operation.

use super::task::OperationKind;
use crate::rules::status::words;

words!(
    /// The queues of an order. An operation that waits, or needs a person, in one lane does not hold up another lane. The
    /// exception is placement: nothing else happens before it.
    Lane {
        /// Placing the order. Holds all others.
        Placement = "placement",
        /// Operations on the authorized money and the goods: shipping, canceling, a further attempt to pay.
        Authorization = "authorization",
        /// Refunds.
        Refunds = "refunds",
        /// Operations that move no money: addresses, numbers, tracking.
        Terms = "terms",
    }
);

impl Lane {
    /// Whether operations in this lane must be out of the way before any in the other.
    #[must_use]
    pub fn holds(self, other: Self) -> bool {
        self == Self::Placement || self == other
    }
}

/// What makes it safe to repeat a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Mollie recognises the repeat by its key, while the key lives.
    ByKey,
    /// It sets a value, so repeats have no further effect. It is sent again if its outcome is unknown.
    ByValue,
    /// Each call has another effect. It is sent again only if the first certainly had none.
    Never,
}

/// What a decision or a command is made from. Only that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The order alone.
    Order,
    /// The order and its shipments.
    Shipments,
    /// The order, and its shipments if some of them are held.
    HeldShipments,
    /// The order and its refunds.
    Refunds,
}

/// The constant facts about a kind.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    pub name: OperationKind,
    pub lane: Lane,
    pub repeat: Repeat,
    /// What its command is made from.
    pub needs: Needs,
    /// Whether it opens a page on which a shopper pays.
    pub opens_checkout: bool,
}
