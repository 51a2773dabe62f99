//! Each kind of operation, with each fault, taken up again after each time: the cells of a matrix, each a history.

use domain::operations::task::OperationKind;

use crate::basket::Basket;
use crate::chance::{Chance, mix};
use crate::replica::is_left_alone;
use crate::script::{Choice, Fault, GivenBack, History, On, Pick, Step, What};
use crate::story::{self, Before};

/// When the processes come back that die at the fault: while keys live, after they have surely died, and a day later
/// (milliseconds); or they do not die.
pub const RESUMES: [(&str, Option<u64>); 4] = [
    ("at once", None),
    ("after 1 s", Some(1_000)),
    ("after 61 min", Some(61 * 60_000)),
    ("after 27 h", Some(27 * 3_600_000)),
];

/// Every fault a call can meet.
pub const FAULTS: [Fault; 24] = [
    Fault::Unreachable,
    Fault::Refuse,
    Fault::CloseBefore,
    Fault::CloseAfter,
    Fault::HangBefore,
    Fault::HangAfter,
    Fault::Status { number: 202, effect: false },
    Fault::Status { number: 202, effect: true },
    Fault::Status { number: 500, effect: false },
    Fault::Status { number: 500, effect: true },
    Fault::Status { number: 502, effect: false },
    Fault::Status { number: 502, effect: true },
    Fault::Status { number: 503, effect: false },
    Fault::Status { number: 503, effect: true },
    Fault::InFlight,
    Fault::Busy,
    Fault::KeyUsed,
    Fault::RateLimited { seconds: None },
    Fault::RateLimited { seconds: Some(30) },
    Fault::Truncate,
    Fault::Drip { over: 3_000 },
    Fault::Drip { over: 30_000 },
    Fault::Late { after: 50_000, in_flight: false },
    Fault::Late { after: 50_000, in_flight: true },
];

/// When the faulted call is made (milliseconds).
const CALL: u64 = 40_000;

/// One cell. `resume`: when the processes come back, if they die. `keys`: whether Mollie heeds idempotency keys.
#[must_use]
pub fn cell(kind: OperationKind, fault: Fault, resume: Option<u64>, keys: bool, seed: u64) -> History {
    let story = story::of(kind);
    let fits = |basket: &Basket| story.fits(basket) && !basket.is_heavy();
    let seed = (seed..).find(|seed| is_left_alone(*seed) && fits(&Basket::of(*seed, 0))).unwrap_or(seed);
    let mut chance = Chance::new(mix(seed));
    let step = |at, what| Step { at, what };
    let call = story.call(&mut chance);
    let mut steps = preparation(story.before(seed, &mut chance));
    steps.push(step(CALL - 1_000, What::Fault { on: On::Change, fault }));
    let after = chance.below(1_500);
    if let Some(pause) = resume {
        steps.push(step(CALL - 1_000, What::CrashAfterSend { after, pause }));
    }
    steps.push(step(CALL, call));
    steps.push(step(CALL + resume.unwrap_or_default() + 10_000, call));
    History { seed, keys, steps, to_the_end: false }
}

/// Whether nothing joins a parcel of the first order's goods, so that the same may be shipped twice.
#[must_use]
pub fn is_plain(seed: u64) -> bool {
    is_left_alone(seed) && Basket::of(seed, 0).is_plain()
}

/// A parcel is held, and the call that ships it with the rest meets a fault.
#[must_use]
pub fn held(fault: Fault, resume: Option<u64>, keys: bool, seed: u64) -> History {
    let seed =
        (seed..).find(|seed| is_left_alone(*seed) && Basket::of(*seed, 0).holds_a_chair()).unwrap_or(seed);
    let after = Chance::new(mix(seed)).below(1_500);
    let step = |at, what| Step { at, what };
    let chair = Pick::Part { line: 1, quantity: 1, cents: None, tracked: true };
    let rest = What::Ship { order: 0, intent: 2, pick: Pick::All { tracked: true } };
    let mut steps = preparation(Before::Paid);
    steps.push(step(CALL - 5_000, What::Ship { order: 0, intent: 1, pick: chair }));
    steps.push(step(CALL - 1_000, What::Fault { on: On::Change, fault }));
    if let Some(pause) = resume {
        steps.push(step(CALL - 1_000, What::CrashAfterSend { after, pause }));
    }
    steps.push(step(CALL, rest));
    steps.push(step(CALL + resume.unwrap_or_default() + 10_000, rest));
    History { seed, keys, steps, to_the_end: false }
}

/// An order is placed, and the call that replaces it by another one meets a fault.
#[must_use]
pub fn changed_cart(fault: Fault, resume: Option<u64>, keys: bool, seed: u64) -> History {
    let seed = (seed..).find(|seed| is_left_alone(*seed)).unwrap_or(seed);
    let after = Chance::new(mix(seed)).below(1_500);
    let step = |at, what| Step { at, what };
    let change = What::ChangeCart { order: 1, old: 0 };
    let mut steps = preparation(Before::Placed);
    steps.push(step(CALL - 1_000, What::Fault { on: On::Change, fault }));
    if let Some(pause) = resume {
        steps.push(step(CALL - 1_000, What::CrashAfterSend { after, pause }));
    }
    steps.push(step(CALL, change));
    steps.push(step(CALL + resume.unwrap_or_default() + 10_000, change));
    History { seed, keys, steps, to_the_end: false }
}

/// The same, and the shop cancels the new order while that call is open, or soon after.
#[must_use]
pub fn abandoned_cart(fault: Fault, resume: Option<u64>, keys: bool, seed: u64) -> History {
    let mut history = changed_cart(fault, resume, keys, seed);
    let after = Chance::new(mix(seed ^ 1)).below(3_000);
    let what = What::Cancel { order: 1, intent: 3 };
    let at = history.steps.iter().rposition(|step| step.at <= CALL + after).map_or(0, |last| last + 1);
    history.steps.insert(at, Step { at: CALL + after, what });
    history
}

fn preparation(before: Before) -> Vec<Step> {
    let place = Step { at: 0, what: What::Place { order: 0 } };
    let pay = Step { at: 3_000, what: What::Shopper { order: 0, choice: Choice::Pay } };
    let pick = Pick::Part { line: 2, quantity: 1, cents: None, tracked: true };
    let ship = Step { at: CALL - 20_000, what: What::Ship { order: 0, intent: 1, pick } };
    let what = GivenBack::Units { line: 2, quantity: 1, cents: None };
    let refund = Step { at: CALL - 15_000, what: What::Refund { order: 0, intent: 2, what, merges: false } };
    let sync = Step { at: CALL - 10_000, what: What::Sync { order: 0 } };
    let fail = Step { at: 3_000, what: What::Shopper { order: 0, choice: Choice::Fail } };
    match before {
        Before::Nothing => Vec::new(),
        Before::Unpaid => vec![place, fail, sync],
        Before::Placed => vec![place, sync],
        Before::Paid => vec![place, pay, sync],
        Before::Shipped => vec![place, pay, ship, sync],
        Before::Refunded => vec![place, pay, ship, refund, sync],
    }
}
