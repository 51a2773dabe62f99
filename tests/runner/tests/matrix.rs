//! The matrix: each kind of operation × each fault × each time until it is taken up again, with idempotency working, and
//! with it ignored by Mollie and not relied on by the service. Nothing is doubled, nothing guessed, and nobody is asked.

use domain::operations::task::OperationKind;
use domain::rules::item::ItemKind;
use runner::matrix::{FAULTS, RESUMES, abandoned_cart, cell, changed_cart, held, is_plain};
use runner::script::{Choice, Fault, On, Pick, Step, What};
use runner::{History, Played, Tally, new_seed, play, seed_of};

/// How often each cell is played, each time with other delays.
const TIMES: u64 = 3;

fn seed() -> u64 {
    std::env::var("ORDER_SERVICE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(new_seed)
}

#[test]
fn each_kind_with_each_fault_is_settled_whenever_it_is_taken_up_again() {
    let seed = seed();
    let (mut tally, mut failed, mut number) = (Tally::default(), Vec::new(), 0);
    for keys in [true, false] {
        for kind in OperationKind::ALL {
            for fault in FAULTS {
                for (resume, millis) in RESUMES {
                    for _ in 0..TIMES {
                        number += 1;
                        let played = play(&cell(*kind, fault, millis, keys, seed_of(seed, number)), false);
                        tally.add(&played.tally);
                        let cell = format!("{} {} {resume} keys {keys}", kind.as_str(), fault.name());
                        let missing = missing(&played, *kind, fault, millis.is_some());
                        failed.extend(missing.map(|what| format!("{cell}: {what}")));
                        failed.extend(
                            played.violations.into_iter().map(|violation| format!("{cell}: {violation}")),
                        );
                    }
                }
            }
        }
    }
    println!("seed matrix={seed}");
    assert!(failed.is_empty(), "seed {seed}\n{}", failed.join("\n"));
    assert!(tally.histories >= 1_000);
    let asked = tally.states.get("needs_attention").copied().unwrap_or(0);
    assert!(asked * 1_000 <= tally.histories, "{asked} of {} needed an operator", tally.histories);
}

/// What a cell must have seen: its fault, its crash, and a call that was accepted.
fn missing(played: &Played, kind: OperationKind, fault: Fault, crashes: bool) -> Option<&'static str> {
    let seen = |name: &str| played.tally.faults.keys().any(|fault| fault.starts_with(name));
    let accepted = format!("{}: accepted", kind.as_str());
    if !seen(&format!("change: {}", fault.name())) {
        Some("its fault has befallen nothing")
    } else if crashes && !seen("process killed") {
        Some("no process was killed")
    } else if !played.tally.calls.keys().any(|call| call.starts_with(&accepted)) {
        Some("its call was not accepted")
    } else {
        None
    }
}

/// Parcels that were held are one shipment at Mollie, whatever the call meets that takes them along.
#[test]
fn held_parcels_become_one_shipment_whatever_their_call_meets() {
    let (seed, mut number, mut failed) = (seed(), 0, Vec::new());
    for keys in [true, false] {
        for fault in FAULTS {
            for (resume, millis) in RESUMES {
                number += 1;
                let played = play(&held(fault, millis, keys, seed_of(seed, number)), false);
                let cell = format!("{} {resume} keys {keys}", fault.name());
                if !played.tally.orders.contains_key("shipped with held parcels") {
                    failed.push(format!("{cell}: no held parcel was shipped"));
                }
                let missing = missing(&played, OperationKind::CreateShipment, fault, millis.is_some());
                failed.extend(missing.map(|what| format!("{cell}: {what}")));
                failed.extend(played.violations.into_iter().map(|violation| format!("{cell}: {violation}")));
            }
        }
    }
    println!("seed held={seed}, {number} cells");
    assert!(failed.is_empty(), "seed {seed}\n{}", failed.join("\n"));
}

/// One of two carts is alive, whatever the call meets that places the new one.
#[test]
fn a_changed_cart_leaves_one_order_whatever_its_call_meets() {
    let (seed, mut number, mut failed) = (seed(), 0, Vec::new());
    for keys in [true, false] {
        for fault in FAULTS {
            for (resume, millis) in RESUMES {
                number += 1;
                let played = play(&changed_cart(fault, millis, keys, seed_of(seed, number)), false);
                let cell = format!("{} {resume} keys {keys}", fault.name());
                let alive = played.tally.orders.get("ended created").copied().unwrap_or(0);
                if alive > 1 {
                    failed.push(format!("{cell}: {alive} orders are alive"));
                }
                let missing = missing(&played, OperationKind::PlaceOrder, fault, millis.is_some());
                failed.extend(missing.map(|what| format!("{cell}: {what}")));
                failed.extend(played.violations.into_iter().map(|violation| format!("{cell}: {violation}")));
            }
        }
    }
    println!("seed carts={seed}, {number} cells");
    assert!(failed.is_empty(), "seed {seed}\n{}", failed.join("\n"));
}

/// Whatever the call meets, and whenever the new order is canceled: the old one goes on, or had been replaced before.
#[test]
fn a_cart_that_is_given_up_leaves_one_order_unless_it_had_replaced_the_old_one() {
    let (seed, mut number, mut failed, mut kept) = (seed(), 0, Vec::new(), 0);
    for keys in [true, false] {
        for fault in FAULTS {
            for (resume, millis) in RESUMES {
                number += 1;
                let played = play(&abandoned_cart(fault, millis, keys, seed_of(seed, number)), false);
                let cell = format!("{} {resume} keys {keys}", fault.name());
                let alive = played.tally.orders.get("ended created").copied().unwrap_or(0);
                kept += u64::from(alive == 1);
                if alive > 1 {
                    failed.push(format!("{cell}: {alive} orders are alive"));
                }
                failed.extend(played.violations.into_iter().map(|violation| format!("{cell}: {violation}")));
            }
        }
    }
    println!("seed abandoned={seed}, {number} cells, {kept} old orders went on");
    assert!(failed.is_empty(), "seed {seed}\n{}", failed.join("\n"));
    assert!(kept > 0, "seed {seed}: no cell says anything");
}

/// The control: an effect that lands after all waiting is over, where keys do not help, is done twice. That cannot be
/// prevented, and must be seen.
#[test]
fn an_effect_after_the_settle_window_is_seen_and_raised_as_a_surplus() {
    let seed = seed();
    let mut raised = 0;
    for number in 0..20 {
        let step = |at, what| Step { at, what };
        let pick = Pick::Part { line: 2, quantity: 1, cents: None, tracked: true };
        let late = Fault::Late { after: 240_000, in_flight: false };
        let steps = vec![
            step(0, What::Place { order: 0 }),
            step(3_000, What::Shopper { order: 0, choice: Choice::Pay }),
            step(30_000, What::Sync { order: 0 }),
            step(39_000, What::Fault { on: On::Change, fault: late }),
            step(40_000, What::Ship { order: 0, intent: 1, pick }),
            step(400_000, What::Sync { order: 0 }),
        ];
        let own = (seed_of(seed, number)..).find(|seed| is_plain(*seed)).expect("there is one");
        let played = play(&History { seed: own, keys: false, steps, to_the_end: false }, false);
        let rules: Vec<_> = played.violations.iter().map(|violation| violation.rule).collect();
        assert!(
            !rules.is_empty() && rules.iter().all(|rule| *rule == "I1"),
            "seed {seed}: {:?}",
            played.violations
        );
        assert_eq!(played.items, [ItemKind::SurplusShipment], "seed {seed}");
        raised += 1;
    }
    println!("seed control={seed}");
    assert_eq!(raised, 20);
}
