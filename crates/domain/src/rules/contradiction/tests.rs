//! What is not believed, and that everything else is.

use proptest::prelude::*;

use super::*;
use crate::rules::amount::Remainder;
use crate::rules::field::Field;
use crate::rules::fixtures::{self, at, euro, placed, snapshot};
use crate::rules::ids::{MollieLineId, MolliePaymentId, MollieShipmentId};
use crate::rules::part::Part;
use crate::rules::snapshot::{ShipmentSnapshot, difference};
use crate::rules::status::{OrderStatus, PaymentStatus};

mod refunds;
mod twice;

fn order() -> Order {
    placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone()
}

/// The fixture authorized: two at 399.00 with 100.00 off, and one at 329.99.
fn reported(change: impl FnOnce(&mut Snapshot)) -> Snapshot {
    let mut reported = snapshot(OrderStatus::Authorized, LineStatus::Authorized);
    change(&mut reported);
    reported
}

fn doubted(snapshot: Snapshot) -> Vec<String> {
    let believed = believed(&order(), snapshot);
    let unread: Vec<_> = believed.unread.fields.iter().map(|field| field.path.clone()).collect();
    let fields: Vec<_> = believed.contradictions.into_iter().filter_map(|doubt| doubt.field).collect();
    assert_eq!(fields, unread);
    fields
}

fn dollars(value: &str) -> Money {
    Money::parse("USD", value).unwrap()
}

fn part(quantity: u32, value: &str) -> Part {
    Part { quantity, amount: euro(value) }
}

#[test]
fn each_field_that_contradicts_itself_is_named_and_what_is_known_stays() {
    type Case = (&'static str, fn(&mut Snapshot));
    let cases: [Case; 17] = [
        ("amount", |it| it.amount = euro("1027.98")),
        ("amount", |it| it.amount = dollars("1027.99")),
        ("amountCaptured", |it| it.amount_captured = Some(dollars("1.00"))),
        ("lines[0].totalAmount", |it| it.lines[0].total_amount = euro("1.00")),
        ("lines[0].totalAmount", |it| it.lines[0].total_amount = dollars("698.00")),
        ("lines[0].unitPrice", |it| it.lines[0].unit_price = euro("3.99")),
        ("lines[0].quantity", |it| it.lines[0].quantity = 3),
        ("lines[0].discountAmount", |it| it.lines[0].discount_amount = None),
        ("lines[0].quantityShipped", |it| it.lines[0].shipped = Some(part(9, "698.00"))),
        ("lines[0].quantityShipped", |it| it.lines[0].shipped = Some(part(0, "10.00"))),
        ("lines[0].quantityShipped", |it| it.lines[0].shipped = Some(part(1, "298.99"))),
        ("lines[0].quantityShipped", |it| it.lines[0].shipped = Some(part(1, "399.01"))),
        ("lines[1].quantityCanceled", |it| it.lines[1].canceled = Some(part(1, "0.00"))),
        ("lines[1].quantityCanceled", |it| it.lines[1].canceled = Some(part(1, "-329.99"))),
        ("lines[1].quantityRefunded", |it| it.lines[1].refunded = Some(part(2, "329.99"))),
        ("lines[1].quantityRefunded", |it| {
            it.lines[1].refunded = Some(Part { quantity: 1, amount: dollars("329.99") });
        }),
        // A line that we do not know, for instance one added in the dashboard.
        ("lines[2].totalAmount", |it| {
            let mut line = it.lines[1].clone();
            (line.mollie_id, line.total_amount) = (MollieLineId::new("odl_1.3"), euro("1.00"));
            it.lines.push(line);
            it.amount = euro("1028.99");
        }),
    ];
    for (field, change) in cases {
        let reported = reported(change);
        let believed = believed(&order(), reported.clone());
        assert_eq!(doubted(reported), [field]);
        let observed = difference(&order(), &believed).unwrap();
        assert!(observed.unread_changed && observed.lines.is_empty(), "{field}: {observed:?}");
        assert_eq!((observed.amount, observed.facts.amount_captured), (euro("1027.99"), None), "{field}");
    }
}

#[test]
fn if_units_count_twice_both_counters_are_doubted() {
    let both = reported(|it| {
        it.lines[0].shipped = Some(part(2, "698.00"));
        it.lines[0].canceled = Some(part(1, "299.00"));
    });
    assert_eq!(doubted(both), ["lines[0].quantityShipped", "lines[0].quantityCanceled"]);
}

/// Of the first line.
fn shipment(part: &Part) -> ShipmentSnapshot {
    ShipmentSnapshot {
        mollie_id: MollieShipmentId::new("shp_1"),
        created_time: at(3),
        tracking: Field::LeftOut,
        lines: vec![(MollieLineId::new("odl_1.1"), *part)],
    }
}

/// Listed shipments exist; if more units are counted, unlisted ones may exist too.
#[test]
fn counters_and_shipments_must_agree() {
    let (one, all, none) = (part(1, "399.00"), part(2, "698.00"), part(0, "0.00"));
    let seen = |counted: Option<Part>, listed: Option<&[Part]>| {
        reported(|it| {
            it.lines[0].shipped = counted;
            it.shipments = listed.map(|parts| parts.iter().map(shipment).collect());
        })
    };
    for agreed in [
        seen(Some(all), Some(&[one, part(1, "299.00")])),
        seen(None, Some(&[one])),
        seen(Some(all), None),
        seen(Some(none), Some(&[])),
    ] {
        assert_eq!(believed(&order(), agreed.clone()), agreed);
    }
    for (counted, listed) in [(none, one), (one, all)] {
        let behind = seen(Some(counted), Some(&[listed]));
        let believed = believed(&order(), behind.clone());
        assert_eq!((believed.lines[0].shipped, believed.shipments), (None, behind.shipments.clone()));
        assert_eq!(doubted(behind), ["lines[0].quantityShipped"]);
    }
    for (counted, listed) in [(all, &[one][..]), (one, &[])] {
        let behind = seen(Some(counted), Some(listed));
        let believed = believed(&order(), behind.clone());
        assert_eq!((believed.lines[0].shipped, believed.shipments), (Some(counted), None));
        assert_eq!(doubted(behind), ["_embedded.shipments"]);
    }
}

#[test]
fn a_shipment_of_no_units_is_worth_nothing() {
    let of = |part: Part| reported(|it| it.shipments = Some(vec![shipment(&part)]));
    assert_eq!(doubted(of(part(0, "0.00"))), [""; 0]);
    assert_eq!(doubted(of(part(0, "10.00"))), ["_embedded.shipments[0].lines[0].quantity"]);
}

#[test]
fn an_impossible_shipment_discards_the_whole_list() {
    let shipped = |parts: &[Part]| reported(|it| it.shipments = Some(parts.iter().map(shipment).collect()));
    let twice = shipped(&[part(2, "698.00"), part(1, "299.00")]);
    let believed = believed(&order(), twice.clone());
    let field = "_embedded.shipments[1].lines[0].quantity";
    assert_eq!((doubted(twice), believed.shipments.as_ref()), (vec![field.to_owned()], None));
    assert_eq!(believed.shipments_left_out().unwrap().field.as_deref(), Some(field));
    let foreign = shipped(&[Part { quantity: 1, amount: dollars("399.00") }]);
    assert_eq!(doubted(foreign), ["_embedded.shipments[0].lines[0].totalAmount"]);
}

#[test]
fn a_payments_sums_are_in_its_own_currency() {
    let payment = Payment {
        amount_captured: Some(dollars("10.00")),
        authorized_time: Some(at(2)),
        ..fixtures::payment("tr_1", euro("1027.99"), PaymentStatus::Authorized)
    };
    let judged = believed(&order(), reported(|it| it.payments = Some(vec![payment.clone()])));
    assert_eq!(judged.payments.unwrap()[0].amount_captured, None);
    assert_eq!(judged.contradictions[0].field.as_deref(), Some("_embedded.payments[0].amountCaptured"));
    let known = |id: &str, captured: &str| Payment {
        mollie_id: MolliePaymentId::new(id),
        amount_captured: Some(euro(captured)),
        ..payment.clone()
    };
    let order = Order { payments: vec![known("tr_0", "5.00"), known("tr_1", "7.00")], ..order() };
    let judged = believed(&order, reported(|it| it.payments = Some(vec![payment.clone()])));
    assert_eq!(judged.payments.unwrap()[0].amount_captured, Some(euro("7.00")), "as that payment had it");
}

#[test]
fn the_amount_may_or_may_not_count_canceled_units() {
    let canceled = |amount: &str| {
        let amount = euro(amount);
        reported(|it| {
            it.lines[1].canceled = Some(part(1, "329.99"));
            it.lines[1].status = Read::Known(LineStatus::Canceled);
            it.amount = amount;
        })
    };
    assert!(doubted(canceled("1027.99")).is_empty());
    assert!(doubted(canceled("698.00")).is_empty());
    assert_eq!(doubted(canceled("697.99")), ["amount"]);
    assert_eq!(doubted(canceled("1028.00")), ["amount"]);
    let mut silent = canceled("698.00");
    silent.lines.iter_mut().for_each(|line| line.canceled = None);
    assert!(doubted(silent).is_empty(), "missing fields contradict nothing");
}

#[test]
fn without_counters_any_line_may_be_canceled_but_not_of_an_unpaid_order() {
    let silent = |status, line| {
        let mut silent = snapshot(status, line);
        silent.lines.iter_mut().for_each(|line| line.canceled = None);
        silent.amount = euro("698.00");
        doubted(silent)
    };
    assert_eq!(silent(OrderStatus::Authorized, LineStatus::Authorized), [""; 0]);
    assert_eq!(silent(OrderStatus::Created, LineStatus::Created), ["amount"]);
}

#[test]
fn canceling_a_deduction_leaves_more_to_pay() {
    let mut order = order();
    let deduction = |line: &mut LineSnapshot| {
        (line.unit_price, line.total_amount) = (euro("-5.00"), euro("-5.00"));
        (line.status, line.canceled) = (Read::Known(LineStatus::Canceled), Some(part(1, "-5.00")));
    };
    order.terms.amount = euro("693.00");
    for amount in ["693.00", "698.00"] {
        let mut reported = reported(|it| deduction(&mut it.lines[1]));
        reported.amount = euro(amount);
        assert_eq!(believed(&order, reported).contradictions, []);
    }
}

/// The shapes of Mollie's published answers: a discounted line half shipped, a completed one, and missing counters.
#[test]
fn published_answers_are_believed() {
    let half = reported(|it| {
        it.lines[0].shipped = Some(part(1, "399.00"));
        it.lines[1].shipped = Some(part(1, "329.99"));
        it.amount_captured = Some(euro("1027.99"));
    });
    assert!(doubted(half).is_empty());
    let silent = reported(|it| {
        for line in &mut it.lines {
            (line.shipped, line.canceled, line.refunded) = (None, None, None);
        }
    });
    assert!(doubted(silent).is_empty());
    let free = reported(|it| {
        let line = &mut it.lines[0];
        (line.unit_price, line.discount_amount) = (euro("349.00"), Some(euro("349.00")));
        (line.total_amount, it.amount) = (euro("349.00"), euro("678.99"));
        line.shipped = Some(part(1, "0.00"));
    });
    assert!(doubted(free).is_empty(), "two for the price of one");
}

proptest! {
    /// Both upper bounds on a part that Mollie may use: `min(U·q, R)` and `U·q`.
    #[test]
    fn whatever_the_amount_rule_allows_is_believed(
        (quantity, unit, off) in (1_u32..5, prop_oneof![1_i64..2000, -2000_i64..0], 0_i64..4000),
        steps in prop::collection::vec((any::<bool>(), 1_u32..5, 0_i64..=100), 0..5),
        beyond_the_rest: bool,
    ) {
        let cents = |minor| Money::from_minor(minor, euro("0.00").currency());
        let off = if unit < 0 { 0 } else { off.min(unit * i64::from(quantity)) };
        let total = unit * i64::from(quantity) - off;
        let (mut shipped, mut canceled) = (part(0, "0.00"), part(0, "0.00"));
        for (ships, units, share) in steps {
            let all = Part { quantity, amount: cents(total) };
            let left = all.without(shipped).without(canceled);
            let rest = Remainder { quantity: left.quantity, amount: left.amount, unit_price: cents(unit) };
            let Some(bounds) = rest.bounds(units) else { continue };
            let is_part = units < left.quantity;
            let most = if beyond_the_rest && is_part && unit > 0 { unit * i64::from(units) } else { bounds.max.minor() };
            let least = bounds.min.minor().min(most);
            let taken = Part { quantity: units, amount: cents(least + (most - least) * share / 100) };
            let counter = if ships { &mut shipped } else { &mut canceled };
            *counter = counter.and(taken);
        }
        let answer = reported(|it| {
            let line = &mut it.lines[0];
            (line.quantity, line.unit_price, line.total_amount) = (quantity, cents(unit), cents(total));
            line.discount_amount = (off > 0).then(|| cents(off));
            (line.shipped, line.canceled, line.refunded) = (Some(shipped), Some(canceled), Some(shipped));
            it.amount = cents(total + 32_999);
        });
        prop_assert_eq!(doubted(answer), Vec::<String>::new());
    }
}

#[test]
fn a_total_that_differs_is_named_before_a_quantity_that_does() {
    let wrong = reported(|it| (it.lines[0].quantity, it.lines[0].total_amount) = (3, euro("1.00")));
    let judged = believed(&order(), wrong);
    assert_eq!(
        judged.contradictions[0].to_string(),
        "lines[0].totalAmount: 1.00 EUR for 3 × 399.00 EUR less 100.00 EUR"
    );
}

/// Two units at -10.00 for -15.00 in all: the first takes off 5.00 to 10.00.
#[test]
fn parts_of_a_deduction_are_bounded_as_parts_of_goods_are() {
    let part_of = |value: &str| {
        let mut order = order();
        let line = &mut order.lines[0];
        (line.unit_price, line.discount_amount, line.total_amount) =
            (euro("-10.00"), Some(euro("-5.00")), euro("-15.00"));
        order.terms.amount = euro("314.99");
        let seen = reported(|it| {
            let line = &mut it.lines[0];
            (line.unit_price, line.discount_amount, line.total_amount) =
                (euro("-10.00"), Some(euro("-5.00")), euro("-15.00"));
            (line.shipped, it.amount) = (Some(part(1, value)), euro("314.99"));
        });
        believed(&order, seen).contradictions.into_iter().filter_map(|doubt| doubt.field).collect::<Vec<_>>()
    };
    for fits in ["-5.00", "-10.00"] {
        assert_eq!(part_of(fits), [""; 0], "{fits}");
    }
    for odd in ["-4.99", "-10.01"] {
        assert_eq!(part_of(odd), ["lines[0].quantityShipped"], "{odd}");
    }
}
