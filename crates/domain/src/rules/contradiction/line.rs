//! Contradictions within a line: its terms and its counters.

use super::currency::{currency, foreign};
use crate::rules::misread::Misread;
use crate::rules::money::{Currency, Money};
use crate::rules::order::{Line, Order};
use crate::rules::part::Part;
use crate::rules::snapshot::{LineSnapshot, Snapshot, counterpart};

/// Checks every line. One whose terms cannot be believed stays as we know it; one that we do not know is dropped, and then this
/// returns true.
pub(super) fn judge(order: &Order, snapshot: &mut Snapshot, doubts: &mut Vec<Misread>) -> bool {
    let (known, mut dropped) = (order.lines_at_mollie(), false);
    let lines = std::mem::take(&mut snapshot.lines);
    for (n, mut line) in lines.into_iter().enumerate() {
        let ours = counterpart(order, &known, n, &line);
        if let Some((name, problem)) = terms(&line, ours, currency(order)) {
            doubts.push(Misread::at(format!("lines[{n}].{name}"), problem));
            let Some(ours) = ours else {
                dropped = true;
                continue;
            };
            restore(&mut line, ours);
        }
        judge_counters(n, &mut line, doubts);
        snapshot.lines.push(line);
    }
    dropped
}

/// What is wrong with the line's price, quantity, discount and total: the field that differs from what we know, or else the
/// total.
fn terms(line: &LineSnapshot, ours: Option<&Line>, currency: Currency) -> Option<(&'static str, String)> {
    let amounts = [
        ("unitPrice", Some(line.unit_price)),
        ("discountAmount", line.discount_amount),
        ("totalAmount", Some(line.total_amount)),
    ];
    for (name, amount) in amounts {
        if let Some(reported) = amount.filter(|amount| amount.currency() != currency) {
            return Some((name, foreign(name, reported, currency).problem));
        }
    }
    let price = i128::from(line.unit_price.minor()) * i128::from(line.quantity);
    let total = price - i128::from(line.discount_amount.map_or(0, Money::minor));
    (total != i128::from(line.total_amount.minor())).then(|| (odd_one(line, ours), formula(line)))
}

fn odd_one(line: &LineSnapshot, ours: Option<&Line>) -> &'static str {
    match ours {
        Some(ours) if ours.total_amount != line.total_amount => "totalAmount",
        Some(ours) if ours.quantity != line.quantity => "quantity",
        Some(ours) if ours.unit_price != line.unit_price => "unitPrice",
        Some(ours) if ours.discount_amount != line.discount_amount => "discountAmount",
        Some(_) | None => "totalAmount",
    }
}

fn formula(line: &LineSnapshot) -> String {
    let less = line.discount_amount.map(|discount| format!(" less {discount}")).unwrap_or_default();
    format!("{} for {} × {}{less}", line.total_amount, line.quantity, line.unit_price)
}

const fn restore(line: &mut LineSnapshot, ours: &Line) {
    line.quantity = ours.quantity;
    line.unit_price = ours.unit_price;
    line.discount_amount = ours.discount_amount;
    line.total_amount = ours.total_amount;
}

/// An impossible counter counts as left out. If more units are shipped and canceled than there are, either counter may be wrong.
fn judge_counters(n: usize, line: &mut LineSnapshot, doubts: &mut Vec<Misread>) {
    let at = |name: &str| format!("lines[{n}].{name}");
    let problems =
        [line.shipped, line.canceled, line.refunded].map(|part| part.and_then(|part| odd(line, part)));
    let counters = [&mut line.shipped, &mut line.canceled, &mut line.refunded];
    for ((counter, problem), name) in counters.into_iter().zip(problems).zip(NAMES) {
        if let Some(problem) = problem {
            doubts.push(Misread::at(at(name), problem));
            *counter = None;
        }
    }
    if let (Some(shipped), Some(canceled)) = (line.shipped, line.canceled)
        && shipped.quantity.saturating_add(canceled.quantity) > line.quantity
    {
        let problem = format!(
            "{} units shipped and {} canceled of {}",
            shipped.quantity, canceled.quantity, line.quantity
        );
        doubts.push(Misread::at(at(NAMES[0]), problem.clone()));
        doubts.push(Misread::at(at(NAMES[1]), problem));
        (line.shipped, line.canceled) = (None, None);
    }
}

const NAMES: [&str; 3] = ["quantityShipped", "quantityCanceled", "quantityRefunded"];

/// Why this many units of the line cannot be worth that. The value of a part of a discounted line is not fixed, but it leaves the
/// other units no more than their price (the amount rule, `rules/amount.rs`). Mollie may let a part take more than is left of the
/// line, up to its price; the last part then gives it back.
fn odd(line: &LineSnapshot, part: Part) -> Option<String> {
    let Part { quantity, amount } = part;
    if amount.currency() != line.total_amount.currency() {
        return Some(foreign("", amount, line.total_amount.currency()).problem);
    }
    if quantity > line.quantity {
        return Some(format!("{quantity} units of {}", line.quantity));
    }
    if quantity == 0 {
        return (amount.minor() != 0).then(|| format!("no units, but {amount}"));
    }
    let sign = if line.unit_price.minor() < 0 { -1 } else { 1 };
    let [unit, total, worth] =
        [line.unit_price, line.total_amount, amount].map(|money| sign * i128::from(money.minor()));
    let least = total - unit * i128::from(line.quantity - quantity);
    let most = (unit * i128::from(quantity)).max(least);
    let fits = (least..=most).contains(&worth);
    (!fits).then(|| format!("{quantity} units worth {amount}"))
}
