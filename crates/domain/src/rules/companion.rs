//! Companions: lines that nobody packs. A shipping fee, a surcharge, a discount, a gift card or a store credit travels with a parcel of
//! goods, because what is never shipped is never captured, and what is never taken off is captured too much. It may not plan goods.
//!
//! A fee travels with the first parcel, a discount with goods of its VAT rate (create order, `lines[].vatRate`: one discount line per
//! rate), any other deduction with the first parcel that outweighs it. In the paid flow shipping moves no money: all of them
//! travel with the first parcel.

use std::cmp::Reverse;

#[cfg(feature = "planted")]
use crate::planted::Planted;

use super::capture;
use super::deduction::{goods_of, is_deduction};
use super::order::{Line, Order};
use super::shipment::{ShipmentLine, is_shippable};
use super::status::{Read, words};

words!(
    /// How a profile ships the lines that nobody packs.
    Companions {
        /// The service adds them to parcels of goods.
        Join = "companions",
        /// The caller names them, as it names goods.
        Explicit = "explicit",
    }
);

/// How many deductions are weighed against each other; smaller ones beyond that wait for another parcel.
const WEIGHED: usize = 12;

/// Whether it is goods, and no companion of them. What this release does not know is goods: somebody has to name it.
#[must_use]
pub const fn is_goods(line: &Line) -> bool {
    match line.line_type {
        Read::Known(line_type) => line_type.is_goods() && !is_deduction(line),
        Read::Unknown(_) => !is_deduction(line),
    }
}

/// The lines that travel with a parcel: whatever it can take of what the caller did not name. None, if it holds no goods, or if it
/// may not be captured with them either.
#[must_use]
pub fn of(order: &Order, parcel: &[ShipmentLine]) -> Vec<ShipmentLine> {
    let is_named = |line: &Line| parcel.iter().any(|named| named.line_id == line.id);
    if !order.lines.iter().any(|line| is_goods(line) && is_named(line)) {
        return Vec::new();
    }
    let is_free = |line: &&Line| {
        !is_goods(line) && !is_named(line) && is_shippable(line) && line.available().quantity > 0
    };
    let (off, fees): (Vec<_>, Vec<_>) =
        order.lines.iter().filter(is_free).partition(|line| is_deduction(line));
    if !order.captures_by_shipment() {
        return rest(fees.into_iter().chain(off));
    }
    let off: Vec<_> = off.into_iter().filter(|line| belongs(order, line, parcel)).collect();
    let own = sum(parcel.iter().map(|line| line.part.amount.minor()));
    let with = |fees: &[&Line]| {
        let own = own.saturating_add(sum(fees.iter().copied().map(worth)));
        outweighed(order, own, &off).map(|off| rest(fees.iter().copied().chain(off)))
    };
    with(&fees).or_else(|| with(&[])).unwrap_or_default()
}

#[cfg(feature = "planted")]
pub(super) fn leaves_deductions_last() -> bool {
    Planted::DeductionLast.is_chosen()
}

/// What joins a parcel by the planted mistake: deductions only if no goods stay behind.
#[cfg(feature = "planted")]
pub(super) fn deductions_last(
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
    rest(free.filter(|line| is_last || !is_deduction(line)))
}

/// Whether the parcel is one that the deduction travels with: one with goods that it takes money off, or any if no more of those are
/// to leave.
fn belongs(order: &Order, deduction: &Line, parcel: &[ShipmentLine]) -> bool {
    let is_named = |line: &Line| parcel.iter().any(|named| named.line_id == line.id);
    let mut goods = goods_of(order, deduction);
    goods.any(is_named) || goods_of(order, deduction).all(|line| line.available().quantity == 0)
}

/// Of these deductions the ones that take most off a parcel of this worth and leave it at zero or more, if it may be captured then.
/// Of equal choices the one with the largest deduction: small ones find another parcel more easily.
fn outweighed<'a>(order: &Order, own: i64, off: &[&'a Line]) -> Option<Vec<&'a Line>> {
    let mut off = off.to_vec();
    off.sort_by_key(|line| (worth(line), line.id));
    off.truncate(WEIGHED);
    let chosen = |choice: u32| {
        off.iter().enumerate().filter(move |(n, _)| choice >> n & 1 == 1).map(|(_, line)| *line)
    };
    let left_of = |choice: u32| own.saturating_add(sum(chosen(choice).map(worth)));
    let most = capture::left(order).minor();
    let fits = |choice: &u32| (0..=most).contains(&left_of(*choice));
    let best = (0..1_u32 << off.len())
        .filter(fits)
        .min_by_key(|choice| (left_of(*choice), Reverse(choice.reverse_bits())));
    best.map(|choice| chosen(choice).collect())
}

/// All that is left of these lines, in the order's sequence.
fn rest<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<ShipmentLine> {
    let mut rest: Vec<_> =
        lines.map(|line| ShipmentLine { line_id: line.id, part: line.available() }).collect();
    rest.sort_by_key(|line| line.line_id);
    rest
}

fn worth(line: &Line) -> i64 {
    line.available().amount.minor()
}

fn sum(minors: impl Iterator<Item = i64>) -> i64 {
    minors.fold(0, i64::saturating_add)
}

#[cfg(test)]
mod tests;
