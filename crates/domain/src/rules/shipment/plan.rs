//! Which units and amounts a shipment takes, decided on the order as it is.

use std::collections::HashMap;

use super::held::{beside_held, carried};
use super::{Carried, LineSelection, Selection, Shipment, ShipmentLine, ShipmentRequest, ShipmentState};
use crate::rules::capture;
use crate::rules::companion::{self, Companions};
use crate::rules::ids::LineId;
use crate::rules::order::{Line, Order};
use crate::rules::part::Part;
use crate::rules::precondition::{FailedPrecondition, PreconditionReason, Unmet};
use crate::rules::request_error::{AMOUNT_BOUNDS, AVAILABLE, RequestError};
use crate::rules::status::{LineStatus, OrderStatus};
use crate::rules::violation::Violations;

/// The lines of a shipment as planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    pub lines: Vec<ShipmentLine>,
    /// Those of them that nobody named.
    pub companions: Vec<LineId>,
    /// The held parcels that go along.
    pub carries: Vec<Carried>,
    /// Why it has to wait, if it has.
    pub held: Option<String>,
}

/// Decides which units and amounts a shipment takes: only what is available, whatever else is under way, and never more than may
/// be captured. `companions`: whether lines that nobody packs join goods.
///
/// # Errors
/// [`RequestError`], naming every line at once.
pub fn plan(
    order: &Order,
    request: &ShipmentRequest,
    companions: Companions,
) -> Result<Planned, RequestError> {
    shippable_order(order).map_err(RequestError::State)?;
    let lines = match &request.selection {
        Selection::AllRemaining => {
            all_remaining(order, request.include_refunded).map_err(RequestError::State)?
        }
        Selection::Lines(lines) => {
            let part = |line: &Line, selection: &LineSelection| {
                named_line(line, selection, request.include_refunded, is_completed(order))
            };
            named_lines(order, lines, part)?
        }
    };
    let joins = companions == Companions::Join && companion::has_goods(order, &lines);
    if joins
        && !order.held.is_empty()
        && let Some(along) = companion::of_all_held(order, &lines)
    {
        return Ok(with_held(order, lines, &along));
    }
    let joining = if joins { companion::of(order, &lines) } else { Vec::new() };
    #[cfg(feature = "planted")]
    let joining = companion::planted::deductions_last(order, &lines, joining);
    let whole: Vec<_> = lines.iter().chain(&joining).copied().collect();
    #[cfg(feature = "planted")]
    if companion::planted::leaves_deductions_last() {
        return Ok(Planned::alone(whole, &joining));
    }
    match capture::check(order, &whole) {
        Ok(()) => Ok(Planned::alone(whole, &joining)),
        Err(refusal) if joins && companion::may_wait(order, &lines) => Ok(waiting(order, lines, &refusal)),
        Err(refusal) => Err(RequestError::State(refusal)),
    }
}

impl Planned {
    fn alone(lines: Vec<ShipmentLine>, joining: &[ShipmentLine]) -> Self {
        let companions = joining.iter().map(|line| line.line_id).collect();
        Self { lines, companions, carries: Vec::new(), held: None }
    }
}

/// A parcel with which all held ones fit. `along`: what joins them, held parts included.
fn with_held(order: &Order, mut lines: Vec<ShipmentLine>, along: &[ShipmentLine]) -> Planned {
    let carries = carried(order, along);
    let new = beside_held(order, along);
    let companions = new.iter().map(|line| line.line_id).collect();
    lines.extend(new);
    Planned { lines, companions, carries, held: None }
}

/// A parcel that fits neither with nor without what takes money off, but will with the others.
fn waiting(order: &Order, mut lines: Vec<ShipmentLine>, refusal: &FailedPrecondition) -> Planned {
    let reserved = companion::reserved_with(order, &lines);
    let companions = reserved.iter().map(|line| line.line_id).collect();
    lines.extend(reserved);
    let held = refusal.unmet.first().map(|unmet| unmet.description.clone()).unwrap_or_default();
    Planned { lines, companions, carries: Vec::new(), held: Some(held) }
}

/// The units of this shipment that are not yet counted once Mollie has registered it: at least all known registered shipments and
/// this one are shipped. An earlier reading with counters but no shipments may have counted it already.
#[must_use]
pub fn newly_shipped(order: &Order, known: &[Shipment], this: &Shipment) -> Vec<ShipmentLine> {
    let is_other = |other: &&Shipment| {
        other.state == ShipmentState::Registered && other.id != this.id && other.mollie_id != this.mollie_id
    };
    let mut others = HashMap::<LineId, Part>::new();
    for ShipmentLine { line_id, part } in known.iter().filter(is_other).flat_map(|other| &other.lines) {
        others.entry(*line_id).and_modify(|sum| *sum = sum.and(*part)).or_insert(*part);
    }
    let sum =
        |line: &ShipmentLine| others.get(&line.line_id).map_or(line.part, |others| line.part.and(*others));
    let beyond = |line: &ShipmentLine| {
        let (shipped, sum) = (order.line(line.line_id)?.shipped, sum(line));
        let part = sum.without(shipped);
        (sum.quantity > shipped.quantity).then_some(ShipmentLine { line_id: line.line_id, part })
    };
    this.lines.iter().filter_map(beyond).collect()
}

/// Whether Mollie ships what is left of the order.
#[must_use]
pub fn is_shippable(order: &Order) -> bool {
    shippable_order(order).is_ok()
}

/// Whether a refund is under way of units that have not left: if it fails, they are to leave again.
#[must_use]
pub fn is_refunded_early(order: &Order) -> bool {
    let is_under_way = |line: &Line| line.refunding.quantity > 0 || line.payment_refunding.quantity > 0;
    order.lines.iter().any(|line| is_under_way(line) && line.rest().quantity > line.available().quantity)
}

fn shippable_order(order: &Order) -> Result<(), FailedPrecondition> {
    let refuse = |reason, text: String| Err(FailedPrecondition::of_order(reason, text));
    if !order.is_understood() {
        return refuse(
            PreconditionReason::StatusNotUnderstood,
            "Mollie reports a status this release does not know; update the service before moving money."
                .to_owned(),
        );
    }
    match order.facts.status {
        None => refuse(
            PreconditionReason::OrderNotPlaced,
            format!("The order is {}: Mollie has not confirmed it.", order.placement.as_str()),
        ),
        // Every unit went somewhere; each line says where.
        Some(OrderStatus::Completed) => Ok(()),
        Some(status) if !status.allows_shipping() => {
            refuse(PreconditionReason::OrderNotShippable, not_shippable(status))
        }
        Some(_) => Ok(()),
    }
}

fn is_completed(order: &Order) -> bool {
    order.facts.status == Some(OrderStatus::Completed)
}

/// What may be shipped of a line: units that were refunded only if the caller says so.
fn to_ship(line: &Line, include_refunded: bool) -> Part {
    if include_refunded { line.rest() } else { line.available() }
}

fn all_remaining(order: &Order, include_refunded: bool) -> Result<Vec<ShipmentLine>, FailedPrecondition> {
    let lines: Vec<_> = order
        .lines
        .iter()
        .filter(|_| !is_completed(order))
        .filter(|line| line.is_shippable())
        .map(|line| ShipmentLine { line_id: line.id, part: to_ship(line, include_refunded) })
        .filter(|line| line.part.quantity > 0)
        .collect();
    if lines.is_empty() {
        let text =
            "Nothing is left to ship: every unit is shipped, canceled or reserved by a recorded shipment.";
        return Err(FailedPrecondition::of_order(PreconditionReason::NothingRemaining, text));
    }
    Ok(lines)
}

fn not_shippable(status: OrderStatus) -> String {
    let why = match status {
        OrderStatus::Created => "the shopper has not paid yet",
        OrderStatus::Pending => "a payment is being processed",
        OrderStatus::Canceled | OrderStatus::Expired => "it has ended",
        OrderStatus::Authorized | OrderStatus::Paid | OrderStatus::Shipping | OrderStatus::Completed => {
            "nothing is left"
        }
    };
    let late = if status.is_final() {
        " If the goods have left all the same, repeat it with goods_left."
    } else {
        ""
    };
    let status = status.as_str();
    format!(
        "The order's status is \"{status}\": {why}. Goods are shipped while it is authorized, paid or shipping.{late}"
    )
}

/// The parts of the selected lines, each decided by `part`.
///
/// # Errors
/// [`RequestError`], naming every line at once.
pub(in crate::rules) fn named_lines(
    order: &Order,
    lines: &[LineSelection],
    part: impl Fn(&Line, &LineSelection) -> Result<Part, Misfit>,
) -> Result<Vec<ShipmentLine>, RequestError> {
    let (mut faults, mut unmet, mut planned) = (Violations::default(), Vec::new(), Vec::new());
    for (n, selection) in lines.iter().enumerate() {
        let Some(line) = order.line(selection.line_id) else {
            let expected = format!("a line of the order: {}", order.line_ids());
            faults.add(
                format!("lines[{n}].line_id"),
                "selection.line_id",
                expected,
                selection.line_id.to_string(),
            );
            continue;
        };
        match part(line, selection) {
            Ok(part) => planned.push(ShipmentLine { line_id: line.id, part }),
            Err(Misfit::State(reason, description)) => {
                unmet.push((reason, Unmet { subject: format!("lines/{}", line.id), description }));
            }
            Err(Misfit::Amount { expected, got }) => {
                faults.add(format!("lines[{n}].amount"), AMOUNT_BOUNDS, expected, got);
            }
        }
    }
    if !faults.is_empty() {
        for (_, unmet) in unmet {
            faults.add(unmet.subject, AVAILABLE, "at most what is available", unmet.description);
        }
        return Err(RequestError::Invalid(faults.into_vec()));
    }
    match unmet.first() {
        Some((reason, _)) => {
            let reason = *reason;
            let unmet = unmet.into_iter().map(|(_, unmet)| unmet).collect();
            Err(RequestError::State(FailedPrecondition::new(reason, unmet)))
        }
        None => Ok(planned),
    }
}

/// Why a line's part cannot be had.
pub(in crate::rules) enum Misfit {
    State(PreconditionReason, String),
    Amount { expected: String, got: String },
}

/// What is requested of a line. A completed line has nothing available, reported as it was before it was completed.
fn named_line(
    line: &Line,
    selection: &LineSelection,
    include_refunded: bool,
    order_is_completed: bool,
) -> Result<Part, Misfit> {
    let is_over = match line.status {
        Some(LineStatus::Completed) => true,
        Some(LineStatus::Authorized | LineStatus::Paid | LineStatus::Shipping) => order_is_completed,
        Some(LineStatus::Created | LineStatus::Canceled) | None => false,
    };
    if is_over {
        return Err(not_available(line, selection.quantity, 0));
    }
    if !line.is_shippable() {
        let status = line.status.map_or("not placed", LineStatus::as_str);
        let text =
            format!("Line {} is {status}; only authorized, paid or shipping lines are shipped.", line.id);
        return Err(Misfit::State(PreconditionReason::LineNotShippable, text));
    }
    measured(line, selection, to_ship(line, include_refunded).quantity)
}

/// The part of a line that is requested, by the amount rule; at most so many units as are available.
pub(in crate::rules) fn measured(
    line: &Line,
    selection: &LineSelection,
    available: u32,
) -> Result<Part, Misfit> {
    let (quantity, rest) = (selection.quantity, line.remainder());
    let bounds = rest.bounds(quantity).zip(rest.share(quantity)).filter(|_| quantity <= available);
    let Some((bounds, share)) = bounds else {
        return Err(not_available(line, quantity, available));
    };
    match selection.amount {
        None => Ok(Part { quantity, amount: share }),
        Some(amount) if bounds.admit(amount) => Ok(Part { quantity, amount }),
        Some(amount) => {
            let expected = format!("{bounds} for {quantity} of the {available} available");
            Err(Misfit::Amount { expected, got: amount.to_string() })
        }
    }
}

pub(in crate::rules) fn not_available(line: &Line, quantity: u32, available: u32) -> Misfit {
    let reserved = line.reserved.quantity.saturating_add(line.canceling.quantity);
    let status = line.status.map_or("not placed", LineStatus::as_str);
    let text = format!(
        "Line {} is {status}: {quantity} requested, {available} available ({} shipped, {} canceled, {reserved} reserved of {}).{}",
        line.id,
        line.shipped.quantity,
        line.canceled.quantity,
        line.quantity,
        if line.is_changing {
            " A change of it is under way: wait for it.".to_owned()
        } else {
            refunded(line)
        }
    );
    Misfit::State(PreconditionReason::QuantityNotAvailable, text)
}

fn refunded(line: &Line) -> String {
    match line.rest().quantity - line.available().quantity {
        0 => String::new(),
        early => format!(
            " {early} of the rest were refunded before they were shipped: set include_refunded to ship them all the same."
        ),
    }
}
