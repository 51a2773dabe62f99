//! Ship lines of an order: counters, captures in the authorized flow, and the states that follow.

use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::fields::Fields;
use super::hooks::OrderEvent;
use super::method::Flow;
use super::pool::{read_named, unshipped, whole};
use super::records::{Draft, EffectKind, Line, LineStatus, Order, OrderStatus, Share, Shipment, ShippedLine};
use super::shipment_json;
use super::switches::{CaptureAboveAuthorization, Switches};
use super::tracking::read_tracking;
use super::world::World;

impl World {
    pub(super) fn create_shipment(
        &mut self,
        caller: &Caller,
        order_id: &str,
        body: &Value,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let order = self.owned_order(caller, order_id)?.clone();
        self.ship(order, body, self.switches().capture_above_authorization, now)
    }

    /// Ships whoever asks for it. A refusal has changed nothing.
    pub(super) fn ship(
        &mut self,
        mut order: Order,
        body: &Value,
        above: CaptureAboveAuthorization,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let fields = Fields::top(body)?;
        let tracking = read_tracking(&fields)?;
        let parts = read_parts(&fields, &mut order, self.switches())?;
        let total: i64 = parts.iter().map(|(_, part)| part.amount).sum();
        order.check_shipment(total, above)?;
        let shipped = |(index, part): &(usize, Share)| self.shipped_line(&order, *index, *part);
        let lines = parts.iter().filter_map(shipped).collect();
        let shipment = Shipment { id: self.draw_short("shp_"), created_at: now, tracking, lines };
        self.enter_shipment(&order, &shipment, total, now);
        order.status = OrderStatus::Shipping;
        self.notify_order(&order, OrderEvent::ShipmentCreated, now);
        if order.flow() == Flow::Authorized {
            self.capture(&mut order, &shipment.id, total, now);
        }
        let answer = Answer::created(shipment_json::direct(&order, &shipment, self));
        order.shipments.push(shipment);
        self.finish_if_done(&mut order, now);
        self.save(order);
        Ok(answer)
    }

    fn shipped_line(&self, order: &Order, index: usize, part: Share) -> Option<ShippedLine> {
        let line = order.lines.get(index)?;
        let half = self.switches().vat_half;
        Some(ShippedLine {
            line_id: line.id.clone(),
            part,
            vat_amount: line.vat_rate().map(|rate| rate.contained_in(part.amount, half)),
            status: line.status,
            is_cancelable: order.cancelable_quantity(line) > 0,
        })
    }

    fn enter_shipment(&mut self, order: &Order, shipment: &Shipment, total: i64, now: Timestamp) {
        let entry = Draft::new(EffectKind::ShipmentCreated, order)
            .shipment(&shipment.id)
            .lines(shipment.lines.iter().map(|line| (line.line_id.as_str(), line.part)))
            .amount("shipped", total);
        let entry = match order.flow() {
            Flow::Paid => entry,
            Flow::Authorized => entry.amount("captured", total),
        };
        self.enter(entry, now);
    }
}

/// Takes the wanted parts out of the order's lines: position of the line, and what is taken of it.
fn read_parts(
    fields: &Fields<'_>,
    order: &mut Order,
    switches: &Switches,
) -> Result<Vec<(usize, Share)>, Refusal> {
    let pools = unshipped(order);
    let all = whole(&pools);
    if all.is_empty() {
        return Err(Refusal::unprocessable("Cannot create a shipment. No lines can be shipped."));
    }
    let wanted = fields.list("lines")?.map(Vec::as_slice).unwrap_or_default();
    let parts = if wanted.is_empty() { all } else { read_named(wanted, order, pools, switches)? };
    for (index, part) in &parts {
        if let Some(line) = order.lines.get_mut(*index) {
            take(line, *part);
        }
    }
    Ok(parts)
}

fn take(line: &mut Line, part: Share) {
    line.shipped.add(part);
    line.status = if line.rest().quantity == 0 { LineStatus::Completed } else { LineStatus::Shipping };
}
