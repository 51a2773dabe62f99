//! Canceling an order (cancel order): what is authorized is released, an unpaid order ends. What is captured or paid is
//! given back by a refund instead.

use super::deduction;
use super::ids::LineId;
use super::order::Order;
use super::placement::Placement;
use super::precondition::{FailedPrecondition, PreconditionReason};
use super::request_error::RequestError;
use super::status::{LineStatus, OrderStatus};

/// What canceling an order takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancellation {
    /// It is canceled already, or never came to stand: nothing to do.
    Nothing,
    /// Mollie does not know it yet: withdraw the placement, or cancel behind it.
    Withdraw,
    /// Ask Mollie to cancel.
    AtMollie,
}

/// Decides what canceling the order takes, and which deductions it gives up: those named by `release`, as the caller wrote
/// them. Naming one that is not left harms nothing.
///
/// # Errors
/// [`RequestError`], naming every line at once.
pub fn plan(order: &Order, release: &[String]) -> Result<(Cancellation, Vec<LineId>), RequestError> {
    let named = deduction::named(order, release).map_err(RequestError::Invalid)?;
    let cancellation = way(order).map_err(RequestError::State)?;
    match cancellation {
        Cancellation::AtMollie => deduction::keep(order, &named).map_err(RequestError::State)?,
        Cancellation::Nothing | Cancellation::Withdraw => (),
    }
    Ok((cancellation, named))
}

/// What canceling takes by the order's status. `isCancelable` is no promise and never a reason to refuse.
fn way(order: &Order) -> Result<Cancellation, FailedPrecondition> {
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
            OrderStatus::Paid | OrderStatus::Shipping => refuse(&refund("paid")),
            OrderStatus::Pending => {
                refuse("A payment is being processed; try again when the order is authorized or created.")
            }
            OrderStatus::Completed => refuse(&refund("completed")),
            OrderStatus::Expired => refuse(
                "The order has expired: what was not shipped is released, and nothing is left to cancel.",
            ),
        },
    }
}

fn refund(status: &str) -> String {
    format!("The order is {status}; give money back by a refund, for now in Mollie's dashboard.")
}

/// Whether a shipping order is of the authorized flow: Mollie cancels the rest only where no line is paid.
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
    fn what_mollie_does_not_have_is_withdrawn() {
        assert_eq!(way(recorded().order()), Ok(Cancellation::Withdraw));
    }

    #[test]
    fn is_cancelable_is_no_reason_to_refuse() {
        let mut order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
        order.facts.is_cancelable = Some(false);
        assert_eq!(way(&order), Ok(Cancellation::AtMollie));
    }

    #[test]
    fn a_shipping_order_that_was_paid_is_not_canceled_although_no_line_is_called_paid() {
        let mut order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
        assert_eq!(way(&order), Ok(Cancellation::AtMollie));
        order.facts.authorized_time = None;
        assert!(way(&order).is_err());
    }
}
