//! What never changes about a kind of operation.

use super::task::OperationKind;
use crate::rules::status::words;

words!(
    /// The queues of an order. What waits or needs a person in one holds up none in another, but that nothing is done with an
    /// order before it is placed.
    Lane {
        /// Placing the order. Holds all others.
        Placement = "placement",
        /// What is done with the authorized money and the goods: shipping, canceling.
        Authorization = "authorization",
        /// Giving money back.
        Refunds = "refunds",
        /// What moves no money: addresses, numbers, tracking.
        Terms = "terms",
    }
);

impl Lane {
    /// Whether what is in this lane has to be out of the way before anything in the other.
    #[must_use]
    pub fn holds(self, other: Self) -> bool {
        self == Self::Placement || self == other
    }
}

/// Why the same call may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Mollie recognises it by its key, while the key lives.
    ByKey,
    /// It sets what it says, however often it comes. It is made again where nobody can tell whether it came.
    ByValue,
    /// Each call has an effect of its own. It is made again only where the first certainly had none.
    Never,
}

/// What a decision or a command is made from. What is not needed is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The order alone.
    Order,
    /// Its shipments as well.
    Shipments,
}

/// What never changes about a kind.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    pub name: OperationKind,
    pub lane: Lane,
    pub repeat: Repeat,
    /// What its command is made from.
    pub needs: Needs,
}
