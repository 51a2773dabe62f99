//! Cancel lines, or parts of them: what is authorized and not shipped of them is released.
//!
//! Decides about lines; the bound of captures is the caller's word, and a supplier has one only where the API asks.

use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::fields::Fields;
use super::hooks::OrderEvent;
use super::method::Flow;
use super::order_json::{self, Embeds};
use super::pool::{read_named, unshipped, whole};
use super::records::{EffectKind, LineStatus, Order, Share};
use super::switches::{CaptureAboveAuthorization, LinesAmount, SupplierDeclines, Switches};
use super::world::World;

impl World {
    /// `DELETE …/lines`. The answer is empty.
    pub(super) fn delete_lines(
        &mut self,
        caller: &Caller,
        order_id: &str,
        body: &Value,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let order = self.owned_order(caller, order_id)?.clone();
        let above = self.switches().capture_above_authorization;
        let parts = read_parts(&order, body, self.switches())?;
        match self.switches().supplier_declines {
            SupplierDeclines::Lines => return Err(Refusal::supplier_declined()),
            SupplierDeclines::Off | SupplierDeclines::Address | SupplierDeclines::Cancel => {}
        }
        self.release_lines(order, &parts, above, now)?;
        Ok(Answer::no_content())
    }

    /// Cancels lines, whoever asks for it. A refusal has changed nothing.
    pub(super) fn cancel_lines(
        &mut self,
        order: Order,
        body: &Value,
        above: CaptureAboveAuthorization,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let parts = read_parts(&order, body, self.switches())?;
        let order = self.release_lines(order, &parts, above, now)?;
        Ok(Answer::ok(order_json::direct(&order, Embeds::default(), self)))
    }

    fn release_lines(
        &mut self,
        mut order: Order,
        parts: &[(usize, Share)],
        above: CaptureAboveAuthorization,
        now: Timestamp,
    ) -> Result<Order, Refusal> {
        order.release_parts(parts);
        order.check_release(above)?;
        match self.switches().amount_after_line_cancellation {
            LinesAmount::Unchanged => {}
            LinesAmount::Reduced => {
                order.shown_less += parts.iter().map(|(_, part)| part.amount).sum::<i64>()
            }
        }
        self.enter_release(EffectKind::LinesCanceled, &order, parts, now);
        if order.lines.iter().all(|line| line.status == LineStatus::Canceled) {
            self.end_canceled(&mut order, now);
        } else {
            self.notify_order(&order, OrderEvent::PartlyCanceled, now);
            self.finish_if_done(&mut order, now);
        }
        self.save(order.clone());
        Ok(order)
    }
}

/// Only authorized and shipping lines. An empty list is all of them, one that is missing is a slip.
fn read_parts(order: &Order, body: &Value, switches: &Switches) -> Result<Vec<(usize, Share)>, Refusal> {
    let fields = Fields::top(body)?;
    let wanted = fields.required("lines", fields.list("lines")?)?;
    let pools = unshipped(order);
    let all = whole(&pools);
    if order.flow() != Flow::Authorized || all.is_empty() {
        return Err(Refusal::unprocessable("No lines can be canceled."));
    }
    if wanted.is_empty() { Ok(all) } else { read_named(wanted, order, pools, switches) }
}
