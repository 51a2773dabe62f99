//! Plays a history: lets its steps happen, kills and starts processes, and in the end lets everything come to rest.

use std::sync::{Arc, Mutex, PoisonError};

use domain::rules::item::ItemKind;

use crate::checker::{self, Violation};
use crate::memory::{Due, MemoryStore};
use crate::replica::Replica;
use crate::script::{History, REPLICAS, Step, What};
use crate::shop::{Fleet, World};
use crate::sim::{Process, Tasks, Turn};
use crate::site::{Event, SHOP, Site};
use crate::tally::Tally;

/// Within the settle window and this, everything is settled once nothing fails any more (microseconds).
const SETTLED_WITHIN: u64 = (60 + 60) * 1_000_000;
/// Longer than a payment stays open that is not paid.
const LAPSE: u64 = 21 * 60 * 1_000_000;
/// Longer than any look-up on schedule waits.
const LONG: u64 = 7 * 3_600 * 1_000_000;
/// A process has two loops; they end only with it.
const LOOPS: usize = 2;
/// No history takes so many turns; one that does never comes to rest.
const TURNS: u64 = 400_000;

/// What a history came to.
pub struct Played {
    pub violations: Vec<Violation>,
    pub tally: Tally,
    /// What was raised for an operator.
    pub items: Vec<ItemKind>,
    /// The same for the same history.
    pub fingerprint: u64,
    /// What happened, in words, if it was to be told.
    pub told: Vec<String>,
}

/// Plays a history to its end and judges it.
#[must_use]
pub fn play(history: &History, told: bool) -> Played {
    let mut stage = Stage::new(history, told);
    let mut violations = stage.perform();
    violations.extend(checker::judge(&stage.site));
    let orders = stage.site.store.dump().orders;
    let items = orders.values().flat_map(|order| &order.items).map(|item| item.kind).collect();
    let mut tally = std::mem::take(&mut *stage.site.tally());
    let forbidden = tally.forbidden().into_iter();
    violations.extend(forbidden.map(|way| Violation::new("table", format!("an operation went {way}"))));
    tally.histories = 1;
    tally.steps = stage.tasks.polls();
    Played { violations, tally, items, fingerprint: stage.site.fingerprint(), told: stage.site.told() }
}

struct Stage<'a> {
    history: &'a History,
    site: Arc<Site>,
    world: World,
    fleet: Arc<Fleet>,
    tasks: Tasks,
    /// When each process is to be rung next.
    alarms: [u64; REPLICAS],
    turns: u64,
    steps_left: usize,
}

impl<'a> Stage<'a> {
    fn new(history: &'a History, told: bool) -> Self {
        let site = Arc::new(Site::new(history.seed, history.keys, told));
        let fleet: Arc<Fleet> = Arc::new(Mutex::new(vec![None; REPLICAS]));
        let world = World {
            site: Arc::clone(&site),
            fleet: Arc::clone(&fleet),
            seed: history.seed,
            wishes: Arc::default(),
        };
        let steps_left = history.steps.len();
        for (n, step) in history.steps.iter().enumerate() {
            site.time.after(step.at * 1000, Event::Step(n));
        }
        let stage = Self {
            history,
            site,
            world,
            fleet,
            tasks: Tasks::default(),
            alarms: [u64::MAX; REPLICAS],
            turns: 0,
            steps_left,
        };
        for replica in 0..REPLICAS {
            stage.start(replica);
        }
        stage
    }

    fn perform(&mut self) -> Vec<Violation> {
        let mut violations = Vec::new();
        self.run(|stage| stage.steps_left == 0 && stage.tasks.count(SHOP) == 0);
        self.site.disarm();
        self.site.calm();
        for replica in 0..REPLICAS {
            self.tasks.wake(Process(replica));
            self.start(replica);
        }
        self.site.touch();
        // What is under way at Mollie is a fault until it has landed.
        self.run_until(self.site.last_fault_ends());
        self.site.note(|| "from here on nothing fails".to_owned());
        let quiet = self.site.time.micros();
        self.site.spawn(SHOP, self.world.clone().operate());
        self.run_until(quiet + SETTLED_WITHIN);
        violations.extend(checker::unsettled(&self.site));
        self.finish();
        if self.turns >= TURNS {
            violations.push(Violation::new("rest", "the history does not come to rest".to_owned()));
        }
        violations
    }

    /// Mollie's hooks arrive, and every order is read once more: by the schedule, or because its shop asks.
    fn finish(&mut self) {
        let waits_for_schedule = self.history.seed.is_multiple_of(16);
        let now = self.site.time.micros();
        if waits_for_schedule {
            for hour in 1..7 {
                self.site.time.after(hour * 3_600 * 1_000_000, Event::Tick);
            }
            self.run_until(now + LONG);
            return;
        }
        // What nobody pays lapses, and its hooks come.
        self.run_until(now + LAPSE);
        let orders: Vec<_> = self.site.store.dump().orders.keys().copied().collect();
        for id in orders {
            let world = self.world.clone();
            self.site.spawn(SHOP, async move { world.sync_one(id).await });
        }
        self.run_until(now + LAPSE + 60_000_000);
    }

    fn run_until(&mut self, end: u64) {
        self.site.time.after(end.saturating_sub(self.site.time.micros()), Event::Tick);
        self.run(|stage| stage.site.time.micros() >= end);
    }

    fn run(&mut self, done: impl Fn(&Self) -> bool) {
        while self.turns < TURNS {
            self.turns += 1;
            for (process, work) in self.site.take_spawned() {
                self.tasks.spawn(process, work);
            }
            if self.site.take_dirty() {
                self.set_alarms();
            }
            if done(self) {
                return;
            }
            match self.tasks.turn(&self.site.time) {
                Turn::Event(event) => self.happen(event),
                Turn::Polled => (),
                Turn::Idle => return,
            }
        }
    }

    /// Loops ask again soon, or when something is due: rung at the earliest that anything can be.
    fn set_alarms(&mut self) {
        let now = self.site.time.micros();
        let Some(due) = next_due(&self.site.store) else { return };
        for replica in 0..REPLICAS {
            let at = due.max(now) + self.site.time.chance(|chance| chance.below(250_000));
            if at < self.alarms[replica] || self.alarms[replica] <= now {
                self.alarms[replica] = at;
                self.site.time.after(at - now, Event::Alarm(replica));
            }
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Step(n) => {
                self.steps_left -= 1;
                let Step { what, .. } = self.history.steps[n];
                self.step(what);
            }
            Event::Arrive(parcel) => self.site.arrive(parcel),
            Event::Answer(parcel) => self.site.answered(parcel),
            Event::Hook(hook) => crate::hooks::due(&self.site, &self.fleet, hook),
            Event::HookUnanswered { hook, delivery } => {
                crate::hooks::ended(&self.site, hook, delivery, None);
            }
            Event::Tick => self.site.tick(),
            Event::Alarm(replica) => self.alarm(replica),
            Event::Restart(replica) => self.start(replica),
            Event::KillAll { pause } => (0..REPLICAS).for_each(|replica| self.kill(replica, pause)),
            Event::Resume(replica) => self.tasks.wake(Process(replica)),
        }
    }

    /// An alarm that was set later for an earlier moment has taken the place of this one.
    fn alarm(&mut self, replica: usize) {
        if self.alarms[replica] > self.site.time.micros() {
            return;
        }
        self.alarms[replica] = u64::MAX;
        if let Some(replica) = self.fleet()[replica].clone() {
            replica.ring();
        }
    }

    fn fleet(&self) -> std::sync::MutexGuard<'_, Vec<Option<Arc<Replica>>>> {
        self.fleet.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self, replica: usize) {
        let mut fleet = self.fleet();
        if fleet[replica].is_none() {
            fleet[replica] = Some(Replica::start(&self.site, replica));
        }
    }

    fn step(&mut self, what: What) {
        let world = self.world.clone();
        match what {
            What::Place { order } => self.site.spawn(SHOP, world.place(order)),
            What::Shopper { order, choice } => self.site.spawn(SHOP, world.shop(order, choice)),
            What::Ship { order, intent, pick } => self.site.spawn(SHOP, world.ship(order, intent, pick)),
            What::Cancel { order, intent } => self.site.spawn(SHOP, world.cancel(order, intent)),
            What::Sync { order } => self.site.spawn(SHOP, world.sync(order)),
            What::Elsewhere { order, act } => world.elsewhere(order, act),
            What::Fault { on, fault } => self.site.arm(on, fault),
            What::Store { fault } => self.site.arm_store(fault),
            What::Hook { fault } => self.site.arm_hook(fault),
            What::Kill { replica, pause } => self.kill(replica, pause),
            What::CrashAfterSend { after, pause } => self.site.arm_crash(after, pause),
            What::Stop { replica, pause } => {
                self.site.fired(|| "process stopped".to_owned());
                self.tasks.stop(Process(replica));
                self.site.time.after(pause * 1000, Event::Resume(replica));
            }
            What::Drop { replica, task } => {
                // Its two loops are never dropped alone: in production they end with their process.
                if self.tasks.drop_one(Process(replica), LOOPS, task) {
                    self.site.fired(|| "task dropped".to_owned());
                    self.site.touch();
                }
            }
            What::Outage { pause } => {
                self.site.fired(|| "outage".to_owned());
                self.site.begin_outage(pause);
            }
        }
    }

    fn kill(&mut self, replica: usize, pause: u64) {
        if self.fleet()[replica].take().is_none() {
            return;
        }
        let work = self.tasks.kill(Process(replica));
        let at_work = if work > LOOPS { "at work" } else { "idle" };
        self.site.fired(|| format!("process killed {at_work}"));
        self.site.time.after(pause * 1000, Event::Restart(replica));
        self.site.touch();
    }
}

/// When the earliest of what is stored falls due, in microseconds of the history.
fn next_due(store: &MemoryStore) -> Option<u64> {
    let moments = store.next_due().into_iter().map(|Due { time, lease_end }| {
        time.map_or(0, crate::site::micros_of).max(lease_end.map_or(0, micros))
    });
    moments.min()
}

fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
