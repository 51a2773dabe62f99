//! Plays a history: lets its steps happen, and in the end lets everything come to rest. What is right is judged elsewhere, and
//! nothing happens here that the history, its seed or the service did not bring about.

mod alarms;
mod deadlines;
mod happen;

use std::sync::{Arc, Mutex};

use domain::operations::facts::Lane;
use domain::rules::item::ItemKind;
use domain::rules::operation::OperationState;

use crate::checker::{self, Violation};
use crate::script::{History, REPLICAS};
use crate::shop::{Fleet, World};
use crate::sim::{Process, Tasks, Turn};
use crate::site::{Event, SHOP, Site, micros_of};
use crate::tally::Tally;

/// Within this everything is settled once nothing fails any more (microseconds): the pause after a 500 that stayed, the settle
/// window, and a minute.
const SETTLED_WITHIN: u64 = (60 + 60 + 60) * 1_000_000;
/// So many equal refunds may wait for each other, each for an hour.
const TURNS_OF_REFUNDS: usize = 12;
/// Longer than a payment stays open that is not paid.
const LAPSE: u64 = 21 * 60 * 1_000_000;
/// Longer than any look-up on schedule waits.
const LONG: u64 = 7 * 3_600 * 1_000_000;
/// No history takes so many turns; one that does never comes to rest.
const TURNS: u64 = 1_000_000;

/// What a history came to.
pub struct Played {
    pub violations: Vec<Violation>,
    pub tally: Tally,
    /// What was raised for an operator.
    pub items: Vec<ItemKind>,
    /// The same for the same history.
    pub fingerprint: u64,
    /// What happened, in words, if it was to be told.
    pub reported: Vec<String>,
}

/// Plays a history to its end and judges it.
#[must_use]
pub fn play(history: &History, reported: bool) -> Played {
    let mut stage = Stage::new(history, reported);
    let mut violations = stage.perform();
    violations.extend(checker::judge(&stage.site));
    violations.extend(stage.site.queues().take_violations());
    let orders = stage.site.store.dump().orders;
    let items = orders.values().flat_map(|order| &order.items).map(|item| item.kind).collect();
    let mut tally = std::mem::take(&mut *stage.site.tally());
    let forbidden = tally.forbidden().into_iter();
    violations.extend(forbidden.map(|way| Violation::new("table", format!("an operation went {way}"))));
    tally.histories = 1;
    tally.steps = stage.tasks.polls();
    Played {
        violations,
        tally,
        items,
        fingerprint: stage.site.fingerprint(),
        reported: stage.site.reported(),
    }
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
    fn new(history: &'a History, reported: bool) -> Self {
        let site = Arc::new(Site::new(history.seed, history.keys, reported));
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
        // What an outage holds back is seen only when it lasts.
        self.run_until(self.site.outage_until());
        self.site.disarm();
        self.site.calm();
        for replica in 0..REPLICAS {
            self.tasks.wake(Process(replica));
            self.start(replica);
        }
        self.site.touch();
        // What is under way at Mollie is a fault until it has landed.
        // One that was still on its way may have begun something more.
        while self.site.last_fault_ends() > self.site.time.micros() {
            self.run_until(self.site.last_fault_ends());
        }
        self.site.note(|| "from here on nothing fails".to_owned());
        let quiet = self.site.time.micros();
        self.site.spawn(SHOP, self.world.clone().operate());
        self.run_until(quiet + SETTLED_WITHIN);
        self.wait_for_turns();
        violations.extend(checker::unsettled(&self.site));
        self.finish();
        if self.history.to_the_end {
            self.go_on_to_the_deadlines();
        }
        if self.turns >= TURNS {
            violations.push(Violation::new("rest", "the history does not come to rest".to_owned()));
        }
        violations
    }

    /// What Mollie wants to come later comes later: equal refunds an hour apart. One that became due meanwhile may be looked for.
    fn wait_for_turns(&mut self) {
        for _ in 0..TURNS_OF_REFUNDS {
            let now = self.site.time.micros();
            let stored = self.site.store.dump();
            let waits = [OperationState::Pending, OperationState::Resolving];
            let waiting = stored
                .operations
                .values()
                .filter(|one| one.task.lane() == Lane::Refunds && waits.contains(&one.state.name()));
            let dues: Vec<_> = waiting.map(|one| micros_of(one.not_before)).collect();
            // What is due by now waits for what comes first.
            let next = dues.iter().copied().filter(|due| *due > now).min();
            let Some(due) = next.or((!dues.is_empty()).then_some(now)) else { return };
            self.run_until(due);
            self.site.spawn(SHOP, self.world.clone().operate());
            self.run_until(due + SETTLED_WITHIN);
        }
    }

    /// Mollie's hooks arrive, and every order is read once more: by the schedule, or because its shop asks.
    fn finish(&mut self) {
        let waits_for_schedule =
            self.history.seed.is_multiple_of(16) && !self.history.moves_money_elsewhere();
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
}
