//! The lines of an order as they would be together: what create order asks of lines and sums holds for them too.

use std::collections::HashSet;

use super::{LineChanges, UpdatedLine, size};
use crate::rules::capture;
use crate::rules::draft::sums;
use crate::rules::line::LineReading;
use crate::rules::money::Money;
use crate::rules::order::{Line, Order};
use crate::rules::part::Part;
use crate::rules::precondition::FailedPrecondition;
use crate::rules::shipment::ShipmentLine;
use crate::rules::status::{LineStatus, Read};
use crate::rules::vat::VatRate;
use crate::rules::violation::Violations;

/// What new lines and new values add to the order, or take off it.
pub(super) fn difference(order: &Order, changes: &LineChanges) -> Money {
    let added = changes.added.iter().map(|line| line.total_amount.minor());
    let more = changes.updated.iter().map(|updated| {
        let before = order.line(updated.line.id).map_or(0, |line| line.total_amount.minor());
        updated.line.total_amount.minor().saturating_sub(before)
    });
    Money::from_minor(added.chain(more).fold(0, i64::saturating_add), order.terms.amount.currency())
}

/// Judges what the order would be. `path`: where the caller has the changes.
pub(super) fn check(order: &Order, changes: &LineChanges, path: &str, faults: &mut Violations) {
    let left = left(order, changes);
    if left.is_empty() {
        let expected = "at least one line that stays; CancelOrder cancels the whole order";
        faults.add(path, "lines.left", expected, "all lines canceled");
        return;
    }
    let count = order.lines.len().saturating_add(changes.added.len());
    if count > super::LINES && !changes.added.is_empty() {
        let most = format!("at most {} lines in the order", super::LINES);
        faults.add(path, "lines.count", most, count.to_string());
    }
    let (before, after) = (bytes(&order.lines), bytes(stored(order, changes)));
    if after > size::MOST && after > before {
        let expected =
            format!("at most {} bytes of texts and metadata in all lines of the order", size::MOST);
        faults.add(path, "lines.size", expected, format!("{after} bytes"));
    }
    if !changes.move_money() {
        return;
    }
    let at = |_: &str| path.to_owned();
    sums::amount(None, &left, false, &at, faults);
    sums::vat(&left, &at, faults);
}

/// Of an authorized order all that is left can be captured afterwards, to the cent. An authorization follows new lines and new values;
/// giving a deduction up never raises it (canceling lines, `rules/capture.rs`).
///
/// # Errors
/// `CaptureOutOfBounds`, naming the sums.
pub(super) fn check_capture(order: &Order, changes: &LineChanges) -> Result<(), FailedPrecondition> {
    if !order.captures_by_shipment() || !changes.move_money() {
        return Ok(());
    }
    capture::check_release(order, &after(order, changes))
}

/// The order with the changes made.
fn after(order: &Order, changes: &LineChanges) -> Order {
    let (mut after, more) = (order.clone(), difference(order, changes).minor());
    for UpdatedLine { line, .. } in &changes.updated {
        if let Some(ours) = after.line_mut(line.id) {
            *ours = ours.with_values_of(line);
        }
    }
    for ShipmentLine { line_id, part } in &changes.canceled {
        if let Some(line) = after.line_mut(*line_id) {
            line.canceled = line.canceled.and(*part);
        }
    }
    after.lines.extend(changes.added.iter().cloned());
    let grown = |amount: Money| Money::from_minor(amount.minor().saturating_add(more), amount.currency());
    for payment in after.payments.iter_mut().filter(|payment| payment.holds_money()) {
        payment.amount = grown(payment.amount);
    }
    after.highest_amount = grown(after.highest_amount);
    after
}

/// All lines then, with their new values.
fn stored<'a>(order: &'a Order, changes: &'a LineChanges) -> impl Iterator<Item = &'a Line> {
    let updated = |line: &Line| changes.updated.iter().find(|updated| updated.line.id == line.id);
    let kept = order.lines.iter().map(move |line| updated(line).map_or(line, |updated| &updated.line));
    kept.chain(&changes.added)
}

fn bytes<'a>(lines: impl IntoIterator<Item = &'a Line>) -> usize {
    lines.into_iter().map(size::of).sum()
}

/// The lines that are not canceled then, each with what is not canceled of it.
fn left(order: &Order, changes: &LineChanges) -> Vec<LineReading> {
    let kept = stored(order, changes).filter(|line| line.status != Some(LineStatus::Canceled));
    kept.filter_map(|line| reading(line, canceled(changes, line))).collect()
}

fn canceled(changes: &LineChanges, line: &Line) -> Part {
    let now = changes.canceled.iter().filter(|canceled| canceled.line_id == line.id);
    now.fold(line.canceled, |sum, canceled| sum.and(canceled.part))
}

/// A line as a draft would have it. `None`: all of it is canceled.
fn reading(line: &Line, canceled: Part) -> Option<LineReading> {
    let all = Part { quantity: line.quantity, amount: line.total_amount };
    let rest = all.without(canceled);
    (rest.quantity > 0).then(|| LineReading {
        draft: None,
        total: Some(rest.amount),
        vat: VatRate::parse(&line.vat_rate).map(|rate| (rate, line.vat_amount)),
        is_without_vat: line.vat_rate.is_empty(),
        line_type: match &line.line_type {
            Read::Known(line_type) => Some(*line_type),
            Read::Unknown(_) => None,
        },
    })
}

/// The references that are taken: of lines that stay, and of lines that were canceled.
pub(super) fn references(order: &Order) -> HashSet<String> {
    order.lines.iter().filter_map(|line| line.reference.clone()).collect()
}
