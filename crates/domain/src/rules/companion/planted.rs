//! Deductions that travel only once no goods stay behind: a planted mistake.

use super::{is_deduction, is_goods, rest};
use crate::planted::Planted;
use crate::rules::order::{Line, Order};
use crate::rules::shipment::ShipmentLine;

pub fn leaves_deductions_last() -> bool {
    Planted::DeductionLast.is_chosen()
}

/// What joins a parcel by the planted mistake: deductions only if no goods stay behind.
pub fn deductions_last(
    order: &Order,
    parcel: &[ShipmentLine],
    joining: Vec<ShipmentLine>,
) -> Vec<ShipmentLine> {
    if !leaves_deductions_last() {
        return joining;
    }
    let takes =
        |line: &Line| parcel.iter().find(|named| named.line_id == line.id).map_or(0, |it| it.part.quantity);
    let is_last =
        order.lines.iter().filter(|line| is_goods(line)).all(|line| line.available().quantity <= takes(line));
    let free = order
        .lines
        .iter()
        .filter(|line| !is_goods(line) && line.available().quantity > 0 && takes(line) == 0);
    rest(free.filter(|line| is_last || !is_deduction(line)), Line::available)
}
