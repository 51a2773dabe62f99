//! Random sequences, new in each run, and every composition of one line: all sums are exact.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

#[cfg(feature = "planted")]
mod planted;

use mollie_simulator::rules::Switches;
use sequences::basket::{Basket, EUR, Row};
use sequences::campaign::{new_seed, play_in_parts};
use sequences::stage::Stage;

/// By SEQUENCES_SEED, or new.
fn seed() -> u64 {
    let given = std::env::var("SEQUENCES_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(new_seed);
    println!("seed sequences={seed}");
    seed
}

#[test]
fn every_sum_is_exact_in_two_thousand_sequences() {
    match play_in_parts(2_000, seed()) {
        Ok(found) => {
            println!("{found}");
            assert_eq!(found.shortfalls(), Vec::<String>::new(), "{found}");
        }
        Err(wrong) => panic!("{wrong}"),
    }
}

/// 7 % off ten times 0.99: 9.21.
fn nine_twenty_one(captures: bool) -> Stage {
    let row = Row { kind: "physical", quantity: 10, unit: 99, discount: 69, rate: "21.00" };
    assert_eq!(row.total(), 921);
    let basket = Basket { tender: EUR, captures, joins: true, rows: vec![row] };
    let mut stage = Stage::new(basket, Switches::default()).expect("it is placed");
    stage.pay().expect("it is paid");
    stage
}

/// The ways to write ten as a sum of parts in order: one for each choice of cuts between its ten units.
fn compositions() -> impl Iterator<Item = Vec<u32>> {
    (0..1_u32 << 9).map(|cuts| {
        let mut parts = vec![1];
        for place in 0..9 {
            match cuts >> place & 1 {
                1 => parts.push(1),
                _ => parts.last_mut().into_iter().for_each(|last| *last += 1),
            }
        }
        parts
    })
}

/// Lets each part of a composition happen, and gives what all of them are worth.
fn played(mut stage: Stage, parts: &[u32], happen: impl Fn(&mut Stage, u32) -> Result<(), String>) -> Stage {
    for part in parts {
        let done = happen(&mut stage, *part).and_then(|()| stage.judge());
        done.unwrap_or_else(|reason| panic!("{parts:?}: {reason}\n{}", stage.told.join("\n")));
    }
    stage
}

#[test]
fn shipping_sums_to_9_21_in_every_composition() {
    let mut count = 0;
    for parts in compositions() {
        let stage = played(nine_twenty_one(true), &parts, |stage, units| stage.ship_units(0, units));
        assert_eq!((stage.own.received(), stage.own.rest(0).units), (921, 0), "{parts:?}");
        count += 1;
    }
    assert_eq!(count, 512);
}

#[test]
fn refunding_sums_to_9_21_in_every_composition() {
    for parts in compositions() {
        let stage = played(nine_twenty_one(false), &parts, |stage, units| {
            stage.refund_units(0, units)?;
            // Equal ones wait for an hour.
            stage.pass(jiff::SignedDuration::from_hours(2))
        });
        assert_eq!((stage.own.room(), stage.own.left(0).units), (0, 0), "{parts:?}");
    }
}

/// The fee is given back twice, so the second refund waits for an hour; until then no reading says that nothing is left of the credit.
#[test]
fn an_item_of_one_line_stays_open_while_a_refund_of_another_waits() {
    let row = |kind, unit| Row {
        kind,
        quantity: 1,
        unit,
        discount: 0,
        rate: if kind == "store_credit" { "0.00" } else { "21.00" },
    };
    let rows = vec![row("physical", 1_422), row("shipping_fee", 1), row("store_credit", -853)];
    let basket = Basket { tender: EUR, captures: false, joins: false, rows };
    let mut stage = Stage::new(basket, Switches::default()).expect("it is placed");
    type Happening<'a> = &'a dyn Fn(&mut Stage) -> Result<(), String>;
    let steps: [Happening<'_>; 6] = [
        &Stage::pay,
        &|stage| stage.ship_units(0, 1),
        &|stage| stage.refund_units(1, 1),
        &|stage| stage.call_off(0),
        &|stage| stage.refund_units(1, 1),
        &|stage| stage.ship_units(2, 1),
    ];
    for step in steps {
        let done = step(&mut stage).and_then(|()| stage.judge());
        done.unwrap_or_else(|reason| panic!("{reason}\n{}", stage.told.join("\n")));
    }
}
