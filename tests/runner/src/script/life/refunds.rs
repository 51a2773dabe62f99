//! What is given back of an order, and what becomes of it: by customer care, in the dashboard and at the bank.

use super::Life;
use crate::script::{Elsewhere, Fault, GivenBack, On, What};

/// Longer than keys live, and than Mollie takes an equal refund for a duplicate.
const HOUR: (u64, u64) = (3_700_000, 4_300_000);
/// A refund takes days.
const DAYS: (u64, u64) = (20 * 3_600_000, 80 * 3_600_000);

impl Life<'_> {
    /// Something is given back; now and then the same once more, or nobody learns for long what became of it.
    pub(super) fn give_back(&mut self) {
        let what = given_back(self.chance);
        match self.chance.below(10) {
            0 | 1 => self.lose_sight(),
            2 | 3 => {
                let fault = self.chance.pick(&[Fault::HangAfter, Fault::HangBefore, Fault::CloseAfter]);
                self.step(self.at, What::Fault { on: On::Change, fault });
            }
            _ => (),
        }
        self.refund(self.at, what, false);
        match self.chance.below(10) {
            0 | 1 => {
                let at = self.at + self.chance.below(4_000);
                self.refund(at, what, false);
                if self.chance.permille(400) {
                    let at = at + self.chance.below(8_000);
                    self.refund(at, what, true);
                }
            }
            2 => {
                let at = self.at + self.chance.between(HOUR.0, HOUR.1);
                let merges = self.chance.permille(200);
                self.refund(at, what, merges);
            }
            _ => (),
        }
        self.follow();
    }

    /// The answer is lost, and nobody looks before the key has died.
    fn lose_sight(&mut self) {
        self.step(self.at, What::Fault { on: On::Change, fault: Fault::HangAfter });
        let (after, pause) = (self.chance.below(3_000), self.chance.between(HOUR.0, HOUR.1));
        self.step(self.at, What::CrashAfterSend { after, pause });
    }

    /// What becomes of the refunds that there are.
    fn follow(&mut self) {
        let order = self.order;
        let refund = self.chance.below(4);
        if self.chance.permille(250) {
            *self.intents += 1;
            let at = self.at + self.chance.below(30_000);
            self.step(at, What::CallOff { order, intent: *self.intents, refund });
        }
        if self.chance.permille(120) {
            let line = usize::from(self.chance.permille(500));
            let cents = self.chance.below(100_000);
            let act = self.chance.pick(&[Elsewhere::RefundLine { line }, Elsewhere::RefundAmount { cents }]);
            self.meanwhile(20_000, act);
        }
        if self.chance.permille(80) {
            self.meanwhile(30_000, Elsewhere::CancelRefund { refund });
        }
        if self.chance.permille(150) {
            let soon = self.chance.permille(500);
            let (low, high) = if soon { (0, 120_000) } else { DAYS };
            let at = self.at + self.chance.between(low, high);
            self.step(at, What::Elsewhere { order, act: Elsewhere::FailRefund { refund } });
        }
        if self.chance.permille(80) {
            self.charge_back();
        }
    }

    fn charge_back(&mut self) {
        let cents = self.chance.below(100_000);
        self.meanwhile(120_000, Elsewhere::ChargeBack { cents });
        if self.chance.permille(500) {
            let at = self.at + self.chance.between(120_000, 900_000);
            self.step(at, What::Elsewhere { order: self.order, act: Elsewhere::Reverse });
        }
    }

    fn meanwhile(&mut self, millis: u64, act: Elsewhere) {
        let at = self.at + self.chance.below(millis);
        self.step(at, What::Elsewhere { order: self.order, act });
    }

    fn refund(&mut self, at: u64, what: GivenBack, merges: bool) {
        *self.intents += 1;
        self.step(at, What::Refund { order: self.order, intent: *self.intents, what, merges });
    }
}

fn given_back(chance: &mut crate::chance::Chance) -> GivenBack {
    let line = if chance.permille(600) { 1 } else { 2 };
    let cents = chance.below(100_000);
    match chance.below(20) {
        0..=9 => GivenBack::Units {
            line,
            quantity: u32::try_from(chance.between(1, 2)).unwrap_or(1),
            cents: chance.permille(400).then_some(cents),
        },
        10 | 11 => GivenBack::All,
        12..=14 => GivenBack::Reduction { line, cents },
        _ => GivenBack::Goodwill { cents, beyond: chance.permille(100) },
    }
}
