//! What a refund gives back, decided on the order as it is: units, amounts, and where it is made.

use super::ceiling::{holding, received, room, room_on};
use super::deductions::deductions_left;
use super::left::{left, status_allows};
use super::{Override, Reduction, Refund, RefundRequest, RefundSelection, Route};
use crate::rules::amount::Remainder;
use crate::rules::ids::{LineId, MolliePaymentId};
use crate::rules::money::Money;
use crate::rules::order::{Line, Order};
use crate::rules::part::Part;
use crate::rules::payment::Payment;
use crate::rules::precondition::{FailedPrecondition, PreconditionReason, Unmet};
use crate::rules::request_error::{AMOUNT_BOUNDS, AVAILABLE, RequestError};
use crate::rules::shipment::{LINE_ID, LineSelection, ShipmentLine};
use crate::rules::status::{LineStatus, OrderStatus};
use crate::rules::violation::Violations;

/// A refund as planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub route: Route,
    /// The payment to give back from; `None` on the order, where Mollie chooses, unless there is only one.
    pub payment_id: Option<MolliePaymentId>,
    /// Above zero.
    pub amount: Money,
    pub lines: Vec<ShipmentLine>,
}

/// Decides what a refund gives back: of each line no more than was paid or captured for it and not given back, and no more of
/// the order, unless the caller gives up that limit by name. `refunds`: all refunds of the order.
///
/// # Errors
/// [`RequestError`], naming every line at once.
pub fn plan(order: &Order, refunds: &[Refund], request: &RefundRequest) -> Result<Plan, RequestError> {
    let is_by_line = !matches!(request.selection, RefundSelection::Amount(_));
    refundable_order(order, is_by_line).map_err(RequestError::State)?;
    let given_up = |limit| request.overrides.contains(&limit);
    let lines = match &request.selection {
        RefundSelection::AllRemaining => all_remaining(order).map_err(RequestError::State)?,
        RefundSelection::Lines(lines) => each(order, lines, "lines", |line| line.line_id, selected)?,
        RefundSelection::Reductions(reductions) => {
            let reduced = |order: &Order, line: &Line, reduction: &Reduction| {
                reduced(order, line, reduction, given_up(Override::LineCeiling))
            };
            each(order, reductions, "reductions", |reduction| reduction.line_id, reduced)?
        }
        RefundSelection::Amount(_) => Vec::new(),
    };
    let amount = match request.selection {
        RefundSelection::Amount(amount) => in_currency(order, amount)?,
        RefundSelection::Lines(_) | RefundSelection::AllRemaining | RefundSelection::Reductions(_) => {
            sum(order, &lines).map_err(RequestError::State)?
        }
    };
    let route = route(order, &request.selection, &lines);
    if amount.minor() > room(order).minor() && !given_up(Override::OrderCeiling) {
        return Err(RequestError::State(above(order, amount, &lines)));
    }
    let payment_id = match route {
        Route::Order => only(order),
        Route::Payment => Some(payment(order, refunds, request, amount)?),
    };
    Ok(Plan { route, payment_id, amount, lines })
}

fn refundable_order(order: &Order, is_by_line: bool) -> Result<(), FailedPrecondition> {
    let refuse = |reason, text: &str| Err(FailedPrecondition::of_order(reason, text));
    let not_refundable = |text| refuse(PreconditionReason::OrderNotRefundable, text);
    if !order.is_understood() {
        let text =
            "Mollie reports a status this release does not know; update the service before moving money.";
        return refuse(PreconditionReason::StatusNotUnderstood, text);
    }
    match order.facts.status {
        None => refuse(PreconditionReason::OrderNotPlaced, "Mollie has not confirmed the order."),
        Some(OrderStatus::Paid | OrderStatus::Shipping | OrderStatus::Completed) => Ok(()),
        Some(OrderStatus::Authorized) => not_refundable(
            "The order's status is \"authorized\": its money is reserved and not taken. Release what is not to be shipped with \
             CancelOrderLines, or CancelOrder.",
        ),
        Some(OrderStatus::Created | OrderStatus::Pending) => not_refundable(
            "Nothing is paid yet. An order is refunded while it is paid, shipping or completed.",
        ),
        Some(OrderStatus::Canceled | OrderStatus::Expired)
            if !is_by_line && holding(order).next().is_some() =>
        {
            Ok(())
        }
        Some(OrderStatus::Canceled | OrderStatus::Expired) => not_refundable(
            "The order has ended, and what was not shipped is released. Money that a payment still holds is refunded as an \
             amount, without lines.",
        ),
    }
}

fn all_remaining(order: &Order) -> Result<Vec<ShipmentLine>, FailedPrecondition> {
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
    let base = if order.captures_by_shipment() { line.shipped.quantity } else { line.quantity };
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

fn in_currency(order: &Order, amount: Money) -> Result<Money, RequestError> {
    let currency = order.terms.amount.currency();
    if amount.currency() == currency {
        return Ok(amount);
    }
    let mut faults = Violations::default();
    faults.add("amount.currency", "order.one_currency", currency.code(), amount.currency().code());
    Err(RequestError::Invalid(faults.into_vec()))
}

/// The sum of the lines, which must be more than zero.
fn sum(order: &Order, lines: &[ShipmentLine]) -> Result<Money, FailedPrecondition> {
    let minor = lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.part.amount.minor()));
    let amount = Money::from_minor(minor, order.terms.amount.currency());
    if minor > 0 {
        return Ok(amount);
    }
    let text = format!("These lines add up to {amount}: a refund gives more than zero back.");
    Err(FailedPrecondition::of_order(PreconditionReason::RefundOutOfBounds, text))
}

/// On the order, by lines, as long as Mollie's own figures of those lines are whole.
fn route(order: &Order, selection: &RefundSelection, lines: &[ShipmentLine]) -> Route {
    let is_beside = |line: &ShipmentLine| order.line(line.line_id).is_some_and(Line::is_refunded_on_payment);
    match selection {
        RefundSelection::Reductions(_) | RefundSelection::Amount(_) => Route::Payment,
        // A rest of a price without units is nothing that Mollie's lines know.
        RefundSelection::Lines(_) | RefundSelection::AllRemaining
            if lines.iter().any(is_beside) || lines.iter().any(|line| line.part.quantity == 0) =>
        {
            Route::Payment
        }
        RefundSelection::Lines(_) | RefundSelection::AllRemaining => Route::Order,
    }
}

fn only(order: &Order) -> Option<MolliePaymentId> {
    let mut holding = holding(order);
    let first = holding.next()?;
    holding.next().is_none().then(|| first.mollie_id.clone())
}

fn above(order: &Order, amount: Money, lines: &[ShipmentLine]) -> FailedPrecondition {
    let text = format!(
        "{amount} is more than the {} that may be refunded: {} was paid or captured, and the rest is given back or on its way.",
        room(order),
        received(order)
    );
    let vouchers: Vec<_> = order.payments.iter().filter_map(by_voucher).collect();
    let vouchers = vouchers.into_iter().map(|(payment, minor)| {
        let money = Money::from_minor(minor, payment.amount.currency());
        format!(" Vouchers paid {money} of {}: give that back as store credit.", payment.mollie_id)
    });
    let whole = Unmet { subject: "order".to_owned(), description: text + &vouchers.collect::<String>() };
    let along = deductions_left(order, lines).into_iter().map(|(id, share)| Unmet {
        subject: format!("lines/{id}"),
        description: format!("Line {id} takes money off: its share in these goods is {share}."),
    });
    FailedPrecondition::new(
        PreconditionReason::RefundOutOfBounds,
        std::iter::once(whole).chain(along).collect(),
    )
}

/// What vouchers paid of a payment.
fn by_voucher(payment: &Payment) -> Option<(&Payment, i64)> {
    let remainder = payment.remainder_amount?.minor();
    let minor = payment.amount.minor().saturating_sub(remainder);
    (minor > 0).then_some((payment, minor))
}

/// The payment to give back from: the one the caller names, or the one with most room.
fn payment(
    order: &Order,
    refunds: &[Refund],
    request: &RefundRequest,
    amount: Money,
) -> Result<MolliePaymentId, RequestError> {
    let is_named = |payment: &&Payment| request.payment_id.as_ref().is_none_or(|id| *id == payment.mollie_id);
    let rooms = holding(order).filter(is_named).map(|payment| (room_on(order, refunds, payment), payment));
    let Some((room, payment)) = rooms.max_by_key(|(room, _)| room.minor()) else {
        return Err(no_payment(order, request));
    };
    if amount.minor() > room.minor() && !request.overrides.contains(&Override::OrderCeiling) {
        let id = &payment.mollie_id;
        let text = format!("{amount} is more than the {room} that may be refunded on payment {id}.");
        let refusal = FailedPrecondition::of_order(PreconditionReason::RefundOutOfBounds, text);
        return Err(RequestError::State(refusal));
    }
    Ok(payment.mollie_id.clone())
}

fn no_payment(order: &Order, request: &RefundRequest) -> RequestError {
    let Some(id) = &request.payment_id else {
        let text = "No payment of the order holds money that can be refunded.";
        return RequestError::State(FailedPrecondition::of_order(
            PreconditionReason::RefundOutOfBounds,
            text,
        ));
    };
    let known = holding(order).map(|payment| payment.mollie_id.to_string()).collect::<Vec<_>>().join(", ");
    let mut faults = Violations::default();
    let expected = format!("a payment of the order that holds money: {known}");
    faults.add("mollie_payment_id", "refund.payment", expected, id.as_str());
    RequestError::Invalid(faults.into_vec())
}
