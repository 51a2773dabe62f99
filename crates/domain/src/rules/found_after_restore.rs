//! What the first reading since a restore shows of an order that nothing here accounts for. It may be the effect of a request that the
//! database has lost, and whoever repeats that request would do it again: so a person compares first.
//!
//! What cannot be done twice is no matter: an order that is canceled again stays as it is, a value that is set again is the same, and a
//! second payment is refused while one is open or paid.

use jiff::{SignedDuration, Timestamp};

use super::event::{Event, EventData};
use super::item::{Concern, ItemKind};
use super::ledger::{Entry, Pool};
use super::order::{Line, Order};
use super::restored::lost_caller;
use super::status::OrderStatus;
use super::text::printable;

/// How much later than the first one a line may be created with the order: Mollie does not say that all have one time.
const TOGETHER: SignedDuration = SignedDuration::from_secs(5);

/// The item that stands for what was found, if there is anything. `before`: the order before the reading; `events`: what it recorded.
#[must_use]
pub fn found_after_restore(
    before: &Order,
    after: &Order,
    events: &[Event],
    restored: Timestamp,
) -> Option<Concern> {
    let mut found: Vec<_> = events.iter().flat_map(|event| shown(before, after, &event.data)).collect();
    found.sort();
    found.dedup();
    let list = found.join(", ");
    let text = format!(
        "The database was restored at {restored}, and Mollie shows what was done with this order before that and is not recorded \
         here: {list}. A caller who repeats the request that did it would do it twice, so changes of the order are refused. \
         Compare it with what callers have asked for, tell them what is done already, and close this item."
    );
    (!found.is_empty()).then(|| Concern {
        kind: ItemKind::FoundAfterRestore,
        subject: restored.to_string(),
        text: printable(&text),
        operation_id: None,
    })
}

/// What an event shows that was done elsewhere, or by us and lost.
fn shown(before: &Order, order: &Order, data: &EventData) -> Vec<String> {
    if let EventData::RefundObserved { refund, .. } = data {
        return refund.mollie_id.iter().map(|id| format!("refund {id}")).collect();
    }
    if is_over(order) {
        return Vec::new();
    }
    if let EventData::ShipmentObserved { shipment } = data {
        return shipment.mollie_id.iter().map(|id| format!("shipment {id}")).collect();
    }
    if let EventData::OrderObserved { observed } | EventData::OrderPlaced { observed, .. } = data {
        let canceled = observed.entries.iter().filter_map(canceled);
        return canceled.chain(changed(before, &observed.lines)).collect();
    }
    Vec::new()
}

/// Units that were canceled. What was shipped and refunded has a shipment and a refund.
fn canceled(entry: &Entry) -> Option<String> {
    let line = entry.line_id.filter(|_| entry.pool == Pool::Canceled)?;
    Some(format!("{} of lines/{line} canceled", entry.part.quantity))
}

/// Nothing of it can be shipped or canceled any more; money can still be given back.
fn is_over(order: &Order) -> bool {
    order.facts.status.is_some_and(OrderStatus::is_final)
}

/// Lines that are new, or have other values. Of an order that was lost nobody knows the values it had, but Mollie says when a line came.
fn changed(before: &Order, lines: &[Line]) -> Vec<String> {
    let was_lost = before.caller == lost_caller();
    let first = lines.iter().filter_map(|line| line.created_time).min();
    let is_later = |line: &Line| {
        line.created_time.zip(first).is_some_and(|(created, first)| created.duration_since(first) > TOGETHER)
    };
    let values = |line: &Line| (line.quantity, line.unit_price, line.total_amount);
    let is_changed = |line: &&Line| match before.line(line.id) {
        Some(known) => values(known) != values(line) || was_lost && is_later(line),
        None => true,
    };
    lines.iter().filter(is_changed).map(|line| format!("{} added or changed", line.path())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::cause::{Cause, Grounds};
    use crate::rules::event::Recorder;
    use crate::rules::fixtures::{self, at, euro, placed, snapshot};
    use crate::rules::ids::{MollieRefundId, MollieShipmentId};
    use crate::rules::part::Part;
    use crate::rules::snapshot::{Snapshot, observed};
    use crate::rules::status::LineStatus;

    fn authorized() -> Order {
        placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone()
    }

    fn reading() -> Snapshot {
        snapshot(OrderStatus::Authorized, LineStatus::Authorized)
    }

    /// The text of the item, once these are recorded of the order.
    fn told(before: &Order, events: Vec<EventData>) -> Option<String> {
        let mut recorder = Recorder::new(before.clone(), at(9), Grounds::of(Cause::LookUp));
        events.into_iter().for_each(|data| recorder.record(data));
        let found = found_after_restore(before, recorder.order(), recorder.events(), at(8));
        found.map(|concern| concern.text)
    }

    fn read(before: &Order, snapshot: &Snapshot) -> EventData {
        EventData::OrderObserved { observed: Box::new(observed(before, snapshot)) }
    }

    #[test]
    fn what_could_be_done_again_waits_for_a_person() {
        let order = authorized();
        let mut canceled = reading();
        canceled.lines[0].canceled = Some(Part { quantity: 1, amount: euro("349.00") });
        let text = told(&order, vec![read(&order, &canceled)]).unwrap();
        assert!(text.contains(": 1 of lines/1 canceled."), "{text}");

        let mut changed = reading();
        changed.lines[1].unit_price = euro("300.00");
        changed.lines[1].total_amount = euro("300.00");
        let mut added = changed.lines[1].clone();
        added.mollie_id = crate::rules::ids::MollieLineId::new("odl_1.new");
        changed.lines.push(added);
        let text = told(&order, vec![read(&order, &changed)]).unwrap();
        assert!(text.contains(": lines/2 added or changed, lines/3 added or changed."), "{text}");

        let mollie_id = Some(MollieShipmentId::new("shp_1.a"));
        let shipment =
            Box::new(crate::rules::shipment::Shipment { mollie_id, ..fixtures::shipment(3, vec![]) });
        let text = told(&order, vec![EventData::ShipmentObserved { shipment }]).unwrap();
        assert!(text.contains(": shipment shp_1.a."), "{text}");
    }

    #[test]
    fn what_is_as_it_was_or_cannot_be_done_again_waits_for_nobody() {
        let order = authorized();
        assert_eq!(told(&order, vec![read(&order, &reading())]), None);
        let ended = snapshot(OrderStatus::Canceled, LineStatus::Canceled);
        assert_eq!(told(&order, vec![read(&order, &ended)]), None);
        let paid = snapshot(OrderStatus::Paid, LineStatus::Paid);
        assert_eq!(told(&order, vec![read(&order, &paid)]), None);
    }

    #[test]
    fn money_can_be_given_back_twice_of_an_order_that_is_over_too() {
        let order = placed(OrderStatus::Completed, LineStatus::Completed).order().clone();
        let mollie_id = Some(MollieRefundId::new("re_1"));
        let refund =
            Box::new(crate::rules::refund::Refund { mollie_id, ..fixtures::refund(4, "tr_1", euro("5.00")) });
        let text = told(&order, vec![EventData::RefundObserved { refund, entries: Vec::new() }]).unwrap();
        assert!(text.contains(": refund re_1."), "{text}");
    }

    #[test]
    fn of_a_lost_order_a_line_that_came_later_is_a_change() {
        let order = Order { caller: lost_caller(), ..authorized() };
        let mut together = reading();
        together.lines.iter_mut().for_each(|line| line.created_time = Some(at(1)));
        assert_eq!(told(&order, vec![read(&order, &together)]), None);
        together.lines[1].created_time = Some(at(2));
        let text = told(&order, vec![read(&order, &together)]).unwrap();
        assert!(text.contains(": lines/2 added or changed."), "{text}");
    }
}
