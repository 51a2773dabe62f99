//! A history before it is played: what callers, shoppers and others do, what fails, and when. It follows from a seed, and
//! its parts can be left out one by one, so that a failure shrinks to what it needs. Nothing here happens yet.

use serde::{Deserialize, Serialize};

mod generate;
mod life;
mod names;

/// Processes that serve callers.
pub const REPLICAS: usize = 3;

/// One thing that happens, some milliseconds after the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub at: u64,
    pub what: What,
}

/// What happens. Orders and intents have numbers within the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The shop places an order.
    Place { order: u64 },
    /// The shopper went back, and the shop places an order in place of an earlier one.
    ChangeCart { order: u64, old: u64 },
    /// The shopper decides at the checkout.
    Shopper { order: u64, choice: Choice },
    /// The warehouse ships.
    Ship { order: u64, intent: u64, pick: Pick },
    /// The warehouse changes how a parcel is followed: one of those that the order has.
    Track { order: u64, intent: u64, parcel: u64 },
    /// The shop cancels.
    Cancel { order: u64, intent: u64 },
    /// Customer care cancels units of a line; `cents`: which amount within the bounds, if the caller gives one.
    CancelLines { order: u64, intent: u64, line: u32, quantity: u32, cents: Option<u64> },
    /// Customer care gives money back. `merges`: together with equal refunds that wait.
    Refund {
        order: u64,
        intent: u64,
        what: GivenBack,
        #[serde(default)]
        merges: bool,
    },
    /// Customer care takes units of a line back: so many came back, and so many do not leave.
    TakeBack { order: u64, intent: u64, line: u32, back: u32, stay: u32 },
    /// Customer care cancels a refund: one of those that the order has.
    CallOff { order: u64, intent: u64, refund: u64 },
    /// The shop asks for a further attempt to pay.
    Pay { order: u64, intent: u64 },
    /// The shopper has moved.
    Update { order: u64, intent: u64 },
    /// The shopper wants other things.
    Manage { order: u64, intent: u64 },
    /// The shop has the order read at Mollie.
    Sync { order: u64 },
    /// Somebody acts in Mollie's dashboard, or a bank does.
    Elsewhere { order: u64, act: Elsewhere },
    /// What befalls the next request that fits.
    Fault { on: On, fault: Fault },
    /// What befalls the next write of the store.
    Store { on: Write, fault: StoreFault },
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Pays or authorizes, as the method has it.
    Pay,
    Fail,
    Cancel,
    /// Has the checkout open twice, and pays in both.
    PayTwice,
    /// Pays in the one opened first; the other fails later.
    PayEarlier,
    /// Pays in the one opened last; the other expires later.
    PayLater,
    /// Pays, and the money is on its way for a while.
    PaySlowly,
    /// The same, and it does not come.
    FailSlowly,
}

/// What is to be shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// What a caller wants given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GivenBack {
    /// Units of a line; `cents`: which amount within the bounds, if the caller gives one.
    Units {
        line: u32,
        quantity: u32,
        cents: Option<u64>,
    },
    All,
    /// A line costs so much less.
    Reduction {
        line: u32,
        cents: u64,
    },
    /// An amount for no line. `beyond`: more than anybody has paid, and the caller gives up that limit.
    Goodwill {
        cents: u64,
        beyond: bool,
    },
}

/// What is done behind the service's back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Elsewhere {
    Ship {
        line: usize,
        tracked: bool,
    },
    /// Changes how one of the order's parcels is followed.
    Track {
        parcel: usize,
    },
    Cancel,
    /// Cancels one unit of a line.
    CancelLine {
        line: usize,
    },
    /// Gives one unit of a line back.
    RefundLine {
        line: usize,
    },
    /// Gives an amount of a payment back, at once.
    RefundAmount {
        cents: u64,
    },
    /// Cancels one of the refunds that the order has.
    CancelRefund {
        refund: u64,
    },
    /// The bank cannot carry out one of the refunds that the order has.
    FailRefund {
        refund: u64,
    },
    /// The shopper's bank takes an amount back.
    ChargeBack {
        cents: u64,
    },
    /// The bank returns what it took.
    Reverse,
}

/// Which request a fault waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    Change,
    Reading,
}

/// What befalls a request. Times are in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// Which write of the store a fault waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Write {
    /// A change of an order.
    Commit,
    /// An operation is put back.
    Defer,
    /// Operations, look-ups or timers are claimed.
    Claim,
    /// A lease, a hook, the end of a look-up or of a timer.
    Other,
}

/// What befalls a write of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreFault {
    /// It fails and has written nothing.
    Before,
    /// It is written, and the answer is lost.
    After,
    /// It takes so many milliseconds.
    Slow { pause: u64 },
}

/// What befalls a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HookFault {
    Dropped,
    Doubled,
    Delayed { pause: u64 },
}

/// A whole history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Baskets, amounts and delays follow from it.
    pub seed: u64,
    /// Whether Mollie heeds idempotency keys; the service is configured to rely on them only then.
    pub keys: bool,
    pub steps: Vec<Step>,
    /// Whether it goes on until every authorization has ended.
    #[serde(default)]
    pub to_the_end: bool,
}

impl History {
    /// Whether money moves behind the service's back, of which only a hook may tell once the order is closed.
    #[must_use]
    pub fn moves_money_elsewhere(&self) -> bool {
        self.steps.iter().any(|step| match step.what {
            What::Elsewhere { act, .. } => act.moves_money(),
            What::Place { .. }
            | What::ChangeCart { .. }
            | What::Shopper { .. }
            | What::Ship { .. }
            | What::Track { .. }
            | What::Cancel { .. }
            | What::CancelLines { .. }
            | What::Refund { .. }
            | What::CallOff { .. }
            | What::TakeBack { .. }
            | What::Pay { .. }
            | What::Update { .. }
            | What::Manage { .. }
            | What::Sync { .. }
            | What::Fault { .. }
            | What::Store { .. }
            | What::Hook { .. }
            | What::Kill { .. }
            | What::CrashAfterSend { .. }
            | What::Stop { .. }
            | What::Drop { .. }
            | What::Outage { .. } => false,
        })
    }
}

impl Elsewhere {
    const fn moves_money(self) -> bool {
        match self {
            Self::RefundLine { .. }
            | Self::RefundAmount { .. }
            | Self::CancelRefund { .. }
            | Self::FailRefund { .. }
            | Self::ChargeBack { .. }
            | Self::Reverse => true,
            Self::Ship { .. } | Self::Track { .. } | Self::Cancel | Self::CancelLine { .. } => false,
        }
    }
}
