//! Which review items are raised, when, and never twice.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::*;
use crate::rules::cause::{Cause, Grounds};
use crate::rules::event::{EventData, Recorder};
use crate::rules::fixtures::{self, at, euro, placed};
use crate::rules::ids::LineId;
use crate::rules::part::Part;
use crate::rules::payment::Payment;
use crate::rules::rejection::RejectedBy;
use crate::rules::shipment::{Origin, ShipmentLine, ShipmentState, Tracking};
use crate::rules::snapshot::ShipmentSnapshot;
use crate::rules::status::{LineStatus, OrderStatus, PaymentStatus, Read};

mod cancellations;
mod refunds;

/// An order of 1027.99.
fn order(payments: Vec<Payment>) -> Order {
    Order { payments, ..placed(OrderStatus::Paid, LineStatus::Paid).order().clone() }
}

fn payment(id: &str, status: PaymentStatus, amount: &str, since: Option<Timestamp>) -> Payment {
    let (authorized_time, paid_time) = match status {
        PaymentStatus::Authorized => (since, None),
        PaymentStatus::Paid => (None, since),
        PaymentStatus::Open
        | PaymentStatus::Pending
        | PaymentStatus::Failed
        | PaymentStatus::Canceled
        | PaymentStatus::Expired => (None, None),
    };
    Payment { authorized_time, paid_time, ..fixtures::payment(id, euro(amount), status) }
}

fn subjects(payments: Vec<Payment>) -> Vec<String> {
    surplus_payments(&order(payments)).into_iter().map(|concern| concern.subject).collect()
}

#[test]
fn all_successful_payments_but_the_first_are_surplus_in_any_list_order() {
    use PaymentStatus::{Authorized, Paid};
    let paid = |id, minute| payment(id, Paid, "1027.99", Some(at(minute)));
    assert_eq!(subjects(vec![paid("tr_a", 5)]), [""; 0]);
    assert_eq!(subjects(vec![payment("tr_a", Paid, "1028.00", Some(at(5)))]), ["tr_a"], "more than it costs");
    assert_eq!(subjects(vec![paid("tr_a", 5), paid("tr_b", 6)]), ["tr_b"]);
    assert_eq!(subjects(vec![paid("tr_a", 7), paid("tr_b", 6), paid("tr_c", 8)]), ["tr_a", "tr_c"]);
    assert_eq!(subjects(vec![paid("tr_b", 6), paid("tr_a", 6)]), ["tr_b"]);
    let authorized = payment("tr_z", Authorized, "1027.99", Some(at(4)));
    assert_eq!(subjects(vec![paid("tr_a", 5), authorized.clone()]), ["tr_a"]);
    let captured = Payment { paid_time: Some(at(9)), status: Read::Known(Paid), ..authorized };
    assert_eq!(subjects(vec![paid("tr_a", 5), captured]), ["tr_a"], "captured later, successful first");
}

#[test]
fn attempts_that_hold_no_money_are_not_surplus() {
    let paid = payment("tr_a", PaymentStatus::Paid, "1027.99", Some(at(5)));
    for status in PaymentStatus::ALL {
        let other = payment("tr_b", *status, "1027.99", Some(at(6)));
        let successful = matches!(status, PaymentStatus::Authorized | PaymentStatus::Paid);
        assert_eq!(subjects(vec![other, paid.clone()]).len(), usize::from(successful), "{}", status.as_str());
    }
    let unknown = Payment { status: Read::Unknown("frozen".to_owned()), ..paid.clone() };
    assert_eq!(subjects(vec![unknown, paid]), [""; 0]);
}

#[test]
fn payments_that_together_pay_the_order_once_are_not_surplus() {
    let paid = |id, amount, minute| payment(id, PaymentStatus::Paid, amount, Some(at(minute)));
    assert_eq!(subjects(vec![paid("tr_a", "27.99", 1), paid("tr_b", "1000.00", 2)]), [""; 0]);
    assert_eq!(subjects(vec![paid("tr_a", "28.00", 1), paid("tr_b", "1000.00", 2)]), ["tr_b"]);
    let refunded = |amount| Payment { amount_refunded: Some(euro(amount)), ..paid("tr_a", "1027.99", 1) };
    assert_eq!(subjects(vec![refunded("1027.99"), paid("tr_b", "1027.99", 2)]), [""; 0]);
    assert_eq!(subjects(vec![refunded("1027.98"), paid("tr_b", "1027.99", 2)]), ["tr_b"]);
}

/// A shopper who gave everything back and pays in the other tab.
#[test]
fn what_is_paid_for_goods_that_were_given_back_is_surplus() {
    let paid = |id, refunded: &str, minute| Payment {
        amount_refunded: Some(euro(refunded)),
        ..payment(id, PaymentStatus::Paid, "1027.99", Some(at(minute)))
    };
    let both = |first: &str, second: &str| order(vec![paid("tr_a", first, 1), paid("tr_b", second, 2)]);
    let told = |order: &Order| {
        surplus_payments(order).into_iter().map(|it| (it.subject, it.text)).next().unwrap_or_default()
    };
    let mut returned = both("1027.99", "0.00");
    assert_eq!(told(&returned).0, "", "of no line: it was the surplus");
    returned.lines[0].refunded = Part { quantity: 2, amount: euro("698.00") };
    let (subject, text) = told(&returned);
    assert_eq!(subject, "tr_b");
    assert!(
        text.contains("698.00 EUR more than the 329.99 EUR that are owed of the order of 1027.99 EUR"),
        "{text}"
    );
    returned.beside.refunded = euro("329.99");
    assert_eq!(told(&returned).0, "tr_b");
    // One payment alone, and what Mollie does not show yet, is no surplus.
    returned.payments.truncate(1);
    assert_eq!(told(&returned).0, "");
    let mut unseen = both("0.00", "1027.99");
    unseen.beside.refunded = euro("1027.99");
    unseen.lines[0].refunded = Part { quantity: 2, amount: euro("698.00") };
    assert_eq!(told(&unseen).0, "");
}

#[test]
fn amounts_that_cannot_be_added_up_raise_a_review_item() {
    let paid = |id, amount| payment(id, PaymentStatus::Paid, amount, Some(at(1)));
    let dollars =
        Payment { amount: crate::rules::money::Money::parse("USD", "1.00").unwrap(), ..paid("tr_b", "1.00") };
    assert_eq!(subjects(vec![paid("tr_a", "1.00"), dollars]), ["tr_b"]);
}

#[test]
fn each_payment_beyond_the_price_is_named_with_what_it_adds_to_the_surplus() {
    let paid = |id, amount, minute| payment(id, PaymentStatus::Paid, amount, Some(at(minute)));
    let payments = vec![paid("tr_a", "27.99", 1), paid("tr_b", "1000.01", 2), paid("tr_c", "5.00", 3)];
    let texts: Vec<_> = surplus_payments(&order(payments.clone())).into_iter().map(|it| it.text).collect();
    assert!(texts[0].contains("is 0.01 EUR more") && texts[1].contains("is 5.00 EUR more"), "{texts:?}");
    let once_dearer = Order { highest_amount: euro("1033.00"), ..order(payments) };
    assert_eq!(surplus_payments(&once_dearer), []);
}

/// The attempt was opened for 1,000.00, then the order grew to 1,027.99.
#[test]
fn an_attempt_from_before_the_order_grew_leaves_it_underpaid() {
    let paid = |amount| order(vec![payment("tr_a", PaymentStatus::Paid, amount, Some(at(1)))]);
    let missing = |order: &Order| underpaid(order).map(|concern| (concern.subject, concern.text));
    let (subject, text) = missing(&paid("1000.00")).unwrap();
    assert!(subject == "tr_a" && text.contains("27.99 EUR are missing"), "{text}");
    assert_eq!(missing(&paid("1027.99")), None);
    assert_eq!(missing(&order(Vec::new())), None, "Mollie's answer has no payments");
    // Two of them are enough together; what was canceled before costs nothing, whether or not Mollie's amount says so.
    let second = payment("tr_b", PaymentStatus::Paid, "27.99", Some(at(2)));
    let mut both = paid("1000.00");
    both.payments.push(second);
    assert_eq!(missing(&both), None);
    let mut raised = Recorder::new(paid("1000.00"), at(3), Grounds::of(Cause::LookUp));
    raised.raise(underpaid(raised.order()).unwrap());
    assert!(no_longer_underpaid(raised.order()).is_empty());
    let items = raised.order().items.clone();
    assert_eq!(no_longer_underpaid(&Order { items, ..both.clone() }), [1]);
    assert_eq!(missing(&Order { canceled_unpaid: euro("27.99"), ..paid("1000.00") }), None);
    let mut reduced = paid("1000.00");
    reduced.terms.amount = euro("1000.00");
    assert_eq!(missing(&reduced), None);
    let mut authorized = paid("1000.00");
    authorized.facts.authorized_time = Some(at(1));
    let (_, text) = missing(&authorized).unwrap();
    assert!(text.contains("authorized 1000.00 EUR for an order of 1027.99 EUR"), "{text}");
    // What lapsed at the end is owed by nobody, and what left is.
    authorized.facts.status = Some(OrderStatus::Completed);
    authorized.lines[0].shipped = Part { quantity: 2, amount: euro("698.00") };
    assert_eq!(missing(&authorized), None);
    authorized.lines[1].shipped = Part { quantity: 1, amount: euro("329.99") };
    assert!(missing(&authorized).is_some());
}

fn ours(state: ShipmentState, origin: Origin, code: Option<&str>) -> Shipment {
    let line = ShipmentLine { line_id: LineId::new(1), part: part(1) };
    let (tracking, first_tracking) = (code.map(tracking), code.map(tracking));
    Shipment {
        state,
        origin,
        tracking,
        first_tracking,
        created_time: at(1),
        ..fixtures::shipment(9, vec![line])
    }
}

fn part(quantity: u32) -> Part {
    Part { quantity, amount: euro("349.00") }
}

fn tracking(code: &str) -> Tracking {
    Tracking { carrier: "PostNL".to_owned(), code: code.to_owned(), url: None }
}

fn theirs(quantity: u32, code: Option<&str>) -> ShipmentSnapshot {
    let line = order(Vec::new()).lines[0].mollie_id.clone().unwrap();
    ShipmentSnapshot {
        mollie_id: MollieShipmentId::new("shp_2"),
        created_time: at(3),
        tracking: code.map(tracking).into(),
        lines: vec![(line, part(quantity))],
    }
}

#[test]
fn a_shipment_like_one_of_our_settled_ones_is_surplus() {
    let order = order(Vec::new());
    let is_surplus = |ours: Shipment, theirs| surplus_shipment(&order, &[ours], &theirs).is_some();
    for state in ShipmentState::ALL {
        let ended = matches!(state, ShipmentState::Registered | ShipmentState::Refused);
        let ours = ours(*state, Origin::Here, Some("3S1"));
        assert_eq!(is_surplus(ours, theirs(1, Some(" 3S1 "))), ended, "{}", state.as_str());
    }
    let refused = |rejection| Shipment { rejection, ..ours(ShipmentState::Refused, Origin::Here, None) };
    let decision = crate::rules::decision::Decision::parse("jane", "it never left").unwrap();
    let by_operator = Rejection::by_operator(&decision);
    let by_mollie = Rejection { by: RejectedBy::Mollie(422), ..by_operator.clone() };
    assert!(is_surplus(refused(Some(by_operator)), theirs(1, None)));
    assert!(!is_surplus(refused(Some(by_mollie)), theirs(1, None)), "it is the only one there");
    let registered = |code| ours(ShipmentState::Registered, Origin::Here, code);
    assert!(is_surplus(registered(None), theirs(1, None)));
    assert!(!is_surplus(registered(None), theirs(2, None)));
    assert!(!is_surplus(registered(None), theirs(1, Some("3S1"))));
    assert!(!is_surplus(registered(Some("3S1")), theirs(1, Some("3S2"))));
    assert!(!is_surplus(ours(ShipmentState::Registered, Origin::Elsewhere, None), theirs(1, None)));
}

#[test]
fn a_surplus_shipment_is_described_with_both_ids() {
    let ours = ours(ShipmentState::Registered, Origin::Here, None);
    let theirs = theirs(1, None);
    let concern = surplus_shipment(&order(Vec::new()), std::slice::from_ref(&ours), &theirs).unwrap();
    let both = format!(
        "Shipment {} at Mollie has the lines and tracking of our shipment {} (",
        theirs.mollie_id, ours.id
    );
    assert!(concern.text.starts_with(&both), "{}", concern.text);
}

fn concern(kind: ItemKind, subject: &str) -> Concern {
    Concern { kind, subject: subject.to_owned(), text: "look".to_owned(), operation_id: None }
}

#[test]
fn an_item_is_raised_once_even_after_it_was_closed_and_the_events_fold_to_it() {
    let mut recorder = Recorder::new(order(Vec::new()), at(7), Grounds::of(Cause::LookUp));
    recorder.raise(concern(ItemKind::SurplusPayment, "tr_1"));
    recorder.raise(concern(ItemKind::SurplusPayment, "tr_1"));
    recorder.raise(concern(ItemKind::SurplusPayment, "tr_2"));
    assert_eq!(recorder.order().open_items(), 2);
    recorder.record(EventData::ItemClosed { number: 1, by: "jane".to_owned(), reason: "done".to_owned() });
    recorder.raise(concern(ItemKind::SurplusPayment, "tr_1"));
    recorder.raise(concern(ItemKind::SurplusOrder, "tr_1"));
    let (order, events) = recorder.finish();
    let items: Vec<_> =
        order.items.iter().map(|item| (item.number, item.subject.as_str(), item.is_open())).collect();
    assert_eq!(items, [(1, "tr_1", false), (2, "tr_2", true), (3, "tr_1", true)]);
    assert_eq!(events.len(), 4);
    let closure = order.items[0].closed.clone().unwrap();
    assert_eq!((closure.time, closure.by.as_str(), closure.reason.as_str()), (at(7), "jane", "done"));
}

#[test]
fn captures_above_the_authorization_are_raised_with_the_excess() {
    let mut order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    order.facts.amount_captured = Some(euro("1027.99"));
    assert_eq!(overcaptured(&order), None);
    order.facts.amount_captured = Some(euro("1030.00"));
    let concern = overcaptured(&order).unwrap();
    let text = "Mollie shows 1030.00 EUR captured where 1027.99 EUR was authorized: 2.01 EUR too much.";
    assert!(concern.text.starts_with(text), "{}", concern.text);
    assert_eq!(concern.subject, "ord_1.abc");
}

#[test]
fn a_deduction_canceled_after_goods_were_shipped_is_raised_with_what_is_owed() {
    let mut order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    order.lines[0].shipped = part(1);
    let line = &mut order.lines[1];
    (line.unit_price, line.total_amount) = (euro("-5.00"), euro("-5.00"));
    assert_eq!(deductions_left(&order), []);
    order.lines[1].canceled = Part { quantity: 1, amount: euro("-5.00") };
    let raised = deductions_left(&order);
    assert_eq!(raised.len(), 1);
    assert_eq!((raised[0].kind, raised[0].subject.as_str()), (ItemKind::DeductionLeft, "lines/2"));
    assert!(raised[0].text.contains("the shopper is owed 5.00 EUR"), "{}", raised[0].text);
}

#[test]
fn the_second_unit_of_a_deduction_that_is_lost_is_told_too() {
    let mut recorder = placed(OrderStatus::Shipping, LineStatus::Shipping);
    let mut order = recorder.order().clone();
    order.lines[0].shipped = part(1);
    let line = &mut order.lines[1];
    (line.quantity, line.unit_price, line.total_amount) = (2, euro("-5.00"), euro("-10.00"));
    for (units, amount, subject) in
        [(1, "-5.00", "lines/2"), (2, "-10.00", "lines/2/2"), (2, "-10.00", "lines/2/2")]
    {
        order.lines[1].canceled = Part { quantity: units, amount: euro(amount) };
        let raised = deductions_left(&order).remove(0);
        assert_eq!(raised.subject, subject);
        assert!(raised.text.contains(&format!("is owed {} EUR", &amount[1..])), "{}", raised.text);
        recorder.raise(raised);
        order.items.clone_from(&recorder.order().items);
    }
    assert_eq!(recorder.order().items.len(), 2);
    let last = &recorder.order().items[1].text;
    assert!(last.contains("is owed 10.00 EUR in all, with what item 1 told"), "{last}");
    assert_eq!(deductions_told_again(recorder.order()), [1], "only the last one is to be dealt with");
}

#[test]
fn of_a_deduction_that_is_owed_no_more_is_to_be_refunded_than_was_captured() {
    let mut order = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    order.lines[0].shipped = part(1);
    (order.lines[1].unit_price, order.lines[1].total_amount) = (euro("-5.00"), euro("-5.00"));
    order.lines[1].canceled = Part { quantity: 1, amount: euro("-5.00") };
    for (captured, most) in [
        ("4.99", "Refund at most 4.99 EUR of it, all that was captured, with CreateRefund"),
        ("5.00", "Refund it with CreateRefund"),
        ("5.01", "Refund it with CreateRefund"),
    ] {
        let amount_captured = Some(euro(captured));
        let authorized = payment("tr_a", PaymentStatus::Authorized, "1027.99", Some(at(2)));
        order.payments = vec![Payment { amount_captured, ..authorized }];
        order.facts.amount_captured = amount_captured;
        let text = deductions_left(&order).remove(0).text;
        assert!(text.contains(most), "{captured}: {text}");
    }
}

#[test]
fn of_a_line_left_open_it_is_told_who_is_owed_what_and_what_to_do() {
    let told = |status, amount: &str| {
        let mut order = placed(status, LineStatus::Shipping).order().clone();
        let line = &mut order.lines[1];
        (line.unit_price, line.total_amount) = (euro(amount), euro(amount));
        line_left_open(&order, &order.lines[1]).text
    };
    let captured = |amount| told(OrderStatus::Authorized, amount);
    assert!(
        captured("4.95").contains(
            "4.95 EUR of line 2 is neither shipped nor canceled. What is not shipped is not captured"
        )
    );
    assert!(
        captured("0.00").contains("What is not shipped is not captured"),
        "a fee of nothing is owed to nobody"
    );
    assert!(captured("-4.95").contains("The shopper is owed that"));
    let paid = |amount| told(OrderStatus::Paid, amount);
    assert!(paid("4.95").contains("or give its money back with CreateRefund"));
    assert!(!paid("-4.95").contains("CreateRefund"));
}

#[test]
fn a_surplus_payment_is_described_with_the_others_that_hold_money() {
    let paid = |id, minute| payment(id, PaymentStatus::Paid, "1027.99", Some(at(minute)));
    let failed = payment("tr_c", PaymentStatus::Failed, "1027.99", None);
    let raised = surplus_payments(&order(vec![paid("tr_a", 1), failed, paid("tr_b", 2)]));
    let text = "Payment tr_b of 1027.99 EUR beside tr_a of 1027.99 EUR is 1027.99 EUR more than the order of 1027.99 EUR";
    assert!(raised[0].text.starts_with(text), "{}", raised[0].text);
}

#[test]
fn money_that_stays_on_an_ended_order_is_raised_with_its_payment() {
    let payments = vec![payment("tr_a", PaymentStatus::Paid, "1027.99", Some(at(2)))];
    let ended = placed(OrderStatus::Canceled, LineStatus::Canceled).order().clone();
    let mut recorder = Recorder::new(Order { payments, ..ended }, at(3), Grounds::of(Cause::LookUp));
    recorder.raise(concern(ItemKind::SurplusOrder, "ord_2"));
    let order = recorder.order();
    let window = SignedDuration::from_mins(1);
    assert_eq!(money_on_ended_order(order, at(3), window), []);
    let raised = money_on_ended_order(order, at(4), window);
    assert_eq!(
        (raised.len(), raised[0].kind, raised[0].subject.as_str()),
        (1, ItemKind::MoneyOnEndedOrder, "tr_a")
    );
    let text = "The order is canceled, and payment tr_a holds 1027.99 EUR of the shopper's money.";
    assert!(raised[0].text.starts_with(text), "{}", raised[0].text);
}

#[test]
fn a_shipment_made_elsewhere_before_ours_was_registered_is_surplus_if_it_is_alike() {
    let ours = |code| Shipment {
        mollie_id: Some(MollieShipmentId::new("shp_ours")),
        ..ours(ShipmentState::Registered, Origin::Here, code)
    };
    let theirs = |code, minute| Shipment {
        mollie_id: Some(MollieShipmentId::new("shp_theirs")),
        origin: Origin::Elsewhere,
        created_time: at(minute),
        ..ours(code)
    };
    let is_surplus = |other: Shipment, ours: &Shipment| made_before(&[other], ours).map(|it| it.subject);
    let found = Some("shp_theirs".to_owned());
    assert_eq!(is_surplus(theirs(None, 1), &ours(None)), found);
    assert_eq!(is_surplus(theirs(Some("3S1"), 0), &ours(Some("3S1"))), found, "tracking says enough");
    assert_eq!(is_surplus(theirs(None, 0), &ours(None)), None, "it was made before ours was recorded");
    assert_eq!(is_surplus(theirs(Some("3S2"), 1), &ours(Some("3S1"))), None);
    assert_eq!(is_surplus(Shipment { origin: Origin::Here, ..theirs(None, 1) }, &ours(None)), None);
    assert_eq!(
        is_surplus(Shipment { mollie_id: ours(None).mollie_id, ..theirs(None, 1) }, &ours(None)),
        None
    );
    let line = |id: u32, quantity| ShipmentLine { line_id: LineId::new(id), part: part(quantity) };
    let more = Shipment { lines: vec![line(1, 1), line(2, 1)], ..theirs(None, 1) };
    assert_eq!(is_surplus(more, &ours(None)), None);
    assert_eq!(is_surplus(Shipment { lines: vec![line(1, 2)], ..theirs(None, 1) }, &ours(None)), None);
}
