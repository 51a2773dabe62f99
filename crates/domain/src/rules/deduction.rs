//! Lines that take money off an order: gift cards, credits, discounts. Once goods have left, what was to be taken off their
//! price is owed to the shopper; it is given up only by name. It may not say what is captured.

use std::collections::BTreeSet;

use super::ids::LineId;
use super::money::Money;
use super::order::{Line, Order};
use super::part::Part;
use super::precondition::{FailedPrecondition, PreconditionReason, Unmet};
use super::violation::{Violation, Violations};

/// Whether the line takes money off.
#[must_use]
pub const fn is_deduction(line: &Line) -> bool {
    line.total_amount.minor() < 0
}

/// Refuses to release deductions that are left behind goods, but for those named now or by a cancellation under way.
///
/// # Errors
/// [`PreconditionReason::DeductionLeft`], with what is owed in all and for each line.
pub fn keep(order: &Order, named: &[LineId]) -> Result<(), FailedPrecondition> {
    let goods = order.captures_by_shipment() && has_left(order, |line| line.shipped.and(line.reserved));
    let is_named = |id: LineId| named.contains(&id) || order.releases.contains(&id);
    let left: Vec<_> = deductions(order)
        .filter(|line| goods && line.available().quantity > 0 && !is_named(line.id))
        .map(|line| (line.id, owed(line.available())))
        .collect();
    if left.is_empty() { Ok(()) } else { Err(refusal(order, &left)) }
}

/// The deductions that Mollie has canceled although goods were shipped, and that no cancellation of ours named, each with what
/// is owed.
#[must_use]
pub fn lost(order: &Order) -> Vec<(LineId, Money)> {
    let goods = order.captures_by_shipment() && has_left(order, |line| line.shipped);
    let lost = deductions(order).filter(|line| goods && line.canceled.quantity > 0);
    lost.filter(|line| !order.releases.contains(&line.id))
        .map(|line| (line.id, owed(line.canceled)))
        .collect()
}

/// The lines a caller wishes to release, as it wrote them.
///
/// # Errors
/// Each fault: what is no line of the order, takes nothing off, or stands there twice.
pub fn named(order: &Order, texts: &[String]) -> Result<Vec<LineId>, Vec<Violation>> {
    let (mut faults, mut named) = (Violations::default(), BTreeSet::new());
    for (n, text) in texts.iter().enumerate() {
        let path = format!("release_line_ids[{n}]");
        let line = LineId::parse(text).and_then(|id| order.line(id));
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

fn has_left(order: &Order, part: impl Fn(&Line) -> Part) -> bool {
    order.lines.iter().any(|line| !is_deduction(line) && part(line).quantity > 0)
}

/// What the shopper would pay too much.
const fn owed(part: Part) -> Money {
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
