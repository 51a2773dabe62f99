//! Histories that once broke a promise, made as small as they go: each stays.

use runner::play;
use runner::script::{Choice, Elsewhere, Fault, History, HookFault, On, Pick, Step, StoreFault, What, Write};

fn holds(history: &History) {
    let played = play(history, false);
    assert!(played.violations.is_empty(), "{:#?}", played.violations);
}

/// A shipment made in the dashboard came to light together with its order, was counted, and was taken out of the books
/// again while one of ours was on its way.
#[test]
fn repro_a_shipment_found_with_its_order_is_not_forgotten() {
    let part = Pick::Part { line: 2, quantity: 1, cents: None, tracked: false };
    let history = History {
        seed: 12587370737594032482,
        keys: true,
        steps: vec![
            Step { at: 1798, what: What::Fault { on: On::Change, fault: Fault::CloseAfter } },
            Step { at: 2839, what: What::Fault { on: On::Change, fault: Fault::HangAfter } },
            Step { at: 2907, what: What::Place { order: 1 } },
            Step { at: 3030, what: What::Place { order: 0 } },
            Step { at: 4172, what: What::Shopper { order: 0, choice: Choice::Pay } },
            Step { at: 15003, what: What::Fault { on: On::Change, fault: Fault::HangBefore } },
            Step { at: 15003, what: What::Ship { order: 0, intent: 2, pick: part } },
            Step {
                at: 20690,
                what: What::Store { on: Write::Commit, fault: StoreFault::Slow { pause: 10271 } },
            },
            Step { at: 21213, what: What::Ship { order: 0, intent: 5, pick: part } },
            Step {
                at: 21568,
                what: What::Elsewhere { order: 0, act: Elsewhere::Ship { line: 1, tracked: true } },
            },
            Step { at: 23657, what: What::Ship { order: 0, intent: 6, pick: Pick::All { tracked: false } } },
            Step { at: 24244, what: What::Cancel { order: 0, intent: 7 } },
        ],
    };
    holds(&history);
}

/// Lamps were recorded here and shipped in the dashboard as well; counted twice, they kept the chairs from being shipped.
#[test]
fn repro_units_shipped_elsewhere_while_recorded_here_do_not_hold_up_other_goods() {
    let part = |line, quantity, cents, tracked| Pick::Part { line, quantity, cents, tracked };
    let ship = |at, intent, pick| Step { at, what: What::Ship { order: 0, intent, pick } };
    let sync = |at| Step { at, what: What::Sync { order: 0 } };
    let done_later = Fault::Status { number: 202, effect: false };
    let history = History {
        seed: 16154948200940223861,
        keys: true,
        steps: vec![
            Step { at: 3952, what: What::Place { order: 0 } },
            Step { at: 5476, what: What::Stop { replica: 1, pause: 34893 } },
            Step { at: 6603, what: What::Shopper { order: 0, choice: Choice::Pay } },
            Step { at: 7597, what: What::Drop { replica: 1, task: 5 } },
            Step {
                at: 8063,
                what: What::Fault { on: On::Reading, fault: Fault::RateLimited { seconds: None } },
            },
            ship(8301, 1, part(2, 2, None, true)),
            Step { at: 9358, what: What::Fault { on: On::Change, fault: done_later } },
            sync(11266),
            Step { at: 12993, what: What::Store { on: Write::Commit, fault: StoreFault::Before } },
            ship(17538, 3, part(2, 2, Some(36450), true)),
            sync(18115),
            ship(18301, 2, part(2, 1, None, false)),
            ship(18943, 4, part(1, 2, Some(95659), true)),
            sync(19146),
            Step { at: 20747, what: What::Cancel { order: 0, intent: 5 } },
            Step { at: 25089, what: What::Kill { replica: 2, pause: 19429 } },
            Step {
                at: 36803,
                what: What::Elsewhere { order: 0, act: Elsewhere::Ship { line: 1, tracked: true } },
            },
        ],
    };
    holds(&history);
}

/// Counters were read without shipments, and held a parcel of the dashboard; that parcel was taken for ours afterwards, as nobody can
/// tell them apart, and counted once more.
#[test]
fn repro_a_parcel_counted_before_it_was_taken_for_ours_is_not_counted_twice() {
    let part = |line, quantity, cents, tracked| Pick::Part { line, quantity, cents, tracked };
    let ship = |at, order, intent, pick| Step { at, what: What::Ship { order, intent, pick } };
    let fails = |at, fault| Step { at, what: What::Fault { on: On::Change, fault } };
    let history = History {
        seed: 9639867660769882720,
        keys: true,
        steps: vec![
            Step { at: 1790, what: What::Stop { replica: 0, pause: 23208 } },
            Step { at: 2338, what: What::Place { order: 1 } },
            Step { at: 2949, what: What::Place { order: 0 } },
            fails(4815, Fault::CloseAfter),
            Step { at: 5319, what: What::Shopper { order: 0, choice: Choice::Pay } },
            ship(7751, 0, 1, part(2, 1, Some(17614), true)),
            ship(9125, 0, 3, part(1, 1, Some(60972), false)),
            Step { at: 9853, what: What::Shopper { order: 1, choice: Choice::Pay } },
            ship(10439, 0, 5, part(2, 2, Some(66791), true)),
            ship(12379, 1, 7, part(2, 2, Some(91319), false)),
            Step { at: 14933, what: What::Cancel { order: 0, intent: 6 } },
            Step { at: 15166, what: What::Stop { replica: 1, pause: 38894 } },
            fails(16507, Fault::InFlight),
            fails(17751, Fault::HangBefore),
            ship(17751, 0, 2, part(2, 1, None, false)),
            fails(19125, Fault::HangAfter),
            ship(19125, 0, 4, part(2, 1, None, false)),
            fails(20484, Fault::CloseAfter),
            Step { at: 21097, what: What::CrashAfterSend { after: 278, pause: 8558 } },
            Step { at: 22104, what: What::Kill { replica: 1, pause: 1791 } },
            Step {
                at: 24594,
                what: What::Elsewhere { order: 0, act: Elsewhere::Ship { line: 1, tracked: true } },
            },
            ship(24909, 1, 8, part(1, 1, Some(41214), false)),
            Step { at: 25526, what: What::Hook { fault: HookFault::Delayed { pause: 100003 } } },
            Step { at: 34764, what: What::CrashAfterSend { after: 179, pause: 1301 } },
            Step {
                at: 35169,
                what: What::Elsewhere { order: 0, act: Elsewhere::Ship { line: 1, tracked: false } },
            },
        ],
    };
    holds(&history);
}
