//! Random sequences. What comes first in a choice is the simplest, so that a failing sequence shrinks towards it.

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use crate::basket::{Basket, EUR, Row, Tender};
use crate::step::{Amount, Change, Pick, Sequence, Step};

/// Sequences under one of so many settings of the simulator.
pub fn sequences(settings: usize) -> impl Strategy<Value = Sequence> {
    let steps = (opening(), middle(), proptest::collection::vec(step(), 2..14), ending());
    (baskets(), 0..settings, steps).prop_map(|(basket, setting, (opening, middle, steps, ending))| Sequence {
        basket,
        setting,
        steps: opening.into_iter().chain(middle).chain(steps).chain(ending).collect(),
    })
}

/// What the shopper does first, mostly paying.
fn opening() -> impl Strategy<Value = Vec<Step>> {
    prop_oneof![
        18 => Just(vec![Step::Pay]),
        4 => change().prop_map(|change| vec![change, Step::Pay]),
        4 => change().prop_map(|change| vec![Step::Pay, change]),
        2 => (change(), change()).prop_map(|(one, other)| vec![one, Step::Pay, other]),
        1 => Just(vec![Step::FailToPay, Step::Pay]),
        1 => Just(Vec::new()),
    ]
}

/// What often comes in this order: parts are shipped, others canceled, and some given back.
fn middle() -> impl Strategy<Value = Vec<Step>> {
    let refunded = false;
    let usual = (picks(), picks(), proptest::bool::ANY, refund()).prop_map(
        move |(shipped, canceled, release, refund)| {
            vec![
                Step::Ship { picks: shipped, refunded },
                Step::CancelLines { picks: canceled, release },
                refund,
            ]
        },
    );
    let one = || {
        (0..3_usize, 0..700_u32)
            .prop_map(|(line, permille)| vec![Pick { line, permille, amount: Amount::Unsaid }])
    };
    let parcels = proptest::collection::vec(one(), 2..5)
        .prop_map(move |parcels| parcels.into_iter().map(|picks| Step::Ship { picks, refunded }).collect());
    let returned = (picks(), returns())
        .prop_map(move |(shipped, back)| vec![Step::Ship { picks: shipped, refunded }, back]);
    prop_oneof![1 => Just(Vec::new()), 3 => usual, 1 => parcels, 2 => returned]
}

/// Nothing more, or whatever is left is shipped and given back.
fn ending() -> impl Strategy<Value = Vec<Step>> {
    let all = [Step::ShipRest { refunded: true }, Step::Wait { minutes: 90 }, Step::RefundRest];
    prop_oneof![2 => Just(Vec::new()), 1 => Just(all.to_vec())]
}

fn tenders() -> impl Strategy<Value = Tender> {
    prop_oneof![15 => Just(EUR), 2 => Just(("JPY", 0)), 2 => Just(("ISK", 0)), 1 => Just(("HUF", 2))]
}

fn baskets() -> impl Strategy<Value = Basket> {
    let share = |most: i64| prop_oneof![3 => Just(None), 1 => (1..most).prop_map(Some)];
    let fee = prop_oneof![2 => Just(None), 1 => (1..900_i64, select(vec!["shipping_fee", "surcharge"])).prop_map(Some)];
    let card = prop_oneof![6 => share(600), 4 => (600..970_i64).prop_map(Some)];
    let credit = (card, select(vec!["gift_card", "store_credit"]));
    let goods = proptest::collection::vec(goods(), 1..4);
    let flow = (prop_oneof![3 => Just(true), 1 => Just(false)], proptest::bool::ANY);
    (tenders(), flow, goods, fee, (share(600), 1..3_i64), credit).prop_map(
        |(tender, (captures, joins), mut rows, fee, discounts, credit)| {
            if let Some((unit, kind)) = fee {
                rows.push(Row { kind, quantity: 1, unit, discount: 0, rate: "21.00" });
            }
            rows.extend(discount_lines(&rows, discounts));
            rows.extend(credit_line(&rows, credit));
            Basket { tender, captures, joins, rows }
        },
    )
}

/// Goods, half of them with a discount. One in ten is 7 % off ten times 0.99.
fn goods() -> impl Strategy<Value = Row> {
    let kind = prop_oneof![5 => Just("physical"), 1 => Just("digital")];
    let unit = prop_oneof![3 => 1..40_000_i64, 1 => 1..40_i64];
    let permille = prop_oneof![1 => Just(0_i64), 1 => 1..1_000_i64];
    let rate = select(vec!["21.00", "9.00"]);
    let any = (kind, 1..=10_i64, unit, permille, rate).prop_map(|(kind, quantity, unit, permille, rate)| {
        Row { kind, quantity, unit, discount: unit * quantity * permille / 1_000, rate }
    });
    let nine = Row { kind: "physical", quantity: 10, unit: 99, discount: 69, rate: "21.00" };
    prop_oneof![9 => any, 1 => Just(nine)]
}

/// One for each VAT rate, less than its goods cost. `discounts`: so many thousandths, in so many units.
fn discount_lines(rows: &[Row], (permille, quantity): (Option<i64>, i64)) -> Vec<Row> {
    let of_rate = |rate: &'static str| {
        let goods: i64 = rows.iter().filter(|row| row.rate == rate).map(|row| row.total()).sum();
        let unit = -(goods * permille.unwrap_or(0) / 1_000 / quantity);
        (unit < 0).then_some(Row { kind: "discount", quantity, unit, discount: 0, rate })
    };
    ["21.00", "9.00"].into_iter().filter_map(of_rate).collect()
}

/// A gift card or a store credit over less than the rest costs.
fn credit_line(rows: &[Row], (permille, kind): (Option<i64>, &'static str)) -> Option<Row> {
    let total: i64 = rows.iter().map(|row| row.total()).sum();
    let unit = -(total * permille? / 1_000);
    (unit < 0).then_some(Row { kind, quantity: 1, unit, discount: 0, rate: "0.00" })
}

fn step() -> impl Strategy<Value = Step> {
    let few = 0..8_usize;
    prop_oneof![
        1 => Just(Step::Pay),
        1 => change(),
        14 => (picks(), proptest::bool::weighted(0.2)).prop_map(|(picks, refunded)| Step::Ship { picks, refunded }),
        2 => proptest::bool::ANY.prop_map(|refunded| Step::ShipRest { refunded }),
        6 => (picks(), proptest::bool::ANY).prop_map(|(picks, release)| Step::CancelLines { picks, release }),
        1 => proptest::bool::ANY.prop_map(|release| Step::CancelAllLines { release }),
        1 => proptest::bool::ANY.prop_map(|release| Step::CancelOrder { release }),
        14 => refund(),
        10 => returns(),
        3 => few.clone().prop_map(|refund| Step::CallOff { refund }),
        2 => few.clone().prop_map(|refund| Step::RefundFails { refund }),
        2 => (1..=1_000_u32).prop_map(|permille| Step::ChargeBack { permille }),
        2 => few.prop_map(|chargeback| Step::Reverse { chargeback }),
        1 => proptest::bool::ANY.prop_map(|enough| Step::Balance { enough }),
        6 => prop_oneof![3 => 1..90_i64, 1 => 90..2_000_i64].prop_map(|minutes| Step::Wait { minutes }),
    ]
}

/// Of lines: something more, more of something, and something less.
fn change() -> impl Strategy<Value = Step> {
    let more = (0..8_usize, 0..3_i64, prop_oneof![1 => Just(0_i64), 1 => 1..500_i64]);
    let cancel = prop_oneof![1 => Just(Vec::new()), 2 => picks()];
    (weighted(0.6, goods()), weighted(0.5, more), cancel)
        .prop_map(|(add, update, cancel)| Step::Change(Change { add, update, cancel }))
}

fn refund() -> impl Strategy<Value = Step> {
    let beyond = proptest::bool::weighted(0.15);
    prop_oneof![
        9 => picks().prop_map(|picks| Step::Refund { picks }),
        1 => Just(Step::RefundRest),
        2 => (0..8_usize, 1..1_100_u32, beyond)
            .prop_map(|(line, permille, beyond)| Step::Reduce { line, permille, beyond }),
        2 => (1..1_100_u32, beyond).prop_map(|(permille, beyond)| Step::Goodwill { permille, beyond }),
    ]
}

/// Some of either sort, or of both.
fn returns() -> impl Strategy<Value = Step> {
    let few = |most| proptest::collection::vec(pick(), 0..most);
    let both = prop_oneof![2 => (few(3), picks()), 2 => (picks(), few(3))];
    (both, proptest::bool::ANY).prop_map(|((back, kept), release)| Step::TakeBack { back, kept, release })
}

fn picks() -> impl Strategy<Value = Vec<Pick>> {
    proptest::collection::vec(pick(), 1..4)
}

fn pick() -> impl Strategy<Value = Pick> {
    let amount = prop_oneof![
        4 => Just(Amount::Unsaid),
        5 => (0..=1_000_u32).prop_map(Amount::Within),
        1 => Just(Amount::Below),
        1 => Just(Amount::Above),
    ];
    let permille = prop_oneof![4 => 0..500_u32, 3 => 500..=1_000_u32, 1 => Just(1_001_u32)];
    (0..10_usize, permille, amount).prop_map(|(line, permille, amount)| Pick { line, permille, amount })
}
