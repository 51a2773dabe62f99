//! What is shipped unasked, and what is left to people.

use super::*;
use crate::rules::fixtures::{at, euro, placed};
use crate::rules::item::{Item, ItemKind};
use crate::rules::line::LineType::{Digital, Discount, GiftCard, Physical, ShippingFee};
use crate::rules::money::Money;
use crate::rules::part::Part;
use crate::rules::status::LineStatus;

fn cents(minor: i64) -> Money {
    Money::from_minor(minor, euro("0.00").currency())
}

/// An order whose lines have one unit each: type, VAT rate and total.
fn order_in(status: OrderStatus, line: LineStatus, lines: &[(LineType, &str, i64)]) -> Order {
    let mut order = placed(status, line).order().clone();
    let first = order.lines[0].clone();
    let line = |(id, (line_type, rate, total)): (u32, &(LineType, &str, i64))| Line {
        id: LineId::new(id),
        line_type: Read::Known(*line_type),
        vat_rate: (*rate).to_owned(),
        quantity: 1,
        unit_price: cents(*total),
        total_amount: cents(*total),
        discount_amount: None,
        ..first.clone()
    };
    order.lines = (1..).zip(lines).map(line).collect();
    order.highest_amount = cents(lines.iter().map(|(_, _, total)| total).sum());
    order.terms.amount = order.highest_amount;
    order
}

fn authorized(lines: &[(LineType, &str, i64)]) -> Order {
    order_in(OrderStatus::Authorized, LineStatus::Authorized, lines)
}

fn paid(lines: &[(LineType, &str, i64)]) -> Order {
    order_in(OrderStatus::Paid, LineStatus::Paid, lines)
}

/// What goes, by line; or how many reasons there are against it.
fn goes(order: &Order) -> Result<Vec<(u32, i64)>, usize> {
    let parts = plan(order, &lines(order, AutoShip::Digital)).map_err(|reasons| reasons.len())?;
    Ok(parts.iter().map(|part| (part.line_id.number(), part.part.amount.minor())).collect())
}

const MIXED: [(LineType, &str, i64); 4] = [
    (Physical, "21.00", 1_000),
    (Digital, "21.00", 1_500),
    (ShippingFee, "21.00", 495),
    (Digital, "9.00", 700),
];

#[test]
fn digital_lines_go_alone_once_the_money_is_there() {
    for order in [authorized(&MIXED), paid(&MIXED)] {
        assert_eq!(goes(&order), Ok(vec![(2, 1_500), (4, 700)]));
        assert!(acts_at(&order, AutoShip::Digital).is_some() && acts_at(&order, AutoShip::DryRun).is_some());
        assert_eq!(acts_at(&order, AutoShip::Off), None);
    }
    for status in OrderStatus::ALL.iter().filter(|status| !status.allows_shipping()) {
        let order = order_in(*status, LineStatus::Created, &MIXED);
        assert_eq!(acts_at(&order, AutoShip::Digital), None, "{status:?}");
    }
    let mut unknown = authorized(&MIXED);
    unknown.facts.unknown_status = Some("frozen".to_owned());
    assert_eq!(acts_at(&unknown, AutoShip::Digital), None);
    assert_eq!(acts_at(&authorized(&MIXED[..1]), AutoShip::Digital), None, "nothing is digital");
}

#[test]
fn only_what_is_left_of_them_goes() {
    let mut order = authorized(&MIXED);
    order.lines[1].shipped = Part { quantity: 1, amount: cents(1_500) };
    assert_eq!(goes(&order), Ok(vec![(4, 700)]));
    order.lines[3].canceled = Part { quantity: 1, amount: cents(700) };
    assert_eq!(acts_at(&order, AutoShip::Digital), None);
}

#[test]
fn what_takes_money_off_them_needs_other_goods_to_go_along_with() {
    let (digital, gift, physical) =
        ((Digital, "21.00", 1_500), (GiftCard, "0.00", -500), (Physical, "21.00", 1_000));
    let cases = [authorized as fn(&[(LineType, &str, i64)]) -> Order, paid];
    for of in cases {
        assert!(goes(&of(&[digital, gift])).is_err(), "the shopper would pay too much");
        assert!(goes(&of(&[digital, (Discount, "21.00", -500), (Physical, "9.00", 1_000)])).is_err());
        assert_eq!(goes(&of(&[digital, gift, physical])), Ok(vec![(1, 1_500)]));
        assert_eq!(
            goes(&of(&[digital, (Discount, "9.00", -500), (Physical, "9.00", 1_000)])),
            Ok(vec![(1, 1_500)])
        );
    }
    let mut shipped = authorized(&[digital, gift, physical]);
    shipped.lines[2].shipped = Part { quantity: 1, amount: cents(1_000) };
    assert!(goes(&shipped).is_err(), "the other goods have left without it");
}

/// 5.00 of 20.00 were authorized: the gift card outweighs what people pack.
#[test]
fn more_than_may_be_captured_is_left_to_people() {
    let order =
        authorized(&[(Digital, "21.00", 1_500), (GiftCard, "0.00", -1_500), (Physical, "21.00", 500)]);
    let reasons = plan(&order, &lines(&order, AutoShip::Digital)).unwrap_err();
    assert!(reasons[0].contains("more than the 5.00 EUR that may be captured"), "{reasons:?}");
}

#[test]
fn an_open_item_is_for_people() {
    let mut order = authorized(&MIXED);
    order.items.push(Item {
        number: 1,
        kind: ItemKind::Underpaid,
        subject: "tr_1".to_owned(),
        text: "too little".to_owned(),
        operation_id: None,
        raised_time: at(1),
        closed: None,
    });
    assert_eq!(goes(&order), Err(1));
}

#[test]
fn a_line_is_tried_once_and_a_dry_run_is_no_try() {
    let mut order = authorized(&MIXED);
    let tried = |id, is_dry_run| AutoShipped { line_id: LineId::new(id), is_dry_run };
    order.followed.auto_shipped = vec![tried(2, false), tried(4, true)];
    let left = |chosen| lines(&order, chosen).into_iter().map(LineId::number).collect::<Vec<_>>();
    assert_eq!((left(AutoShip::Digital), left(AutoShip::DryRun)), (vec![4], vec![]));
    assert_eq!(acts_at(&order, AutoShip::DryRun), None);
}
