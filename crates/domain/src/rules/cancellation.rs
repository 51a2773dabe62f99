//! Canceling an order (cancel order): authorized money is released, an unpaid order ends. Money that is captured or paid is
//! refunded instead.

use super::ids::LineId;
use super::order::Order;
use super::placement::Placement;
use super::precondition::{FailedPrecondition, PreconditionReason};
use super::request_error::RequestError;
use super::status::{LineStatus, OrderStatus};
use super::{deduction, shipment};

/// How to cancel an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancellation {
    /// It is already canceled, or was never placed: nothing to do.
    Nothing,
    /// Mollie does not know it yet: withdraw the placement, or cancel after it.
    Withdraw,
    /// Ask Mollie to cancel.
    AtMollie,
}

/// Decides how to cancel the order and which deductions to give up: those in `release`, as the caller wrote them. Naming one that
/// has nothing left has no effect.
///
/// # Errors
/// [`RequestError`], naming every line at once.
pub fn plan(order: &Order, release: &[String]) -> Result<(Cancellation, Vec<LineId>), RequestError> {
    let named = deduction::named(order, release).map_err(RequestError::Invalid)?;
    let cancellation = way(order).map_err(RequestError::State)?;
    match cancellation {
        Cancellation::AtMollie => {
            shipment::none_held(order).map_err(RequestError::State)?;
            deduction::keep(order, &named).map_err(RequestError::State)?;
        }
        Cancellation::Nothing | Cancellation::Withdraw => (),
    }
    Ok((cancellation, named))
}

/// How to cancel, by the order's status. `isCancelable` is not a promise and never a reason to refuse.
///
/// # Errors
/// Why it is not to be canceled, and what to do instead.
pub fn way(order: &Order) -> Result<Cancellation, FailedPrecondition> {
    let refuse = |text: &str| Err(FailedPrecondition::of_order(PreconditionReason::OrderNotCancelable, text));
    match (order.placement, order.facts.status) {
        (Placement::Refused | Placement::Abandoned, _) => Ok(Cancellation::Nothing),
        (Placement::Placing, _) => Ok(Cancellation::Withdraw),
        (Placement::Placed, _) if !order.is_understood() => Err(FailedPrecondition::of_order(
            PreconditionReason::StatusNotUnderstood,
            "Mollie reports a status this release does not know; update the service before moving money.",
        )),
        (Placement::Placed, None) => refuse("Mollie has not reported the order's status yet."),
        (Placement::Placed, Some(status)) => match status {
            OrderStatus::Canceled => Ok(Cancellation::Nothing),
            OrderStatus::Created | OrderStatus::Authorized => Ok(Cancellation::AtMollie),
            OrderStatus::Shipping if has_no_paid_line(order) => Ok(Cancellation::AtMollie),
            OrderStatus::Paid
            | OrderStatus::Shipping
            | OrderStatus::Pending
            | OrderStatus::Completed
            | OrderStatus::Expired => refuse(&not_cancelable(status)),
        },
    }
}

fn not_cancelable(status: OrderStatus) -> String {
    let why = match status {
        OrderStatus::Pending => "a payment is being processed; try again when it is created or authorized",
        OrderStatus::Expired => "what was not shipped is released, and nothing is left to cancel",
        OrderStatus::Paid | OrderStatus::Shipping => {
            "it was paid; refund the money instead, with CreateRefund"
        }
        OrderStatus::Completed => "nothing is left to cancel; refund the money instead, with CreateRefund",
        OrderStatus::Created | OrderStatus::Authorized | OrderStatus::Canceled => "nothing is left",
    };
    let status = status.as_str();
    format!(
        "The order's status is \"{status}\": {why}. An order is canceled while it is created or authorized, or shipping and not \
         paid at once."
    )
}

/// Whether a shipping order was authorized rather than paid: Mollie cancels the rest only if no line is paid.
fn has_no_paid_line(order: &Order) -> bool {
    order.captures_by_shipment() && order.lines.iter().all(|line| line.status != Some(LineStatus::Paid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::{placed, recorded};

    #[test]
    fn unpaid_and_authorized_orders_are_canceled_and_paid_ones_are_not() {
        let planned = |status, line| way(placed(status, line).order()).ok();
        assert_eq!(planned(OrderStatus::Created, LineStatus::Created), Some(Cancellation::AtMollie));
        assert_eq!(planned(OrderStatus::Authorized, LineStatus::Authorized), Some(Cancellation::AtMollie));
        assert_eq!(planned(OrderStatus::Shipping, LineStatus::Authorized), Some(Cancellation::AtMollie));
        assert_eq!(planned(OrderStatus::Shipping, LineStatus::Paid), None);
        assert_eq!(planned(OrderStatus::Canceled, LineStatus::Canceled), Some(Cancellation::Nothing));
        for (status, line) in [
            (OrderStatus::Paid, LineStatus::Paid),
            (OrderStatus::Pending, LineStatus::Created),
            (OrderStatus::Completed, LineStatus::Completed),
            (OrderStatus::Expired, LineStatus::Canceled),
        ] {
            assert_eq!(planned(status, line), None, "{}", status.as_str());
        }
    }

    #[test]
    fn a_placement_mollie_does_not_have_is_withdrawn() {
        assert_eq!(way(recorded().order()), Ok(Cancellation::Withdraw));
    }

    #[test]
    fn is_cancelable_is_never_a_reason_to_refuse() {
        let mut order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
        order.facts.is_cancelable = Some(false);
        assert_eq!(way(&order), Ok(Cancellation::AtMollie));
    }

    #[test]
    fn a_shipping_order_that_was_paid_is_not_canceled_even_if_no_line_is_paid() {
        let mut order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
        assert_eq!(way(&order), Ok(Cancellation::AtMollie));
        order.facts.authorized_time = None;
        assert!(way(&order).is_err());
    }

    #[test]
    fn what_is_not_understood_moves_no_money() {
        let mut order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
        order.facts.unknown_status = Some("paused".to_owned());
        assert_eq!(way(&order).unwrap_err().reason, PreconditionReason::StatusNotUnderstood);
    }

    #[test]
    fn a_refusal_names_the_status_and_what_to_do_instead() {
        let refused = |status, line| way(placed(status, line).order()).unwrap_err();
        for (status, line, instead) in [
            (OrderStatus::Pending, LineStatus::Created, "try again when"),
            (OrderStatus::Paid, LineStatus::Paid, "refund the money instead"),
            (OrderStatus::Shipping, LineStatus::Paid, "refund the money instead"),
            (OrderStatus::Completed, LineStatus::Completed, "refund the money instead"),
            (OrderStatus::Expired, LineStatus::Canceled, "nothing is left to cancel"),
        ] {
            let refused = refused(status, line);
            let (reason, text) = (refused.reason, &refused.unmet[0].description);
            assert_eq!(reason, PreconditionReason::OrderNotCancelable);
            assert!(text.contains(&format!("\"{}\"", status.as_str())) && text.contains(instead), "{text}");
        }
    }
}
