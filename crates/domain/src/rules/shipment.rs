//! Shipments: what left the warehouse, and what of it Mollie has registered (shipments API).
//!
//! In the authorized flow a shipment captures its amount; in the paid flow it moves no money. Every line type is
//! shipped, fees and discounts too: what is never shipped is never captured.

use jiff::Timestamp;

use super::ids::{LineId, MollieShipmentId, OrderId, ShipmentId};
use super::money::Money;
use super::part::Part;
use super::rejection::Rejection;
use super::status::words;

mod capture;
mod captured;
mod elsewhere;
mod held;
mod late;
mod likeness;
mod plan;
mod request;
mod share;
mod whereabouts;

pub use capture::{Capture, CaptureStatus, ListedCapture};
pub use captured::captured;
pub use elsewhere::{Finding, look_elsewhere};
pub use held::{Carried, Fitting, at_mollie, fitting, keep_possible, none_held, overtaken};
pub use late::{is_over, plan_late, unpaid, worth};
pub use likeness::{has_a_line, has_lines, has_tracking, same_tracking};
pub(super) use plan::{Misfit, measured, named_lines, not_available};
pub use plan::{Planned, is_refunded_early, is_shippable, newly_shipped, plan};
pub(super) use request::either;
pub(in crate::rules) use request::{LINE_ID, line_id, selected};
pub use request::{
    LineSelection, LineSelectionInput, Selection, ShipmentInput, ShipmentRequest, TrackingInput, by_id,
    is_reference, name_lines, names_no_line,
};
pub use share::shares;
pub use whereabouts::with_whereabouts;

words!(
    /// The outcome of a shipment at Mollie. The goods left either way.
    ShipmentState {
        Recorded = "recorded",
        Registered = "registered",
        Refused = "refused",
        NeedsAttention = "needs_attention",
    }
);

words!(
    /// Where a shipment was first recorded.
    Origin { Here = "here", Elsewhere = "elsewhere" }
);

/// How to track a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracking {
    pub carrier: String,
    pub code: String,
    pub url: Option<String>,
}

/// Some units of one line within a shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShipmentLine {
    pub line_id: LineId,
    pub part: Part,
}

/// What is within the amount of a line of a shipment (shipment, `lines[].vatAmount` and `lines[].discountAmount`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub line_id: LineId,
    /// At the line's rate; half a cent goes away from zero, where Mollie does not say which way it rounds. `None`: the line has no rate.
    pub vat: Option<Money>,
    /// What the units cost less than their price. `None`: the line has no discount.
    pub discount: Option<Money>,
}

/// A shipment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipment {
    pub id: ShipmentId,
    pub order_id: OrderId,
    pub state: ShipmentState,
    pub origin: Origin,
    /// The sequence of the event that first recorded it.
    pub sequence: u64,
    pub mollie_id: Option<MollieShipmentId>,
    pub lines: Vec<ShipmentLine>,
    /// The VAT and the discount within its lines.
    pub shares: Vec<Share>,
    /// Those of its lines that the service added.
    pub companions: Vec<LineId>,
    pub tracking: Option<Tracking>,
    /// Its tracking when it was first recorded: a second effect of the call that registered it carries this one.
    pub first_tracking: Option<Tracking>,
    /// Its new tracking, while Mollie does not have that yet.
    pub pending_tracking: Option<Tracking>,
    pub created_time: Timestamp,
    /// When Mollie registered it.
    pub registered_time: Option<Timestamp>,
    /// What became of its money, as far as Mollie told; only where shipments capture it.
    pub capture: Option<Capture>,
    /// Mollie's reason, if it rejected the shipment.
    pub rejection: Option<Rejection>,
    /// Why it waits for other parcels, while it does.
    pub held: Option<String>,
    /// The parcel with which it became one shipment at Mollie. They share Mollie's id; tracking and capture are those of that one.
    pub carried_by: Option<ShipmentId>,
    /// If Mollie rejected it because its units were shipped elsewhere: the shipments that hold them. Then nothing is lost.
    pub elsewhere: Vec<MollieShipmentId>,
}

/// A parcel that waits for others, as its order knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldParcel {
    pub shipment_id: ShipmentId,
    pub lines: Vec<ShipmentLine>,
}

/// The lines of several parcels as those of one shipment, each line once.
#[must_use]
pub fn together<'a>(lines: impl IntoIterator<Item = &'a ShipmentLine>) -> Vec<ShipmentLine> {
    let mut all: Vec<ShipmentLine> = Vec::new();
    for line in lines {
        match all.iter_mut().find(|one| one.line_id == line.line_id) {
            Some(one) => one.part = one.part.and(line.part),
            None => all.push(*line),
        }
    }
    all
}

impl Shipment {
    /// Whether nobody packed it: fees that were left when no more goods were to leave.
    #[must_use]
    pub fn is_without_goods(&self) -> bool {
        self.lines.iter().all(|line| self.companions.contains(&line.line_id))
    }

    /// The tracking it has, and the one it was recorded with.
    pub fn trackings(&self) -> impl Iterator<Item = Option<&Tracking>> {
        [self.tracking.as_ref(), self.first_tracking.as_ref()].into_iter()
    }
}

#[cfg(test)]
mod tests;
