//! Lines that take money off an order: gift cards, credits, discounts. Once goods have left, what was to be taken off their
//! price is owed to the shopper; it is given up only by name. It may not say what is captured.

use std::collections::BTreeSet;

use super::ids::LineId;
use super::line::LineType;
use super::money::Money;
use super::order::{Line, Order};
use super::part::Part;
use super::precondition::{FailedPrecondition, PreconditionReason, Unmet};
use super::shipment::ShipmentLine;
use super::status::Read;
use super::violation::{Violation, Violations};

/// Whether the line takes money off.
#[must_use]
pub const fn is_deduction(line: &Line) -> bool {
    line.total_amount.minor() < 0
}

/// Refuses to release deductions that are left behind goods which they take money off, but for those named now or by a cancellation under way.
///
/// # Errors
/// [`PreconditionReason::DeductionLeft`], with what is owed in all and for each line.
pub fn keep(order: &Order, named: &[LineId]) -> Result<(), FailedPrecondition> {
    let left = left(order, named);
    if left.is_empty() { Ok(()) } else { Err(refusal(order, &left)) }
}

/// The deductions that are left behind goods which they take money off, but for those named, with what the shopper would be owed for each.
#[must_use]
pub fn left(order: &Order, named: &[LineId]) -> Vec<(LineId, Money)> {
    let has_left = |goods: &Line| goods.shipped.and(goods.reserved).quantity > 0;
    // Of what is canceled, units that were named go first.
    let are_named = |line: &Line| {
        let units = line.canceled.and(line.canceling).and(line.available()).quantity;
        order.released(line.id).is_some_and(|named| named.quantity >= units)
    };
    let is_left =
        |line: &&Line| line.available().quantity > 0 && !named.contains(&line.id) && !are_named(line);
    let is_owed = |line: &&Line| order.captures_by_shipment() && goods_of(order, line).any(has_left);
    deductions(order)
        .filter(|line| is_left(line) && is_owed(line))
        .map(|line| (line.id, owed(line.available())))
        .collect()
}

/// The units of deductions that Mollie has canceled although goods they take money off were shipped, beyond those that cancellations
/// of ours named, and what they are worth: below zero.
#[must_use]
pub fn lost(order: &Order) -> Vec<(LineId, Part)> {
    let is_owed = |line: &&Line| {
        order.captures_by_shipment() && goods_of(order, line).any(|goods| goods.shipped.quantity > 0)
    };
    let lost = deductions(order).filter(|line| line.canceled.quantity > 0).filter(is_owed);
    let beyond = lost.map(|line| {
        let named = order.released(line.id).unwrap_or(Part::none(line.total_amount));
        (line.id, line.canceled.without(named))
    });
    beyond.filter(|(_, part)| part.quantity > 0).collect()
}

/// The rest of each deduction that is canceled along with goods: of those it takes money off, `canceled` takes some and none are
/// left. A discount takes money off goods of its VAT rate (create order, `lines[].vatRate`: one discount line per rate), anything
/// else off all. `after`: the order with these units canceled.
#[must_use]
pub fn along_with(after: &Order, canceled: &[ShipmentLine]) -> Vec<ShipmentLine> {
    let is_canceled = |goods: &Line| canceled.iter().any(|line| line.line_id == goods.id);
    let is_gone = |goods: &Line| goods.available().quantity == 0 && after.held_of(goods.id).quantity == 0;
    let goes = |deduction: &&Line| {
        let mut goods = goods_of(after, deduction);
        goods.any(is_canceled)
            && goods_of(after, deduction).all(is_gone)
            && deduction.available().quantity > 0
    };
    let rest = |line: &Line| ShipmentLine { line_id: line.id, part: line.available() };
    deductions(after).filter(goes).map(rest).collect()
}

/// Refuses to cancel deductions, of which goods that they take money off have left, but for those named.
///
/// # Errors
/// [`PreconditionReason::DeductionLeft`], with what is owed in all and for each line.
pub fn keep_of(order: &Order, canceled: &[ShipmentLine], named: &[LineId]) -> Result<(), FailedPrecondition> {
    let has_left = |goods: &Line| goods.shipped.and(goods.reserved).quantity > 0;
    let is_owed = |line: &&Line| !named.contains(&line.id) && goods_of(order, line).any(has_left);
    let part = |line: &Line| canceled.iter().find(|canceled| canceled.line_id == line.id).map(|it| it.part);
    let of = |line: &Line| Some((line.id, owed(part(line)?)));
    let left: Vec<_> = deductions(order).filter(is_owed).filter_map(of).collect();
    if left.is_empty() { Ok(()) } else { Err(refusal(order, &left)) }
}

/// The goods that a deduction takes money off.
pub(super) fn goods_of<'a>(order: &'a Order, deduction: &'a Line) -> impl Iterator<Item = &'a Line> {
    let goods = |line: &&Line| !is_deduction(line);
    let is_of_rate = |line: &Line| line.vat_rate == deduction.vat_rate;
    let by_rate = deduction.line_type == Read::Known(LineType::Discount)
        && order.lines.iter().filter(goods).any(is_of_rate);
    order.lines.iter().filter(goods).filter(move |line| !by_rate || line.vat_rate == deduction.vat_rate)
}

/// The lines a caller wishes to release, as it wrote them.
///
/// # Errors
/// Each fault: what is no line of the order, takes nothing off, or stands there twice.
pub fn named(order: &Order, texts: &[String]) -> Result<Vec<LineId>, Vec<Violation>> {
    let (mut faults, mut named) = (Violations::default(), BTreeSet::new());
    for (n, text) in texts.iter().enumerate() {
        let path = format!("release_line_ids[{n}]");
        let line = order.line_named(text);
        match line {
            Some(line) if !is_deduction(line) => {
                faults.add(path, "release.deduction", "a line that takes money off", text);
            }
            Some(line) if !named.insert(line.id) => faults.add(path, "release.once", "each line once", text),
            Some(_) => (),
            None => {
                let expected = format!("a line of the order: {}", order.line_ids());
                faults.add(path, "release.line_id", expected, text);
            }
        }
    }
    if faults.is_empty() { Ok(named.into_iter().collect()) } else { Err(faults.into_vec()) }
}

fn deductions(order: &Order) -> impl Iterator<Item = &Line> {
    order.lines.iter().filter(|line| is_deduction(line))
}

/// What the shopper would pay too much.
pub(super) const fn owed(part: Part) -> Money {
    Money::from_minor(part.amount.minor().saturating_neg(), part.amount.currency())
}

fn refusal(order: &Order, left: &[(LineId, Money)]) -> FailedPrecondition {
    let minor = left.iter().fold(0_i64, |sum, (_, owed)| sum.saturating_add(owed.minor()));
    let total = Money::from_minor(minor, order.terms.amount.currency());
    let whole = format!(
        "Goods were shipped without what takes {total} off their price, so canceling the rest would leave that owed to the \
         shopper. Ship those lines with goods, or name them in release_line_ids to give them up."
    );
    let whole = Unmet { subject: "order".to_owned(), description: whole };
    let each = left.iter().map(|(id, owed)| Unmet {
        subject: format!("lines/{id}"),
        description: format!("Line {id} is left: {owed} owed."),
    });
    FailedPrecondition::new(PreconditionReason::DeductionLeft, std::iter::once(whole).chain(each).collect())
}

#[cfg(test)]
mod tests;
