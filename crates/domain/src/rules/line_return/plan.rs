//! What a return cancels and refunds, decided on the order as it is. Amounts are those of the rules of cancellations and refunds.

use super::ReturnRequest;
use crate::rules::deduction;
use crate::rules::ids::LineId;
use crate::rules::line_cancellation::{self, LineCancellation, LineCancellationRequest};
use crate::rules::money::Money;
use crate::rules::order::{Line, Order};
use crate::rules::precondition::{FailedPrecondition, PreconditionReason, Unmet};
use crate::rules::refund::{self, Refund, RefundRequest, RefundSelection};
use crate::rules::request_error::RequestError;
use crate::rules::returned::{Booked, ReturnedLine};
use crate::rules::shipment::{LINE_ID, LineSelection, Misfit, Selection, ShipmentLine, not_available};
use crate::rules::status::LineStatus;
use crate::rules::violation::Violations;

/// The parts of a return, and what is worth nothing. One of them is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What is authorized and will not leave.
    pub cancellation: Option<LineCancellation>,
    /// What was paid or captured, with the request by which CreateRefund would make it.
    pub refund: Option<(RefundRequest, refund::Plan)>,
    /// The share of each deduction in the goods refunded, of those that are not among them. Below zero.
    pub deduction_shares: Vec<(LineId, Money)>,
    /// Units that come back, or do not leave, and that no money goes back for.
    pub without_money: Vec<Booked>,
}

/// What goes back: what a refund is made of, if it is worth anything, and what is worth nothing.
#[derive(Default)]
struct Back {
    refund: Option<(RefundRequest, refund::Plan)>,
    without_money: Vec<Booked>,
}

/// Decides what is canceled and what is refunded. Where shipments capture, what will not leave is only authorized and is canceled;
/// where all was paid at once, it is refunded together with what came back, and does not leave all the same. `refunds`: all refunds
/// of the order.
///
/// # Errors
/// [`RequestError`], with every fault of both parts.
pub fn plan(order: &Order, refunds: &[Refund], request: &ReturnRequest) -> Result<Plan, RequestError> {
    let known: Vec<_> = request.lines.iter().filter(|line| order.line(line.line_id).is_some()).collect();
    let parts = match order.captures_by_shipment() {
        true => {
            let canceled = canceled(order, request, &known);
            let gone = canceled.as_ref().ok().and_then(Option::as_ref).map(|it| it.lines.as_slice());
            both(
                refunded(order, refunds, request, &known, gone.unwrap_or_default(), |line| line.came_back),
                canceled,
            )
        }
        false => both(paid(order, refunds, request, &known), named(order, &request.release).map(|()| None)),
    };
    let unknown = unknown(order, request);
    match (parts, unknown) {
        (parts, None) => parts.map(|(Back { refund, without_money }, cancellation)| {
            let lines = refund.as_ref().map(|(_, refund)| refund.lines.as_slice());
            let deduction_shares = refund::deductions_left(order, lines.unwrap_or_default());
            Plan { cancellation, refund, deduction_shares, without_money }
        }),
        (Ok(_), Some(unknown)) => Err(unknown),
        (Err(other), Some(unknown)) => Err(unknown.and(other)),
    }
}

/// Both, or the faults of both.
fn both<A, B>(one: Result<A, RequestError>, other: Result<B, RequestError>) -> Result<(A, B), RequestError> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(one), Err(other)) => Err(one.and(other)),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
    }
}

fn unknown(order: &Order, request: &ReturnRequest) -> Option<RequestError> {
    let mut faults = Violations::default();
    for (n, line) in request.lines.iter().enumerate().filter(|(_, line)| order.line(line.line_id).is_none()) {
        let expected = format!("a line of the order: {}", order.line_ids());
        faults.add(format!("lines[{n}].line_id"), LINE_ID, expected, line.line_id.to_string());
    }
    (!faults.is_empty()).then(|| RequestError::Invalid(faults.into_vec()))
}

fn named(order: &Order, release: &[String]) -> Result<(), RequestError> {
    deduction::named(order, release).map(drop).map_err(RequestError::Invalid)
}

/// The units of each line of which there are some.
fn selections(lines: &[&ReturnedLine], units: impl Fn(&ReturnedLine) -> u32) -> Vec<LineSelection> {
    let of =
        |line: &&ReturnedLine| LineSelection { line_id: line.line_id, quantity: units(line), amount: None };
    lines.iter().map(of).filter(|selection| selection.quantity > 0).collect()
}

/// What is authorized of the units that will not leave. Of what is canceled already, CancelOrderLines takes nothing; here that is
/// more than there is.
fn canceled(
    order: &Order,
    request: &ReturnRequest,
    lines: &[&ReturnedLine],
) -> Result<Option<LineCancellation>, RequestError> {
    let wanted = selections(lines, |line| line.not_leaving);
    if wanted.is_empty() {
        return named(order, &request.release).map(|()| None);
    }
    let selection = Selection::Lines(wanted.clone());
    let release = request.release.clone();
    let canceled = line_cancellation::plan(order, &LineCancellationRequest { selection, release })?;
    let is_taken = |id: LineId| canceled.iter().flat_map(|it| &it.lines).any(|line| line.line_id == id);
    let gone = wanted.iter().filter(|wanted| !is_taken(wanted.line_id));
    match state(gone.filter_map(|wanted| missing(order, wanted)).collect()) {
        None => Ok(canceled),
        Some(error) => Err(error),
    }
}

/// What goes back: the units, and the discounts whose last goods they are. `canceled`: what is canceled in the same request.
fn refunded(
    order: &Order,
    refunds: &[Refund],
    request: &ReturnRequest,
    lines: &[&ReturnedLine],
    canceled: &[ShipmentLine],
    units: impl Fn(&ReturnedLine) -> u32,
) -> Result<Back, RequestError> {
    let mut wanted = selections(lines, units);
    if wanted.is_empty() {
        return Ok(Back::default());
    }
    refund::by_lines(order).map_err(RequestError::State)?;
    let along = refund::discounts_along(order, &wanted, canceled);
    let stays = selections(lines, |line| line.not_leaving);
    let stays: Vec<_> = stays.iter().chain(&along).filter_map(|line| staying(order, line, &along)).collect();
    wanted.extend(along);
    let free = worthless(order, &wanted);
    let is_free = |id: LineId| free.iter().any(|line| line.line_id == id);
    let without_money = free.iter().map(|line| booked(order, line, &stays)).collect();
    wanted.retain(|line| !is_free(line.line_id));
    if wanted.is_empty() {
        return Ok(Back { refund: None, without_money });
    }
    let not_leaving = Some(stays.into_iter().filter(|(id, _)| !is_free(*id)).collect());
    let request = RefundRequest {
        selection: RefundSelection::Lines(wanted),
        payment_id: None,
        description: request.description.clone(),
        merge_equal: false,
        overrides: Vec::new(),
        not_leaving,
    };
    let plan = refund::plan(order, refunds, &request)?;
    Ok(Back { refund: Some((request, plan)), without_money })
}

/// What no money goes back for: lines whose part is worth nothing, or all of them if they come to nothing together. Mollie refuses to
/// refund that (create order refund: "the total amount shipped is zero"), and a line of nothing must not hold up the others.
fn worthless(order: &Order, wanted: &[LineSelection]) -> Vec<ShipmentLine> {
    // What cannot be had is refused where it is planned.
    let Ok(parts) = refund::units(order, wanted) else { return Vec::new() };
    let sum = parts.iter().fold(0_i64, |sum, line| sum.saturating_add(line.part.amount.minor()));
    parts.into_iter().filter(|line| sum == 0 || line.part.amount.minor() == 0).collect()
}

fn booked(order: &Order, line: &ShipmentLine, stays: &[(LineId, u32)]) -> Booked {
    let named = stays.iter().find(|(id, _)| *id == line.line_id).map_or(0, |(_, units)| *units);
    Booked { line: *line, not_leaving: if order.captures_by_shipment() { 0 } else { named } }
}

/// The units that do not leave: those named, and of what goes along those that have not left.
fn staying(order: &Order, line: &LineSelection, along: &[LineSelection]) -> Option<(LineId, u32)> {
    let left = match along.contains(line) {
        true => order.line(line.line_id)?.with_shopper(),
        false => 0,
    };
    let quantity = line.quantity.saturating_sub(left);
    (quantity > 0).then_some((line.line_id, quantity))
}

/// Paid at once: one refund of all units. Which of them left only we know, so this also asks whether there are so many of each sort.
fn paid(
    order: &Order,
    refunds: &[Refund],
    request: &ReturnRequest,
    lines: &[&ReturnedLine],
) -> Result<Back, RequestError> {
    // Where nothing is paid, units say no more.
    refund::by_lines(order).map_err(RequestError::State)?;
    let units = |line: &ReturnedLine| line.came_back.saturating_add(line.not_leaving);
    let planned = refunded(order, refunds, request, lines, &[], units);
    let misfits = state(lines.iter().flat_map(|line| misfits(order, line)).collect());
    match (planned, misfits) {
        (Ok(planned), None) => Ok(planned),
        (Ok(_), Some(misfits)) => Err(misfits),
        (Err(error), None) => Err(error),
        (Err(error), Some(misfits)) => Err(misfits.and(error)),
    }
}

/// Of what there is less than was named.
fn misfits(order: &Order, line: &ReturnedLine) -> Vec<(PreconditionReason, Unmet)> {
    let Some(of) = order.line(line.line_id) else { return Vec::new() };
    let came_back = (line.came_back > of.with_shopper()).then(|| not_with_shopper(of, line.came_back));
    let selection = LineSelection { line_id: line.line_id, quantity: line.not_leaving, amount: None };
    let stays = (line.not_leaving > of.available().quantity).then(|| missing(order, &selection)).flatten();
    came_back.into_iter().chain(stays).collect()
}

fn not_with_shopper(line: &Line, came_back: u32) -> (PreconditionReason, Unmet) {
    let left = line.shipped.quantity.saturating_add(line.reserved.quantity);
    let status = line.status.map_or("not placed", LineStatus::as_str);
    let description = format!(
        "Line {} is {status}: {came_back} came back, {} left and not given back ({left} shipped of {}, {} refunded or to be). Units \
         that were not shipped are not_leaving.",
        line.id,
        line.with_shopper(),
        line.quantity,
        line.given_back().quantity
    );
    (PreconditionReason::LineNotRefundable, Unmet { subject: line.path(), description })
}

fn missing(order: &Order, wanted: &LineSelection) -> Option<(PreconditionReason, Unmet)> {
    let line = order.line(wanted.line_id)?;
    match not_available(line, wanted.quantity, line.available().quantity) {
        Misfit::State(reason, description) => Some((reason, Unmet { subject: line.path(), description })),
        Misfit::Amount { .. } => None,
    }
}

/// The reason is that of the first.
fn state(misfits: Vec<(PreconditionReason, Unmet)>) -> Option<RequestError> {
    let reason = misfits.first()?.0;
    let unmet = misfits.into_iter().map(|(_, unmet)| unmet).collect();
    Some(RequestError::State(FailedPrecondition::new(reason, unmet)))
}
