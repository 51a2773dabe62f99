//! What may be shipped, for how much, and what the refusal says.

use super::{plan as plan_with, *};
use crate::rules::cause::{Cause, Grounds};
use crate::rules::companion::Companions;
use crate::rules::event::EventData;
use crate::rules::fixtures::{self, at, euro, placed, recorded};
use crate::rules::ids::{LineId, OperationId, ShipmentId};
use crate::rules::ledger::{self, Pool, Stage};
use crate::rules::money::Money;
use crate::rules::order::Order;
use crate::rules::precondition::PreconditionReason;
use crate::rules::rejection::{RejectedBy, Rejection};
use crate::rules::request_error::RequestError;
use crate::rules::status::{LineStatus, OrderStatus};
use uuid::Uuid;

fn authorized() -> Order {
    placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone()
}

fn select(line: u32, quantity: u32, amount: Option<&str>) -> LineSelection {
    LineSelection { line_id: LineId::new(line), quantity, amount: amount.map(euro) }
}

fn lines(lines: &[LineSelection]) -> ShipmentRequest {
    ShipmentRequest {
        selection: Selection::Lines(lines.to_vec()),
        include_refunded: false,
        goods_left: false,
        tracking: None,
    }
}

/// The caller names each line.
fn plan(order: &Order, request: &ShipmentRequest) -> Result<Vec<ShipmentLine>, RequestError> {
    plan_with(order, request, Companions::Explicit).map(|planned| planned.lines)
}

const ALL: ShipmentRequest = ShipmentRequest {
    selection: Selection::AllRemaining,
    include_refunded: false,
    goods_left: false,
    tracking: None,
};

fn planned(order: &Order, request: &ShipmentRequest) -> Vec<(u32, u32, String)> {
    let lines = plan(order, request).unwrap();
    lines.iter().map(|line| (line.line_id.number(), line.part.quantity, line.part.amount.value())).collect()
}

fn refusal(order: &Order, request: &ShipmentRequest) -> PreconditionReason {
    match plan(order, request).unwrap_err() {
        RequestError::State(refusal) => refusal.reason,
        denied @ (RequestError::Invalid(_) | RequestError::Blocked(_)) => panic!("{denied:?}"),
    }
}

fn reserve(order: &Order, parts: Vec<ShipmentLine>) -> (Order, Shipment) {
    let shipment = Shipment { order_id: order.id, ..fixtures::shipment(9, parts) };
    let mut recorder = crate::rules::event::Recorder::new(order.clone(), at(3), Grounds::of(Cause::LookUp));
    let operation_id = OperationId::new(Uuid::from_u128(8));
    let entries = ledger::ours(Pool::Shipped, Stage::Reserved, &shipment.lines);
    let recorded = Box::new(shipment.clone());
    recorder.record(EventData::ShipmentRecorded {
        shipment: recorded,
        operation_id: Some(operation_id),
        entries,
    });
    (recorder.order().clone(), shipment)
}

fn registered(order: &Order, shipment: &Shipment) -> Order {
    let mut recorder = crate::rules::event::Recorder::new(order.clone(), at(4), Grounds::of(Cause::LookUp));
    recorder.record(EventData::ShipmentRegistered {
        shipment_id: shipment.id,
        operation_id: OperationId::new(Uuid::from_u128(8)),
        mollie_id: MollieShipmentId::new("shp_1"),
        registered_time: at(4),
        entries: ledger::settling(Pool::Shipped, &shipment.lines),
    });
    recorder.order().clone()
}

/// Mollie has one shipment of several parcels that went together.
#[test]
fn parcels_that_went_along_with_another_are_part_of_it_at_mollie() {
    let part = |line: u32, minor| {
        let amount = Money::from_minor(minor, euro("0.00").currency());
        ShipmentLine { line_id: LineId::new(line), part: Part { quantity: 1, amount } }
    };
    let (_, carrier) = reserve(&authorized(), vec![part(1, 400), part(2, -300)]);
    let id = |number| ShipmentId::new(Uuid::from_u128(number));
    let along =
        Shipment { id: id(10), carried_by: Some(carrier.id), lines: vec![part(1, 400)], ..carrier.clone() };
    let other = Shipment { id: id(11), lines: vec![part(1, 400)], ..carrier.clone() };
    let there = at_mollie(&[along, carrier.clone(), other]);
    let ids: Vec<_> = there.iter().map(|shipment| shipment.id).collect();
    assert_eq!(ids, [carrier.id, id(11)]);
    let units: Vec<_> = there
        .iter()
        .map(|shipment| shipment.lines.iter().map(|line| line.part.quantity).collect::<Vec<_>>())
        .collect();
    assert_eq!(units, [vec![2, 1], vec![1]]);
}

#[test]
fn what_is_left_is_shipped_while_the_order_is_authorized_paid_or_shipping() {
    let is = |status, line| is_shippable(placed(status, line).order());
    assert!(is(OrderStatus::Authorized, LineStatus::Authorized) && is(OrderStatus::Paid, LineStatus::Paid));
    assert!(
        !is(OrderStatus::Created, LineStatus::Created) && !is(OrderStatus::Expired, LineStatus::Canceled)
    );
}

/// Units that were refunded before they left, while that is under way: through the order or on a payment.
#[test]
fn only_a_refund_under_way_of_goods_that_have_not_left_may_send_them_off_again() {
    let paid = placed(OrderStatus::Paid, LineStatus::Paid).order().clone();
    assert!(!is_refunded_early(&paid));
    let part = Part { quantity: 1, amount: euro("349.00") };
    for on_payment in [false, true] {
        let mut order = paid.clone();
        let line = &mut order.lines[0];
        *(if on_payment { &mut line.payment_refunding } else { &mut line.refunding }) = part;
        assert!(is_refunded_early(&order));
        order.lines[0].shipped = part;
        assert!(!is_refunded_early(&order), "it may be the one that left");
    }
    let mut settled = paid.clone();
    settled.lines[0].refunded = part;
    assert!(!is_refunded_early(&settled));
}

#[test]
fn a_shipment_of_companions_alone_is_without_goods() {
    let line = |number| ShipmentLine { line_id: LineId::new(number), part: Part::none(euro("0.00")) };
    let with = |companions: &[u32]| {
        let companions = companions.iter().map(|id| LineId::new(*id)).collect();
        Shipment { companions, ..fixtures::shipment(1, vec![line(2), line(3)]) }
    };
    assert!(with(&[2, 3]).is_without_goods());
    assert!(!with(&[3]).is_without_goods() && !with(&[]).is_without_goods());
}

#[test]
fn a_reference_becomes_its_lines_id_and_what_names_no_line_stays() {
    let mut order = authorized();
    order.lines[1].reference = Some("4711".to_owned());
    let mut texts = ["4711", "1", "9", "odl_1"].map(str::to_owned);
    by_id(&order, &mut texts);
    assert_eq!(texts, ["2", "1", "9", "odl_1"]);
    let references = ["1", "9999", "10000", "4711-1", "odl_1"].map(is_reference);
    assert_eq!(references, [false, false, true, true, true]);
}

/// Money that went back before its goods left: they are not shipped by accident.
#[test]
fn units_refunded_before_they_were_shipped_are_shipped_only_if_the_caller_says_so() {
    let mut order = placed(OrderStatus::Paid, LineStatus::Paid).order().clone();
    order.lines[0].refunded = Part { quantity: 1, amount: euro("399.00") };
    let of_first = |request: &ShipmentRequest| {
        let lines = plan(&order, request).map(|lines| lines.first().map(|line| line.part)).ok()?;
        lines.map(|part| (part.quantity, part.amount.value()))
    };
    let all = |include_refunded| ShipmentRequest { include_refunded, ..ALL };
    assert_eq!(of_first(&all(false)), Some((1, "349.00".to_owned())));
    assert_eq!(of_first(&all(true)), Some((2, "698.00".to_owned())));
    let both = lines(&[LineSelection { line_id: LineId::new(1), quantity: 2, amount: None }]);
    assert_eq!(of_first(&both), None);
    let told = |order: &Order| match plan(order, &both).unwrap_err() {
        RequestError::State(refusal) => refusal.unmet[0].description.clone(),
        denied @ (RequestError::Invalid(_) | RequestError::Blocked(_)) => panic!("{denied:?}"),
    };
    let hint = " 1 of the rest were refunded before they were shipped: set include_refunded to ship them all the same.";
    assert!(told(&order).ends_with(hint), "{}", told(&order));
    let mut shipped = placed(OrderStatus::Paid, LineStatus::Paid).order().clone();
    shipped.lines[0].shipped = Part { quantity: 1, amount: euro("399.00") };
    assert!(told(&shipped).ends_with("reserved of 2)."), "{}", told(&shipped));
    assert_eq!(of_first(&ShipmentRequest { include_refunded: true, ..both }), Some((2, "698.00".to_owned())));
}

#[test]
fn a_part_of_a_discounted_line_takes_the_given_amount_or_its_share() {
    let order = authorized();
    assert_eq!(planned(&order, &lines(&[select(1, 1, Some("299.00"))])), [(1, 1, "299.00".into())]);
    assert_eq!(planned(&order, &lines(&[select(1, 1, None)])), [(1, 1, "349.00".into())]);
    assert_eq!(planned(&order, &ALL), [(1, 2, "698.00".into()), (2, 1, "329.99".into())]);
}

#[test]
fn an_amount_outside_the_bounds_is_refused_with_both_bounds() {
    let Err(RequestError::Invalid(faults)) =
        plan(&authorized(), &lines(&[select(1, 1, Some("298.99")), select(7, 1, None)]))
    else {
        panic!("accepted");
    };
    assert_eq!(faults.len(), 2);
    assert_eq!((faults[0].path.as_str(), faults[0].rule), ("lines[0].amount", "selection.amount_bounds"));
    assert_eq!(faults[0].expected, "between 299.00 EUR and 399.00 EUR for 1 of the 2 available");
    assert_eq!((faults[1].path.as_str(), faults[1].rule), ("lines[1].line_id", "selection.line_id"));
}

#[test]
fn reserved_units_are_unavailable_and_the_rest_takes_exactly_what_is_left() {
    let order = authorized();
    let (order, shipment) = reserve(&order, plan(&order, &lines(&[select(1, 1, Some("299.00"))])).unwrap());
    assert_eq!(planned(&order, &ALL), [(1, 1, "399.00".into()), (2, 1, "329.99".into())]);
    assert_eq!(refusal(&order, &lines(&[select(1, 2, None)])), PreconditionReason::QuantityNotAvailable);
    let registered = registered(&order, &shipment);
    let line = &registered.lines[0];
    assert_eq!((line.shipped, line.reserved.quantity), (shipment.lines[0].part, 0));
    assert_eq!(planned(&registered, &ALL), planned(&order, &ALL));
}

#[test]
fn a_rejected_shipment_gives_its_units_back() {
    let before = authorized();
    let (after, shipment) = reserve(&before, plan(&before, &ALL).unwrap());
    assert_eq!(refusal(&after, &ALL), PreconditionReason::NothingRemaining);
    let mut recorder = crate::rules::event::Recorder::new(after, at(4), Grounds::of(Cause::LookUp));
    let rejection = Rejection {
        by: RejectedBy::Mollie(422),
        title: "Unprocessable Entity".into(),
        detail: "No".into(),
        field: None,
        extra: None,
    };
    recorder.record(EventData::ShipmentRefused {
        shipment_id: shipment.id,
        operation_id: Some(OperationId::new(Uuid::from_u128(8))),
        entries: ledger::ours(Pool::Shipped, Stage::Freed, &shipment.lines),
        rejection,
        elsewhere: Vec::new(),
    });
    assert_eq!(recorder.order().lines, before.lines);
}

#[test]
fn only_authorized_paid_and_shipping_orders_are_shipped() {
    assert_eq!(refusal(recorded().order(), &ALL), PreconditionReason::OrderNotPlaced);
    for status in OrderStatus::ALL {
        let order = placed(*status, LineStatus::Authorized).order().clone();
        let allowed = matches!(status, OrderStatus::Authorized | OrderStatus::Paid | OrderStatus::Shipping);
        assert_eq!(plan(&order, &ALL).is_ok(), allowed, "{}", status.as_str());
    }
    let mut strange = authorized();
    strange.facts.unknown_status = Some("settled".into());
    assert_eq!(refusal(&strange, &ALL), PreconditionReason::StatusNotUnderstood);
    let mut canceled = authorized();
    canceled.lines[1].status = Some(LineStatus::Canceled);
    assert_eq!(refusal(&canceled, &lines(&[select(2, 1, None)])), PreconditionReason::LineNotShippable);
}

#[test]
fn nothing_remains_of_a_completed_order() {
    let order = placed(OrderStatus::Completed, LineStatus::Completed).order().clone();
    assert_eq!(refusal(&order, &ALL), PreconditionReason::NothingRemaining);
    // Whatever the lines say: if the answer that reported the end left counters out, units may look available.
    for line in [LineStatus::Completed, LineStatus::Shipping] {
        let order = placed(OrderStatus::Completed, line).order().clone();
        assert_eq!(refusal(&order, &ALL), PreconditionReason::NothingRemaining);
        assert_eq!(refusal(&order, &lines(&[select(1, 1, None)])), PreconditionReason::QuantityNotAvailable);
    }
}

#[test]
fn a_completed_line_says_so() {
    let order = placed(OrderStatus::Completed, LineStatus::Completed).order().clone();
    let Err(RequestError::State(refused)) = plan(&order, &lines(&[select(1, 1, None)])) else {
        panic!("not refused")
    };
    let text = &refused.unmet[0].description;
    assert!(text.starts_with("Line 1 is completed: 1 requested, 0 available ("), "{text}");
}

#[test]
fn an_expired_or_canceled_order_says_so_however_the_lines_are_selected() {
    for status in [OrderStatus::Canceled, OrderStatus::Expired] {
        let order = placed(status, LineStatus::Canceled).order().clone();
        for selection in [&ALL, &lines(&[select(1, 1, None)])] {
            let Err(RequestError::State(refused)) = plan(&order, selection) else { panic!("not refused") };
            assert_eq!(refused.reason, PreconditionReason::OrderNotShippable);
            assert!(refused.unmet[0].description.contains(status.as_str()), "{refused:?}");
        }
    }
}

#[test]
fn a_completed_line_has_nothing_available_and_a_canceled_one_is_not_shipped() {
    let mut order = authorized();
    order.lines[1].status = Some(LineStatus::Completed);
    order.lines[1].shipped = Part { quantity: 1, amount: euro("329.99") };
    assert_eq!(refusal(&order, &lines(&[select(2, 1, None)])), PreconditionReason::QuantityNotAvailable);
    order.lines[1].status = Some(LineStatus::Canceled);
    assert_eq!(refusal(&order, &lines(&[select(2, 1, None)])), PreconditionReason::LineNotShippable);
}

#[test]
fn unavailable_units_are_reported_together_with_other_faults() {
    let request = lines(&[select(1, 5, None), select(7, 1, None)]);
    let Err(RequestError::Invalid(faults)) = plan(&authorized(), &request) else { panic!("accepted") };
    let rules: Vec<_> = faults.iter().map(|fault| fault.rule).collect();
    assert_eq!(rules, ["selection.line_id", "selection.available"]);
}

#[test]
fn empty_never_means_all() {
    let faults = |input: ShipmentInput| {
        input.parse().unwrap_err().into_iter().map(|fault| fault.rule).collect::<Vec<_>>()
    };
    let line = LineSelectionInput { line_id: "1".into(), quantity: 1, amount: None };
    assert_eq!(faults(ShipmentInput::default()), ["selection.one_of"]);
    assert_eq!(
        faults(ShipmentInput { lines: vec![line.clone()], all_remaining: true, ..ShipmentInput::default() }),
        ["selection.one_of"]
    );
    let twice = ShipmentInput { lines: vec![line.clone(), line], ..ShipmentInput::default() };
    assert_eq!(faults(twice), ["selection.once"]);
    let wrong = LineSelectionInput { line_id: "01".into(), quantity: 0, amount: None };
    let wrong = ShipmentInput { lines: vec![wrong], ..ShipmentInput::default() };
    assert_eq!(faults(wrong), ["selection.line_id", "selection.quantity"]);
}

#[test]
fn a_tracking_address_follows_the_rule_for_all_web_addresses() {
    let tracked = |url: &str| {
        let tracking = TrackingInput { carrier: "PostNL".into(), code: "3S".into(), url: url.into() };
        let request =
            ShipmentInput { all_remaining: true, tracking: Some(tracking), ..ShipmentInput::default() };
        let read = request.parse().map(|request| request.tracking.and_then(|tracking| tracking.url));
        read.map_err(|faults| {
            faults.into_iter().map(|fault| (fault.path, fault.expected)).collect::<Vec<_>>()
        })
    };
    assert_eq!(tracked("HTTPS://PostNL.example/T").unwrap().unwrap(), "https://postnl.example/T");
    assert_eq!(tracked("").unwrap(), None);
    let repaired = ("tracking.url".to_owned(), "https://postnl.example/gr%C3%BCn".to_owned());
    assert_eq!(tracked("https://postnl.example/grün").unwrap_err(), [repaired]);
    for text in ["https://?", "https://postnl.example:port/", "app://parcel"] {
        assert_eq!(tracked(text).unwrap_err().len(), 1, "{text}");
    }
}

#[test]
fn a_registered_shipment_counts_as_shipped_and_never_twice() {
    let order = authorized();
    let (order, this) = reserve(&order, plan(&order, &lines(&[select(1, 1, Some("299.00"))])).unwrap());
    let other = |id, state| {
        let part = Part { quantity: 1, amount: euro("399.00") };
        let lines = vec![ShipmentLine { line_id: LineId::new(1), part }];
        let mollie_id = Some(MollieShipmentId::new(format!("shp_{id}")));
        Shipment { id: ShipmentId::new(Uuid::from_u128(id)), mollie_id, state, lines, ..this.clone() }
    };
    let new = |order: &Order, known: &[Shipment]| {
        let new = newly_shipped(order, known, &this);
        new.iter().map(|line| (line.part.quantity, line.part.amount.value())).collect::<Vec<_>>()
    };
    let own = [(1, "299.00".to_owned())];
    assert_eq!(new(&order, std::slice::from_ref(&this)), own);
    let (refused, recorded) = (other(10, ShipmentState::Refused), other(11, ShipmentState::Recorded));
    assert_eq!(new(&order, &[refused, recorded]), own);
    // A reading had counters but no shipments: they include this one already, or one that we do not have.
    let mut reported = order.clone();
    reported.lines[0].shipped = this.lines[0].part;
    assert_eq!(new(&reported, &[]), []);
    let registered = other(10, ShipmentState::Registered);
    assert_eq!(new(&order, std::slice::from_ref(&registered)), [(2, "698.00".to_owned())]);
    reported.lines[0].shipped = registered.lines[0].part;
    assert_eq!(new(&reported, std::slice::from_ref(&registered)), own);
    reported.lines[0].shipped = Part { quantity: 2, amount: euro("698.00") };
    assert_eq!(new(&reported, &[registered]), []);
    // A reading has recorded this very one as made elsewhere.
    let taken = Shipment { mollie_id: this.mollie_id.clone(), ..other(12, ShipmentState::Registered) };
    reported.lines[0].shipped = this.lines[0].part;
    assert_eq!(new(&reported, &[taken]), []);
}

#[test]
fn each_registered_shipment_adds_to_what_is_shipped() {
    let order = authorized();
    let first = lines(&[select(1, 1, Some("299.00"))]);
    let (order, this) = reserve(&order, plan(&order, &first).unwrap());
    let (order, other) = reserve(&order, plan(&order, &ALL).unwrap());
    let order = registered(&registered(&order, &other), &this);
    let line = &order.lines[0];
    assert_eq!((line.shipped.quantity, line.shipped.amount.value()), (2, "698.00".into()));
    assert_eq!(order.lines.iter().map(|line| line.reserved.quantity).sum::<u32>(), 0);
}

#[test]
fn an_amount_in_another_currency_is_outside_the_bounds() {
    let dollars =
        LineSelection { amount: Some(Money::parse("USD", "349.00").unwrap()), ..select(1, 1, None) };
    let outcome = plan(&authorized(), &lines(&[dollars]));
    assert!(matches!(outcome, Err(RequestError::Invalid(_))), "{outcome:?}");
}

#[test]
fn all_remaining_skips_lines_that_may_not_be_shipped() {
    let mut order = authorized();
    order.lines[1].status = Some(LineStatus::Created);
    assert_eq!(planned(&order, &ALL), [(1, 2, "698.00".into())]);
}

#[test]
fn naming_a_line_by_mollies_id_is_answered_with_ours() {
    let order = authorized();
    let theirs = order.lines[0].mollie_id.as_ref().unwrap().to_string();
    let line = |line_id: &str| LineSelectionInput { line_id: line_id.to_owned(), quantity: 0, amount: None };
    let input = ShipmentInput { lines: vec![line(&theirs), line("odl_x"), line("")], ..Default::default() };
    let mut faults = input.parse().unwrap_err();
    assert!(faults.iter().any(names_no_line));
    name_lines(&mut faults, &order);
    let reported: Vec<_> =
        faults.iter().filter(|fault| names_no_line(fault)).map(|one| &*one.expected).collect();
    let all = format!("a line of the order: {}", order.line_ids());
    assert_eq!(reported, ["1, this service's id of the line", &all, &all]);
    assert!(all.starts_with("a line of the order: 1, 2"), "{all}");
    let quantity = faults.iter().find(|fault| fault.path == "lines[0].quantity").unwrap();
    assert_eq!(quantity.expected, "a whole number from 1 to 4294967295", "other faults stay as they are");
}
