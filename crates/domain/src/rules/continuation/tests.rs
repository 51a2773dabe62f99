//! What an order's end leaves open, over chosen orders and random ones.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::rules::address::AddressInput;
use crate::rules::agreements::Agreements;
use crate::rules::draft::OrderDraft;
use crate::rules::event::EventData;
use crate::rules::fixtures::{at, euro, placed, snapshot};
use crate::rules::ids::{Caller, MollieLineId, OperationId, OrderId, ProfileName, RequestId};
use crate::rules::order::Placer;
use crate::rules::placement::Mode;
use crate::rules::shipment::Origin;
use crate::rules::snapshot::{LineSnapshot, observed};
use crate::rules::status::LineStatus;

fn entry(line: u32, pool: Pool, quantity: u32, value: &str) -> Entry {
    let part = Part { quantity, amount: euro(value) };
    Entry { line_id: Some(LineId::new(line)), pool, part, stage: Stage::Settled, by: Origin::Here }
}

/// The fixture, authorized, with these units gone: two cars at 399.00 with 100.00 off, and one at 329.99.
fn authorized(entries: Vec<Entry>) -> Order {
    let mut recorder = placed(OrderStatus::Authorized, LineStatus::Authorized);
    recorder.record(EventData::CancellationSucceeded {
        operation_id: OperationId::new(uuid::Uuid::nil()),
        entries,
    });
    Order { observed_time: Some(at(END - 10)), ..recorder.order().clone() }
}

/// When the fixture ends, in minutes.
const END: i64 = 28 * 24 * 60;

/// The last answer, as Mollie tells it: what the end took counts as canceled.
fn last(order: &Order, status: OrderStatus) -> Snapshot {
    let mut seen = snapshot(status, LineStatus::Canceled);
    for (theirs, ours) in seen.lines.iter_mut().zip(&order.lines) {
        theirs.shipped = Some(ours.shipped);
        theirs.canceled =
            Some(Part { quantity: ours.quantity, amount: ours.total_amount }.without(ours.shipped));
    }
    seen.completed_time = (status == OrderStatus::Completed).then_some(at(END));
    seen
}

fn left(order: &Order, seen: &Snapshot) -> Vec<ShipmentLine> {
    left_open(order, seen, &observed(order, seen), |_| false)
}

fn ended(order: &Order, status: OrderStatus) -> Vec<ShipmentLine> {
    left(order, &last(order, status))
}

fn parts(left: &[ShipmentLine]) -> Vec<(u32, u32, String)> {
    left.iter().map(|line| (line.line_id.number(), line.part.quantity, line.part.amount.value())).collect()
}

#[test]
fn what_was_neither_shipped_nor_canceled_was_open() {
    let order = authorized(vec![entry(1, Pool::Shipped, 1, "299.00"), entry(2, Pool::Canceled, 1, "329.99")]);
    for status in [OrderStatus::Expired, OrderStatus::Completed] {
        assert_eq!(parts(&ended(&order, status)), [(1, 1, "399.00".to_owned())], "{status:?}");
    }
    for status in
        [OrderStatus::Canceled, OrderStatus::Shipping, OrderStatus::Authorized, OrderStatus::Created]
    {
        assert_eq!(ended(&order, status), [], "{status:?}: no time has ended it");
    }
    let whole = parts(&ended(&authorized(vec![]), OrderStatus::Expired));
    assert_eq!(whole, [(1, 2, "698.00".to_owned()), (2, 1, "329.99".to_owned())]);
}

#[test]
fn what_a_person_completed_before_its_time_was_not_left_open_by_time() {
    let order = authorized(vec![entry(1, Pool::Shipped, 1, "299.00")]);
    let mut seen = last(&order, OrderStatus::Completed);
    for (completed, count) in [(None, 0), (Some(at(END - 1)), 0), (Some(at(END)), 2)] {
        seen.completed_time = completed;
        assert_eq!(left(&order, &seen).len(), count, "{completed:?}");
    }
}

#[test]
fn an_end_that_is_told_as_a_date_comes_at_any_time_of_that_day() {
    let mut order = authorized(vec![entry(1, Pool::Shipped, 1, "299.00")]);
    order.facts.expires_time = Some("2026-03-29T23:59:59Z".parse().unwrap());
    let mut seen = last(&order, OrderStatus::Completed);
    seen.expires_time = None;
    for (completed, count) in [("2026-03-29T00:00:00Z", 2), ("2026-03-28T23:59:59Z", 0)] {
        seen.completed_time = Some(completed.parse().unwrap());
        order.observed_time = seen.completed_time;
        assert_eq!(left(&order, &seen).len(), count, "{completed}");
    }
}

#[test]
fn units_of_parcels_that_a_reading_finds_or_that_are_under_way_were_not_open() {
    let reserved = Entry { stage: Stage::Reserved, ..entry(2, Pool::Shipped, 1, "329.99") };
    let order = authorized(vec![reserved]);
    let mut seen = last(&order, OrderStatus::Expired);
    seen.lines[0].shipped = Some(Part { quantity: 1, amount: euro("349.00") });
    assert_eq!(parts(&left(&order, &seen)), [(1, 1, "349.00".to_owned())]);
}

/// What the dashboard shipped or canceled after the last reading looks as if the end had taken it.
#[test]
fn what_was_not_read_shortly_before_the_end_is_not_certain() {
    let order = |minute: Option<i64>| Order { observed_time: minute.map(at), ..authorized(vec![]) };
    for (minute, count) in [(None, 0), (Some(END - 31), 0), (Some(END - 30), 2), (Some(END + 3), 2)] {
        assert_eq!(ended(&order(minute), OrderStatus::Expired).len(), count, "{minute:?}");
        assert_eq!(ended(&order(minute), OrderStatus::Completed).len(), count, "{minute:?}");
    }
    // Mollie may end it later than it said.
    let mut seen = last(&order(None), OrderStatus::Expired);
    seen.expired_time = Some(at(END + 5));
    assert_eq!(left(&order(Some(END - 26)), &seen), []);
}

#[test]
fn a_line_whose_shipped_units_the_reading_does_not_tell_is_not_certain() {
    let order = authorized(vec![entry(2, Pool::Shipped, 1, "329.99")]);
    let mut seen = last(&order, OrderStatus::Completed);
    seen.lines[0].shipped = None;
    assert_eq!(left(&order, &seen), [], "its counter was doubted");
    seen.shipments = Some(Vec::new());
    assert_eq!(parts(&left(&order, &seen)), [(1, 2, "698.00".to_owned())], "the shipments tell");
    seen.lines.remove(0);
    assert_eq!(left(&order, &seen), [], "it is not in the answer");
}

#[test]
fn what_was_to_be_canceled_or_goes_on_in_another_order_is_not_offered() {
    let order = authorized(vec![]);
    let seen = last(&order, OrderStatus::Expired);
    let of = |is_going: fn(LineId) -> bool| left_open(&order, &seen, &observed(&order, &seen), is_going);
    assert_eq!(of(|_| true), []);
    assert_eq!(parts(&of(|id| id.number() == 1)), [(2, 1, "329.99".to_owned())]);
    let canceling = Entry { stage: Stage::Reserved, ..entry(1, Pool::Canceled, 1, "349.00") };
    let some = authorized(vec![canceling]);
    assert_eq!(parts(&ended(&some, OrderStatus::Expired))[0], (1, 1, "349.00".to_owned()));
    let mut replaced = order.clone();
    let by = OrderId::new(uuid::Uuid::from_u128(7));
    replaced.superseded = Some(Box::new(crate::rules::superseded::Superseded::by(by)));
    assert_eq!(ended(&replaced, OrderStatus::Expired), []);
}

/// Whether the change was made is not known yet, but the last reading shows what the line was when it ended.
#[test]
fn a_line_that_was_changing_is_offered_as_it_ended() {
    let mut order = authorized(vec![entry(1, Pool::Shipped, 1, "349.00")]);
    order.lines[0].is_changing = true;
    assert_eq!(parts(&ended(&order, OrderStatus::Completed))[0], (1, 1, "349.00".to_owned()), "not made");
    let mut seen = last(&order, OrderStatus::Completed);
    (seen.lines[0].quantity, seen.lines[0].total_amount) = (3, euro("1097.00"));
    assert_eq!(parts(&left(&order, &seen))[0], (1, 2, "748.00".to_owned()), "made");
    seen.contradictions = vec![crate::rules::misread::Misread::at("lines[0].totalAmount".to_owned(), "odd")];
    assert_eq!(parts(&left(&order, &seen)), [(2, 1, "329.99".to_owned())], "its values were doubted");
}

#[test]
fn a_part_of_a_discounted_line_has_the_rest_of_its_discount() {
    let order = authorized(vec![entry(1, Pool::Shipped, 1, "299.00")]);
    let draft = draft(&order, &ended(&order, OrderStatus::Expired));
    let figures = |line: &LineInput| {
        let value = |amount: &Option<AmountInput>| amount.as_ref().map(|amount| amount.value.clone());
        (line.quantity, value(&line.unit_price), value(&line.discount_amount), value(&line.total_amount))
    };
    let some = |text: &str| Some(text.to_owned());
    let lines: Vec<_> = draft.lines.iter().map(figures).collect();
    assert_eq!(lines, [(1, some("399.00"), None, some("399.00")), (1, some("329.99"), None, some("329.99"))]);
    let order = authorized(vec![entry(1, Pool::Shipped, 1, "399.00")]);
    let draft = super::draft(&order, &ended(&order, OrderStatus::Expired));
    assert_eq!(figures(&draft.lines[0]), (1, some("399.00"), some("100.00"), some("299.00")));
    assert_eq!(draft.amount.unwrap().value, "628.99");
    assert_eq!(draft.order_number, "1337-2", "this order holds its own");
}

/// What a random order is made of, and what was shipped and canceled of each line before its end, in units.
#[derive(Clone, Debug)]
struct Course {
    /// Units, unit price, discount, VAT rate, shipped, canceled.
    goods: Vec<(u32, i64, i64, usize, u32, u32)>,
    /// Per VAT rate, in per cent of its goods.
    discounts: [i64; 3],
    /// In per cent of all.
    gift: i64,
    fee: i64,
    expires: bool,
}

const RATES: [&str; 3] = ["21.00", "9.00", "0.00"];

fn courses() -> impl Strategy<Value = Course> {
    let goods = (1_u32..6, 1_i64..20_000, 0_i64..=100, 0_usize..3, 0_u32..6, 0_u32..6);
    let goods = prop::collection::vec(goods, 1..5);
    (goods, [0_i64..40, 0_i64..40, 0_i64..40], 0_i64..50, 0_i64..900, any::<bool>())
        .prop_map(|(goods, discounts, gift, fee, expires)| Course { goods, discounts, gift, fee, expires })
}

fn line_input(line_type: LineType, (quantity, unit, off): (u32, i64, i64), rate: &str) -> LineInput {
    let money = |minor| AmountInput {
        currency: "EUR".to_owned(),
        value: Money::from_minor(minor, euro("0.00").currency()).value(),
    };
    LineInput {
        line_type: Some(Some(line_type)),
        name: line_type.as_str().to_owned(),
        quantity: quantity.into(),
        unit_price: Some(money(unit)),
        discount_amount: (off > 0).then(|| money(off)),
        vat_rate: rate.to_owned(),
        ..LineInput::default()
    }
}

fn input_of(course: &Course) -> OrderInput {
    let mut sums = [0_i64; 3];
    let mut lines: Vec<_> = Vec::new();
    for (quantity, unit, percent, rate, ..) in &course.goods {
        let off = unit * i64::from(*quantity) * percent / 100;
        sums[*rate] += unit * i64::from(*quantity) - off;
        lines.push(line_input(LineType::Physical, (*quantity, *unit, off), RATES[*rate]));
    }
    if course.fee > 0 {
        lines.push(line_input(LineType::ShippingFee, (1, course.fee, 0), "21.00"));
    }
    let mut all = course.fee + sums.iter().sum::<i64>();
    for (n, percent) in course.discounts.iter().enumerate() {
        let off = sums[n] * percent / 100;
        if off > 0 {
            all -= off;
            lines.push(line_input(LineType::Discount, (1, -off, 0), RATES[n]));
        }
    }
    let gift = all * course.gift / 100;
    if gift > 0 {
        lines.push(line_input(LineType::GiftCard, (1, -gift, 0), "0.00"));
    }
    let text = str::to_owned;
    OrderInput {
        order_number: text("1337"),
        lines,
        locale: text("nl_NL"),
        redirect_url: text("https://shop.example/thanks"),
        methods: vec![text("ideal")],
        billing_address: Some(address()),
        ..OrderInput::default()
    }
}

fn address() -> AddressInput {
    let text = str::to_owned;
    AddressInput {
        given_name: text("Piet"),
        family_name: text("Mondriaan"),
        email: text("piet@mondriaan.example"),
        street_and_number: text("Keizersgracht 126"),
        postal_code: text("1015CW"),
        city: text("Amsterdam"),
        country: text("NL"),
        ..AddressInput::default()
    }
}

fn parsed(input: OrderInput) -> Result<OrderDraft, String> {
    let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    input.parse("draft", now, &Agreements::default()).map_err(|found| format!("{:?}", found.violations))
}

/// The order, authorized, with what was shipped and canceled of it.
fn lived(draft: OrderDraft, course: &Course) -> Order {
    let placer = Placer {
        id: OrderId::new(uuid::Uuid::from_u128(1)),
        profile: ProfileName::new("main"),
        mode: Mode::Test,
        caller: Caller::new("shop"),
        request_id: RequestId::new("r1"),
        hook_base: String::new(),
    };
    let mut order = Order::placing(placer, draft, at(0));
    order.facts.status = Some(OrderStatus::Authorized);
    order.facts.authorized_time = Some(at(1));
    order.facts.expires_time = Some(at(100));
    order.observed_time = Some(at(90));
    for (line, (_, _, _, _, shipped, canceled)) in order.lines.iter_mut().zip(&course.goods) {
        for (pool, wanted) in [(Pool::Shipped, *shipped), (Pool::Canceled, *canceled)] {
            let quantity = wanted.min(line.rest().quantity);
            let Some(amount) = line.remainder().share(quantity) else { continue };
            let part = Part { quantity, amount };
            line.enter(&Entry {
                line_id: Some(line.id),
                pool,
                part,
                stage: Stage::Settled,
                by: Origin::Here,
            });
        }
    }
    order
}

/// What its end leaves open.
fn left_of(order: &Order, course: &Course) -> Vec<ShipmentLine> {
    let status = if course.expires { OrderStatus::Expired } else { OrderStatus::Completed };
    let template = snapshot(status, LineStatus::Canceled);
    let line = |(n, ours): (usize, &Line)| LineSnapshot {
        mollie_id: MollieLineId::new(format!("odl_{n}")),
        quantity: ours.quantity,
        unit_price: ours.unit_price,
        discount_amount: ours.discount_amount,
        total_amount: ours.total_amount,
        shipped: Some(ours.shipped),
        canceled: Some(ours.rest().and(ours.canceled)),
        ..template.lines[0].clone()
    };
    let lines = order.lines.iter().enumerate().map(line).collect();
    let completed_time = (!course.expires).then(|| at(100));
    let seen = Snapshot { lines, expires_time: None, completed_time, ..template };
    left(order, &seen)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// CheckOrderDraft takes it, it costs what was left, and each good is there once.
    #[test]
    fn the_draft_of_a_random_order_is_accepted_and_its_sum_is_what_was_open(course in courses()) {
        let Ok(draft) = parsed(input_of(&course)) else { return Ok(()) };
        let order = lived(draft, &course);
        let left = left_of(&order, &course);
        let open: Vec<_> = order.lines.iter().filter(|line| line.rest().quantity > 0).collect();
        let goods: i64 = open.iter().map(|line| line.rest().amount.minor()).filter(|minor| *minor > 0).sum();
        if left.is_empty() {
            prop_assert_eq!(goods, 0, "something was open");
            return Ok(());
        }
        let sum: i64 = left.iter().map(|line| line.part.amount.minor()).sum();
        let mut kept = order.lines.iter().filter(|line| left.iter().any(|open| open.line_id == line.id));
        let mut ended = order.clone();
        ended.lines.iter_mut().for_each(|line| line.canceled = line.canceled.and(line.rest()));
        let lost: Vec<_> = deduction::lost(&ended).into_iter().map(|(id, _)| id).collect();
        prop_assert!(kept.all(|line| !lost.contains(&line.id)), "its deduction is owed already");
        prop_assert!(sum <= goods && sum > 0);
        let again = OrderInput { billing_address: Some(address()), ..super::draft(&order, &left) };
        let again = parsed(again);
        prop_assert!(again.is_ok(), "{:?}", again);
        prop_assert_eq!(again.unwrap().amount.minor(), sum);
    }
}

/// Of all its goods open, nothing is lost on the way: all lines, and the sum that was agreed.
#[test]
fn an_order_of_which_nothing_has_left_is_offered_as_it_was() {
    let course = Course {
        goods: vec![(3, 1_000, 10, 0, 0, 0), (2, 333, 0, 1, 0, 0)],
        discounts: [10, 5, 0],
        gift: 20,
        fee: 495,
        expires: true,
    };
    let order = lived(parsed(input_of(&course)).unwrap(), &course);
    let left = left_of(&order, &course);
    assert_eq!(left.len(), order.lines.len());
    let draft = draft(&order, &left);
    assert_eq!(draft.amount.unwrap().value, order.terms.amount.value());
}
