//! A return as its order keeps it: what came back and what will not leave, and by which operation and which refunds. It holds no
//! outcomes: those are the operation's, the refunds' and the ledger's.

use jiff::Timestamp;

use super::ids::{LineId, OperationId, RefundId, ReturnId};
use super::money::Money;
use super::shipment::ShipmentLine;

/// Units of one line that are given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnedLine {
    pub line_id: LineId,
    /// They left, and came back.
    pub came_back: u32,
    /// They did not leave, and will not.
    pub not_leaving: u32,
}

/// Units of a line that are given back and worth nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booked {
    pub line: ShipmentLine,
    /// How many of them did not leave, and will not. Where shipments capture, those are canceled instead.
    pub not_leaving: u32,
}

/// What is given back together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    pub id: ReturnId,
    /// What was requested, each line once.
    pub lines: Vec<ReturnedLine>,
    /// The cancellation of what was authorized, if there is one.
    pub cancellation: Option<Canceling>,
    /// The refunds of what was paid or captured.
    pub refunds: Vec<RefundId>,
    /// The deductions that are not among the refunded lines, each with its share in those goods as it was then. Below zero.
    pub deduction_shares: Vec<(LineId, Money)>,
    /// What comes to nothing, line by line or together: it is recorded here, and Mollie never hears of it.
    pub without_money: Vec<Booked>,
    pub created_time: Timestamp,
}

/// A cancellation of lines as it was planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canceling {
    pub operation_id: OperationId,
    /// Those requested, and the deductions that go along.
    pub lines: Vec<ShipmentLine>,
}

impl Return {
    /// Whether the caller named units of the line that will not leave.
    #[must_use]
    pub fn names_not_leaving(&self, id: LineId) -> bool {
        self.lines.iter().any(|line| line.line_id == id && line.not_leaving > 0)
    }
}
