//! What is not captured, by reason, to the cent.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::rules::fixtures::{self, at, euro, payment, placed};
use crate::rules::ids::{LineId, MollieCaptureId, MollieShipmentId, ShipmentId};
use crate::rules::item::{BY_ITSELF, Closure, Item, ItemKind};
use crate::rules::rejection::Rejection;
use crate::rules::shipment::{Capture, CaptureStatus, HeldParcel, ShipmentLine, ShipmentState};
use crate::rules::status::{LineStatus, PaymentStatus, Read};

mod sums;

/// Two units for 698.00 together, and one at 329.99.
fn authorized() -> Order {
    placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone()
}

fn cents(minor: i64) -> Money {
    Money::from_minor(minor, euro("0.00").currency())
}

fn part(quantity: u32, amount: &str) -> Part {
    Part { quantity, amount: euro(amount) }
}

fn units(line: u32, quantity: u32, amount: &str) -> ShipmentLine {
    ShipmentLine { line_id: LineId::new(line), part: part(quantity, amount) }
}

fn refused(number: u128, lines: Vec<ShipmentLine>) -> Shipment {
    let (state, rejection) = (ShipmentState::Refused, Some(Rejection::of_ours("Mollie does not take it")));
    Shipment { state, rejection, ..fixtures::shipment(number, lines) }
}

fn item(kind: ItemKind, subject: &str, is_open: bool) -> Item {
    let closed = Closure { time: at(5), by: BY_ITSELF.to_owned(), reason: String::new() };
    Item {
        number: 1,
        kind,
        subject: subject.to_owned(),
        text: String::new(),
        operation_id: None,
        raised_time: at(4),
        closed: Some(closed).filter(|_| !is_open),
    }
}

/// By reason, in its words.
fn told(at_risk: &AtRisk) -> Vec<(&'static str, String)> {
    at_risk.parts().iter().map(|(reason, money)| (reason.as_str(), money.value())).collect()
}

fn of(order: &Order, shipments: &[Shipment]) -> Vec<(&'static str, String)> {
    told(&at_risk(order, shipments, &[]))
}

fn parts<const N: usize>(parts: [(&'static str, &str); N]) -> Vec<(&'static str, String)> {
    parts.into_iter().map(|(reason, value)| (reason, value.to_owned())).collect()
}

/// One unit of line 1 in a parcel that Mollie has registered.
fn shipped(capture: Option<Read<CaptureStatus>>) -> (Order, Vec<Shipment>) {
    let mut order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    order.lines[0].shipped = part(1, "349.00");
    let capture = capture.map(|status| Capture {
        mollie_id: Some(MollieCaptureId::new("cpt_1")),
        payment: None,
        amount: euro("349.00"),
        status,
    });
    let parcel = fixtures::shipment(1, vec![units(1, 1, "349.00")]);
    (order, vec![Shipment { state: ShipmentState::Registered, capture, ..parcel }])
}

#[test]
fn all_of_an_authorized_order_is_at_risk_until_it_is_shipped() {
    let at_risk = at_risk(&authorized(), &[], &[]);
    assert_eq!((at_risk.total(), at_risk.is_nothing()), (euro("1027.99"), false));
    assert_eq!(told(&at_risk), parts([("not_shipped", "1027.99")]));
    assert_eq!(to_capture(&authorized()), euro("1027.99"));
}

#[test]
fn an_order_that_was_paid_at_once_or_is_not_paid_or_is_over_has_nothing_at_risk() {
    for (status, line) in [
        (OrderStatus::Paid, LineStatus::Paid),
        (OrderStatus::Created, LineStatus::Created),
        (OrderStatus::Completed, LineStatus::Completed),
        (OrderStatus::Canceled, LineStatus::Canceled),
        (OrderStatus::Expired, LineStatus::Canceled),
    ] {
        let order = placed(status, line).order().clone();
        assert!(at_risk(&order, &[], &[]).is_nothing(), "{}", status.as_str());
        assert_eq!(to_capture(&order), euro("0.00"), "{}", status.as_str());
    }
}

#[test]
fn only_live_orders_count() {
    let order = |mode| Order { mode, ..authorized() };
    assert_eq!((counts(&order(Mode::Live)), counts(&order(Mode::Test))), (true, false));
}

#[test]
fn what_left_counts_by_its_parcel_and_what_did_not_as_not_shipped() {
    let mut order = authorized();
    order.lines[0].reserved = part(1, "340.00");
    let recorded = vec![fixtures::shipment(1, vec![units(1, 1, "340.00")])];
    assert_eq!(of(&order, &recorded), parts([("recorded", "340.00"), ("not_shipped", "687.99")]));
    let shipment_id = recorded[0].id;
    order.held = vec![HeldParcel { shipment_id, lines: vec![units(1, 1, "340.00")] }];
    assert_eq!(of(&order, &recorded), parts([("held", "340.00"), ("not_shipped", "687.99")]));
    assert_eq!(to_capture(&order), euro("1027.99"));
}

#[test]
fn a_registered_parcel_is_at_risk_until_it_is_captured() {
    let (mut order, mut shipments) = shipped(None);
    order.open_captures = vec![shipments[0].id];
    assert_eq!(of(&order, &shipments), parts([("capture_pending", "349.00"), ("not_shipped", "678.99")]));
    shipments[0].lines[0].part = part(1, "340.00");
    assert_eq!(
        of(&order, &shipments)[0].1,
        "340.00",
        "what the parcel is worth, as long as nothing is listed"
    );
    let (_, shipments) = shipped(Some(Read::Known(CaptureStatus::Pending)));
    assert_eq!(of(&order, &shipments)[0].1, "349.00");
    let (order, shipments) = shipped(Some(Read::Known(CaptureStatus::Succeeded)));
    assert_eq!(of(&order, &shipments), parts([("not_shipped", "678.99")]));
    assert_eq!(to_capture(&order), euro("678.99"));
}

#[test]
fn captures_of_a_completed_order_are_still_to_come() {
    let mut order = placed(OrderStatus::Completed, LineStatus::Completed).order().clone();
    order.lines[0].shipped = part(2, "698.00");
    order.lines[1].shipped = part(1, "329.99");
    let parcel = fixtures::shipment(1, vec![units(1, 2, "698.00"), units(2, 1, "329.99")]);
    order.open_captures = vec![parcel.id];
    assert_eq!(of(&order, &[parcel]), parts([("capture_pending", "1027.99")]));
    assert_eq!(to_capture(&order), euro("0.00"));
}

#[test]
fn parcels_that_went_along_are_captured_with_the_one_that_took_them() {
    let (mut order, mut shipments) = shipped(None);
    order.lines[1].shipped = part(1, "329.99");
    let along = fixtures::shipment(2, vec![units(2, 1, "329.99")]);
    shipments.push(Shipment { state: ShipmentState::Registered, carried_by: Some(shipments[0].id), ..along });
    order.open_captures = vec![shipments[0].id];
    assert_eq!(of(&order, &shipments), parts([("capture_pending", "678.99"), ("not_shipped", "349.00")]));
}

#[test]
fn a_lost_capture_needs_review_until_a_person_has_dealt_with_it() {
    let (mut order, shipments) = shipped(Some(Read::Known(CaptureStatus::Failed)));
    order.lost_captures = vec![(shipments[0].id, euro("349.00"))];
    let expected = parts([("needs_review", "349.00"), ("not_shipped", "678.99")]);
    assert_eq!(of(&order, &shipments), expected);
    let id = shipments[0].id.to_string();
    order.items = vec![item(ItemKind::CaptureLost, &id, true)];
    assert_eq!(of(&order, &shipments), expected);
    order.items = vec![item(ItemKind::CaptureLost, &id, false)];
    assert_eq!(of(&order, &shipments), parts([("not_shipped", "678.99")]));
    order.items = vec![item(ItemKind::CaptureLost, "another", false)];
    assert_eq!(of(&order, &shipments), expected);
    order.items = vec![item(ItemKind::ShipmentRefused, &id, false)];
    assert_eq!(of(&order, &shipments), expected);
}

#[test]
fn a_refused_parcel_is_rejected_unless_its_units_were_shipped_elsewhere() {
    let order = authorized();
    let parcel = refused(1, vec![units(1, 1, "349.00")]);
    assert_eq!(
        of(&order, std::slice::from_ref(&parcel)),
        parts([("rejected", "349.00"), ("not_shipped", "678.99")])
    );
    let elsewhere = vec![MollieShipmentId::new("shp_9")];
    assert_eq!(of(&order, &[Shipment { elsewhere, ..parcel }]), parts([("not_shipped", "1027.99")]));
}

/// One of the two units is worth 299.00 to 399.00.
#[test]
fn a_parcel_that_says_an_impossible_amount_counts_with_its_share() {
    let with = |amount| of(&authorized(), &[refused(1, vec![units(1, 1, amount)])]);
    assert_eq!(with("299.00"), parts([("rejected", "299.00"), ("not_shipped", "728.99")]));
    assert_eq!(with("298.99"), parts([("rejected", "349.00"), ("not_shipped", "678.99")]));
    let more = refused(1, vec![units(1, 9, "698.00")]);
    assert_eq!(of(&authorized(), &[more]), parts([("rejected", "698.00"), ("not_shipped", "329.99")]));
}

/// One unit was refused and one is shipped: it may be the same one.
#[test]
fn a_later_parcel_makes_up_for_a_rejected_one_once_nobody_is_asked_to_look() {
    let (mut order, mut shipments) = shipped(None);
    shipments[0].sequence = 9;
    shipments.push(refused(2, vec![units(1, 1, "349.00")]));
    assert_eq!(of(&order, &shipments), parts([("not_shipped", "678.99")]));
    order.items = vec![item(ItemKind::ShipmentRefused, "op", false)];
    assert_eq!(of(&order, &shipments), parts([("not_shipped", "678.99")]));
    order.items = vec![item(ItemKind::ShipmentRefused, "op", true)];
    assert_eq!(of(&order, &shipments), parts([("rejected", "349.00"), ("not_shipped", "329.99")]));
    order.items.clear();
    // The parcel that was shipped came before the refused one: that is another unit.
    shipments[0].sequence = 1;
    assert_eq!(of(&order, &shipments), parts([("rejected", "349.00"), ("not_shipped", "329.99")]));
}

#[test]
fn of_two_rejected_units_one_stays_if_one_is_shipped_later() {
    let (mut order, mut shipments) = shipped(None);
    order.lines[0].quantity = 3;
    order.lines[0].total_amount = euro("1047.00");
    order.lines[0].discount_amount = None;
    order.lines[0].unit_price = euro("349.00");
    order.highest_amount = euro("1376.99");
    shipments[0].sequence = 9;
    shipments.push(refused(2, vec![units(1, 2, "698.00")]));
    assert_eq!(of(&order, &shipments), parts([("rejected", "349.00"), ("not_shipped", "678.99")]));
}

#[test]
fn each_unit_counts_once() {
    let mut order = authorized();
    // Refused, recorded again, and the other unit too: nothing is left of the line for the refused parcel.
    order.lines[0].reserved = part(2, "698.00");
    let shipments =
        [refused(1, vec![units(1, 1, "349.00")]), fixtures::shipment(2, vec![units(1, 2, "698.00")])];
    assert_eq!(of(&order, &shipments), parts([("recorded", "698.00"), ("not_shipped", "329.99")]));
    // Shipped elsewhere while it was recorded here.
    order.lines[0].shipped = part(1, "349.00");
    assert_eq!(of(&order, &shipments[1..]), parts([("recorded", "349.00"), ("not_shipped", "329.99")]));
    order.lines[0].shipped = part(2, "698.00");
    assert_eq!(of(&order, &shipments), parts([("not_shipped", "329.99")]));
}

#[test]
fn an_operation_that_needs_attention_holds_up_all_that_is_not_registered() {
    let (mut order, mut shipments) = shipped(None);
    order.open_captures = vec![shipments[0].id];
    shipments.push(refused(2, vec![units(1, 1, "349.00")]));
    let with = |state| {
        let operation = Unsettled { operation_id: OperationId::new(Uuid::from_u128(9)), state };
        told(&at_risk(&order, &shipments, &[operation]))
    };
    let held_up = parts([("needs_attention", "678.99"), ("capture_pending", "349.00")]);
    assert_eq!(with(OperationState::NeedsAttention), held_up);
    for state in [OperationState::Pending, OperationState::InFlight, OperationState::Resolving] {
        assert_eq!(with(state)[0], ("rejected", "349.00".to_owned()), "{}", state.as_str());
    }
    // The parcel itself says so too.
    shipments[1].state = ShipmentState::NeedsAttention;
    assert_eq!(of(&order, &shipments), held_up);
}

#[test]
fn an_open_item_about_the_money_keeps_the_rest_for_review() {
    for kind in ItemKind::ALL {
        let expected = match kind {
            ItemKind::LatePlacement
            | ItemKind::SurplusPayment
            | ItemKind::SurplusShipment
            | ItemKind::SurplusOrder
            | ItemKind::Overcaptured
            | ItemKind::MoneyOnEndedOrder
            | ItemKind::SurplusCancellation
            | ItemKind::SurplusLine
            | ItemKind::Chargeback
            | ItemKind::SupersededPaid
            | ItemKind::Underpaid
            | ItemKind::FoundAfterRestore => parts([("needs_review", "1027.99")]),
            ItemKind::DeductionLeft | ItemKind::LineLeftOpen => {
                parts([("needs_review", "329.99"), ("not_shipped", "698.00")])
            }
            ItemKind::ShipmentRefused
            | ItemKind::CaptureLost
            | ItemKind::LateParcel
            | ItemKind::RefundFailed
            | ItemKind::RefundRefused
            | ItemKind::SurplusRefund
            | ItemKind::RefundsDiffer
            | ItemKind::NumberShared
            | ItemKind::NumberDiffers => parts([("not_shipped", "1027.99")]),
        };
        let with = |is_open| Order { items: vec![item(*kind, "lines/2/1", is_open)], ..authorized() };
        assert_eq!(of(&with(true), &[]), expected, "{}", kind.as_str());
        assert_eq!(of(&with(false), &[]), parts([("not_shipped", "1027.99")]), "{}", kind.as_str());
    }
    let odd = Order { items: vec![item(ItemKind::LineLeftOpen, "line two", true)], ..authorized() };
    assert_eq!(of(&odd, &[]), parts([("not_shipped", "1027.99")]));
}

#[test]
fn what_is_canceled_or_to_be_canceled_is_at_no_risk() {
    let mut order = authorized();
    order.lines[0].canceling = part(1, "349.00");
    assert_eq!(of(&order, &[]), parts([("not_shipped", "678.99")]));
    (order.lines[0].canceling, order.lines[0].canceled) = (part(0, "0.00"), part(1, "349.00"));
    assert_eq!(of(&order, &[]), parts([("not_shipped", "678.99")]));
    order.lines[0].is_changing = true;
    assert_eq!(of(&order, &[]), parts([("not_shipped", "678.99")]), "it is still authorized");
}

/// Goods worth 20.00 and 10.00, and a gift card that takes 5.00 off: 25.00 is authorized.
fn with_gift_card() -> Order {
    sums::order(&[2_000, 1_000, -500])
}

#[test]
fn a_deduction_counts_with_its_parcel() {
    let mut order = with_gift_card();
    let parcel = vec![units(1, 1, "20.00"), units(3, 1, "-5.00")];
    (order.lines[0].reserved, order.lines[2].reserved) = (part(1, "20.00"), part(1, "-5.00"));
    let shipments = [fixtures::shipment(1, parcel)];
    assert_eq!(of(&order, &shipments), parts([("recorded", "15.00"), ("not_shipped", "10.00")]));
}

#[test]
fn a_deduction_alone_comes_off_the_least_urgent_part_and_hides_no_loss() {
    let order = with_gift_card();
    let goods = [refused(1, vec![units(1, 1, "20.00")])];
    assert_eq!(of(&order, &goods), parts([("rejected", "20.00"), ("not_shipped", "5.00")]));
    let all = [refused(1, vec![units(1, 1, "20.00"), units(2, 1, "10.00")])];
    assert_eq!(of(&order, &all), parts([("rejected", "25.00")]), "more was never authorized");
    let mut shipped = order.clone();
    (shipped.lines[0].shipped, shipped.lines[1].shipped) = (part(1, "20.00"), part(1, "10.00"));
    assert!(at_risk(&shipped, &[], &[]).is_nothing(), "only the deduction is left");
    assert_eq!(to_capture(&shipped), euro("0.00"));
}

/// Three chairs and a gift card for two and a half of them: a parcel of one is held, since its goods do not outweigh the card.
#[test]
fn held_goods_are_told_as_held_although_what_holds_them_outweighs_them() {
    let mut order = sums::order(&[10_000, 10_000, 10_000, -25_000]);
    let held = vec![units(1, 1, "100.00"), units(4, 1, "-250.00")];
    let parcel = fixtures::shipment(1, held.clone());
    order.held = vec![HeldParcel { shipment_id: parcel.id, lines: held }];
    (order.lines[0].reserved, order.lines[3].reserved) = (part(1, "100.00"), part(1, "-250.00"));
    assert_eq!(of(&order, &[parcel]), parts([("held", "50.00")]));
}

#[test]
fn no_more_is_at_risk_than_is_authorized() {
    let mut order = authorized();
    order.payments = vec![payment("tr_1", euro("1000.00"), PaymentStatus::Authorized)];
    order.lines[1].reserved = part(1, "329.99");
    assert_eq!(of(&order, &[]), parts([("recorded", "329.99"), ("not_shipped", "670.01")]));
    assert_eq!(to_capture(&order), euro("1000.00"));
    order.payments[0].status = Read::Known(PaymentStatus::Expired);
    assert!(at_risk(&order, &[], &[]).is_nothing(), "it is lost");
    order.payments.push(payment("tr_2", euro("1027.99"), PaymentStatus::Open));
    assert_eq!(of(&order, &[]).len(), 2, "an answer may be behind: it is still to be shipped");
}

#[test]
fn an_end_by_time_takes_what_was_neither_shipped_nor_canceled_before_it() {
    let mut before = authorized();
    before.lines[1].reserved = part(1, "329.99");
    before.open_captures = vec![ShipmentId::new(Uuid::from_u128(7))];
    before.lost_captures = vec![(ShipmentId::new(Uuid::from_u128(8)), euro("1.00"))];
    let mut after = placed(OrderStatus::Expired, LineStatus::Canceled).order().clone();
    // The same reading found that one unit had been shipped elsewhere.
    (after.lines[0].shipped, after.lines[0].canceled) = (part(1, "349.00"), part(1, "349.00"));
    (after.lines[1].reserved, after.lines[1].canceled) = (part(1, "329.99"), part(1, "329.99"));
    let recorded = [fixtures::shipment(1, vec![units(2, 1, "329.99")])];
    let lost = |after: &Order| told(&lost(&before, after, &recorded, &[]));
    assert_eq!(lost(&after), parts([("recorded", "329.99"), ("not_shipped", "349.00")]));
    after.held = vec![HeldParcel { shipment_id: recorded[0].id, lines: recorded[0].lines.clone() }];
    assert_eq!(lost(&after)[0].0, "held");
    after.items = vec![item(ItemKind::SurplusPayment, "tr_2", true)];
    assert_eq!(lost(&after)[0].0, "needs_review");
    after.lines[0].canceling = part(1, "349.00");
    assert_eq!(lost(&after), parts([("held", "329.99")]), "it was given up");
}
