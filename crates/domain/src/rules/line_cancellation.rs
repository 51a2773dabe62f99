//! Canceling units of lines (cancel order lines, `DELETE /orders/{id}/lines`): authorized money is released. Shipments and
//! cancellations draw on the same units and amounts, by the same amount rule. What takes money off goes along with the last goods
//! it takes it off, and what has been captured stays within what may be.

use super::ids::LineId;
use super::order::{Line, Order};
use super::part::Part;
use super::precondition::{FailedPrecondition, PreconditionReason};
use super::request_error::RequestError;
use super::shipment::{
    LineSelection, LineSelectionInput, Misfit, Selection, ShipmentLine, either, keep_possible, measured,
    named_lines, not_available, selected, together,
};
use super::status::{LineStatus, OrderStatus};
use super::violation::{Violation, Violations};
use super::{capture, deduction};

/// A cancellation of lines as a caller wrote it.
#[derive(Clone, Debug, Default)]
pub struct LineCancellationInput {
    pub lines: Vec<LineSelectionInput>,
    pub all_remaining: bool,
    /// Deductions to give up although goods that they take money off were shipped.
    pub release: Vec<String>,
}

/// A well-formed request to cancel lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineCancellationRequest {
    pub selection: Selection,
    /// As the caller wrote them: only the order knows its lines.
    pub release: Vec<String>,
}

/// What is canceled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineCancellation {
    /// Each line once: those selected, and the deductions that go along.
    pub lines: Vec<ShipmentLine>,
    /// The deductions among them.
    pub releases: Vec<LineId>,
}

impl LineCancellationInput {
    /// Checks the form of the request, without looking at the order.
    ///
    /// # Errors
    /// Each fault.
    pub fn parse(self) -> Result<LineCancellationRequest, Vec<Violation>> {
        let mut faults = Violations::default();
        either(&self.lines, self.all_remaining, &mut faults);
        let lines = selected(self.lines, &mut faults);
        let selection = if self.all_remaining { Selection::AllRemaining } else { Selection::Lines(lines) };
        let request = LineCancellationRequest { selection, release: self.release };
        if faults.is_empty() { Ok(request) } else { Err(faults.into_vec()) }
    }
}

/// Decides which units and amounts are canceled: only what is available, whatever else is under way. `None`: they are all
/// canceled already.
///
/// # Errors
/// [`RequestError`], naming every line at once.
pub fn plan(
    order: &Order,
    request: &LineCancellationRequest,
) -> Result<Option<LineCancellation>, RequestError> {
    let named = deduction::named(order, &request.release).map_err(RequestError::Invalid)?;
    if order.facts.status == Some(OrderStatus::Canceled) {
        return Ok(None);
    }
    cancelable_order(order).map_err(RequestError::State)?;
    if let Some(change) = &order.line_change {
        let id = change.operation_id;
        let text = format!(
            "Operation {id} changes lines of this order, and Mollie's answer is not known yet: wait for it."
        );
        let refusal = FailedPrecondition::of_order(PreconditionReason::LinesChanging, text);
        return Err(RequestError::Blocked(refusal));
    }
    let mut lines = match &request.selection {
        Selection::AllRemaining => all_remaining(order).map_err(RequestError::State)?,
        Selection::Lines(lines) => named_lines(order, lines, named_line)?,
    };
    // Of a line that is canceled nothing is taken.
    lines.retain(|line| line.part.quantity > 0);
    if lines.is_empty() {
        return Ok(None);
    }
    let along = deduction::along_with(&with(order, &lines), &lines);
    lines = together(lines.iter().chain(&along));
    bounded(order, &lines, &named).map_err(RequestError::State)?;
    let is_deduction = |id: &LineId| order.line(*id).is_some_and(deduction::is_deduction);
    let releases = lines.iter().map(|line| line.line_id).filter(is_deduction).collect();
    Ok(Some(LineCancellation { lines, releases }))
}

/// What the cancellation leaves must be right to the cent: nothing is owed in silence, and no more is captured than may be.
fn bounded(order: &Order, lines: &[ShipmentLine], named: &[LineId]) -> Result<(), FailedPrecondition> {
    deduction::keep_of(order, lines, named)?;
    alone(order, lines)?;
    let after = with(order, lines);
    keep_possible(&after)?;
    capture::check_release(order, &after)
}

/// Only one cancellation at a time may take more money off than it releases. If one of several fails, no more is captured than
/// may be all the same.
fn alone(order: &Order, lines: &[ShipmentLine]) -> Result<(), FailedPrecondition> {
    let own = lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.part.amount.minor()));
    let is_any_under_way = order.lines.iter().any(|line| line.canceling.quantity > 0);
    if is_any_under_way && (own < 0 || capture::under_way(order) < 0) {
        let text = "A cancellation of lines is under way, and what takes money off is canceled only together with its goods or \
                    alone: try again when it is settled.";
        return Err(FailedPrecondition::of_order(PreconditionReason::CaptureOutOfBounds, text));
    }
    Ok(())
}

/// The order with these units canceled.
fn with(order: &Order, lines: &[ShipmentLine]) -> Order {
    let mut after = order.clone();
    for ShipmentLine { line_id, part } in lines {
        if let Some(line) = after.line_mut(*line_id) {
            line.canceled = line.canceled.and(*part);
        }
    }
    after
}

fn cancelable_order(order: &Order) -> Result<(), FailedPrecondition> {
    let refuse = |reason, text: String| Err(FailedPrecondition::of_order(reason, text));
    if !order.is_understood() {
        return refuse(
            PreconditionReason::StatusNotUnderstood,
            "Mollie reports a status this release does not know; update the service before moving money."
                .to_owned(),
        );
    }
    let Some(status) = order.facts.status else {
        let text = format!("The order is {}: Mollie has not confirmed it.", order.placement.as_str());
        return refuse(PreconditionReason::OrderNotPlaced, text);
    };
    let why = match status {
        // Every unit of a completed order went somewhere; each line says where.
        OrderStatus::Authorized | OrderStatus::Shipping | OrderStatus::Completed
            if order.captures_by_shipment() =>
        {
            return Ok(());
        }
        OrderStatus::Created => {
            "lines of an unpaid order are removed by ManageOrderLines; CancelOrder ends the whole order"
        }
        OrderStatus::Pending => {
            "a payment is being processed; try again when the order is authorized or created"
        }
        OrderStatus::Authorized | OrderStatus::Paid | OrderStatus::Shipping | OrderStatus::Completed => {
            "it was paid; refund the money instead, with CreateRefund"
        }
        OrderStatus::Expired => "what was not shipped is released already",
        OrderStatus::Canceled => "it is canceled already",
    };
    let text = format!(
        "The order's status is \"{}\": {why}. Lines are canceled while the order is authorized, or shipping and not paid at once.",
        status.as_str()
    );
    refuse(PreconditionReason::OrderNotCancelable, text)
}

/// Whether units of a line in this status can be canceled (cancel order lines: authorized or shipping lines).
const fn allows_canceling(status: LineStatus) -> bool {
    match status {
        LineStatus::Authorized | LineStatus::Shipping => true,
        LineStatus::Created | LineStatus::Paid | LineStatus::Completed | LineStatus::Canceled => false,
    }
}

fn all_remaining(order: &Order) -> Result<Vec<ShipmentLine>, FailedPrecondition> {
    let is_open = order.facts.status != Some(OrderStatus::Completed);
    let is_left =
        |line: &&Line| is_open && line.status.is_some_and(allows_canceling) && line.available().quantity > 0;
    let rest = |line: &Line| ShipmentLine { line_id: line.id, part: line.available() };
    let lines: Vec<_> = order.lines.iter().filter(is_left).map(rest).collect();
    if lines.is_empty() {
        let text = "Nothing is left to cancel: every unit is shipped, canceled or reserved.";
        return Err(FailedPrecondition::of_order(PreconditionReason::NothingRemaining, text));
    }
    Ok(lines)
}

/// What is requested of a line: nothing, if all of it is canceled already.
fn named_line(line: &Line, selection: &LineSelection) -> Result<Part, Misfit> {
    match line.status {
        _ if line.canceled.quantity == line.quantity => Ok(Part::none(line.total_amount)),
        Some(LineStatus::Canceled) => Ok(Part::none(line.total_amount)),
        Some(LineStatus::Completed) => Err(not_available(line, selection.quantity, 0)),
        Some(LineStatus::Authorized | LineStatus::Shipping) => {
            measured(line, selection, line.available().quantity)
        }
        Some(LineStatus::Paid) => {
            Err(not_cancelable(line, "it was paid, so refund it instead, with CreateRefund"))
        }
        Some(LineStatus::Created) | None => Err(not_cancelable(
            line,
            "nothing is authorized of it; remove it with ManageOrderLines, or cancel the whole order",
        )),
    }
}

fn not_cancelable(line: &Line, why: &str) -> Misfit {
    let status = line.status.map_or("not placed", LineStatus::as_str);
    let text =
        format!("Line {} is {status}: {why}. Only authorized or shipping lines are canceled.", line.id);
    Misfit::State(PreconditionReason::LineNotCancelable, text)
}

#[cfg(test)]
mod tests;
