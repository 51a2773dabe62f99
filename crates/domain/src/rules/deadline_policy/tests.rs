//! What is canceled by itself, and what is left to people.

use uuid::Uuid;

use super::*;
use crate::rules::at_risk::Unsettled;
use crate::rules::fixtures::{self, at, euro, placed};
use crate::rules::ids::MollieShipmentId;
use crate::rules::item::{BY_ITSELF, Closure};
use crate::rules::line::LineType;
use crate::rules::part::Part;
use crate::rules::ship_by::Cause;
use crate::rules::shipment::{HeldParcel, ShipmentLine};
use crate::rules::status::{LineStatus, OrderStatus, Read};

fn authorized() -> Order {
    placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone()
}

fn one() -> Part {
    Part { quantity: 1, amount: euro("349.00") }
}

fn parcel(state: ShipmentState) -> Shipment {
    let line = ShipmentLine { line_id: LineId::new(1), part: one() };
    Shipment { state, ..fixtures::shipment(7, vec![line]) }
}

fn id() -> ShipmentId {
    parcel(ShipmentState::Recorded).id
}

fn refused(order: &Order, shipments: &[Shipment]) -> Vec<Exception> {
    may_cancel(order, shipments, &[]).err().unwrap_or_default()
}

fn open(number: u32, kind: ItemKind) -> Item {
    Item {
        number,
        kind,
        subject: String::new(),
        text: String::new(),
        operation_id: None,
        raised_time: at(4),
        closed: None,
    }
}

#[test]
fn an_authorized_order_that_nobody_has_touched_may_be_canceled() {
    assert_eq!(may_cancel(&authorized(), &[], &[]), Ok(()));
    let mut order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    order.lines[0].shipped = one();
    assert_eq!(may_cancel(&order, &[parcel(ShipmentState::Registered)], &[]), Ok(()), "the rest of it");
}

#[test]
fn where_goods_may_have_left_nothing_is_canceled() {
    let order = authorized();
    let with = |parcel: Shipment| refused(&order, &[parcel]);
    assert_eq!(with(parcel(ShipmentState::Recorded)), [Exception::ShipmentRecorded(id())]);
    assert_eq!(with(parcel(ShipmentState::NeedsAttention)), [Exception::ShipmentNeedsAttention(id())]);
    assert_eq!(with(parcel(ShipmentState::Refused)), [Exception::ShipmentRejected(id())]);
    let held = Shipment { held: Some("it waits".to_owned()), ..parcel(ShipmentState::Recorded) };
    assert_eq!(with(held.clone()), [Exception::ShipmentHeld(id())]);
    let mut order = authorized();
    order.held = vec![HeldParcel { shipment_id: id(), lines: held.lines.clone() }];
    assert_eq!(refused(&order, &[held]), [Exception::ShipmentHeld(id())], "told once");
    assert_eq!(refused(&order, &[]), [Exception::ShipmentHeld(id())], "the order knows it too");
    order.held.clear();
    order.lines[1].reserved = Part { quantity: 1, amount: euro("329.99") };
    assert_eq!(refused(&order, &[]), [Exception::UnitsReserved(LineId::new(2))]);
}

#[test]
fn a_rejected_parcel_is_settled_once_its_units_are_shipped_or_canceled_whatever_items_say() {
    let mut order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    let rejected = [parcel(ShipmentState::Refused)];
    order.items = vec![Item {
        closed: Some(Closure { time: at(5), by: BY_ITSELF.to_owned(), reason: String::new() }),
        ..open(1, ItemKind::ShipmentRefused)
    }];
    order.lines[0].shipped = one();
    assert_eq!(refused(&order, &rejected), [Exception::ShipmentRejected(id())]);
    order.lines[0].canceled = one();
    assert_eq!(refused(&order, &rejected), []);
    order.lines[0].canceled = Part::none(one().amount);
    let elsewhere = vec![MollieShipmentId::new("shp_9")];
    assert_eq!(refused(&order, &[Shipment { elsewhere, ..parcel(ShipmentState::Refused) }]), []);
    let mut unknown = parcel(ShipmentState::Refused);
    unknown.lines[0].line_id = LineId::new(9);
    assert_eq!(refused(&order, &[unknown]), [Exception::ShipmentRejected(id())], "its units are nowhere");
}

#[test]
fn every_reason_is_told_at_once() {
    let mut order = authorized();
    order.items = vec![open(3, ItemKind::Chargeback), open(4, ItemKind::NumberShared)];
    let operation =
        |number, state| Unsettled { operation_id: OperationId::new(Uuid::from_u128(number)), state };
    let unsettled = [
        operation(1, OperationState::NeedsAttention),
        operation(2, OperationState::Pending),
        operation(3, OperationState::Succeeded),
        operation(4, OperationState::InFlight),
        operation(5, OperationState::Resolving),
        operation(6, OperationState::Rejected),
        operation(7, OperationState::Withdrawn),
    ];
    let id_of = |number| OperationId::new(Uuid::from_u128(number));
    let expected = vec![
        Exception::ShipmentRecorded(id()),
        Exception::OperationNeedsAttention(id_of(1)),
        Exception::OperationUnderWay(id_of(2)),
        Exception::OperationUnderWay(id_of(4)),
        Exception::OperationUnderWay(id_of(5)),
        Exception::ItemOpen { number: 3, kind: ItemKind::Chargeback },
        Exception::ItemOpen { number: 4, kind: ItemKind::NumberShared },
    ];
    assert_eq!(may_cancel(&order, &[parcel(ShipmentState::Recorded)], &unsettled), Err(expected));
}

#[test]
fn a_deduction_left_behind_goods_is_for_people() {
    let mut order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    order.lines[0].shipped = one();
    let gift_card = &mut order.lines[1];
    gift_card.line_type = Read::Known(LineType::GiftCard);
    (gift_card.unit_price, gift_card.total_amount) = (euro("-5.00"), euro("-5.00"));
    let owed = euro("5.00");
    assert_eq!(refused(&order, &[]), [Exception::DeductionLeft { line_id: LineId::new(2), owed }]);
}

#[test]
fn an_order_that_mollie_does_not_cancel_or_with_nothing_left_is_left_alone() {
    let of = |status, line| refused(placed(status, line).order(), &[]);
    for (status, line) in
        [(OrderStatus::Created, LineStatus::Created), (OrderStatus::Canceled, LineStatus::Canceled)]
    {
        assert_eq!(of(status, line), [Exception::NothingLeft], "{}", status.as_str());
    }
    for (status, line) in [
        (OrderStatus::Paid, LineStatus::Paid),
        (OrderStatus::Completed, LineStatus::Completed),
        (OrderStatus::Expired, LineStatus::Canceled),
    ] {
        let found = of(status, line);
        assert!(
            matches!(&found[..], [Exception::NotCancelable(why)] if why.contains(status.as_str())),
            "{found:?}"
        );
    }
    let mut order = authorized();
    order.facts.unknown_status = Some("paused".to_owned());
    assert!(matches!(refused(&order, &[])[..], [Exception::NotCancelable(_)]));
}

#[test]
fn the_fuse_admits_so_many_within_an_hour() {
    let fuse = Fuse { most_per_hour: 2 };
    assert_eq!(fuse.admits(&[], at(100)), Ok(()));
    assert_eq!(fuse.admits(&[at(90)], at(100)), Ok(()));
    assert_eq!(fuse.admits(&[at(95), at(90)], at(100)), Err(at(150)));
    assert_eq!(fuse.admits(&[at(90), at(95)], at(149)), Err(at(150)), "in any sequence");
    assert_eq!(fuse.admits(&[at(90), at(95)], at(150)), Ok(()));
    assert_eq!(fuse.admits(&[at(80), at(95), at(90)], at(100)), Err(at(150)), "two of three must be over");
    assert_eq!(fuse.admits(&[at(500), at(501)], at(100)), Err(at(560)), "the clock went back");
    let never = Fuse { most_per_hour: 0 };
    assert_eq!(never.admits(&[], at(100)), Err(Timestamp::MAX));
}

fn automatic(dry_run: bool) -> Automatic {
    let policy = DeadlinePolicy::CancelUnshipped { hours_before: 12 };
    Automatic { policy, fuse: Fuse { most_per_hour: 1 }, dry_run }
}

fn decided(order: &Order, automatic: &Automatic, last: &[Timestamp], now: Timestamp) -> Outcome {
    let ship_by = ShipBy { time: at(2_000), cause: Cause::OrderExpires };
    decide((order, &[], &[]), automatic, ship_by, last, now)
}

/// Twelve hours before minute 2000.
const ACTS: i64 = 2_000 - 12 * 60;

#[test]
fn a_policy_acts_at_its_time_and_none_never() {
    let none = Automatic { policy: DeadlinePolicy::default(), ..automatic(false) };
    assert_eq!(decided(&authorized(), &none, &[], at(ACTS)), Outcome::Nothing);
    assert_eq!(decided(&authorized(), &automatic(false), &[], at(ACTS - 1)), Outcome::Later(at(ACTS)));
    assert_eq!(decided(&authorized(), &automatic(false), &[], at(ACTS)), Outcome::Cancel);
    assert_eq!(decided(&authorized(), &automatic(false), &[], at(2_100)), Outcome::Cancel, "Mollie is late");
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    assert_eq!(decided(&authorized(), &automatic(true), &[], at(ACTS)), Outcome::WouldCancel);
    let (blown, order) = (Outcome::FuseBlown { until: at(ACTS + 59) }, authorized());
    assert_eq!(decided(&order, &automatic(true), &[at(ACTS - 1)], at(ACTS)), blown);
    assert_eq!(decided(&order, &automatic(false), &[at(ACTS - 1)], at(ACTS)), blown);
    let reviewed = Order { items: vec![open(1, ItemKind::Underpaid)], ..order };
    let alarm = Outcome::Alarm(vec![Exception::ItemOpen { number: 1, kind: ItemKind::Underpaid }]);
    assert_eq!(decided(&reviewed, &automatic(true), &[at(ACTS - 1)], at(ACTS)), alarm);
    assert_eq!(decided(&reviewed, &automatic(false), &[], at(ACTS)), alarm);
}
