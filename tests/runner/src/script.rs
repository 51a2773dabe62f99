//! A history before it is played: what callers, shoppers and others do, what fails, and when. It follows from a seed, and
//! its parts can be left out one by one, so that a failure shrinks to what it needs.

use crate::chance::Chance;

/// Processes that serve callers.
pub const REPLICAS: usize = 3;

/// One thing that happens, some milliseconds after the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub at: u64,
    pub what: What,
}

/// What happens. Orders and intents have numbers within the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The shop places an order.
    Place { order: u64 },
    /// The shopper decides at the checkout.
    Shopper { order: u64, choice: Choice },
    /// The warehouse ships.
    Ship { order: u64, intent: u64, pick: Pick },
    /// The shop cancels.
    Cancel { order: u64, intent: u64 },
    /// The shop has the order read at Mollie.
    Sync { order: u64 },
    /// Somebody ships or cancels in Mollie's dashboard.
    Elsewhere { order: u64, act: Elsewhere },
    /// What befalls the next request that fits.
    Fault { on: On, fault: Fault },
    /// What befalls the next write of the store.
    Store { fault: StoreFault },
    /// What befalls the next hook.
    Hook { fault: HookFault },
    /// A process is killed, and started again after some milliseconds.
    Kill { replica: usize, pause: u64 },
    /// All processes are killed so many milliseconds after the next change is sent, and started again after some more.
    CrashAfterSend { after: u64, pause: u64 },
    /// A process is stopped, and woken after some milliseconds.
    Stop { replica: usize, pause: u64 },
    /// One task of a process is dropped.
    Drop { replica: usize, task: u64 },
    /// Mollie is out of reach for some milliseconds.
    Outage { pause: u64 },
}

/// What a shopper does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Pays or authorizes, as the method has it.
    Pay,
    Fail,
    Cancel,
}

/// What is to be shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Some units of a line; `cents`: which amount within the bounds, if the caller gives one.
    Part {
        line: u32,
        quantity: u32,
        cents: Option<u64>,
        tracked: bool,
    },
    All {
        tracked: bool,
    },
}

/// What is done behind the service's back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    Ship { line: usize, tracked: bool },
    Cancel,
}

/// Which request a fault waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Change,
    Reading,
}

/// What befalls a request. Times are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// No connection: certainly not sent.
    Unreachable,
    Refuse,
    CloseBefore,
    CloseAfter,
    HangBefore,
    HangAfter,
    /// 202, 500, 502 or 503.
    Status {
        number: u16,
        effect: bool,
    },
    InFlight,
    Busy,
    KeyUsed,
    RateLimited {
        seconds: Option<u64>,
    },
    Truncate,
    Drip {
        over: u64,
    },
    /// The effect comes later than the client has gone.
    Late {
        after: u64,
        in_flight: bool,
    },
}

/// What befalls a write of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StoreFault {
    /// It fails and has written nothing.
    Before,
    /// It is written, and the answer is lost.
    After,
    /// It takes so many milliseconds.
    Slow { pause: u64 },
}

impl Fault {
    /// As it is counted.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Unreachable => "unreachable".to_owned(),
            Self::Refuse => "connection reset".to_owned(),
            Self::CloseBefore => "closed without effect".to_owned(),
            Self::CloseAfter => "closed after the effect".to_owned(),
            Self::HangBefore => "hangs without effect".to_owned(),
            Self::HangAfter => "hangs after the effect".to_owned(),
            Self::Status { number, effect: true } => format!("{number} after the effect"),
            Self::Status { number, effect: false } => format!("{number} without effect"),
            Self::InFlight => "409 in flight".to_owned(),
            Self::Busy => "409 busy".to_owned(),
            Self::KeyUsed => "400 key used".to_owned(),
            Self::RateLimited { seconds: None } => "429".to_owned(),
            Self::RateLimited { seconds: Some(_) } => "429 with Retry-After".to_owned(),
            Self::Truncate => "cut off after the effect".to_owned(),
            Self::Drip { .. } => "drips".to_owned(),
            Self::Late { in_flight: true, .. } => "late effect, key in flight".to_owned(),
            Self::Late { in_flight: false, .. } => "late effect".to_owned(),
        }
    }
}

impl StoreFault {
    /// As it is counted.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Before => "fails before the write",
            Self::After => "answer lost after the write",
            Self::Slow { .. } => "slow",
        }
    }
}

impl HookFault {
    /// As it is counted.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Doubled => "doubled",
            Self::Delayed { .. } => "delayed",
        }
    }
}

/// What befalls a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HookFault {
    Dropped,
    Doubled,
    Delayed { pause: u64 },
}

/// A whole history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Baskets, amounts and delays follow from it.
    pub seed: u64,
    /// Whether Mollie heeds idempotency keys; the service is configured to rely on them only then.
    pub keys: bool,
    pub steps: Vec<Step>,
}

/// When Mollie keeps what it was asked within the settle window, an effect lands so long after the call at most.
const LATEST: u64 = 55_000;

impl History {
    /// The history of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let keys = chance.permille(700);
        let mut steps = Vec::new();
        let orders = chance.between(2, 4);
        let mut intents = 0;
        for order in 0..orders {
            life(order, &mut intents, &mut chance, &mut steps);
        }
        let end = steps.iter().map(|step| step.at).max().unwrap_or(0);
        for _ in 0..chance.between(10, 24) {
            let at = chance.below(end + 1);
            let what = mishap(&mut chance);
            steps.push(Step { at, what });
        }
        if chance.permille(60) {
            let pause = chance.pick(&[2 * 60_000, 16 * 60_000, 50 * 60_000, 150 * 60_000]);
            steps.push(Step { at: chance.below(end + 1), what: What::Outage { pause } });
        }
        steps.sort_by_key(|step| step.at);
        Self { seed, keys, steps }
    }
}

/// What is done with one order.
fn life(order: u64, intents: &mut u64, chance: &mut Chance, steps: &mut Vec<Step>) {
    let mut at = chance.below(4_000);
    steps.push(Step { at, what: What::Place { order } });
    while chance.permille(200) {
        at += gap(chance);
        let choice = chance.pick(&[Choice::Fail, Choice::Cancel]);
        steps.push(Step { at, what: What::Shopper { order, choice } });
    }
    let early = chance.permille(60);
    if early {
        cancel(order, intents, at + chance.below(2_000), steps);
    }
    at += gap(chance);
    if chance.permille(930) {
        steps.push(Step { at, what: What::Shopper { order, choice: Choice::Pay } });
    }
    for _ in 0..chance.between(1, 4) {
        at += gap(chance);
        *intents += 1;
        let pick = pick(chance);
        steps.push(Step { at, what: What::Ship { order, intent: *intents, pick } });
        if chance.permille(150) {
            steps.push(Step { at: at + chance.below(3_000), what: What::Sync { order } });
        }
        if chance.permille(40) {
            meddle(order, intents, at, chance, steps);
        } else if chance.permille(40) {
            let act = Elsewhere::Ship { line: usize::from(chance.permille(500)), tracked: true };
            steps.push(Step { at: at + chance.below(5_000), what: What::Elsewhere { order, act } });
        }
    }
    at += gap(chance);
    match chance.below(10) {
        0..=3 => cancel(order, intents, at, steps),
        4..=6 => {
            *intents += 1;
            let pick = Pick::All { tracked: chance.permille(500) };
            steps.push(Step { at, what: What::Ship { order, intent: *intents, pick } });
        }
        7 => {
            steps.push(Step { at, what: What::Elsewhere { order, act: Elsewhere::Cancel } });
            if chance.permille(500) {
                cancel(order, intents, at + chance.below(2_000), steps);
            }
        }
        _ => (),
    }
    // Two desks cancel the same order.
    if chance.permille(80) {
        cancel(order, intents, at + chance.below(1_000), steps);
    }
}

/// What is lost here is done in the dashboard meanwhile: looking so much like ours that it cannot be told apart, or like
/// something else.
fn meddle(order: u64, intents: &mut u64, at: u64, chance: &mut Chance, steps: &mut Vec<Step>) {
    let landed = chance.permille(500);
    let fault = if landed { Fault::HangAfter } else { Fault::HangBefore };
    let pick = Pick::Part { line: 2, quantity: 1, cents: None, tracked: false };
    let act = Elsewhere::Ship { line: 1, tracked: !landed };
    *intents += 1;
    let at = at + 10_000;
    steps.push(Step { at, what: What::Fault { on: On::Change, fault } });
    steps.push(Step { at, what: What::Ship { order, intent: *intents, pick } });
    steps.push(Step { at: at + 2_000 + chance.below(18_000), what: What::Elsewhere { order, act } });
}

fn cancel(order: u64, intents: &mut u64, at: u64, steps: &mut Vec<Step>) {
    *intents += 1;
    steps.push(Step { at, what: What::Cancel { order, intent: *intents } });
}

/// Mostly at once, sometimes minutes, seldom longer than keys live.
fn gap(chance: &mut Chance) -> u64 {
    match chance.below(100) {
        0..=59 => chance.below(3_000),
        60..=89 => chance.between(3_000, 40_000),
        90..=97 => chance.between(40_000, 900_000),
        _ => chance.between(2_400_000, 4_200_000),
    }
}

fn pick(chance: &mut Chance) -> Pick {
    if chance.permille(120) {
        return Pick::All { tracked: chance.permille(500) };
    }
    Pick::Part {
        line: if chance.permille(700) { 1 } else { 2 },
        quantity: u32::try_from(chance.between(1, 2)).unwrap_or(1),
        cents: chance.permille(600).then(|| chance.below(100_000)),
        tracked: chance.permille(500),
    }
}

fn mishap(chance: &mut Chance) -> What {
    let replica = usize::try_from(chance.below(3)).unwrap_or(0);
    match chance.below(100) {
        0..=49 => What::Fault { on: On::Change, fault: fault(chance) },
        50..=57 => What::Fault { on: On::Reading, fault: fault(chance) },
        58..=69 => What::Store { fault: store_fault(chance) },
        70..=77 => What::Hook { fault: hook_fault(chance) },
        78..=88 => What::Kill { replica, pause: chance.below(20_000) },
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
