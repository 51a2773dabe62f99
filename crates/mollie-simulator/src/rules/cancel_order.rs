//! Cancel a whole order: what is authorized and not shipped is released. Money that was taken stays taken.

use jiff::Timestamp;

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::finish::Ending;
use super::hooks::OrderEvent;
use super::ledger::EffectKind;
use super::order::{Flow, Order, OrderStatus};
use super::order_json::{self, Embeds};
use super::payment::PaymentStatus;
use super::switches::{OpenPayment, SupplierDeclines, WrongStateCancel};
use super::world::World;

impl World {
    pub(super) fn cancel_order(
        &mut self,
        caller: &Caller,
        id: &str,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let mut order = self.owned_order(caller, id)?.clone();
        self.check_cancelable(&order)?;
        let was_shipping = order.status == OrderStatus::Shipping;
        let released = order.release_rest();
        self.enter_release(EffectKind::OrderCanceled, &order, &released, now);
        if was_shipping {
            self.notify_order(&order, OrderEvent::PartlyCanceled, now);
            self.finish_if_done(&mut order, now);
        } else {
            order.status = OrderStatus::Canceled;
            order.milestones.canceled_at = Some(now);
            self.end_all_payments(&mut order, Ending::Canceled, now);
            self.notify_order(&order, OrderEvent::Canceled, now);
        }
        let answer = Answer::ok(order_json::direct(&order, Embeds::default(), self));
        self.save(order);
        Ok(answer)
    }

    fn check_cancelable(&self, order: &Order) -> Result<(), Refusal> {
        match (order.status, order.flow()) {
            (OrderStatus::Created, Flow::Paid | Flow::Authorized) => self.check_open_payment(order),
            (OrderStatus::Authorized, Flow::Paid | Flow::Authorized)
            | (OrderStatus::Shipping, Flow::Authorized) => {
                // Beside the authorisation another attempt may be open, and the rule names no state of the order.
                self.check_open_payment(order)?;
                self.check_supplier()
            }
            (OrderStatus::Shipping, Flow::Paid)
            | (
                OrderStatus::Paid | OrderStatus::Completed | OrderStatus::Canceled | OrderStatus::Expired,
                Flow::Paid | Flow::Authorized,
            ) => Err(self.wrong_state(order.status)),
        }
    }

    fn check_supplier(&self) -> Result<(), Refusal> {
        match self.switches().supplier_declines {
            SupplierDeclines::Off => Ok(()),
            SupplierDeclines::Cancel => Err(Refusal::unprocessable(
                "Update authorization not allowed. Decision is based on order state and outcome of risk assessment.",
            )),
        }
    }

    fn wrong_state(&self, status: OrderStatus) -> Refusal {
        match self.switches().cancel_in_wrong_state {
            WrongStateCancel::BadRequest => {
                Refusal::bad_request(format!("The order cannot be canceled from state: {}", status.as_text()))
            }
            WrongStateCancel::Unprocessable => Refusal::unprocessable("The order cannot be cancelled"),
        }
    }

    fn check_open_payment(&self, order: &Order) -> Result<(), Refusal> {
        let is_opened = order.payments.iter().any(|one| one.status == PaymentStatus::Open && one.opened);
        match self.switches().open_payment_and_cancel {
            OpenPayment::Blocks if is_opened => Err(Refusal::bad_request(
                "Unable to cancel order at this moment. The order has an open payment, please try again later.",
            )),
            OpenPayment::Blocks | OpenPayment::Allowed => Ok(()),
        }
    }
}
