//! What a refund gives back, decided on the order as it is: units, amounts, and where it is made.

use super::ceiling::{holding, received, room, room_on};
use super::deductions::deductions_left;
use super::lines::{all_remaining, reductions, units};
use super::{Override, Refund, RefundRequest, RefundSelection, Route};
use crate::rules::ids::{LineId, MolliePaymentId};
use crate::rules::money::Money;
use crate::rules::order::{Line, Order};
use crate::rules::payment::Payment;
use crate::rules::precondition::{FailedPrecondition, PreconditionReason, Unmet};
use crate::rules::request_error::RequestError;
use crate::rules::shipment::ShipmentLine;
use crate::rules::status::OrderStatus;
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
    /// How many units of a line did not leave, and will not.
    pub not_leaving: Vec<(LineId, u32)>,
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
        RefundSelection::Lines(lines) => units(order, lines)?,
        RefundSelection::Reductions(lines) => reductions(order, lines, given_up(Override::LineCeiling))?,
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
    let not_leaving = not_leaving(order, request, &lines);
    Ok(Plan { route, payment_id, amount, lines, not_leaving })
}

/// Whether lines of the order can be refunded at all, as far as its status says.
///
/// # Errors
/// The status does not allow it.
pub fn by_lines(order: &Order) -> Result<(), FailedPrecondition> {
    refundable_order(order, true)
}

fn refundable_order(order: &Order, is_by_line: bool) -> Result<(), FailedPrecondition> {
    let refuse = |reason, text: &str| Err(FailedPrecondition::of_order(reason, text));
    if !order.is_understood() {
        let text =
            "Mollie reports a status this release does not know; update the service before moving money.";
        return refuse(PreconditionReason::StatusNotUnderstood, text);
    }
    match order.facts.status {
        None => refuse(PreconditionReason::OrderNotPlaced, "Mollie has not confirmed the order."),
        Some(OrderStatus::Paid | OrderStatus::Shipping | OrderStatus::Completed) => Ok(()),
        Some(OrderStatus::Canceled | OrderStatus::Expired)
            if !is_by_line && holding(order).next().is_some() =>
        {
            Ok(())
        }
        Some(status) => refuse(PreconditionReason::OrderNotRefundable, &not_refundable(status)),
    }
}

fn not_refundable(status: OrderStatus) -> String {
    let why = match status {
        OrderStatus::Created | OrderStatus::Pending => "nothing is paid yet",
        OrderStatus::Authorized => {
            "its money is reserved and not taken; release what is not to be shipped with CancelOrderLines, or CancelOrder"
        }
        OrderStatus::Canceled | OrderStatus::Expired => {
            "it has ended, and what was not shipped is released; money that a payment still holds is refunded as an amount, \
             without lines"
        }
        OrderStatus::Paid | OrderStatus::Shipping | OrderStatus::Completed => "nothing is left",
    };
    let status = status.as_str();
    format!(
        "The order's status is \"{status}\": {why}. An order is refunded while it is paid, shipping or completed."
    )
}

/// Paid units that did not leave and are refunded: those that the request names, or else those beyond what the shopper has. They stay
/// unavailable when others leave after them. Where shipments capture, only what left is refunded.
fn not_leaving(order: &Order, request: &RefundRequest, lines: &[ShipmentLine]) -> Vec<(LineId, u32)> {
    if order.captures_by_shipment() {
        return Vec::new();
    }
    let beyond = |line: &ShipmentLine| {
        let quantity = line.part.quantity.saturating_sub(order.line(line.line_id)?.with_shopper());
        (quantity > 0).then_some((line.line_id, quantity))
    };
    request.not_leaving.clone().unwrap_or_else(|| lines.iter().filter_map(beyond).collect())
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
    let takes_off = |line: &&ShipmentLine| line.part.amount.minor() < 0;
    let off: Vec<_> = lines.iter().filter(takes_off).map(|line| line.line_id.to_string()).collect();
    let hint = match off.is_empty() {
        true => {
            " Mollie refuses a refund of nothing: take units that are worth nothing back with ReturnLines."
                .to_owned()
        }
        false => format!(
            " Line {} takes money off the price of these goods. Return it with the rest of them, or refund what is owed now with \
             CreateRefund, as reductions of the goods.",
            off.join(", ")
        ),
    };
    let text = format!("These lines add up to {amount}: a refund gives more than zero back.{hint}");
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
    let room = room(order);
    let as_amount = match room.minor() > 0 && !lines.is_empty() {
        true => format!(" Fewer lines, or {room} as an amount, can be refunded."),
        false => String::new(),
    };
    let text = format!(
        "{amount} is more than the {room} that may be refunded: {} was paid or captured, and the rest is given back, charged back or \
         on its way.{as_amount}",
        received(order)
    );
    let vouchers = by_vouchers(order).into_iter().map(|(payment, money)| {
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

/// What vouchers paid of each payment: it is not refunded, but given back as store credit.
#[must_use]
pub fn by_vouchers(order: &Order) -> Vec<(&Payment, Money)> {
    let paid = |payment: &Payment| {
        let minor = payment.amount.minor().saturating_sub(payment.remainder_amount?.minor());
        (minor > 0).then(|| Money::from_minor(minor, payment.amount.currency()))
    };
    order.payments.iter().filter_map(|payment| Some((payment, paid(payment)?))).collect()
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
