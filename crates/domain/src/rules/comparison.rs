//! What an operation was to do, beside what Mollie shows now: for a person who must tell whether it was done. Decides nothing, and
//! names addresses without their values.

use jiff::Timestamp;

use super::ids::{LineId, MollieLineId};
use super::money::Money;
use super::order::Order;
use super::part::Part;
use super::payment::Payment;
use super::shipment::{ShipmentLine, Tracking};
use super::snapshot::{RefundSnapshot, ShipmentSnapshot, Snapshot};
use super::status::{OrderStatus, PaymentStatus, Read, RefundStatus};

/// Both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    pub ours: Side,
    /// Whatever at Mollie may be its effect; the newest reading of it.
    pub theirs: Vec<Side>,
}

/// One thing: what was sent or is to be sent, or what Mollie shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Mollie's id of it, where it has one.
    pub mollie_id: Option<String>,
    pub created_time: Option<Timestamp>,
    /// Mollie's word for its status.
    pub status: Option<String>,
    pub amount: Option<Money>,
    pub lines: Vec<Row>,
    pub tracking: Option<Tracking>,
    /// What is not said by the rest.
    pub text: String,
}

/// Units of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// `None`: a line at Mollie that is not known here.
    pub line_id: Option<LineId>,
    pub quantity: u32,
    pub amount: Money,
}

impl Side {
    /// Nothing but words.
    #[must_use]
    pub fn of_text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Units of our lines.
    #[must_use]
    pub fn of_lines(lines: &[ShipmentLine]) -> Self {
        Self { lines: lines.iter().map(Row::from).collect(), ..Self::default() }
    }

    /// An order as Mollie shows it.
    #[must_use]
    pub fn of_order(theirs: &Snapshot) -> Self {
        Self {
            mollie_id: Some(theirs.mollie_id.to_string()),
            created_time: Some(theirs.created_time),
            status: theirs.status.as_ref().map(|status| word(status, OrderStatus::as_str)),
            amount: Some(theirs.amount),
            ..Self::default()
        }
    }

    /// A shipment as Mollie shows it.
    #[must_use]
    pub fn of_shipment(order: &Order, theirs: &ShipmentSnapshot) -> Self {
        Self {
            mollie_id: Some(theirs.mollie_id.to_string()),
            created_time: Some(theirs.created_time),
            lines: Row::at_mollie(order, &theirs.lines),
            tracking: theirs.tracking.value().cloned(),
            ..Self::default()
        }
    }

    /// A refund as Mollie shows it.
    #[must_use]
    pub fn of_refund(order: &Order, theirs: &RefundSnapshot) -> Self {
        Self {
            mollie_id: Some(theirs.mollie_id.to_string()),
            created_time: Some(theirs.created_time),
            status: Some(word(&theirs.status, RefundStatus::as_str)),
            amount: Some(theirs.amount),
            lines: Row::at_mollie(order, &theirs.lines),
            ..Self::default()
        }
    }

    /// An attempt to pay as Mollie shows it.
    #[must_use]
    pub fn of_payment(theirs: &Payment) -> Self {
        Self {
            mollie_id: Some(theirs.mollie_id.to_string()),
            created_time: Some(theirs.created_time),
            status: Some(word(&theirs.status, PaymentStatus::as_str)),
            amount: Some(theirs.amount),
            text: theirs.method.clone().unwrap_or_default(),
            ..Self::default()
        }
    }
}

impl Row {
    fn at_mollie(order: &Order, lines: &[(MollieLineId, Part)]) -> Vec<Self> {
        let known = order.lines_at_mollie();
        let row = |(id, part): &(MollieLineId, Part)| Self {
            line_id: known.get(id).map(|line| line.id),
            quantity: part.quantity,
            amount: part.amount,
        };
        lines.iter().map(row).collect()
    }
}

impl From<&ShipmentLine> for Row {
    fn from(line: &ShipmentLine) -> Self {
        let ShipmentLine { line_id, part: Part { quantity, amount } } = *line;
        Self { line_id: Some(line_id), quantity, amount }
    }
}

fn word<T: Copy>(status: &Read<T>, known: fn(T) -> &'static str) -> String {
    match status {
        Read::Known(status) => known(*status).to_owned(),
        Read::Unknown(word) => word.clone(),
    }
}
