//! What is done with one order of a generated history: by its shopper, its warehouse, its shop and the dashboard. It draws
//! from the history's own stream, in the order written here. What fails on the network or in a process is not its business.

mod refunds;

use super::{Choice, Elsewhere, Fault, On, Pick, Step, What};
use crate::chance::Chance;

/// What is done with one order, as it comes about.
pub struct Life<'a> {
    order: u64,
    /// Now, in the order's life.
    at: u64,
    /// Of all orders so far.
    intents: &'a mut u64,
    chance: &'a mut Chance,
    steps: &'a mut Vec<Step>,
}

impl<'a> Life<'a> {
    pub const fn new(
        order: u64,
        intents: &'a mut u64,
        chance: &'a mut Chance,
        steps: &'a mut Vec<Step>,
    ) -> Self {
        Self { order, at: 0, intents, chance, steps }
    }

    pub fn live(mut self) {
        let order = self.order;
        self.at = self.chance.below(4_000);
        self.step(self.at, What::Place { order });
        self.fail_to_pay();
        let early = self.chance.permille(60);
        if early {
            self.cancel_within(2_000);
        }
        self.pass();
        if self.chance.permille(150) {
            self.manage();
        }
        if self.chance.permille(930) {
            self.pay();
        }
        for _ in 0..self.chance.between(1, 4) {
            if self.chance.permille(300) {
                self.pass();
                self.cancel_some();
            }
            if self.chance.permille(150) {
                self.update();
            }
            if self.chance.permille(150) {
                self.manage();
            }
            self.pass();
            self.ship_some();
            if self.chance.permille(120) {
                self.pass();
                self.give_back();
            }
            if self.chance.permille(150) {
                self.pass();
                self.take_back();
            }
        }
        self.pass();
        self.end();
        while self.chance.permille(300) {
            self.pass();
            self.give_back();
        }
        // Two desks cancel the same order.
        if self.chance.permille(80) {
            self.cancel_within(1_000);
        }
    }

    fn step(&mut self, at: u64, what: What) {
        self.steps.push(Step { at, what });
    }

    fn pass(&mut self) {
        self.at += gap(self.chance);
    }

    fn fail_to_pay(&mut self) {
        let order = self.order;
        while self.chance.permille(200) {
            self.pass();
            let choice = self.chance.pick(&[Choice::Fail, Choice::Cancel]);
            self.step(self.at, What::Shopper { order, choice });
            if self.chance.permille(500) {
                self.pass();
                *self.intents += 1;
                self.step(self.at, What::Pay { order, intent: *self.intents });
            }
        }
    }

    /// The shopper moves.
    fn update(&mut self) {
        let at = self.at + self.chance.below(20_000);
        *self.intents += 1;
        self.step(at, What::Update { order: self.order, intent: *self.intents });
    }

    /// The shopper wants other things.
    fn manage(&mut self) {
        let at = self.at + self.chance.below(20_000);
        *self.intents += 1;
        self.step(at, What::Manage { order: self.order, intent: *self.intents });
    }

    fn pay(&mut self) {
        let choice = match self.chance.below(20) {
            0 => Choice::PayTwice,
            1 => Choice::PayEarlier,
            2 => Choice::PayLater,
            3 | 4 => Choice::PaySlowly,
            5 => Choice::FailSlowly,
            _ => Choice::Pay,
        };
        self.step(self.at, What::Shopper { order: self.order, choice });
    }

    fn ship_some(&mut self) {
        let order = self.order;
        let pick = pick(self.chance);
        self.ship(self.at, pick);
        if self.chance.permille(150) {
            let at = self.at + self.chance.below(3_000);
            self.step(at, What::Sync { order });
        }
        while self.chance.permille(150) {
            self.track();
        }
        if self.chance.permille(40) {
            self.meddle();
        } else if self.chance.permille(40) {
            let act = Elsewhere::Ship { line: usize::from(self.chance.permille(500)), tracked: true };
            let at = self.at + self.chance.below(5_000);
            self.step(at, What::Elsewhere { order, act });
        }
    }

    /// A parcel is followed otherwise, by the warehouse or by somebody in the dashboard.
    fn track(&mut self) {
        let (order, parcel) = (self.order, self.chance.below(3));
        let at = self.at + self.chance.below(20_000);
        if self.chance.permille(150) {
            let parcel = usize::try_from(parcel).unwrap_or(0);
            return self.step(at, What::Elsewhere { order, act: Elsewhere::Track { parcel } });
        }
        *self.intents += 1;
        self.step(at, What::Track { order, intent: *self.intents, parcel });
    }

    /// What is lost here is done in the dashboard meanwhile: looking so much like ours that it cannot be told apart, or like
    /// something else.
    fn meddle(&mut self) {
        let landed = self.chance.permille(500);
        let fault = if landed { Fault::HangAfter } else { Fault::HangBefore };
        let act = Elsewhere::Ship { line: 1, tracked: !landed };
        let at = self.at + 10_000;
        self.step(at, What::Fault { on: On::Change, fault });
        self.ship(at, Pick::Part { line: 2, quantity: 1, cents: None, tracked: false });
        let later = at + 2_000 + self.chance.below(18_000);
        self.step(later, What::Elsewhere { order: self.order, act });
    }

    /// What becomes of the rest.
    fn end(&mut self) {
        match self.chance.below(10) {
            0..=3 => self.cancel(self.at),
            4..=6 => {
                let pick = Pick::All { tracked: self.chance.permille(500) };
                self.ship(self.at, pick);
            }
            7 => {
                self.step(self.at, What::Elsewhere { order: self.order, act: Elsewhere::Cancel });
                if self.chance.permille(500) {
                    self.cancel_within(2_000);
                }
            }
            _ => (),
        }
    }

    /// Units of a line are canceled; now and then the same once more, or by somebody in the dashboard meanwhile.
    fn cancel_some(&mut self) {
        let line = if self.chance.permille(700) { 1 } else { 2 };
        let quantity = u32::try_from(self.chance.between(1, 2)).unwrap_or(1);
        let cents = self.chance.permille(400).then(|| self.chance.below(100_000));
        if self.chance.permille(150) {
            let fault = if self.chance.permille(500) { Fault::HangAfter } else { Fault::HangBefore };
            self.step(self.at, What::Fault { on: On::Change, fault });
        }
        self.cancel_lines(self.at, (line, quantity), cents);
        if self.chance.permille(250) {
            let at = self.at + self.chance.below(4_000);
            // Nothing but its number tells it from the first.
            if self.chance.permille(300) {
                self.step(at, What::Fault { on: On::Change, fault: Fault::HangAfter });
            }
            self.cancel_lines(at, (line, quantity), cents);
        }
        if self.chance.permille(60) {
            let at = self.at + self.chance.below(20_000);
            let act = Elsewhere::CancelLine { line: usize::from(line == 2) };
            self.step(at, What::Elsewhere { order: self.order, act });
        }
    }

    /// Units come back, do not leave, or both; now and then the answer to one of the parts is lost.
    fn take_back(&mut self) {
        let line = if self.chance.permille(700) { 1 } else { 2 };
        let (back, stay) = self.chance.pick(&[(1, 0), (0, 1), (1, 1), (1, 2)]);
        if self.chance.permille(150) {
            let fault = if self.chance.permille(500) { Fault::HangAfter } else { Fault::HangBefore };
            self.step(self.at, What::Fault { on: On::Change, fault });
        }
        *self.intents += 1;
        let (order, intent) = (self.order, *self.intents);
        self.step(self.at, What::TakeBack { order, intent, line, back, stay });
    }

    fn cancel_lines(&mut self, at: u64, (line, quantity): (u32, u32), cents: Option<u64>) {
        *self.intents += 1;
        let (order, intent) = (self.order, *self.intents);
        self.step(at, What::CancelLines { order, intent, line, quantity, cents });
    }

    fn ship(&mut self, at: u64, pick: Pick) {
        *self.intents += 1;
        self.step(at, What::Ship { order: self.order, intent: *self.intents, pick });
    }

    fn cancel(&mut self, at: u64) {
        *self.intents += 1;
        self.step(at, What::Cancel { order: self.order, intent: *self.intents });
    }

    fn cancel_within(&mut self, millis: u64) {
        let at = self.at + self.chance.below(millis);
        self.cancel(at);
    }
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
