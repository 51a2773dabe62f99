//! The armed faults, with what each has let pass and how often it has fired.

use super::fate::{Fate, HookFate};
use super::kind::{FaultKind, HookFault, RequestFault};
use crate::rules::pattern::Pattern;
use crate::rules::records::Hook;
use crate::rules::request::{ApiRequest, Keys};

/// One fault, as it is armed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    /// How many matching requests or deliveries pass first.
    pub skip: u64,
    pub count: Count,
}

/// How many matching requests or deliveries a fault applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    Times(u64),
    All,
}

impl Fault {
    /// Applies to the first matching request.
    pub fn request(method: &str, path: &str, fault: RequestFault) -> Self {
        let on = Pattern { method: method.to_owned(), path: path.to_owned() };
        Self { kind: FaultKind::Request { on, fault }, skip: 0, count: Count::Times(1) }
    }

    /// Applies to every request until it is taken away.
    pub fn idempotency_ignored() -> Self {
        Self { kind: FaultKind::IdempotencyIgnored { on: None }, skip: 0, count: Count::All }
    }

    /// Applies to the first delivery.
    pub fn hook(fault: HookFault) -> Self {
        Self { kind: FaultKind::Hook { path: None, fault }, skip: 0, count: Count::Times(1) }
    }

    pub fn skip(self, skip: u64) -> Self {
        Self { skip, ..self }
    }

    pub fn count(self, count: Count) -> Self {
        Self { count, ..self }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Armed {
    pub(super) fault: Fault,
    pub(super) skipped: u64,
    pub(super) fired: u64,
}

impl Armed {
    /// `None` for ever.
    pub(super) fn remaining(&self) -> Option<u64> {
        match self.fault.count {
            Count::Times(times) => Some(times.saturating_sub(self.fired)),
            Count::All => None,
        }
    }

    /// Takes notice of something that matches: lets it pass, or fires.
    fn fires(&mut self) -> bool {
        if self.remaining() == Some(0) {
            return false;
        }
        let passes = self.skipped < self.fault.skip;
        *if passes { &mut self.skipped } else { &mut self.fired } += 1;
        !passes
    }
}

/// What befalls a request, and whether its idempotency key counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub fate: Fate,
    pub keys: Keys,
}

/// All armed faults. From the same faults and the same calls come the same answers.
#[derive(Clone, Debug, Default)]
pub struct Faults(pub(super) Vec<Armed>);

impl Faults {
    pub fn new(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self(faults.into_iter().map(|fault| Armed { fault, skipped: 0, fired: 0 }).collect())
    }

    /// What befalls this request. Each call counts as one request.
    pub fn for_request(&mut self, request: &ApiRequest) -> Verdict {
        Verdict { fate: self.fate_of(request), keys: self.keys_of(request) }
    }

    fn fate_of(&mut self, request: &ApiRequest) -> Fate {
        let fault = self.0.iter_mut().find_map(|armed| match &armed.fault.kind {
            FaultKind::Request { on, fault } if on.matches(&request.method, &request.path) => {
                let fault = fault.clone();
                armed.fires().then_some(fault)
            }
            FaultKind::Request { .. } | FaultKind::IdempotencyIgnored { .. } | FaultKind::Hook { .. } => None,
        });
        fault.map_or(Fate::Pass, RequestFault::fate)
    }

    /// Requests without a key are none that a key could be ignored of.
    fn keys_of(&mut self, request: &ApiRequest) -> Keys {
        let has_key = request.idempotency_key.as_ref().is_some_and(|key| !key.is_empty());
        let matches = |on: &Option<Pattern>| {
            on.as_ref().is_none_or(|pattern| pattern.matches(&request.method, &request.path))
        };
        let ignored = has_key
            && self.0.iter_mut().any(|armed| match &armed.fault.kind {
                FaultKind::IdempotencyIgnored { on } if matches(on) => armed.fires(),
                FaultKind::IdempotencyIgnored { .. } | FaultKind::Request { .. } | FaultKind::Hook { .. } => {
                    false
                }
            });
        if ignored { Keys::Ignored } else { Keys::Honored }
    }

    /// What befalls this hook, now that it is due. Each call counts as one attempt to deliver it.
    pub fn for_hook(&mut self, hook: &Hook) -> HookFate {
        let fault = self.0.iter_mut().find_map(|armed| match &armed.fault.kind {
            FaultKind::Hook { path, fault } if fault.concerns(hook, path.as_deref()) => {
                let fault = *fault;
                armed.fires().then_some(fault)
            }
            FaultKind::Hook { .. } | FaultKind::Request { .. } | FaultKind::IdempotencyIgnored { .. } => None,
        });
        fault.map_or(HookFate::Send, HookFate::from)
    }
}
