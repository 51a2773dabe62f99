//! What is armed to fail, and what it has befallen. It is armed by the script and taken, first come first served, by whatever
//! fits; what a fault does is up to what it befalls.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Event, Site, lock};
use crate::script::{Fault, HookFault, On, StoreFault, Write};

/// What is armed and waits for something to befall.
#[derive(Default)]
pub struct Mishaps {
    changes: VecDeque<Fault>,
    readings: VecDeque<Fault>,
    store: BTreeMap<Write, VecDeque<StoreFault>>,
    hooks: VecDeque<HookFault>,
    /// All processes are killed so many milliseconds after the next change is sent, for so many more.
    crash: Option<(u64, u64)>,
    /// Until then Mollie is out of reach.
    outage_until: u64,
}

/// Arming and taking what is to fail.
impl Site {
    pub fn arm(&self, on: On, fault: Fault) {
        let mut mishaps = lock(&self.mishaps);
        match on {
            On::Change => mishaps.changes.push_back(fault),
            On::Reading => mishaps.readings.push_back(fault),
        }
    }

    pub fn arm_store(&self, on: Write, fault: StoreFault) {
        lock(&self.mishaps).store.entry(on).or_default().push_back(fault);
    }

    pub fn arm_hook(&self, fault: HookFault) {
        lock(&self.mishaps).hooks.push_back(fault);
    }

    pub fn arm_crash(&self, after: u64, pause: u64) {
        lock(&self.mishaps).crash = Some((after, pause));
    }

    /// A change leaves for Mollie.
    pub fn leaving(&self) {
        if let Some((after, pause)) = lock(&self.mishaps).crash.take() {
            self.time.after(after * 1000, Event::KillAll { pause });
        }
    }

    pub fn begin_outage(&self, pause: u64) {
        let until = self.time.micros() + pause * 1000;
        let mut mishaps = lock(&self.mishaps);
        mishaps.outage_until = mishaps.outage_until.max(until);
    }

    /// A call hangs for so long.
    pub fn impaired(&self, length: Duration) {
        let until = self.time.elapsed() + length;
        let until = u64::try_from(until.as_micros()).unwrap_or(u64::MAX);
        self.impaired_until.fetch_max(until, Ordering::Relaxed);
    }

    pub fn impaired_until(&self) -> u64 {
        self.impaired_until.load(Ordering::Relaxed)
    }

    /// From here on nothing is slow either.
    pub fn calm(&self) {
        self.is_calm.store(true, Ordering::Relaxed);
    }

    pub fn is_calm(&self) -> bool {
        self.is_calm.load(Ordering::Relaxed)
    }

    /// When the outage ends.
    pub fn outage_until(&self) -> u64 {
        lock(&self.mishaps).outage_until
    }

    /// Nothing fails any more.
    pub fn disarm(&self) {
        *lock(&self.mishaps) = Mishaps::default();
    }

    pub fn fault(&self, is_change: bool) -> Option<Fault> {
        let mut mishaps = lock(&self.mishaps);
        let fault = if mishaps.outage_until > self.time.micros() {
            Some(Fault::Unreachable)
        } else if is_change {
            mishaps.changes.pop_front()
        } else {
            mishaps.readings.pop_front()
        };
        let is_outage = mishaps.outage_until > self.time.micros();
        drop(mishaps);
        // Counted once, when it began.
        if is_outage {
            return fault;
        }
        if let Some(fault) = fault {
            let side = if is_change { "change" } else { "reading" };
            self.fired(|| format!("{side}: {}", fault.name()));
        }
        fault
    }

    pub fn store_fault(&self, on: Write) -> Option<StoreFault> {
        let fault = lock(&self.mishaps).store.get_mut(&on).and_then(VecDeque::pop_front);
        if let Some(fault) = fault {
            self.fired(|| format!("{}: {}", on.name(), fault.name()));
        }
        fault
    }

    pub fn hook_fault(&self) -> Option<HookFault> {
        let fault = lock(&self.mishaps).hooks.pop_front();
        if let Some(fault) = fault {
            self.fired(|| format!("hook: {}", fault.name()));
        }
        fault
    }

    /// A fault has befallen something.
    pub fn fired(&self, name: impl FnOnce() -> String) {
        let name = name();
        self.note(|| format!("fault {name}"));
        self.tally().fault(name);
    }
}
