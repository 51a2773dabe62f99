//! Everything the processes of a history share: time, storage, Mollie, what is about to fail, and the books that are kept
//! for the checker. It decides nothing about orders.

mod mishaps;
mod trace;

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::journal::Journal;
use crate::memory::MemoryStore;
use crate::mollie::Mollie;
use crate::queues::Queues;
use crate::script::REPLICAS;
use crate::sim::{Process, Time};
use crate::tally::Tally;

use mishaps::Mishaps;
use trace::Trace;

/// What the scheduler does itself, outside all tasks.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// A step of the script.
    Step(usize),
    /// A request reaches Mollie.
    Arrive(u64),
    /// An answer reaches who asked.
    Answer(u64),
    /// A hook is due.
    Hook(u64),
    /// A delivery of a hook has had no answer for too long.
    HookUnanswered {
        hook: u64,
        delivery: u64,
    },
    /// Mollie looks at its clock.
    Tick,
    /// A process may have work to claim.
    Alarm(usize),
    Restart(usize),
    Resume(usize),
    KillAll {
        pause: u64,
    },
}

pub type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where shops and shoppers run: a process that never fails.
pub const SHOP: Process = Process(REPLICAS);

/// When a history begins, by the calendar.
const BEGINNING: i64 = 1_772_366_400;

/// What one history's processes share.
pub struct Site {
    pub time: Time<Event>,
    pub store: MemoryStore,
    pub seed: u64,
    pub keys: bool,
    mollie: Mutex<Mollie>,
    mishaps: Mutex<Mishaps>,
    journal: Mutex<Journal>,
    tally: Mutex<Tally>,
    queues: Mutex<Queues>,
    spawned: Mutex<Vec<(Process, Work)>>,
    /// Something was written: what is due next may have changed.
    dirty: AtomicBool,
    ids: AtomicU64,
    /// Until then a call may hang.
    impaired_until: AtomicU64,
    /// Nothing is slow any more.
    is_calm: AtomicBool,
    trace: Trace,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Site {
    pub fn new(seed: u64, keys: bool, reported: bool) -> Self {
        let time = Time::new(seed);
        let clock = time.clone();
        Self {
            store: MemoryStore::new(move || clock.elapsed()),
            time,
            seed,
            keys,
            mollie: Mutex::new(Mollie::new(seed)),
            mishaps: Mutex::default(),
            journal: Mutex::default(),
            tally: Mutex::default(),
            queues: Mutex::default(),
            spawned: Mutex::default(),
            dirty: AtomicBool::new(false),
            ids: AtomicU64::new(1),
            impaired_until: AtomicU64::new(0),
            is_calm: AtomicBool::new(false),
            trace: Trace::new(reported),
        }
    }

    pub fn mollie(&self) -> MutexGuard<'_, Mollie> {
        lock(&self.mollie)
    }

    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        lock(&self.journal)
    }

    pub fn tally(&self) -> MutexGuard<'_, Tally> {
        lock(&self.tally)
    }

    pub fn queues(&self) -> MutexGuard<'_, Queues> {
        lock(&self.queues)
    }

    pub fn now(&self) -> Timestamp {
        moment(self.time.micros())
    }

    /// Runs work in a process.
    pub fn spawn(&self, process: Process, work: impl Future<Output = ()> + Send + 'static) {
        lock(&self.spawned).push((process, Box::pin(work)));
    }

    pub fn take_spawned(&self) -> Vec<(Process, Work)> {
        std::mem::take(&mut *lock(&self.spawned))
    }

    pub fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    pub fn touch(&self) {
        self.dirty.store(true, Ordering::Relaxed);
    }

    pub fn take_dirty(&self) -> bool {
        self.dirty.swap(false, Ordering::Relaxed)
    }

    /// Waits between `low` and `high` milliseconds, as chance has it.
    pub async fn pause(&self, low: u64, high: u64) {
        let micros = self.time.chance(|chance| chance.between(low * 1000, high * 1000));
        self.time.sleep(Duration::from_micros(micros)).await;
    }

    /// How long something takes on the way: mostly little, seldom seconds.
    pub fn latency(&self) -> u64 {
        let worst = if self.is_calm.load(Ordering::Relaxed) { 98 } else { 100 };
        self.time.chance(|chance| match chance.below(worst) {
            0..=89 => chance.between(2_000, 80_000),
            90..=97 => chance.between(80_000, 900_000),
            _ => chance.between(900_000, 8_000_000),
        })
    }

    /// Notes that something happened: part of the trace by which two runs of one seed are compared.
    pub fn note(&self, what: impl FnOnce() -> String) {
        self.trace.note(self.time.micros(), what);
    }

    pub fn fingerprint(&self) -> u64 {
        self.trace.sum()
    }

    /// What was told, line by line.
    pub fn reported(&self) -> Vec<String> {
        self.trace.take()
    }
}

/// A moment of the history by the calendar.
pub fn moment(micros: u64) -> Timestamp {
    let since = SignedDuration::from_micros(i64::try_from(micros).unwrap_or(i64::MAX));
    let beginning = Timestamp::from_second(BEGINNING).unwrap_or(Timestamp::UNIX_EPOCH);
    beginning.saturating_add(since).unwrap_or(Timestamp::MAX)
}

/// The same as microseconds of the history.
pub fn micros_of(time: Timestamp) -> u64 {
    let beginning = Timestamp::from_second(BEGINNING).unwrap_or(Timestamp::UNIX_EPOCH);
    u64::try_from(time.duration_since(beginning).as_micros()).unwrap_or(0)
}
