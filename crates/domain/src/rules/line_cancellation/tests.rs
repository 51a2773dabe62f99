//! What is canceled of which lines, to the cent, and what never is.

use proptest::prelude::*;

use super::*;
use crate::rules::companion::Companions;
use crate::rules::fixtures::{euro, placed};
use crate::rules::line::LineType;
use crate::rules::money::Money;
use crate::rules::shipment::{self, ShipmentRequest};
use crate::rules::status::Read;

fn select(line: u32, quantity: u32, amount: Option<&str>) -> LineSelection {
    LineSelection { line_id: LineId::new(line), quantity, amount: amount.map(euro) }
}

fn named(lines: &[LineSelection], release: &[&str]) -> LineCancellationRequest {
    let release = release.iter().map(|&id| id.to_owned()).collect();
    LineCancellationRequest { selection: Selection::Lines(lines.to_vec()), release }
}

fn all(release: &[&str]) -> LineCancellationRequest {
    LineCancellationRequest { selection: Selection::AllRemaining, ..named(&[], release) }
}

fn authorized() -> Order {
    placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone()
}

/// A line: type, VAT rate, units, unit price, total.
type Row = (LineType, &'static str, u32, i64, i64);

const GOODS: LineType = LineType::Physical;

fn cents(minor: i64) -> Money {
    Money::from_minor(minor, euro("0.00").currency())
}

/// An authorized order of these lines.
fn order(rows: &[Row]) -> Order {
    let mut order = authorized();
    let first = order.lines[0].clone();
    let line = |(id, row): (u32, &Row)| {
        let (line_type, rate, quantity, unit, total) = *row;
        let less = unit * i64::from(quantity) - total;
        Line {
            id: LineId::new(id),
            line_type: Read::Known(line_type),
            quantity,
            unit_price: cents(unit),
            discount_amount: (less != 0).then(|| cents(less)),
            total_amount: cents(total),
            vat_rate: rate.to_owned(),
            ..first.clone()
        }
    };
    order.lines = (1..).zip(rows).map(line).collect();
    order.highest_amount = cents(rows.iter().map(|row| row.4).sum());
    order.terms.amount = order.highest_amount;
    order
}

/// 20.00 at 21 % less 2.00, and 10.00 at 9 % less 1.00.
fn two_rates() -> Order {
    order(&[
        (GOODS, "21.00", 1, 2_000, 2_000),
        (GOODS, "9.00", 1, 1_000, 1_000),
        (LineType::Discount, "21.00", 1, -200, -200),
        (LineType::Discount, "9.00", 1, -100, -100),
    ])
}

/// 20.00 and 10.00 less a gift card of 5.00.
fn with_gift_card() -> Order {
    order(&[
        (GOODS, "21.00", 1, 2_000, 2_000),
        (GOODS, "21.00", 1, 1_000, 1_000),
        (LineType::GiftCard, "0.00", 1, -500, -500),
    ])
}

fn planned(order: &Order, request: &LineCancellationRequest) -> Vec<(u32, u32, String)> {
    let canceled = plan(order, request).unwrap().expect("something to cancel");
    canceled.lines.iter().map(|it| (it.line_id.number(), it.part.quantity, it.part.amount.value())).collect()
}

fn refusal(order: &Order, request: &LineCancellationRequest) -> PreconditionReason {
    match plan(order, request) {
        Err(RequestError::State(refusal)) => refusal.reason,
        other => panic!("{other:?}"),
    }
}

fn ship(order: &mut Order, line: u32, part: Part) {
    let line = order.line_mut(LineId::new(line)).unwrap();
    (line.shipped, line.status) = (line.shipped.and(part), Some(LineStatus::Shipping));
}

fn whole(order: &mut Order, line: u32) {
    let part = order.line(LineId::new(line)).unwrap().available();
    ship(order, line, part);
}

#[test]
fn a_part_of_a_discounted_line_has_its_share_or_an_amount_within_the_bounds() {
    let order = authorized();
    assert_eq!(planned(&order, &named(&[select(1, 1, None)], &[])), [(1, 1, "349.00".to_owned())]);
    assert_eq!(planned(&order, &named(&[select(1, 1, Some("299.00"))], &[])), [(1, 1, "299.00".to_owned())]);
    let Err(RequestError::Invalid(faults)) = plan(&order, &named(&[select(1, 1, Some("298.99"))], &[]))
    else {
        panic!("an amount below the bounds is taken")
    };
    assert_eq!((faults[0].path.as_str(), faults[0].rule), ("lines[0].amount", "selection.amount_bounds"));
    assert!(faults[0].expected.contains("between 299.00 EUR and 399.00 EUR"), "{}", faults[0].expected);
}

#[test]
fn units_in_shipments_and_cancellations_under_way_are_not_available() {
    let mut order = authorized();
    order.lines[0].reserved = Part { quantity: 1, amount: euro("399.00") };
    assert_eq!(planned(&order, &named(&[select(1, 1, None)], &[])), [(1, 1, "299.00".to_owned())]);
    assert_eq!(refusal(&order, &named(&[select(1, 2, None)], &[])), PreconditionReason::QuantityNotAvailable);
    (order.lines[0].reserved, order.lines[0].canceling) =
        (Part::none(euro("0.00")), Part { quantity: 2, amount: euro("698.00") });
    assert_eq!(refusal(&order, &named(&[select(1, 1, None)], &[])), PreconditionReason::QuantityNotAvailable);
    assert_eq!(planned(&order, &all(&[])), [(2, 1, "329.99".to_owned())]);
}

/// By the order's and the line's status; `None`: it is allowed.
#[test]
fn only_lines_that_are_authorized_or_shipping_in_the_authorized_flow_are_canceled() {
    use PreconditionReason::{LineNotCancelable, OrderNotCancelable, QuantityNotAvailable};
    let one = named(&[select(2, 1, None)], &[]);
    for (order_status, line_status, expected) in [
        (OrderStatus::Authorized, LineStatus::Authorized, None),
        (OrderStatus::Shipping, LineStatus::Authorized, None),
        (OrderStatus::Shipping, LineStatus::Shipping, None),
        (OrderStatus::Shipping, LineStatus::Completed, Some(QuantityNotAvailable)),
        (OrderStatus::Completed, LineStatus::Completed, Some(QuantityNotAvailable)),
        (OrderStatus::Authorized, LineStatus::Created, Some(LineNotCancelable)),
        (OrderStatus::Shipping, LineStatus::Paid, Some(LineNotCancelable)),
        (OrderStatus::Created, LineStatus::Created, Some(OrderNotCancelable)),
        (OrderStatus::Pending, LineStatus::Created, Some(OrderNotCancelable)),
        (OrderStatus::Paid, LineStatus::Paid, Some(OrderNotCancelable)),
        (OrderStatus::Expired, LineStatus::Canceled, Some(OrderNotCancelable)),
    ] {
        let order = placed(order_status, line_status).order().clone();
        let refused = plan(&order, &one).err().map(|error| match error {
            RequestError::State(refusal) => refusal.reason,
            other @ (RequestError::Invalid(_) | RequestError::Blocked(_)) => panic!("{other:?}"),
        });
        assert_eq!(refused, expected, "{} {}", order_status.as_str(), line_status.as_str());
    }
    let mut paid = placed(OrderStatus::Shipping, LineStatus::Shipping).order().clone();
    paid.facts.authorized_time = None;
    assert_eq!(refusal(&paid, &one), OrderNotCancelable, "the paid flow refunds");
    let mut odd = authorized();
    odd.lines[0].unknown_status = Some("held".to_owned());
    assert_eq!(refusal(&odd, &one), PreconditionReason::StatusNotUnderstood);
}

#[test]
fn a_refusal_of_an_unpaid_order_names_the_ways_there_are() {
    let order = placed(OrderStatus::Created, LineStatus::Created).order().clone();
    let Err(RequestError::State(refusal)) = plan(&order, &all(&[])) else { panic!("it is allowed") };
    let text = &refusal.unmet[0].description;
    assert!(text.contains("ManageOrderLines") && text.contains("CancelOrder"), "{text}");
}

#[test]
fn what_is_canceled_already_stays_so() {
    let canceled = placed(OrderStatus::Canceled, LineStatus::Canceled).order().clone();
    assert_eq!(plan(&canceled, &all(&[])), Ok(None));
    let mut order = authorized();
    order.lines[1].canceled = Part { quantity: 1, amount: euro("329.99") };
    assert_eq!(plan(&order, &named(&[select(2, 1, None)], &[])), Ok(None));
    let both = named(&[select(2, 1, None), select(1, 2, None)], &[]);
    assert_eq!(planned(&order, &both), [(1, 2, "698.00".to_owned())]);
    whole(&mut order, 1);
    assert_eq!(refusal(&order, &all(&[])), PreconditionReason::NothingRemaining);
}

#[test]
fn the_last_goods_of_a_vat_rate_take_its_discount_along() {
    let order = two_rates();
    let expected = [(1, 1, "20.00".to_owned()), (3, 1, "-2.00".to_owned())];
    let canceled = plan(&order, &named(&[select(1, 1, None)], &[])).unwrap().unwrap();
    assert_eq!(planned(&order, &named(&[select(1, 1, None)], &[])), expected);
    assert_eq!(canceled.releases, [LineId::new(3)]);
    let named_too = named(&[select(1, 1, None), select(3, 1, None)], &[]);
    assert_eq!(planned(&order, &named_too), expected);
    let mut more = order.clone();
    (more.lines[0].quantity, more.lines[0].total_amount) = (2, cents(4_000));
    (more.highest_amount, more.terms.amount) = (cents(4_700), cents(4_700));
    assert_eq!(planned(&more, &named(&[select(1, 1, None)], &[])), [(1, 1, "20.00".to_owned())]);
    let everything: Vec<_> = planned(&order, &all(&[])).into_iter().map(|line| line.0).collect();
    assert_eq!(everything, [1, 2, 3, 4]);
}

#[test]
fn a_gift_card_stays_until_the_last_goods_go() {
    let order = with_gift_card();
    assert_eq!(planned(&order, &named(&[select(1, 1, None)], &[])), [(1, 1, "20.00".to_owned())]);
    let goods = named(&[select(1, 1, None), select(2, 1, None)], &[]);
    assert_eq!(planned(&order, &goods).len(), 3);
}

/// Goods of 20.00 are shipped, their gift card of 5.00 is not.
#[test]
fn what_takes_money_off_shipped_goods_is_given_up_only_by_name() {
    let mut order = with_gift_card();
    whole(&mut order, 1);
    order.facts.status = Some(OrderStatus::Shipping);
    for request in [named(&[select(2, 1, None)], &[]), all(&[]), named(&[select(3, 1, None)], &[])] {
        assert_eq!(refusal(&order, &request), PreconditionReason::DeductionLeft, "{request:?}");
    }
    let released = [(2, 1, "10.00".to_owned()), (3, 1, "-5.00".to_owned())];
    assert_eq!(planned(&order, &named(&[select(2, 1, None)], &["3"])), released);
    // A discount of goods that never left is owed to nobody.
    let mut other_rate = two_rates();
    ship(&mut other_rate, 2, Part { quantity: 1, amount: cents(1_000) });
    ship(&mut other_rate, 4, Part { quantity: 1, amount: cents(-100) });
    other_rate.facts.status = Some(OrderStatus::Shipping);
    assert_eq!(planned(&other_rate, &named(&[select(1, 1, None)], &[])).len(), 2);
    let wrong = plan(&order, &named(&[select(2, 1, None)], &["1", "9"])).unwrap_err();
    let RequestError::Invalid(faults) = wrong else { panic!("{wrong:?}") };
    assert_eq!(faults.len(), 2);
}

#[test]
fn a_cancellation_that_leaves_more_captured_than_may_be_is_refused() {
    // 20.00 of 35.00 is shipped. Without the 20.00 that are left beside 10.00, a gift card of 15.00 leaves only 15.00 for it.
    let mut order = order(&[
        (GOODS, "21.00", 2, 2_000, 4_000),
        (GOODS, "9.00", 1, 1_000, 1_000),
        (LineType::GiftCard, "0.00", 1, -1_500, -1_500),
    ]);
    ship(&mut order, 1, Part { quantity: 1, amount: cents(2_000) });
    order.facts.status = Some(OrderStatus::Shipping);
    let last = named(&[select(1, 1, None)], &[]);
    let Err(RequestError::State(refused)) = plan(&order, &last) else { panic!("it is allowed") };
    assert_eq!(refused.reason, PreconditionReason::CaptureOutOfBounds);
    let subjects: Vec<_> = refused.unmet.iter().map(|unmet| unmet.subject.as_str()).collect();
    assert_eq!(subjects, ["order", "lines/3"]);
    assert!(refused.unmet[0].description.contains("15.00 EUR to be captured"), "{:?}", refused.unmet);
    assert_eq!(planned(&order, &named(&[select(2, 1, None)], &[])), [(2, 1, "10.00".to_owned())]);
}

#[test]
fn a_deduction_is_not_canceled_without_its_goods() {
    let refused = refusal(&two_rates(), &named(&[select(3, 1, None)], &[]));
    assert_eq!(refused, PreconditionReason::CaptureOutOfBounds, "20.00 + 10.00 - 1.00 of 27.00");
    // After 20.00 of goods it only gives back what they released.
    let mut order = with_gift_card();
    order.lines[0].canceled = Part { quantity: 1, amount: cents(2_000) };
    assert_eq!(planned(&order, &named(&[select(3, 1, None)], &[])), [(3, 1, "-5.00".to_owned())]);
    order.lines[0].canceled = Part::none(cents(0));
    order.lines[0].canceling = Part { quantity: 1, amount: cents(2_000) };
    let refused = refusal(&order, &named(&[select(3, 1, None)], &[]));
    assert_eq!(refused, PreconditionReason::CaptureOutOfBounds, "the other one may fail");
}

#[test]
fn every_fault_of_form_is_told_at_once_and_empty_never_means_all() {
    let faults = |input: LineCancellationInput| {
        let faults = input.parse().err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.path, fault.rule)).collect::<Vec<_>>()
    };
    let neither = faults(LineCancellationInput::default());
    assert_eq!(neither, [("lines".to_owned(), "selection.one_of")]);
    let wrong = LineSelectionInput { line_id: "odl_1".to_owned(), quantity: 0, amount: None };
    let fine = LineSelectionInput { line_id: "1".to_owned(), quantity: 1, amount: None };
    let lines = vec![wrong, fine.clone(), fine];
    let both = faults(LineCancellationInput { lines, all_remaining: true, release: Vec::new() });
    let rules: Vec<_> = both.iter().map(|(_, rule)| *rule).collect();
    assert_eq!(rules, ["selection.one_of", "selection.line_id", "selection.quantity", "selection.once"]);
}

fn record(order: &mut Order, lines: &[ShipmentLine], cancels: bool) {
    for ShipmentLine { line_id, part } in lines {
        let line = order.line_mut(*line_id).unwrap();
        let reserved = if cancels { &mut line.canceling } else { &mut line.reserved };
        *reserved = reserved.and(*part);
    }
}

/// What becomes of something that was recorded.
fn settle(order: &mut Order, lines: &[ShipmentLine], cancels: bool, is_done: bool) {
    for ShipmentLine { line_id, part } in lines {
        let line = order.line_mut(*line_id).unwrap();
        let (reserved, settled) = match cancels {
            true => (&mut line.canceling, &mut line.canceled),
            false => (&mut line.reserved, &mut line.shipped),
        };
        *reserved = reserved.without(*part);
        if is_done {
            *settled = settled.and(*part);
        }
    }
}

fn bound_holds(order: &Order) {
    let captured: i64 = order.lines.iter().map(|line| line.shipped.amount.minor()).sum();
    let released: i64 = order.lines.iter().map(|line| line.canceled.amount.minor()).sum();
    let authorized = order.highest_amount.minor();
    assert!(
        captured <= authorized.min(authorized - released),
        "{captured} of {authorized}, {released} released"
    );
}

proptest! {
    /// However a discounted line is shipped and canceled, its parts sum to the cent.
    #[test]
    fn parts_sum_exactly_in_every_composition(
        (unit, quantity, total) in prop_oneof![
            Just((99, 10, 921)), Just((39_900, 2, 69_800)), Just((1_999, 3, 3_998)), Just((-333, 3, -998)),
        ],
        steps in prop::collection::vec((1..4_u32, any::<bool>()), 1..20),
    ) {
        let (kind, goods) = if unit < 0 { (LineType::Discount, 5_000) } else { (GOODS, 5_000) };
        let mut order = order(&[(kind, "21.00", quantity, unit, total), (GOODS, "21.00", 9, goods, 9 * goods)]);
        for (wanted, cancels) in steps.into_iter().chain([(u32::MAX, true)]) {
            let line = order.lines[0].available().quantity;
            if line == 0 {
                break;
            }
            let one = [select(1, wanted.min(line), None), select(2, 1, None)];
            let lines = match cancels {
                true => plan(&order, &named(&one, &["1"][..usize::from(unit < 0)])).map(|it| it.unwrap().lines),
                false => {
                    let selection = Selection::Lines(one.to_vec());
                    let request = ShipmentRequest { selection, include_refunded: false, goods_left: false, tracking: None };
                    shipment::plan(&order, &request, Companions::Explicit).map(|planned| planned.lines)
                }
            };
            let Ok(lines) = lines else { break };
            record(&mut order, &lines, cancels);
            settle(&mut order, &lines, cancels, true);
            bound_holds(&order);
        }
        let line = &order.lines[0];
        let sum = line.shipped.and(line.canceled).and(line.available());
        prop_assert_eq!((sum.quantity, sum.amount), (line.quantity, line.total_amount));
    }

    /// Whatever is planned, in whatever order it is settled, and whatever fails: no more is captured than may be.
    #[test]
    fn no_more_is_captured_than_may_be_whatever_fails(
        goods in prop::collection::vec((1..4_u32, 1..3_000_i64, prop_oneof![Just("21.00"), Just("9.00")]), 1..4),
        deductions in prop::collection::vec((1..1_500_i64, 0..3_usize), 0..4),
        steps in prop::collection::vec((0..8_usize, 1..3_u32, 0..4_u8, any::<bool>(), any::<bool>()), 1..30),
    ) {
        let rows = goods.iter().map(|(n, unit, rate)| (GOODS, *rate, *n, *unit, unit * i64::from(*n)));
        let off = deductions.iter().map(|(minor, kind)| {
            let (kind, rate) =
                [(LineType::Discount, "21.00"), (LineType::Discount, "9.00"), (LineType::GiftCard, "0.00")][*kind];
            (kind, rate, 1, -minor, -minor)
        });
        let rows: Vec<_> = rows.chain(off).collect();
        prop_assume!(rows.iter().map(|row| row.4).sum::<i64>() > 0);
        let mut order = order(&rows);
        let names: Vec<_> = order.lines.iter().filter(|line| deduction::is_deduction(line)).collect();
        let names: Vec<_> = names.iter().map(|line| line.id.to_string()).collect();
        let mut waiting: Vec<(Vec<ShipmentLine>, bool)> = Vec::new();
        for (line, quantity, what, is_done, by_name) in steps {
            let one = select(u32::try_from(line % rows.len()).unwrap() + 1, quantity, None);
            let release: Vec<&str> = names.iter().filter(|_| by_name).map(String::as_str).collect();
            match what {
                0 | 1 => {
                    let request = if what == 0 { named(&[one], &release) } else { all(&release) };
                    if let Ok(Some(canceled)) = plan(&order, &request) {
                        record(&mut order, &canceled.lines, true);
                        waiting.push((canceled.lines, true));
                    }
                }
                2 => {
                    let selection = if by_name { Selection::AllRemaining } else { Selection::Lines(vec![one]) };
                    let request = ShipmentRequest { selection, include_refunded: false, goods_left: false, tracking: None };
                    if let Ok(planned) = shipment::plan(&order, &request, Companions::Explicit) {
                        record(&mut order, &planned.lines, false);
                        waiting.push((planned.lines, false));
                    }
                }
                _ if !waiting.is_empty() => {
                    let (lines, cancels) = waiting.remove(0);
                    settle(&mut order, &lines, cancels, is_done);
                    bound_holds(&order);
                }
                _ => (),
            }
        }
        for (lines, cancels) in waiting {
            settle(&mut order, &lines, cancels, true);
            bound_holds(&order);
        }
    }
}

/// Goods of 10.00 and 5.00, a card of 4.00 and a line of nothing.
fn one_under_way(line: usize) -> Order {
    let mut order = order(&[
        (GOODS, "21.00", 1, 1_000, 1_000),
        (GOODS, "21.00", 1, 500, 500),
        (LineType::GiftCard, "0.00", 1, -400, -400),
        (GOODS, "21.00", 1, 0, 0),
        (GOODS, "21.00", 1, 0, 0),
    ]);
    order.lines[line].canceling = order.lines[line].available();
    order
}

#[test]
fn what_releases_nothing_may_be_canceled_beside_another_cancellation() {
    let free = named(&[select(5, 1, None)], &[]);
    assert_eq!(planned(&one_under_way(0), &free), [(5, 1, "0.00".to_owned())]);
    assert_eq!(planned(&one_under_way(3), &free), [(5, 1, "0.00".to_owned())]);
    assert_eq!(refusal(&one_under_way(2), &free), PreconditionReason::CaptureOutOfBounds);
}

#[test]
fn all_that_remains_is_what_is_authorized_or_shipping() {
    let mut order = order(&[(GOODS, "21.00", 1, 1_000, 1_000), (GOODS, "21.00", 1, 500, 500)]);
    order.lines[1].status = Some(LineStatus::Paid);
    assert_eq!(planned(&order, &all(&[])), [(1, 1, "10.00".to_owned())]);
}
