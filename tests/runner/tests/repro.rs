//! Histories that once broke a promise, made as small as they go: each stays.

use runner::play;
use runner::script::{Choice, Elsewhere, Fault, History, On, Pick, Step, StoreFault, What, Write};

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
