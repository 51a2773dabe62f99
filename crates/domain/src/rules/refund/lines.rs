//! Which units and amounts of lines a refund gives back: no more of each than is left of it.

use super::Reduction;
use super::left::{left, status_allows};
use crate::rules::amount::Remainder;
use crate::rules::ids::LineId;
use crate::rules::order::{Line, Order};
use crate::rules::part::Part;
use crate::rules::precondition::{FailedPrecondition, PreconditionReason, Unmet};
use crate::rules::request_error::{AMOUNT_BOUNDS, AVAILABLE, RequestError};
use crate::rules::shipment::{LINE_ID, LineSelection, ShipmentLine};
use crate::rules::status::LineStatus;
use crate::rules::violation::Violations;

/// Everything that is left of any line.
///
/// # Errors
/// [`PreconditionReason::NothingRemaining`].
pub(super) fn all_remaining(order: &Order) -> Result<Vec<ShipmentLine>, FailedPrecondition> {
    let open = order.lines.iter().filter(|line| status_allows(line));
    let rests = open.map(|line| ShipmentLine { line_id: line.id, part: left(order, line) });
    let rests: Vec<_> =
        rests.filter(|rest| rest.part.quantity > 0 || rest.part.amount.minor() != 0).collect();
    if rests.is_empty() {
        let text = "Nothing is left to refund: everything that was paid or captured is given back.";
        return Err(FailedPrecondition::of_order(PreconditionReason::NothingRemaining, text));
    }
    Ok(rests)
}

/// Units of the lines that a caller names.
///
/// # Errors
/// [`RequestError`], naming every line at once.
pub fn units(order: &Order, lines: &[LineSelection]) -> Result<Vec<ShipmentLine>, RequestError> {
    each(order, lines, "lines", |line| line.line_id, selected)
}

/// The lowered prices that a caller names. `is_unbounded`: whether more than what is left of a line may be given back.
///
/// # Errors
/// [`RequestError`], naming every line at once.
pub(super) fn reductions(
    order: &Order,
    reductions: &[Reduction],
    is_unbounded: bool,
) -> Result<Vec<ShipmentLine>, RequestError> {
    let part =
        |order: &Order, line: &Line, reduction: &Reduction| reduced(order, line, reduction, is_unbounded);
    each(order, reductions, "reductions", |reduction| reduction.line_id, part)
}

enum Misfit {
    State(String),
    Amount { expected: String, got: String },
}

/// A part of each named line.
fn each<T>(
    order: &Order,
    named: &[T],
    path: &str,
    id: impl Fn(&T) -> LineId,
    part: impl Fn(&Order, &Line, &T) -> Result<Part, Misfit>,
) -> Result<Vec<ShipmentLine>, RequestError> {
    let (mut faults, mut unmet, mut planned) = (Violations::default(), Vec::new(), Vec::new());
    for (n, one) in named.iter().enumerate() {
        let line_id = id(one);
        let Some(line) = order.line(line_id) else {
            let expected = format!("a line of the order: {}", order.line_ids());
            faults.add(format!("{path}[{n}].line_id"), LINE_ID, expected, line_id.to_string());
            continue;
        };
        match refundable_line(line).map_err(Misfit::State).and_then(|()| part(order, line, one)) {
            Ok(part) => planned.push(ShipmentLine { line_id, part }),
            Err(Misfit::State(description)) => {
                unmet.push(Unmet { subject: format!("lines/{line_id}"), description });
            }
            Err(Misfit::Amount { expected, got }) => {
                faults.add(format!("{path}[{n}].amount"), AMOUNT_BOUNDS, expected, got);
            }
        }
    }
    if !faults.is_empty() {
        for Unmet { subject, description } in unmet {
            faults.add(subject, AVAILABLE, "at most what is left", description);
        }
        return Err(RequestError::Invalid(faults.into_vec()));
    }
    match unmet.is_empty() {
        true => Ok(planned),
        false => {
            Err(RequestError::State(FailedPrecondition::new(PreconditionReason::LineNotRefundable, unmet)))
        }
    }
}

fn refundable_line(line: &Line) -> Result<(), String> {
    if status_allows(line) {
        return Ok(());
    }
    let status = line.status.map_or("not placed", LineStatus::as_str);
    let instead = match line.status {
        Some(LineStatus::Authorized) => " Its money is not taken: release it with CancelOrderLines.",
        Some(
            LineStatus::Created
            | LineStatus::Paid
            | LineStatus::Shipping
            | LineStatus::Completed
            | LineStatus::Canceled,
        )
        | None => "",
    };
    Err(format!("Line {} is {status}; paid, shipping and completed lines are refunded.{instead}", line.id))
}

/// Units of a line with the caller's amount, or else their share of what is left.
fn selected(order: &Order, line: &Line, selection: &LineSelection) -> Result<Part, Misfit> {
    let (quantity, left) = (selection.quantity, left(order, line));
    let rest = Remainder { quantity: left.quantity, amount: left.amount, unit_price: line.unit_price };
    let (Some(bounds), Some(share)) = (rest.bounds(quantity), rest.share(quantity)) else {
        return Err(Misfit::State(not_left(order, line, quantity)));
    };
    match selection.amount {
        None => Ok(Part { quantity, amount: share }),
        Some(amount) if bounds.admit(amount) => Ok(Part { quantity, amount }),
        Some(amount) => {
            let expected = format!("{bounds} for {quantity} of the {} left to refund", left.quantity);
            Err(Misfit::Amount { expected, got: amount.to_string() })
        }
    }
}

/// What a line costs less. A line that takes money off has no price to lower.
fn reduced(order: &Order, line: &Line, reduction: &Reduction, is_unbounded: bool) -> Result<Part, Misfit> {
    let (left, amount) = (left(order, line).amount, reduction.amount);
    let is_one_currency = amount.currency() == left.currency();
    if is_one_currency && (is_unbounded && line.total_amount.minor() > 0 || amount.minor() <= left.minor()) {
        return Ok(Part { quantity: 0, amount });
    }
    let expected = match left.minor() > 0 {
        true => format!("at most {left}, what is left of the line"),
        false => format!("none: {left} is left of the line"),
    };
    Err(Misfit::Amount { expected, got: amount.to_string() })
}

fn not_left(order: &Order, line: &Line, quantity: u32) -> String {
    // What was canceled was released, or never paid.
    let paid = line.quantity.saturating_sub(line.canceled.quantity);
    let base = if order.captures_by_shipment() { line.shipped.quantity } else { paid };
    let (word, hint) = match order.captures_by_shipment() {
        true => ("shipped", " What is not shipped is released with CancelOrderLines."),
        false => ("paid", ""),
    };
    format!(
        "Line {}: {quantity} requested, {} left to refund ({base} {word}, {} refunded or to be).{hint}",
        line.id,
        left(order, line).quantity,
        line.given_back().quantity
    )
}
