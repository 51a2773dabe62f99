//! When an order wants to be looked at unasked: for the next warning, or because its profile's policies act. It may not say what is done then.

use jiff::Timestamp;

use super::at_risk;
use super::auto_ship;
use super::deadline;
use super::deadline_policy::Automatic;
use super::order::Order;
use super::payment_window;
use super::policy::Policy;
use super::second_chance;
use super::ship_by::{Acted, Action, Agenda, ShipBy};

/// What a profile's policies do beside deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Cancels an order that nobody has paid in time.
    GivesUp,
    /// Makes the next payment.
    SecondChance,
    /// Ships what nobody has to pack.
    AutoShip,
}

/// The order's agenda, as of now.
#[must_use]
pub fn agenda(order: &Order, policy: &Policy, now: Timestamp) -> Agenda {
    let to_capture = at_risk::to_capture(order);
    let ship_by = deadline::ship_by(order, &policy.deadlines.windows);
    let of_deadline = ship_by.into_iter().flat_map(|ship_by| {
        let warning = deadline::next_warning_at(order, ship_by, &policy.deadlines.distances);
        warning.into_iter().chain(acts_at(order, ship_by, policy.automatic))
    });
    let deeds = deeds(order, policy, now).map(|(_, time)| time);
    Agenda { timer: of_deadline.chain(deeds).min(), ship_by, to_capture }
}

/// The deed that is due, the first to be done if there are several.
#[must_use]
pub fn due(order: &Order, policy: &Policy, now: Timestamp) -> Option<Deed> {
    deeds(order, policy, now).find(|(_, time)| *time <= now).map(|(deed, _)| deed)
}

fn deeds<'a>(
    order: &'a Order,
    policy: &'a Policy,
    now: Timestamp,
) -> impl Iterator<Item = (Deed, Timestamp)> + use<'a> {
    let windows = &policy.payment_windows;
    let window_end = payment_window::ends_at(order, windows).filter(|_| !windows.dry_run);
    let chance = policy.second_chance.as_ref();
    let times = [
        (Deed::GivesUp, payment_window::acts_at(order, windows)),
        (
            Deed::SecondChance,
            chance.and_then(|chosen| second_chance::acts_at(order, chosen, window_end, now)),
        ),
        (Deed::AutoShip, auto_ship::acts_at(order, policy.auto_ship)),
    ];
    times.into_iter().filter_map(|(deed, time)| Some((deed, time?)))
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
