//! Lines that nobody has to pack, shipped by the service itself once the shopper's money is there: digital goods. They go alone: what takes money off stays
//! with the goods that people pack. Pure; it may not register the shipment.

use jiff::Timestamp;

use super::companion::{self, Companions};
use super::deduction::{self, is_deduction};
use super::followed::AutoShipped;
use super::ids::LineId;
use super::line::LineType;
use super::order::{Line, Order};
use super::request_error::RequestError;
use super::shipment::{self, LineSelection, Selection, ShipmentLine, ShipmentRequest};
use super::status::{OrderStatus, Read};

/// What a profile has chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AutoShip {
    /// Callers ship every line.
    #[default]
    Off,
    /// It is told what would be shipped.
    DryRun,
    /// Digital lines are shipped.
    Digital,
}

/// When the service ships lines of this order; `None`: there are none. In the paid flow, too: a merchant whose callers ship no digital line wants
/// those orders completed just the same.
#[must_use]
pub fn acts_at(order: &Order, chosen: AutoShip) -> Option<Timestamp> {
    let is_there = order.is_understood() && order.facts.status.is_some_and(OrderStatus::allows_shipping);
    if chosen == AutoShip::Off || !is_there || lines(order, chosen).is_empty() {
        return None;
    }
    let since = order.facts.authorized_time.or(order.facts.paid_time);
    Some(since.unwrap_or(order.created_time))
}

/// The digital lines that are left, each once: of what was tried a person knows.
#[must_use]
pub fn lines(order: &Order, chosen: AutoShip) -> Vec<LineId> {
    let was_tried = |tried: &&AutoShipped| match chosen {
        AutoShip::Off | AutoShip::DryRun => true,
        AutoShip::Digital => !tried.is_dry_run,
    };
    let tried: Vec<_> = order.followed.auto_shipped.iter().filter(was_tried).collect();
    let is_new = |line: &&Line| !tried.iter().any(|one| one.line_id == line.id);
    let left = order.lines.iter().filter(|line| is_digital(line) && line.available().quantity > 0);
    left.filter(|line| line.is_shippable()).filter(is_new).map(|line| line.id).collect()
}

fn is_digital(line: &Line) -> bool {
    line.line_type == Read::Known(LineType::Digital) && companion::is_goods(line)
}

/// What a parcel of these lines has: all that is left of them, and nothing else.
///
/// # Errors
/// Why people have to ship them.
pub fn plan(order: &Order, lines: &[LineId]) -> Result<Vec<ShipmentLine>, Vec<String>> {
    let mut reasons = Vec::new();
    let items = order.items.iter().filter(|item| item.is_open());
    reasons.extend(items.map(|item| {
        format!("review item {} ({}) is open: deal with it and close it", item.number, item.kind.as_str())
    }));
    reasons.extend(left_behind(order, lines));
    let whole = |line: &Line| {
        let part = line.available();
        LineSelection { line_id: line.id, quantity: part.quantity, amount: Some(part.amount) }
    };
    let selected = lines.iter().filter_map(|id| order.line(*id)).map(whole).collect();
    let request = ShipmentRequest {
        selection: Selection::Lines(selected),
        include_refunded: false,
        goods_left: false,
        tracking: None,
    };
    match shipment::plan(order, &request, Companions::Explicit) {
        Ok(planned) if reasons.is_empty() => Ok(planned.lines),
        Ok(_) => Err(reasons),
        Err(refusal) => {
            reasons.extend(told(refusal));
            Err(reasons)
        }
    }
}

/// What takes money off these lines and would be left without goods to go along with: the shopper would be owed it.
fn left_behind(order: &Order, lines: &[LineId]) -> Vec<String> {
    let is_named = |line: &Line| lines.contains(&line.id);
    let is_packed = |line: &Line| {
        let is_open = line.available().quantity > 0 || order.held_of(line.id).quantity > 0;
        companion::is_goods(line) && !is_named(line) && is_open
    };
    let is_alone = |line: &&Line| {
        let mut goods = deduction::goods_of(order, line);
        goods.any(is_named) && !deduction::goods_of(order, line).any(is_packed)
    };
    let deductions = order.lines.iter().filter(|line| is_deduction(line) && line.available().quantity > 0);
    let text = |line: &Line| {
        format!("line {} takes money off, and no other goods are left that could take it along", line.id)
    };
    deductions.filter(is_alone).map(text).collect()
}

fn told(refusal: RequestError) -> Vec<String> {
    match refusal {
        RequestError::Invalid(faults) => faults
            .into_iter()
            .map(|fault| format!("{} is expected, not {}", fault.expected, fault.got))
            .collect(),
        RequestError::State(unmet) | RequestError::Blocked(unmet) => {
            unmet.unmet.into_iter().map(|unmet| unmet.description).collect()
        }
    }
}

#[cfg(test)]
mod tests;
