//! Cancel a whole order: what is authorized and not shipped is released. Money that was taken stays taken.

use jiff::Timestamp;

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::finish::Ending;
use super::hooks::OrderEvent;
use super::method::Flow;
use super::order_json::{self, Embeds};
use super::records::{EffectKind, Order, OrderStatus, PaymentStatus};
use super::switches::{CaptureAboveAuthorization, OpenPayment, SupplierDeclines, WrongStateCancel};
use super::world::World;

impl World {
    pub(super) fn cancel_order(
        &mut self,
        caller: &Caller,
        id: &str,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let order = self.owned_order(caller, id)?.clone();
        self.check_state(&order)?;
        // Beside an authorisation another attempt may be open, and the rule names no state of the order.
        self.check_open_payment(&order)?;
        self.check_supplier(&order)?;
        self.cancel_rest(order, self.switches().capture_above_authorization, now)
    }

    /// Cancels what is neither shipped nor canceled, whoever asks for it. A refusal has changed nothing.
    pub(super) fn cancel_rest(
        &mut self,
        mut order: Order,
        above: CaptureAboveAuthorization,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        self.check_state(&order)?;
        let was_shipping = order.status == OrderStatus::Shipping;
        let released = order.release_rest();
        // Source: the rulebook on canceling orders, an authorized one is released. Nothing of it was captured, so nothing can be above
        // what remains, whatever the attempt was for.
        if was_shipping {
            order.check_release(above)?;
        }
        self.enter_release(EffectKind::OrderCanceled, &order, &released, now);
        if was_shipping {
            self.notify_order(&order, OrderEvent::PartlyCanceled, now);
            self.finish_if_done(&mut order, now);
        } else {
            self.end_canceled(&mut order, now);
        }
        let answer = Answer::ok(order_json::direct(&order, Embeds::default(), self));
        self.save(order);
        Ok(answer)
    }

    /// Nothing of the order was shipped, and nothing is left of it.
    pub(super) fn end_canceled(&mut self, order: &mut Order, now: Timestamp) {
        order.status = OrderStatus::Canceled;
        order.milestones.canceled_at = Some(now);
        self.end_all_payments(order, Ending::Canceled, now);
        self.notify_order(order, OrderEvent::Canceled, now);
    }

    fn check_state(&self, order: &Order) -> Result<(), Refusal> {
        match (order.status, order.flow()) {
            (OrderStatus::Created | OrderStatus::Authorized, Flow::Paid | Flow::Authorized)
            | (OrderStatus::Shipping, Flow::Authorized) => Ok(()),
            (OrderStatus::Shipping, Flow::Paid)
            | (
                OrderStatus::Pending
                | OrderStatus::Paid
                | OrderStatus::Completed
                | OrderStatus::Canceled
                | OrderStatus::Expired,
                Flow::Paid | Flow::Authorized,
            ) => Err(self.wrong_state(order.status)),
        }
    }

    /// Where nothing is authorized yet, no supplier has a say.
    fn check_supplier(&self, order: &Order) -> Result<(), Refusal> {
        match self.switches().supplier_declines {
            SupplierDeclines::Off | SupplierDeclines::Address | SupplierDeclines::Lines => Ok(()),
            SupplierDeclines::Cancel if order.status == OrderStatus::Created => Ok(()),
            SupplierDeclines::Cancel => Err(Refusal::supplier_declined()),
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
        let is_opened = order.payments.iter().any(|one| match one.status {
            PaymentStatus::Open => one.opened,
            PaymentStatus::Pending => true,
            PaymentStatus::Authorized
            | PaymentStatus::Paid
            | PaymentStatus::Failed
            | PaymentStatus::Canceled
            | PaymentStatus::Expired => false,
        });
        match self.switches().open_payment_and_cancel {
            OpenPayment::Blocks if is_opened => Err(Refusal::bad_request(
                "Unable to cancel order at this moment. The order has an open payment, please try again later.",
            )),
            OpenPayment::Blocks | OpenPayment::Allowed => Ok(()),
        }
    }
}
