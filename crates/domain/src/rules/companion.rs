//! Companions: lines that nobody packs. A shipping fee, a surcharge, a discount, a gift card or a store credit travels with a parcel of
//! goods, because what is never shipped is never captured, and what is never taken off is captured too much. It may not plan goods.
//!
//! A fee travels with the first parcel, a discount with goods or a fee of its VAT rate (create order, `lines[].vatRate`: one discount line
//! per rate), any other deduction with the first parcel that outweighs it. In the paid flow shipping moves no money: all of them
//! travel with the first parcel. Fees that are left when no more goods are to leave are registered alone.

use std::cmp::Reverse;

use super::capture;
use super::deduction::{goods_of, is_deduction};
use super::item::{Item, ItemKind};
use super::order::{Line, Order};
use super::part::Part;
use super::shipment::{ShipmentLine, together};
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
    if !has_goods(order, parcel) {
        return Vec::new();
    }
    joining(order, parcel, Line::available).unwrap_or_default()
}

/// The lines that travel with a parcel and all held ones as one shipment, held parts included; `None` if it may not be captured.
#[must_use]
pub fn of_all_held(order: &Order, parcel: &[ShipmentLine]) -> Option<Vec<ShipmentLine>> {
    let is_of_goods = |line: &&ShipmentLine| order.line(line.line_id).is_some_and(is_goods);
    let held = order.held.iter().flat_map(|parcel| &parcel.lines).filter(is_of_goods);
    let all = together(parcel.iter().chain(held));
    joining(order, &all, |line| line.available().and(order.held_of(line.id)))
}

/// Whether all that is left and all held parcels may be captured as one shipment.
#[must_use]
pub fn fits_with_all_left(order: &Order) -> bool {
    let goods = order.lines.iter().filter(|line| is_goods(line) && line.is_shippable());
    let left: Vec<_> = goods.map(|line| ShipmentLine { line_id: line.id, part: line.available() }).collect();
    of_all_held(order, &left).is_some()
}

/// Whether a parcel that does not fit may wait: it will fit with the others, and its caller left it to us what takes money off it.
#[must_use]
pub fn may_wait(order: &Order, parcel: &[ShipmentLine]) -> bool {
    let takes_off = |line: &ShipmentLine| order.line(line.line_id).is_some_and(is_deduction);
    !parcel.iter().any(takes_off) && fits_with_all_left(order)
}

/// What is registered without goods, because none will follow: the fees that travelled with no parcel, and what they outweigh of what
/// takes money off. Nothing, as long as nothing was shipped: no goods, no fee.
#[must_use]
pub fn without_goods(order: &Order) -> Vec<ShipmentLine> {
    let mut lines = rest(left_open(order).filter(|line| !is_deduction(line)), Line::available);
    if !lines.is_empty() {
        match joining(order, &lines, Line::available) {
            Some(off) => lines.extend(off),
            None => lines.clear(),
        }
    }
    lines
}

/// The lines that nobody packs and that no parcel will take any more: goods were shipped, and no more are to leave.
pub fn left_open(order: &Order) -> impl Iterator<Item = &Line> {
    let is_open = |line: &&Line| !is_goods(line) && line.is_shippable() && line.available().quantity > 0;
    order.lines.iter().filter(move |line| is_open(line) && is_delivered(order))
}

/// The open items about lines that are no longer open.
#[must_use]
pub fn no_longer_open(order: &Order) -> Vec<u32> {
    let is_still = |item: &Item| left_open(order).any(|line| item.subject == line.path());
    let items = order.items.iter().filter(|item| item.kind == ItemKind::LineLeftOpen && item.is_open());
    items.filter(|item| !is_still(item)).map(|item| item.number).collect()
}

/// What a parcel reserves that has to wait: itself, and each deduction it may need.
#[must_use]
pub fn reserved_with(order: &Order, parcel: &[ShipmentLine]) -> Vec<ShipmentLine> {
    let is_named = |line: &Line| parcel.iter().any(|named| named.line_id == line.id);
    let off = order.lines.iter().filter(|line| is_deduction(line) && line.is_shippable() && !is_named(line));
    rest(off.filter(|line| line.available().quantity > 0 && belongs(order, line, is_named)), Line::available)
}

/// Whether the parcel holds goods.
#[must_use]
pub fn has_goods(order: &Order, parcel: &[ShipmentLine]) -> bool {
    parcel.iter().any(|named| order.line(named.line_id).is_some_and(is_goods))
}

/// What joins a parcel; `None` if it may not be captured, whatever joins it. `part`: how much of a line may.
fn joining(
    order: &Order,
    parcel: &[ShipmentLine],
    part: impl Fn(&Line) -> Part,
) -> Option<Vec<ShipmentLine>> {
    let is_named = |line: &Line| parcel.iter().any(|named| named.line_id == line.id);
    let is_free =
        |line: &&Line| !is_goods(line) && !is_named(line) && line.is_shippable() && part(line).quantity > 0;
    let (off, fees): (Vec<_>, Vec<_>) =
        order.lines.iter().filter(is_free).partition(|line| is_deduction(line));
    if !order.captures_by_shipment() {
        return Some(rest(fees.into_iter().chain(off), part));
    }
    let worth = |line: &Line| part(line).amount.minor();
    let own = sum(parcel.iter().map(|line| line.part.amount.minor()));
    let with = |fees: &[&Line]| {
        let own = own.saturating_add(sum(fees.iter().copied().map(worth)));
        // What is taken off a fee's VAT rate goes where the fee goes.
        let goes = |line: &Line| {
            parcel.iter().any(|named| named.line_id == line.id) || fees.iter().any(|fee| fee.id == line.id)
        };
        let off: Vec<_> = off.iter().copied().filter(|line| belongs(order, line, goes)).collect();
        outweighed(order, own, &off, worth).map(|off| rest(fees.iter().copied().chain(off), &part))
    };
    with(&fees).or_else(|| with(&[]))
}

/// Whether a parcel is one that the deduction travels with: one with something that it takes money off, or any if no more of that is
/// to leave. `goes`: what is in the parcel.
fn belongs(order: &Order, deduction: &Line, goes: impl Fn(&Line) -> bool) -> bool {
    goods_of(order, deduction).any(goes) || goods_of(order, deduction).all(|line| is_gone(order, line))
}

/// Whether goods were shipped, and no more of them are to leave.
fn is_delivered(order: &Order) -> bool {
    let goods = || order.lines.iter().filter(|line| is_goods(line));
    goods().any(|line| line.shipped.quantity > 0) && goods().all(|line| is_gone(order, line))
}

/// Whether no more of a line is to leave.
fn is_gone(order: &Order, line: &Line) -> bool {
    line.available().quantity == 0 && order.held_of(line.id).quantity == 0
}

/// Of these deductions the ones that take most off a parcel of this worth and leave it at zero or more, if it may be captured then.
/// Of equal choices the one with the largest deduction: small ones find another parcel more easily.
fn outweighed<'a>(
    order: &Order,
    own: i64,
    off: &[&'a Line],
    worth: impl Fn(&Line) -> i64,
) -> Option<Vec<&'a Line>> {
    let mut off = off.to_vec();
    off.sort_by_key(|line| (worth(line), line.id));
    off.truncate(WEIGHED);
    let chosen = |choice: u32| {
        off.iter().enumerate().filter(move |(n, _)| choice >> n & 1 == 1).map(|(_, line)| *line)
    };
    let left_of = |choice: u32| own.saturating_add(sum(chosen(choice).map(&worth)));
    let most = capture::left(order).minor();
    let fits = |choice: &u32| (0..=most).contains(&left_of(*choice));
    let best = (0..1_u32 << off.len())
        .filter(fits)
        .min_by_key(|choice| (left_of(*choice), Reverse(choice.reverse_bits())));
    best.map(|choice| chosen(choice).collect())
}

/// These lines, in the order's sequence.
fn rest<'a>(lines: impl Iterator<Item = &'a Line>, part: impl Fn(&Line) -> Part) -> Vec<ShipmentLine> {
    let mut rest: Vec<_> = lines.map(|line| ShipmentLine { line_id: line.id, part: part(line) }).collect();
    rest.sort_by_key(|line| line.line_id);
    rest
}

fn sum(minors: impl Iterator<Item = i64>) -> i64 {
    minors.fold(0, i64::saturating_add)
}

#[cfg(feature = "planted")]
pub(super) mod planted;

#[cfg(test)]
mod tests;
