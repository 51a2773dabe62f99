//! What placements came to: told by the order that is stored and the orders at Mollie. Only what callers were told is held
//! against them.

use domain::rules::placement::Placement;

use super::{Found, Reported};

impl Found<'_> {
    /// An acknowledged placement is one order at Mollie, or none and an event says so.
    pub fn placed(&mut self, reported: &Reported<'_>) {
        let Reported { name, order: id, done, not_done, .. } = *reported;
        let Some(order) = self.order(id).cloned() else {
            return self.say("I2", format!("{name}: order {id} is gone"));
        };
        let there = self.at_mollie(&order);
        let alive =
            there.iter().filter(|seen| seen["status"] != "canceled" && seen["status"] != "expired").count();
        let kinds = self.kinds(id);
        let recorded = |kind: &str| kinds.contains(kind);
        match order.placement {
            Placement::Placed if there.len() != 1 => {
                self.say("I2", format!("{name}: placed, and {} orders are at Mollie", there.len()));
            }
            Placement::Placed if not_done => self.say("I4", format!("{name}: said not to be placed, and is")),
            Placement::Refused | Placement::Abandoned if alive > 0 => {
                self.say("I4", format!("{name}: {}, and Mollie has it", order.placement.as_str()));
            }
            Placement::Refused | Placement::Abandoned if done => {
                self.say("I4", format!("{name}: said to be placed, and is {}", order.placement.as_str()));
            }
            Placement::Refused if !recorded("order.placement_refused") => {
                self.say("I2", format!("{name}: refused without an event"));
            }
            Placement::Abandoned if !recorded("order.placement_abandoned") => {
                self.say("I2", format!("{name}: abandoned without an event"));
            }
            Placement::Placing => self.say("I2", format!("{name}: never decided")),
            Placement::Placed | Placement::Refused | Placement::Abandoned => (),
        }
    }
}
