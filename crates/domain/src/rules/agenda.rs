//! When an order wants to be looked at unasked: for the next warning, or because its profile's policy acts. It may not say what is done then.

use jiff::Timestamp;

use super::at_risk;
use super::deadline;
use super::deadline_policy::Automatic;
use super::order::Order;
use super::policy::Policy;
use super::ship_by::{Acted, Action, Agenda, ShipBy};

/// The order's agenda.
#[must_use]
pub fn agenda(order: &Order, policy: &Policy) -> Agenda {
    let to_capture = at_risk::to_capture(order);
    match deadline::ship_by(order, &policy.deadlines.windows) {
        None => Agenda::nothing(to_capture),
        Some(ship_by) => {
            let warning = deadline::next_warning_at(order, ship_by, &policy.deadlines.distances);
            let action = acts_at(order, ship_by, policy.automatic);
            Agenda { ship_by: Some(ship_by), to_capture, timer: warning.into_iter().chain(action).min() }
        }
    }
}

/// When the profile's policy acts on this deadline next; `None`: it does not, or has acted.
#[must_use]
pub fn acts_at(order: &Order, ship_by: ShipBy, automatic: Automatic) -> Option<Timestamp> {
    let time = automatic.policy.acts_at(ship_by)?;
    match order.deadline.acted.filter(|acted| acted.ship_by == ship_by.time) {
        None => Some(time),
        Some(Acted { action: Action::Waits, until, .. }) => Some(until.map_or(time, |until| until.max(time))),
        // It was only said, and is meant by now.
        Some(Acted { action: Action::WouldCancel, .. }) => (!automatic.dry_run).then_some(time),
        Some(Acted { action: Action::Canceled | Action::LeftToPeople, .. }) => None,
    }
}

#[cfg(test)]
mod tests;
