//! What happens, one event at a time: the steps of the history, what is on its way, and processes that are killed, stopped
//! and started. Each is done at once; what takes time is a task or a later event.

use std::sync::{Arc, MutexGuard, PoisonError};

use super::Stage;
use crate::hooks;
use crate::replica::Replica;
use crate::script::{REPLICAS, Step, What};
use crate::sim::Process;
use crate::site::{Event, SHOP};

/// A process has three loops; they end only with it.
const LOOPS: usize = 3;

impl Stage<'_> {
    pub fn happen(&mut self, event: Event) {
        match event {
            Event::Step(n) => {
                self.steps_left -= 1;
                let Step { what, .. } = self.history.steps[n];
                self.step(what);
            }
            Event::Arrive(parcel) => self.site.arrive(parcel),
            Event::Answer(parcel) => self.site.answered(parcel),
            Event::Hook(hook) => hooks::due(&self.site, &self.fleet, hook),
            Event::HookUnanswered { hook, delivery } => {
                hooks::ended(&self.site, hook, delivery, None);
            }
            Event::Tick => self.site.tick(),
            Event::Alarm(replica) => self.alarm(replica),
            Event::Restart(replica) => self.start(replica),
            // From some moment on nothing fails.
            Event::KillAll { .. } if self.site.is_calm() => (),
            Event::KillAll { pause } => (0..REPLICAS).for_each(|replica| self.kill(replica, pause)),
            Event::Resume(replica) => self.tasks.wake(Process(replica)),
        }
    }

    pub fn fleet(&self) -> MutexGuard<'_, Vec<Option<Arc<Replica>>>> {
        self.fleet.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn start(&self, replica: usize) {
        let mut fleet = self.fleet();
        if fleet[replica].is_none() {
            fleet[replica] = Some(Replica::start(&self.site, replica));
        }
    }

    fn step(&mut self, what: What) {
        let world = self.world.clone();
        match what {
            What::Place { order } => self.site.spawn(SHOP, world.place(order)),
            What::ChangeCart { order, old } => self.site.spawn(SHOP, world.change_cart(order, old)),
            What::Shopper { order, choice } => self.site.spawn(SHOP, world.shop(order, choice)),
            What::Ship { order, intent, pick } => self.site.spawn(SHOP, world.ship(order, intent, pick)),
            What::Track { order, intent, parcel } => {
                self.site.spawn(SHOP, world.track(order, intent, parcel));
            }
            What::Cancel { order, intent } => self.site.spawn(SHOP, world.cancel(order, intent)),
            What::CancelLines { order, intent, line, quantity, cents } => {
                self.site.spawn(SHOP, world.cancel_lines(order, intent, (line, quantity), cents));
            }
            What::Refund { order, intent, what, merges } => {
                self.site.spawn(SHOP, world.refund(order, intent, what, merges));
            }
            What::TakeBack { order, intent, line, back, stay } => {
                self.site.spawn(SHOP, world.take_back(order, intent, line, (back, stay)));
            }
            What::CallOff { order, intent, refund } => {
                self.site.spawn(SHOP, world.call_off(order, intent, refund));
            }
            What::Pay { order, intent } => self.site.spawn(SHOP, world.pay(order, intent)),
            What::Update { order, intent } => self.site.spawn(SHOP, world.update(order, intent)),
            What::Manage { order, intent } => self.site.spawn(SHOP, world.manage(order, intent)),
            What::Sync { order } => self.site.spawn(SHOP, world.sync(order)),
            What::Elsewhere { order, act } => world.elsewhere(order, act),
            What::Fault { on, fault } => self.site.arm(on, fault),
            What::Store { on, fault } => self.site.arm_store(on, fault),
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

    pub fn kill(&mut self, replica: usize, pause: u64) {
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
