//! Mollie on the other side of the network: the simulator's rules, the requests and answers on their way, and its hooks. It
//! knows nothing of the service but what arrives there.

mod switches;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mollie_adapter::Answer;
use mollie_simulator::rules::{
    ApiRequest, Fate, FaultStatus, Keys, Meanwhile, Outcome, RequestFault, Verdict, World,
};
use serde_json::Value;

use crate::script::Fault;
use crate::site::{Event, Site, micros_of};

pub use wire::{CALL_TIMEOUT, Wire};

use switches::switches;
use wire::{Letterbox, Result, leave, seen};

/// Where the simulated Mollie is; nothing is ever sent there.
pub const BASE: &str = "http://127.0.0.1:9/v2";
pub const KEY: &str = "test_history";

/// A request on its way, or its answer.
struct Parcel {
    request: ApiRequest,
    verdict: Verdict,
    /// `None`: nobody waits for an answer.
    letterbox: Letterbox,
    answer: Option<Result<Answer>>,
}

/// Mollie.
pub struct Mollie {
    pub world: World,
    parcels: BTreeMap<u64, Parcel>,
    parcel_numbers: u64,
    /// Hooks that are scheduled or under way, each with the number of its delivery.
    pub hooks: BTreeMap<u64, u64>,
}

impl Mollie {
    pub fn new(seed: u64) -> Self {
        let mut world = World::new(seed, BASE);
        world.set_switches(switches(seed));
        Self { world, parcels: BTreeMap::new(), parcel_numbers: 0, hooks: BTreeMap::new() }
    }

    /// A request by the merchant's own key that nothing befalls: the dashboard, and the checker.
    pub fn ask(
        &mut self,
        method: &str,
        path: &str,
        query: &str,
        body: Vec<u8>,
        now: Timestamp,
    ) -> (u16, Value) {
        let request = ApiRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            authorization: Some(format!("Bearer {KEY}")),
            idempotency_key: None,
            body,
        };
        let answer = self.world.answer(&request, now);
        (answer.status, answer.body)
    }
}

impl Site {
    fn dispatch(&self, request: ApiRequest, fault: Option<Fault>) -> Letterbox {
        let letterbox = Letterbox::default();
        let keys = if self.keys { Keys::Honored } else { Keys::Ignored };
        let verdict = Verdict { fate: fault.map_or(Fate::Pass, Fault::fate), keys };
        let mut mollie = self.mollie();
        mollie.parcel_numbers += 1;
        let number = mollie.parcel_numbers;
        let letterbox_of_parcel = Arc::clone(&letterbox);
        mollie
            .parcels
            .insert(number, Parcel { request, verdict, letterbox: letterbox_of_parcel, answer: None });
        drop(mollie);
        self.time.after(self.latency(), Event::Arrive(number));
        letterbox
    }

    /// A request reaches Mollie.
    pub fn arrive(&self, number: u64) {
        let now = self.now();
        let mut mollie = self.mollie();
        let Mollie { world, parcels, .. } = &mut *mollie;
        let Some(parcel) = parcels.get_mut(&number) else { return };
        let outcome = world.undergo(parcel.verdict.clone(), &parcel.request, now);
        self.note(|| {
            let ApiRequest { method, path, .. } = &parcel.request;
            format!("Mollie: {method} {path} → {}", describe(&outcome))
        });
        let (answer, delay) = seen(outcome);
        parcel.answer = answer;
        drop(mollie);
        self.time.after(self.latency() + delay, Event::Answer(number));
        self.pump();
    }

    /// An answer reaches who asked, if it is still there.
    pub fn answered(&self, number: u64) {
        let Some(Parcel { letterbox, answer: Some(answer), .. }) = self.mollie().parcels.remove(&number)
        else {
            return;
        };
        leave(&letterbox, answer);
    }

    /// Mollie looks at its clock: what is late lands, what has lapsed ends.
    pub fn tick(&self) {
        let now = self.now();
        self.mollie().world.tick(now);
        self.pump();
    }

    /// When the last effect that is still to come has landed, and the last call that hangs has ended.
    pub fn last_fault_ends(&self) -> u64 {
        let latest = self.mollie().world.late().map(|late| late.due_at).max();
        latest.map_or(0, micros_of).max(self.impaired_until())
    }

    /// Schedules what Mollie has to send, and its next look at the clock.
    pub fn pump(&self) {
        let now = self.time.micros();
        let mut mollie = self.mollie();
        let Mollie { world, hooks, .. } = &mut *mollie;
        let waiting: Vec<(u64, Timestamp)> =
            world.due_hooks(Timestamp::MAX).map(|hook| (hook.id, hook.due_at)).collect();
        let late = world.late().map(|late| late.due_at).min();
        hooks.retain(|id, _| waiting.iter().any(|(waiting, _)| waiting == id));
        let new: Vec<_> = waiting.into_iter().filter(|(id, _)| !hooks.contains_key(id)).collect();
        hooks.extend(new.iter().map(|(id, _)| (*id, 0)));
        drop(mollie);
        for (id, due) in new {
            let wait = micros_of(due).saturating_sub(now);
            self.time.after(wait + self.latency(), Event::Hook(id));
        }
        if let Some(due) = late {
            self.time.after((micros_of(due) + 1).saturating_sub(now), Event::Tick);
        }
    }
}

fn describe(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answered(reply) => {
            format!("{}{}", reply.status, if reply.replayed { " (replayed)" } else { "" })
        }
        Outcome::Impaired { reply, by } => format!("{} {by:?}", reply.status),
        Outcome::Lost { loss, kept } => {
            format!("{loss:?}, effect {:?}", kept.as_ref().map(|reply| reply.status))
        }
    }
}

impl Fault {
    /// What the simulator makes of it.
    fn fate(self) -> Fate {
        let status = |number, effect| RequestFault::Status { status: status(number), effect };
        let fault = match self {
            Self::Unreachable | Self::Refuse => RequestFault::Refuse,
            Self::CloseBefore => RequestFault::CloseBefore,
            Self::CloseAfter => RequestFault::CloseAfter,
            Self::HangBefore => RequestFault::Hang { effect: false },
            Self::HangAfter => RequestFault::Hang { effect: true },
            Self::Status { number, effect } => status(number, effect),
            Self::InFlight => RequestFault::InFlight,
            Self::Busy => RequestFault::Busy,
            Self::KeyUsed => RequestFault::KeyUsed,
            Self::RateLimited { seconds } => RequestFault::RateLimited { retry_after_seconds: seconds },
            Self::Truncate => RequestFault::Truncate { chunked: false },
            Self::Drip { over } => RequestFault::Drip { over: millis(over.max(1)) },
            Self::Late { after, in_flight } => RequestFault::LateEffect {
                now: if after % 2 == 0 { Meanwhile::Close } else { Meanwhile::Status500 },
                after: millis(after.max(1)),
                in_flight,
            },
        };
        fault.fate()
    }
}

fn millis(millis: u64) -> SignedDuration {
    SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

fn status(number: u16) -> FaultStatus {
    let known = FaultStatus::ALL.into_iter().find(|status| status.number() == number);
    known.unwrap_or(FaultStatus::InternalServerError)
}
