//! Parcels that wait for others. Where shipments capture, one that fits neither with nor without what takes money off cannot be
//! registered yet. Its goods have left all the same: it is recorded and held, its units and deductions are reserved, and once a
//! further parcel makes the sum fit, they become one shipment at Mollie.

use super::{HeldParcel, Shipment, ShipmentLine, together};
use crate::rules::companion;
use crate::rules::ids::{LineId, ShipmentId};
use crate::rules::ledger::{self, Pool, Stage};
use crate::rules::order::{Line, Order};
use crate::rules::precondition::{FailedPrecondition, PreconditionReason, Unmet};

/// A held parcel that a further one takes along: what it reserved and gives up, because the sum fits without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    pub shipment_id: ShipmentId,
    pub kept: Vec<ShipmentLine>,
    pub freed: Vec<ShipmentLine>,
}

/// The held parcels as they go along with a shipment that these companions fit.
#[must_use]
pub(super) fn carried(order: &Order, companions: &[ShipmentLine]) -> Vec<Carried> {
    let goes = |line: &ShipmentLine| {
        let is_chosen = companions.iter().any(|one| one.line_id == line.line_id);
        is_chosen || order.line(line.line_id).is_some_and(companion::is_goods)
    };
    let of = |parcel: &HeldParcel| {
        let (kept, freed) = parcel.lines.iter().copied().partition(goes);
        Carried { shipment_id: parcel.shipment_id, kept, freed }
    };
    order.held.iter().map(of).collect()
}

/// Held parcels that fit without a further one: the last takes the others along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fitting {
    pub last: ShipmentId,
    /// Its lines, and those of them that nobody named.
    pub lines: Vec<ShipmentLine>,
    pub companions: Vec<LineId>,
    /// What it reserves anew, and what it gives up.
    pub reserved: Vec<ShipmentLine>,
    pub freed: Vec<ShipmentLine>,
    pub others: Vec<Carried>,
}

/// The held parcels, if they fit by now.
#[must_use]
pub fn fitting(order: &Order) -> Option<Fitting> {
    let last = order.held.last()?.shipment_id;
    let along = companion::of_all_held(order, &[])?;
    let (own, others): (Vec<_>, Vec<_>) =
        carried(order, &along).into_iter().partition(|parcel| parcel.shipment_id == last);
    let Carried { kept, freed, .. } = own.into_iter().next()?;
    let reserved = beside_held(order, &along);
    let lines = together(kept.iter().chain(&reserved));
    let joined = |id: &LineId| along.iter().any(|line| line.line_id == *id);
    let companions = lines.iter().map(|line| line.line_id).filter(joined).collect();
    Some(Fitting { last, lines, companions, reserved, freed, others })
}

/// Of what joins held parcels: what they have not reserved.
#[must_use]
pub(super) fn beside_held(order: &Order, along: &[ShipmentLine]) -> Vec<ShipmentLine> {
    let beside = |line: &ShipmentLine| ShipmentLine {
        line_id: line.line_id,
        part: line.part.without(order.held_of(line.line_id)),
    };
    along.iter().map(beside).filter(|line| line.part.quantity > 0).collect()
}

const fn taken(line: &Line) -> u32 {
    let gone = line.shipped.quantity.saturating_add(line.canceled.quantity);
    gone.saturating_add(line.reserved.quantity).saturating_add(line.canceling.quantity)
}

/// The newest held parcels that reserve units which are not there any more: somebody else shipped or canceled them.
#[must_use]
pub fn overtaken(order: &Order) -> Vec<HeldParcel> {
    let mut left = order.clone();
    let mut gone = Vec::new();
    for parcel in order.held.iter().rev() {
        let is_short =
            |line: &ShipmentLine| left.line(line.line_id).is_some_and(|line| taken(line) > line.quantity);
        if parcel.lines.iter().any(is_short) {
            for entry in ledger::ours(Pool::Shipped, Stage::Freed, &parcel.lines) {
                let line = entry.line_id.and_then(|id| left.line_mut(id));
                line.into_iter().for_each(|line| line.enter(&entry));
            }
            gone.push(parcel.clone());
        }
    }
    gone
}

/// The shipments as Mollie has them: those that went along with another one are part of it.
#[must_use]
pub fn at_mollie(known: &[Shipment]) -> Vec<Shipment> {
    let whole = |carrier: &Shipment| {
        let along = known.iter().filter(|other| other.carried_by == Some(carrier.id));
        let parts = std::iter::once(carrier).chain(along).flat_map(|shipment| &shipment.lines);
        Shipment { lines: together(parts), ..carrier.clone() }
    };
    known.iter().filter(|shipment| shipment.carried_by.is_none()).map(whole).collect()
}

/// Refuses what would release units that held parcels reserve, or leave them without what they wait for. `after`: the order as it
/// would be.
///
/// # Errors
/// [`PreconditionReason::ParcelsHeld`], naming the parcels.
pub fn keep_possible(after: &Order) -> Result<(), FailedPrecondition> {
    if after.held.is_empty() || companion::fits_with_all_left(after) { Ok(()) } else { Err(refusal(after)) }
}

/// Refuses to cancel all that is left while parcels are held.
///
/// # Errors
/// [`PreconditionReason::ParcelsHeld`], naming the parcels.
pub fn none_held(order: &Order) -> Result<(), FailedPrecondition> {
    if order.held.is_empty() { Ok(()) } else { Err(refusal(order)) }
}

fn refusal(order: &Order) -> FailedPrecondition {
    let text = "Goods have left in parcels that wait for others, because their sum does not fit what may be captured yet. Canceling this \
                would leave them unpaid: ship what they wait for first.";
    let whole = Unmet { subject: "order".to_owned(), description: text.to_owned() };
    let each = order.held.iter().map(|parcel| Unmet {
        subject: format!("shipments/{}", parcel.shipment_id),
        description: format!("Shipment {} is held.", parcel.shipment_id),
    });
    FailedPrecondition::new(PreconditionReason::ParcelsHeld, std::iter::once(whole).chain(each).collect())
}
