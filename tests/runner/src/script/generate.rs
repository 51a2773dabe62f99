//! The history of a seed, and what fails in it. Every draw comes from one stream: a draw more, fewer or elsewhere, here or in
//! an order's life, makes another history of every seed. Chance may come from nowhere else.

use super::life::Life;
use super::{Choice, Fault, History, HookFault, On, Step, StoreFault, What, Write};
use crate::chance::Chance;
use crate::replica::cancels_unshipped;

/// When Mollie keeps what it was asked within the settle window, an effect lands so long after the call at most.
const LATEST: u64 = 55_000;

impl History {
    /// The history of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let keys = chance.permille(700);
        let mut steps = Vec::new();
        let orders = if chance.permille(300) { 2 } else { 1 };
        let mut intents = 0;
        for order in 0..orders {
            Life::new(order, &mut intents, &mut chance, &mut steps).live();
        }
        let end = steps.iter().map(|step| step.at).max().unwrap_or(0);
        for _ in 0..chance.between(10, 24) {
            let at = chance.below(end + 1);
            let what = mishap(&mut chance);
            steps.push(Step { at, what });
        }
        if chance.permille(60) {
            let pause = chance.pick(&[2 * 60_000, 16 * 60_000, 50 * 60_000]);
            steps.push(Step { at: chance.below(end + 1), what: What::Outage { pause } });
        }
        if chance.permille(200) {
            change_cart(orders, end, &mut chance, &mut steps);
        }
        steps.sort_by_key(|step| step.at);
        let to_the_end = seed % 16 == 5 || cancels_unshipped(seed);
        Self { seed, keys, steps, to_the_end }
    }
}

/// The shopper goes back from the first order, mostly early, and pays the new one or none; now and then goes back once more.
fn change_cart(orders: u64, end: u64, chance: &mut Chance, steps: &mut Vec<Step>) {
    let (mut at, mut old, mut order) = (0, 0, orders);
    loop {
        at += if chance.permille(800) { chance.between(1_000, 12_000) } else { chance.below(end + 1) };
        steps.push(Step { at, what: What::ChangeCart { order, old } });
        if !chance.permille(200) {
            break;
        }
        (old, order) = (order, order + 1);
    }
    if chance.permille(700) {
        at += chance.below(20_000);
        steps.push(Step { at, what: What::Shopper { order, choice: Choice::Pay } });
    }
    if chance.permille(200) {
        // Nobody closed the other tab.
        steps.push(Step {
            at: at + chance.below(5_000),
            what: What::Shopper { order: 0, choice: Choice::Pay },
        });
    }
}

fn mishap(chance: &mut Chance) -> What {
    let replica = usize::try_from(chance.below(3)).unwrap_or(0);
    match chance.below(100) {
        0..=49 => What::Fault { on: On::Change, fault: fault(chance) },
        50..=57 => What::Fault { on: On::Reading, fault: fault(chance) },
        58..=69 => What::Store { on: write(chance), fault: store_fault(chance) },
        70..=77 => What::Hook { fault: hook_fault(chance) },
        78..=80 => What::CrashAfterSend { after: chance.below(400), pause: chance.below(20_000) },
        81..=88 => What::Kill { replica, pause: chance.below(20_000) },
        89..=94 => What::Stop { replica, pause: chance.below(40_000) },
        _ => What::Drop { replica, task: chance.below(8) },
    }
}

fn fault(chance: &mut Chance) -> Fault {
    match chance.below(16) {
        0 => Fault::Unreachable,
        1 => Fault::Refuse,
        2 => Fault::CloseBefore,
        3 | 4 => Fault::CloseAfter,
        5 => Fault::HangBefore,
        6 => Fault::HangAfter,
        7..=9 => Fault::Status { number: chance.pick(&[202, 500, 502, 503]), effect: chance.permille(500) },
        10 => Fault::InFlight,
        11 => Fault::Busy,
        12 => Fault::KeyUsed,
        13 => Fault::RateLimited { seconds: chance.permille(500).then(|| chance.below(20)) },
        14 => match chance.permille(500) {
            true => Fault::Truncate,
            false => Fault::Drip { over: chance.below(25_000) },
        },
        _ => Fault::Late { after: chance.below(LATEST), in_flight: chance.permille(500) },
    }
}

fn write(chance: &mut Chance) -> Write {
    match chance.below(10) {
        0..=5 => Write::Commit,
        6 | 7 => Write::Defer,
        8 => Write::Claim,
        _ => Write::Other,
    }
}

fn store_fault(chance: &mut Chance) -> StoreFault {
    match chance.below(3) {
        0 => StoreFault::Before,
        1 => StoreFault::After,
        _ => StoreFault::Slow { pause: chance.below(12_000) },
    }
}

fn hook_fault(chance: &mut Chance) -> HookFault {
    match chance.below(3) {
        0 => HookFault::Dropped,
        1 => HookFault::Doubled,
        _ => HookFault::Delayed { pause: chance.below(120_000) },
    }
}
