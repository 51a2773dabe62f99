//! Time that passes by events, and the tasks that wait for it: a scheduler for one thread, without a runtime.
//!
//! Tasks belong to a process. A process can be killed, which drops its tasks where they wait, or stopped, which leaves them
//! there until it is woken. Nothing here knows what the tasks do.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use crate::chance::Chance;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A process that tasks belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Process(pub usize);

/// What happens at a moment.
enum Entry<E> {
    Wake(Waker),
    Event(E),
}

struct Moment<E> {
    at: u64,
    number: u64,
    entry: Entry<E>,
}

impl<E> PartialEq for Moment<E> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<E> Eq for Moment<E> {}

impl<E> PartialOrd for Moment<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Moment<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

struct Inner<E> {
    now: u64,
    numbers: u64,
    moments: BinaryHeap<Reverse<Moment<E>>>,
    chance: Chance,
}

/// The clock and its queue. Clones share both.
pub struct Time<E>(Arc<Mutex<Inner<E>>>);

impl<E> Clone for Time<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E: Send + 'static> Time<E> {
    pub fn new(seed: u64) -> Self {
        let chance = Chance::new(seed);
        Self(Arc::new(Mutex::new(Inner { now: 0, numbers: 0, moments: BinaryHeap::new(), chance })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner<E>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Microseconds since the beginning.
    pub fn micros(&self) -> u64 {
        self.inner().now
    }

    pub fn elapsed(&self) -> Duration {
        Duration::from_micros(self.micros())
    }

    /// A draw from the history's noise.
    pub fn chance<T>(&self, draw: impl FnOnce(&mut Chance) -> T) -> T {
        draw(&mut self.inner().chance)
    }

    /// Lets an event happen after a while.
    pub fn after(&self, micros: u64, event: E) {
        let mut inner = self.inner();
        let at = inner.now.saturating_add(micros);
        inner.push(at, Entry::Event(event));
    }

    pub fn sleep(&self, duration: Duration) -> Sleep<E> {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        Sleep { time: self.clone(), until: self.micros().saturating_add(micros), waits: false }
    }

    fn next(&self) -> Option<Entry<E>> {
        let mut inner = self.inner();
        let Reverse(moment) = inner.moments.pop()?;
        inner.now = inner.now.max(moment.at);
        Some(moment.entry)
    }
}

impl<E> Inner<E> {
    fn push(&mut self, at: u64, entry: Entry<E>) {
        self.numbers += 1;
        let number = self.numbers;
        self.moments.push(Reverse(Moment { at, number, entry }));
    }
}

/// Waits until a moment.
pub struct Sleep<E> {
    time: Time<E>,
    until: u64,
    waits: bool,
}

impl<E: Send + 'static> Future for Sleep<E> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut inner = self.time.inner();
        if inner.now >= self.until {
            return Poll::Ready(());
        }
        if !self.waits {
            inner.push(self.until, Entry::Wake(context.waker().clone()));
            drop(inner);
            self.waits = true;
        }
        Poll::Pending
    }
}

type Ready = Arc<Mutex<VecDeque<u64>>>;

struct TaskWaker {
    task: u64,
    ready: Ready,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).push_back(self.task);
    }
}

struct Task {
    process: Process,
    work: Work,
    waker: Waker,
}

/// The tasks, and which of them can go on.
#[derive(Default)]
pub struct Tasks {
    tasks: BTreeMap<u64, Task>,
    numbers: u64,
    ready: Ready,
    /// Tasks of stopped processes that could go on.
    held: BTreeMap<Process, Vec<u64>>,
    counts: BTreeMap<Process, usize>,
    polls: u64,
}

/// What a turn of the scheduler came to.
pub enum Turn<E> {
    Event(E),
    Polled,
    Idle,
}

impl Tasks {
    pub fn spawn(&mut self, process: Process, work: impl Future<Output = ()> + Send + 'static) {
        self.numbers += 1;
        let task = self.numbers;
        let waker = Waker::from(Arc::new(TaskWaker { task, ready: Arc::clone(&self.ready) }));
        self.tasks.insert(task, Task { process, work: Box::pin(work), waker });
        *self.counts.entry(process).or_default() += 1;
        self.ready().push_back(task);
    }

    fn ready(&self) -> MutexGuard<'_, VecDeque<u64>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often a task was polled.
    pub const fn polls(&self) -> u64 {
        self.polls
    }

    /// How many tasks of a process have not ended.
    pub fn count(&self, process: Process) -> usize {
        self.counts.get(&process).copied().unwrap_or(0)
    }

    /// Drops every task of a process where it waits; tells how many.
    pub fn kill(&mut self, process: Process) -> usize {
        let before = self.tasks.len();
        self.held.remove(&process);
        self.tasks.retain(|_, task| task.process != process);
        self.counts.remove(&process);
        before - self.tasks.len()
    }

    /// Drops one task of a process, chosen by `n`, but none of the `lasting` ones it began with; `false` if it has none.
    pub fn drop_one(&mut self, process: Process, lasting: usize, n: u64) -> bool {
        let own = self.tasks.iter().filter(|(_, task)| task.process == process).map(|(id, _)| *id);
        let own: Vec<u64> = own.skip(lasting).collect();
        let count = u64::try_from(own.len()).unwrap_or(0);
        let chosen = usize::try_from(n.checked_rem(count).unwrap_or(0)).unwrap_or(0);
        own.get(chosen).is_some_and(|id| self.remove(*id))
    }

    fn remove(&mut self, id: u64) -> bool {
        let Some(task) = self.tasks.remove(&id) else { return false };
        self.counts.entry(task.process).and_modify(|count| *count -= 1);
        true
    }

    /// Leaves the tasks of a process where they are.
    pub fn stop(&mut self, process: Process) {
        self.held.entry(process).or_default();
    }

    /// Lets them go on.
    pub fn wake(&mut self, process: Process) {
        let held = self.held.remove(&process).unwrap_or_default();
        self.ready().extend(held);
    }

    /// Polls one task that can go on, else lets time pass to the next thing that happens.
    pub fn turn<E: Send + 'static>(&mut self, time: &Time<E>) -> Turn<E> {
        let next = self.ready().pop_front();
        if let Some(id) = next {
            self.poll(id);
            return Turn::Polled;
        }
        match time.next() {
            Some(Entry::Event(event)) => Turn::Event(event),
            Some(Entry::Wake(waker)) => {
                waker.wake();
                Turn::Polled
            }
            None => Turn::Idle,
        }
    }

    fn poll(&mut self, id: u64) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        if let Some(held) = self.held.get_mut(&task.process) {
            held.push(id);
            return;
        }
        self.polls += 1;
        let mut context = Context::from_waker(&task.waker);
        if task.work.as_mut().poll(&mut context).is_ready() {
            self.remove(id);
        }
    }
}
