//! Cancel lines, or parts of them: what is authorized and not shipped of them is released.
//!
//! Only the dashboard asks for it so far. Decides about lines; who may ask is decided elsewhere.

use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Refusal};
use super::fields::Fields;
use super::hooks::OrderEvent;
use super::method::Flow;
use super::order_json::{self, Embeds};
use super::pool::read_named;
use super::records::{EffectKind, Line, LineStatus, Order};
use super::switches::CaptureAboveAuthorization;
use super::world::World;

impl World {
    /// A refusal has changed nothing.
    pub(super) fn cancel_lines(
        &mut self,
        mut order: Order,
        body: &Value,
        above: CaptureAboveAuthorization,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let wanted = Fields::top(body)?.list("lines")?.map(Vec::as_slice).unwrap_or_default();
        let has_rest = |line: &Line| line.is_shippable() && line.rest().quantity > 0;
        if order.flow() != Flow::Authorized || wanted.is_empty() || !order.lines.iter().any(has_rest) {
            return Err(Refusal::unprocessable("No lines can be canceled."));
        }
        let released = read_named(wanted, &mut order, self.switches(), Line::release)?;
        order.check_release(above)?;
        self.enter_release(EffectKind::LinesCanceled, &order, &released, now);
        if order.lines.iter().all(|line| line.status == LineStatus::Canceled) {
            self.end_canceled(&mut order, now);
        } else {
            self.notify_order(&order, OrderEvent::PartlyCanceled, now);
            self.finish_if_done(&mut order, now);
        }
        let answer = Answer::ok(order_json::direct(&order, Embeds::default(), self));
        self.save(order);
        Ok(answer)
    }
}
