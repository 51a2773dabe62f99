//! What happens in a sequence, in terms that have a meaning on whatever order: lines and refunds by position, parts in
//! thousandths of what is left.

use crate::basket::{Basket, Row};

/// One order, and what happens to it.
#[derive(Clone, Debug)]
pub struct Sequence {
    pub basket: Basket,
    /// Which Mollie it has.
    pub setting: usize,
    pub steps: Vec<Step>,
}

/// From here on a line is chosen whether or not it has something left.
pub const ANY: usize = 9;

/// A part of a line.
#[derive(Clone, Debug)]
pub struct Pick {
    /// Among the lines that have something left; from [`ANY`] on, among all.
    pub line: usize,
    /// Of the units that are left; above 1,000, one too many.
    pub permille: u32,
    pub amount: Amount,
}

/// What the caller says of a part's worth.
#[derive(Clone, Copy, Debug)]
pub enum Amount {
    Unsaid,
    /// So many thousandths between the bounds.
    Within(u32),
    /// A cent less than the least.
    Below,
    /// A cent more than the most.
    Above,
}

/// What is changed of lines.
#[derive(Clone, Debug)]
pub struct Change {
    /// A thing more.
    pub add: Option<Row>,
    /// So many units more of a line, each dearer by so many thousandths.
    pub update: Option<(usize, i64, i64)>,
    /// What is not wanted any more.
    pub cancel: Vec<Pick>,
}

/// Something that happens.
#[derive(Clone, Debug)]
pub enum Step {
    Pay,
    FailToPay,
    /// `refunded`: whether units may be shipped that were refunded before.
    Ship {
        picks: Vec<Pick>,
        refunded: bool,
    },
    ShipRest {
        refunded: bool,
    },
    /// `release`: whether every line that takes money off is given up by name.
    CancelLines {
        picks: Vec<Pick>,
        release: bool,
    },
    CancelAllLines {
        release: bool,
    },
    CancelOrder {
        release: bool,
    },
    /// Changes lines in one step.
    Change(Change),
    Refund {
        picks: Vec<Pick>,
    },
    RefundRest,
    /// Lowers a price by so many thousandths of what is left of the line. `beyond`: whether the caller gives up the limits.
    Reduce {
        line: usize,
        permille: u32,
        beyond: bool,
    },
    /// So many thousandths of what may be given back.
    Goodwill {
        permille: u32,
        beyond: bool,
    },
    /// Units that came back, of those that left; units that stay, of those that are available. `release`: whether every line that takes
    /// money off is given up by name.
    TakeBack {
        back: Vec<Pick>,
        kept: Vec<Pick>,
        release: bool,
    },
    CallOff {
        refund: usize,
    },
    /// The bank sends a refund back.
    RefundFails {
        refund: usize,
    },
    /// So many thousandths of what the bank can take back.
    ChargeBack {
        permille: u32,
    },
    Reverse {
        chargeback: usize,
    },
    /// Of the merchant at Mollie: nobody watches it, or nothing is left.
    Balance {
        enough: bool,
    },
    Wait {
        minutes: i64,
    },
}
