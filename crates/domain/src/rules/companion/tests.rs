//! What travels with a parcel, and that nothing it takes along is captured out of bounds.

use proptest::prelude::*;

use super::*;
use crate::rules::fixtures::{at, euro, placed};
use crate::rules::ids::LineId;
use crate::rules::item::Closure;
use crate::rules::line::LineType;
use crate::rules::line::LineType::{Discount, GiftCard, Physical, ShippingFee, StoreCredit};
use crate::rules::money::Money;
use crate::rules::part::Part;
use crate::rules::status::{LineStatus, OrderStatus};

mod held;

fn cents(minor: i64) -> Money {
    Money::from_minor(minor, euro("0.00").currency())
}

/// An order whose lines have one unit each: type, VAT rate and total. Its status and that of its lines decide the flow.
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

fn order(lines: &[(LineType, &str, i64)]) -> Order {
    order_in(OrderStatus::Authorized, LineStatus::Authorized, lines)
}

fn parcel(order: &Order, ids: &[u32]) -> Vec<ShipmentLine> {
    let part = |id: &u32| {
        let line_id = LineId::new(*id);
        ShipmentLine { line_id, part: order.line(line_id).unwrap().available() }
    };
    ids.iter().map(part).collect()
}

fn joining(order: &Order, ids: &[u32]) -> Vec<u32> {
    of(order, &parcel(order, ids)).iter().map(|line| line.line_id.number()).collect()
}

/// Ships lines with what joins them.
fn ship(order: &mut Order, ids: &[u32]) -> Vec<u32> {
    let along = joining(order, ids);
    for line in
        order.lines.iter_mut().filter(|line| ids.iter().chain(&along).any(|id| *id == line.id.number()))
    {
        line.shipped = line.available();
    }
    along
}

#[test]
fn a_fee_travels_with_the_first_parcel_of_goods() {
    let mut order =
        order(&[(Physical, "21.00", 1_000), (Physical, "21.00", 1_000), (ShippingFee, "21.00", 495)]);
    assert_eq!(joining(&order, &[3]), [0; 0], "a fee alone is no parcel of goods");
    assert_eq!(joining(&order, &[1, 3]), [0; 0], "what is named does not join");
    assert_eq!(ship(&mut order, &[2]), [3]);
    assert_eq!(ship(&mut order, &[1]), [0; 0]);
}

#[test]
fn a_fee_that_was_freed_joins_the_next_parcel() {
    let mut order =
        order(&[(Physical, "21.00", 1_000), (Physical, "21.00", 1_000), (ShippingFee, "21.00", 495)]);
    order.lines[2].reserved = Part { quantity: 1, amount: cents(495) };
    assert_eq!(joining(&order, &[1]), [0; 0]);
    order.lines[2].reserved = Part::none(cents(0));
    assert_eq!(joining(&order, &[2]), [3]);
}

#[test]
fn a_discount_travels_with_goods_of_its_rate_and_a_gift_card_with_any_that_outweigh_it() {
    let lines = [
        (Physical, "21.00", 1_000),
        (Physical, "9.00", 2_000),
        (Discount, "21.00", -100),
        (Discount, "9.00", -200),
        (GiftCard, "0.00", -1_500),
    ];
    let mut first = order(&lines);
    assert_eq!(ship(&mut first, &[1]), [3], "the gift card is worth more than these goods");
    assert_eq!(ship(&mut first, &[2]), [4, 5]);
    let mut second = order(&lines);
    assert_eq!(ship(&mut second, &[2]), [4, 5]);
    assert_eq!(ship(&mut second, &[1]), [3]);
}

/// Goods of 4.00 never outweigh a discount of 5.00, nor may it stay behind.
#[test]
fn a_discount_travels_with_any_goods_once_those_of_its_rate_have_left() {
    let mut order = order(&[(Physical, "21.00", 400), (Physical, "9.00", 2_000), (Discount, "21.00", -500)]);
    assert_eq!(ship(&mut order, &[1]), [0; 0]);
    assert_eq!(ship(&mut order, &[2]), [3]);
}

/// A fee has a VAT rate too, and what takes money off that rate goes where the fee goes.
#[test]
fn a_discount_of_a_fees_rate_travels_with_the_fee() {
    let mut order =
        order(&[(Physical, "9.00", 1_000), (ShippingFee, "21.00", 500), (Discount, "21.00", -100)]);
    assert_eq!(ship(&mut order, &[1]), [2, 3]);
}

/// Whatever may be captured decides: without the fee it fits, with it it does not.
#[test]
fn a_fee_waits_where_the_parcel_may_not_be_captured_with_it() {
    let mut lines = vec![(Physical, "21.00", 200); 5];
    lines.extend([(ShippingFee, "21.00", 900), (GiftCard, "0.00", -1_500)]);
    let mut order = order(&lines);
    assert_eq!(ship(&mut order, &[1]), [0; 0]);
    assert_eq!(joining(&order, &[2, 3, 4, 5]), [6, 7]);
}

#[test]
fn of_several_deductions_those_go_that_take_most_off() {
    let lines = [
        (Physical, "21.00", 1_000),
        (Physical, "21.00", 900),
        (GiftCard, "0.00", -600),
        (StoreCredit, "0.00", -500),
        (GiftCard, "0.00", -400),
    ];
    let mut order = order(&lines);
    assert_eq!(ship(&mut order, &[1]), [3, 5]);
    assert_eq!(ship(&mut order, &[2]), [4]);
}

/// Small ones find another parcel more easily.
#[test]
fn of_equal_choices_the_one_with_the_largest_deduction_goes() {
    let lines = [
        (Physical, "21.00", 600),
        (Physical, "21.00", 700),
        (GiftCard, "0.00", -100),
        (GiftCard, "0.00", -500),
        (GiftCard, "0.00", -600),
    ];
    assert_eq!(joining(&order(&lines), &[1]), [5]);
}

/// What this release does not know has to be named, unless it takes money off.
#[test]
fn a_line_of_an_unknown_type_is_goods() {
    let mut order = order(&[(Physical, "21.00", 1_000), (GiftCard, "0.00", -300)]);
    for line in &mut order.lines {
        line.line_type = Read::Unknown("subscription_box".to_owned());
    }
    assert!(is_goods(&order.lines[0]) && !is_goods(&order.lines[1]));
    assert_eq!(joining(&order, &[1]), [2]);
}

#[test]
fn fees_and_deductions_alone_are_no_goods() {
    let order = order(&[(Physical, "21.00", 1_000), (ShippingFee, "21.00", 495), (GiftCard, "0.00", -300)]);
    assert!(has_goods(&order, &parcel(&order, &[1, 2])));
    assert!(!has_goods(&order, &parcel(&order, &[2, 3])));
    assert!(!has_goods(&order, &[]));
}

#[test]
fn where_shipping_moves_no_money_all_travel_with_the_first_parcel() {
    let lines = [
        (Physical, "21.00", 400),
        (Physical, "21.00", 1_600),
        (GiftCard, "0.00", -1_500),
        (ShippingFee, "21.00", 100),
    ];
    let mut order = order_in(OrderStatus::Paid, LineStatus::Paid, &lines);
    (order.facts.authorized_time, order.facts.status) = (None, Some(OrderStatus::Paid));
    assert_eq!(ship(&mut order, &[1]), [3, 4]);
    assert_eq!(ship(&mut order, &[2]), [0; 0]);
}

/// The goods were shipped elsewhere, or what remained of them was canceled.
#[test]
fn a_fee_that_no_goods_are_left_for_goes_alone() {
    let lines = [(Physical, "21.00", 1_000), (Physical, "21.00", 1_000), (ShippingFee, "21.00", 495)];
    let mut order = order(&lines);
    let alone = |order: &Order| -> Vec<_> {
        without_goods(order).iter().map(|line| (line.line_id.number(), line.part.amount)).collect()
    };
    order.lines[0].shipped = order.lines[0].available();
    assert_eq!(alone(&order), [], "it travels with the second parcel");
    order.lines[1].canceled = order.lines[1].available();
    assert_eq!(alone(&order), [(3, cents(495))]);
    order.lines[0].shipped = Part::none(cents(0));
    order.lines[0].canceled = order.lines[0].available();
    assert_eq!(alone(&order), [], "nobody is charged for sending nothing");
}

#[test]
fn a_fee_that_goes_alone_takes_along_what_it_outweighs_and_no_deduction_goes_without_one() {
    let lines = [
        (Physical, "21.00", 1_000),
        (ShippingFee, "21.00", 500),
        (GiftCard, "0.00", -300),
        (GiftCard, "0.00", -900),
    ];
    let mut order = order(&lines);
    order.lines[0].shipped = order.lines[0].available();
    let ids =
        |order: &Order| -> Vec<_> { without_goods(order).iter().map(|line| line.line_id.number()).collect() };
    assert_eq!(ids(&order), [0; 0], "300 are authorized, and 1,000 captured");
    order.lines[3].shipped = order.lines[3].available();
    assert_eq!(ids(&order), [2, 3]);
    order.lines[1].canceled = order.lines[1].available();
    assert_eq!(ids(&order), [0; 0]);
}

#[test]
fn what_stays_open_when_all_goods_have_left_is_told() {
    let lines = [(Physical, "21.00", 1_000), (ShippingFee, "21.00", 500), (GiftCard, "0.00", -300)];
    let mut order = order(&lines);
    let open = |order: &Order| -> Vec<_> { left_open(order).map(|line| line.id.number()).collect() };
    assert_eq!(open(&order), [0; 0]);
    order.lines[0].shipped = order.lines[0].available();
    assert_eq!(open(&order), [2, 3]);
    order.lines[1].shipped = order.lines[1].available();
    order.lines[2].status = Some(LineStatus::Canceled);
    assert_eq!(open(&order), [0; 0]);
}

/// Others, and what a person has closed, are not its business.
#[test]
fn an_item_about_an_open_line_is_done_with_once_the_line_is_not_open() {
    let mut order =
        order(&[(Physical, "21.00", 1_000), (ShippingFee, "21.00", 500), (GiftCard, "0.00", -300)]);
    order.lines[0].shipped = order.lines[0].available();
    let item = |number, kind, line: u32, closed: bool| Item {
        number,
        kind,
        subject: format!("lines/{line}"),
        text: String::new(),
        operation_id: None,
        raised_time: at(1),
        closed: closed.then(|| Closure { time: at(2), by: "jane".to_owned(), reason: String::new() }),
    };
    order.items = vec![
        item(1, ItemKind::LineLeftOpen, 2, false),
        item(2, ItemKind::LineLeftOpen, 3, false),
        item(3, ItemKind::DeductionLeft, 2, false),
        item(4, ItemKind::LineLeftOpen, 2, true),
    ];
    assert_eq!(no_longer_open(&order), [0; 0]);
    order.lines[1].shipped = order.lines[1].available();
    assert_eq!(no_longer_open(&order), [1]);
    order.lines[0].shipped = Part::none(cents(0));
    assert_eq!(no_longer_open(&order), [1, 2], "more goods are to leave");
}

#[test]
fn lines_that_cannot_be_shipped_do_not_join() {
    let mut order = order(&[(Physical, "21.00", 1_000), (ShippingFee, "21.00", 495)]);
    order.lines[1].status = Some(LineStatus::Canceled);
    assert_eq!(joining(&order, &[1]), [0; 0]);
}

proptest! {
    /// Whatever parcels leave, each captures zero or more, and all together what was authorized at most; and if all goods have left
    /// together, nothing stays behind.
    #[test]
    fn no_order_of_parcels_captures_out_of_bounds(
        goods in prop::collection::vec(1_i64..3_000, 1..6),
        fees in prop::collection::vec(1_i64..900, 0..2),
        off in prop::collection::vec((1_i64..3_000, any::<bool>()), 0..4),
        turns in prop::collection::vec(any::<prop::sample::Index>(), 1..8),
    ) {
        let sold = goods.iter().map(|total| (Physical, "21.00", *total));
        let charged = fees.iter().map(|total| (ShippingFee, "21.00", *total));
        let taken = off.iter().map(|(total, card)| (if *card { GiftCard } else { Discount }, "21.00", -total));
        let lines: Vec<_> = sold.chain(charged).chain(taken).collect();
        let authorized: i64 = lines.iter().map(|(_, _, total)| total).sum();
        prop_assume!(authorized > 0);
        let mut order = order(&lines);
        for turn in turns {
            let left: Vec<u32> = (1..=u32::try_from(goods.len()).unwrap())
                .filter(|id| order.line(LineId::new(*id)).unwrap().available().quantity > 0)
                .collect();
            if left.is_empty() {
                break;
            }
            let named = parcel(&order, &left[..=turn.index(left.len())]);
            let whole: Vec<_> = named.iter().copied().chain(of(&order, &named)).collect();
            if capture::check(&order, &whole).is_err() {
                continue;
            }
            prop_assert!(whole.iter().map(|line| line.part.amount.minor()).sum::<i64>() >= 0);
            for line in &mut order.lines {
                if whole.iter().any(|shipped| shipped.line_id == line.id) {
                    line.shipped = line.available();
                }
            }
            let captured: i64 = order.lines.iter().map(|line| line.shipped.amount.minor()).sum();
            prop_assert!(captured <= authorized);
        }
    }
}
