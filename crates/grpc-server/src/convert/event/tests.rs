//! Each event has the data of its subject, as docs/events.md says, and tells what was before.

use std::collections::{BTreeMap, BTreeSet};

use conformance::samples;
use domain::rules::cause::Cause;
use domain::rules::event::{Before, KINDS, OrderBefore, ResourceBefore};
use domain::rules::ids::{LineId, MollieShipmentId, OrderId, ShipmentId};
use domain::rules::ledger::{Entry, Pool, Stage};
use domain::rules::money::Money;
use domain::rules::order::Facts;
use domain::rules::part::Part;
use domain::rules::shipment::{Origin, ShipmentState};
use domain::rules::snapshot::Observed;
use domain::rules::status::{OrderStatus, Read, RefundStatus};
use jiff::Timestamp;
use uuid::Uuid;

use super::*;

fn entry(line: u32, pool: Pool) -> Entry {
    let part = Part { quantity: 1, amount: Money::parse("EUR", "10.00").unwrap() };
    Entry { line_id: Some(LineId::new(line)), pool, part, stage: Stage::Settled, by: Origin::Elsewhere }
}

fn reported(data: EventData, before: Before) -> proto::OrderEvent {
    let (order_id, cause) = (OrderId::new(Uuid::from_u128(6)), Cause::LookUp);
    event(&Event { order_id, sequence: 2, time: Timestamp::UNIX_EPOCH, data, before, cause, actor: None })
}

/// The field of an event that has its data.
const fn field(data: &Data) -> &'static str {
    match data {
        Data::Placement(_) => "placement",
        Data::OrderStatus(_) => "order_status",
        Data::Shipment(_) => "shipment",
        Data::Capture(_) => "capture",
        Data::Cancellation(_) => "cancellation",
        Data::Refund(_) => "refund",
        Data::LineReturn(_) => "line_return",
        Data::Chargeback(_) => "chargeback",
        Data::Payment(_) => "payment",
        Data::OrderUpdate(_) => "order_update",
        Data::Lines(_) => "lines",
        Data::Supersession(_) => "supersession",
        Data::Number(_) => "number",
        Data::Operation(_) => "operation",
        Data::Item(_) => "item",
        Data::Deadline(_) => "deadline",
        Data::Unpaid(_) => "unpaid",
        Data::AutoShip(_) => "auto_ship",
    }
}

/// The field of each kind, as the document's table has it.
fn documented() -> BTreeMap<&'static str, &'static str> {
    let document = include_str!("../../../../../docs/events.md");
    let mut fields = BTreeMap::new();
    for row in document.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let kinds = cells[1].split('`').filter(|text| KINDS.contains(text));
        fields.extend(kinds.map(|kind| (kind, cells[3].trim_matches('`'))));
    }
    fields
}

/// Every event that can be written, by the samples of which the store's tests make sure that there is one of each.
#[test]
fn each_event_has_data_and_the_document_says_which() {
    let (order, documented) = (samples::full_order(), documented());
    let undocumented: Vec<_> = KINDS.iter().filter(|kind| !documented.contains_key(*kind)).collect();
    assert!(undocumented.is_empty(), "{undocumented:?}");
    let mut seen = BTreeSet::new();
    for (sequence, data) in (1..).zip(samples::every_event(&order)) {
        let told = event(&samples::event(&order, sequence, data));
        let field = field(told.data.as_ref().expect("it has data"));
        assert_eq!(documented.get(&*told.kind), Some(&field), "{}", told.kind);
        seen.insert(field);
    }
    let all: BTreeSet<_> = documented.into_values().collect();
    assert_eq!(seen, all, "each field is of some event, and the document knows no other");
}

fn observed(entries: Vec<Entry>) -> Observed {
    Observed {
        facts: Facts { status: Some(OrderStatus::Paid), ..Facts::default() },
        amount: Money::parse("EUR", "10.00").unwrap(),
        lines: Vec::new(),
        gone: vec![LineId::new(4)],
        left_open: Vec::new(),
        entries,
        payments: Vec::new(),
        personal: Vec::new(),
        status_changed: false,
        unread_changed: false,
        unexpected: false,
    }
}

/// The event may report no other change of that line.
#[test]
fn a_line_whose_units_moved_has_changed() {
    let entries = vec![entry(2, Pool::Refunded), entry(1, Pool::Canceled), entry(2, Pool::Shipped)];
    let data = EventData::OrderObserved { observed: Box::new(observed(entries)) };
    let told = reported(data, Before::default());
    assert_eq!(told.changed, ["lines/1", "lines/2", "lines/4"], "it left the order");
    assert_eq!(told.entries.len(), 3);
}

#[test]
fn a_reading_tells_the_status_and_each_sum_that_has_changed_before_and_after() {
    let before = OrderBefore {
        status: Some(OrderStatus::Created),
        unknown_status: None,
        amount: Money::parse("EUR", "12.00").unwrap(),
        captured: None,
        refunded: None,
    };
    let told = |order| {
        let data = EventData::OrderObserved { observed: Box::new(observed(Vec::new())) };
        let told = reported(data, Before { order, ..Before::default() });
        let Some(Data::OrderStatus(status)) = told.data else { panic!("{told:?}") };
        (told.changed, status)
    };
    let (changed, status) = told(Some(before));
    assert_eq!((&*status.status_raw_before, &*status.status_raw), ("created", "paid"));
    let amount = status.amount.unwrap();
    let values = [amount.before, amount.after].map(|amount| amount.unwrap().value);
    assert_eq!((values, &*changed[0]), (["12.00".to_owned(), "10.00".to_owned()], "amount"));
    assert_eq!((status.amount_captured, status.amount_refunded), (None, None));
    let (_, same) = told(None);
    assert_eq!((same.status_before(), same.amount), (proto::OrderStatus::Paid, None));
}

/// A reader of the events finds a shipment's units, its operation, and any operator decision about it, by either id.
#[test]
fn events_of_a_shipment_name_its_operation_its_lines_and_its_state_before() {
    let (shipment_id, operation_id) =
        (ShipmentId::new(Uuid::from_u128(7)), OperationId::new(Uuid::from_u128(8)));
    let registered = EventData::ShipmentRegistered {
        shipment_id,
        operation_id,
        mollie_id: MollieShipmentId::new("shp_1"),
        registered_time: Timestamp::UNIX_EPOCH,
        entries: vec![entry(2, Pool::Shipped), entry(1, Pool::Shipped)],
    };
    let resource = Some(ResourceBefore::Shipment(ShipmentState::NeedsAttention));
    let registered = reported(registered, Before { resource, ..Before::default() });
    assert_eq!(registered.changed, ["lines/1", "lines/2"]);
    let Some(Data::Shipment(told)) = &registered.data else { panic!("{registered:?}") };
    let states = (told.state_before(), told.state());
    assert_eq!(states, (proto::ShipmentState::NeedsAttention, proto::ShipmentState::Registered));
    assert_eq!((&told.shipment_id, &*told.mollie_shipment_id), (&shipment_id.to_string(), "shp_1"));
    let subject = Subject::Shipment(shipment_id);
    let waits = EventData::AttentionNeeded { operation_id, subject, reason: "why".to_owned() };
    let waits = reported(waits, Before::default());
    let Some(Data::Operation(told)) = &waits.data else { panic!("{waits:?}") };
    assert_eq!((&told.shipment_id, told.state()), (&shipment_id.to_string(), OperationState::NeedsAttention));
    for event in [registered, waits] {
        assert_eq!(event.operation_id, operation_id.to_string());
    }
}

#[test]
fn another_status_of_a_refund_leaves_its_state_as_it_was() {
    let state = domain::rules::refund::RefundState::Registered;
    let resource = ResourceBefore::Refund { state, status: Some(Read::Known(RefundStatus::Pending)) };
    let data = EventData::RefundUpdated {
        refund_id: domain::rules::ids::RefundId::new(Uuid::from_u128(7)),
        operation_id: None,
        status: Read::Unknown("odd".to_owned()),
        entries: Vec::new(),
    };
    let told = reported(data, Before { resource: Some(resource), ..Before::default() });
    let Some(Data::Refund(refund)) = &told.data else { panic!("{told:?}") };
    assert_eq!(
        (refund.state_before(), refund.state()),
        (proto::RefundState::Registered, proto::RefundState::Registered)
    );
    let words = (&*refund.status_raw_before, &*refund.status_raw, refund.status());
    assert_eq!(words, ("pending", "odd", proto::RefundStatus::Unspecified));
}
