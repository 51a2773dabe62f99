//! Lines are given back, or parts of them: which they may be, and for how much.
//!
//! Refunds draw on a pool of their own: the whole line in the paid flow, what was shipped of it in the authorized flow.

use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::fields::Fields;
use super::method::Flow;
use super::pool::{read_named, whole};
use super::records::{Line, Order, RefundedLine, Share};
use super::refund::Wish;
use super::refund_json;
use super::switches::{NoLines, VatHalf};
use super::world::World;

impl World {
    pub(super) fn create_order_refund(
        &mut self,
        caller: &Caller,
        order_id: &str,
        body: &Value,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let order = self.owned_order(caller, order_id)?.clone();
        let fields = Fields::top(body)?;
        let note = self.read_note(&fields)?;
        let parts = self.read_refunded(&order, &fields)?;
        let amount: i64 = parts.iter().map(|(_, part)| part.amount).sum();
        if amount <= 0 {
            // Inferred: no answer to a refund of deductions alone is recorded.
            return Err(Refusal::unprocessable("The amount of a refund should be higher than zero."));
        }
        let payment = order.settling_payment().ok_or_else(|| nothing("paid"))?;
        order.check_duplicate(&payment.id, amount, now)?;
        order.check_refundable(payment, amount, self.switches().refund_ceiling)?;
        let lines = refunded_lines(&order, &parts, self.switches().vat_half);
        let wish = Wish { payment_id: payment.id.clone(), amount, lines, note };
        let order = self.begin_refund(order, wish, now)?;
        Ok(refund_json::created(&order, self))
    }

    fn read_refunded(&self, order: &Order, fields: &Fields<'_>) -> Result<Vec<(usize, Share)>, Refusal> {
        let wanted = fields.list("lines")?.map(Vec::as_slice).unwrap_or_default();
        let pools: Vec<Share> = order.lines.iter().map(|line| order.refundable_of(line)).collect();
        match (wanted, self.switches().refund_without_lines) {
            ([], NoLines::Refused) => return Err(fields.refuse("lines", "The lines field is missing.")),
            ([], NoLines::All) | ([_, ..], NoLines::Refused | NoLines::All) => {}
        }
        order.check_taken(wanted)?;
        if !wanted.is_empty() {
            return read_named(wanted, order, pools, self.switches());
        }
        let all = whole(&pools);
        if all.is_empty() { Err(Refusal::unprocessable("Everything is refunded.")) } else { Ok(all) }
    }
}

impl Order {
    /// Refuses a refund of lines for none of which any money was taken. Those that are not there are named elsewhere.
    fn check_taken(&self, wanted: &[Value]) -> Result<(), Refusal> {
        let id_of = |value: &Value| value.get("id").and_then(Value::as_str).map(str::to_owned);
        let ids: Vec<String> = wanted.iter().filter_map(id_of).collect();
        let is_meant = |line: &&Line| wanted.is_empty() || ids.contains(&line.id);
        let meant: Vec<&Line> = self.lines.iter().filter(is_meant).collect();
        if meant.is_empty() || meant.iter().any(|line| self.taken_for(line).quantity > 0) {
            return Ok(());
        }
        Err(nothing(match self.flow() {
            Flow::Authorized => "shipped",
            Flow::Paid => "paid",
        }))
    }
}

fn nothing(done: &str) -> Refusal {
    Refusal::unprocessable(format!(
        "Cannot create a refund for these lines, the total amount {done} is zero."
    ))
}

fn refunded_lines(order: &Order, parts: &[(usize, Share)], half: VatHalf) -> Vec<RefundedLine> {
    let refunded = |(index, part): &(usize, Share)| {
        let line = order.lines.get(*index)?;
        Some(RefundedLine {
            line_id: line.id.clone(),
            part: *part,
            vat_amount: line.vat_rate().map(|rate| rate.contained_in(part.amount, half)),
            status: line.status,
        })
    };
    parts.iter().filter_map(refunded).collect()
}
