//! Until when an authorized order must be shipped, and of what its merchant is told before and after. Mollie releases what is not shipped
//! by then and never pays it out (orders guide, order expiry: 28 days; get order, `expiresAt`; get payment, `captureBefore`). Pure: who
//! asks says what time it is, and what was told before. It may not say how much is at stake (`rules/at_risk.rs`).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::at_risk;
use super::continuation::earliest;
use super::order::Order;
use super::payment::Payment;
use super::ship_by::{Cause, ShipBy, Stage, Told};

mod lapse;

pub use lapse::lapsed;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How long an authorization lasts, where Mollie does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Windows {
    /// By Mollie's name of the method.
    pub by_method: BTreeMap<String, SignedDuration>,
    /// Of any other method.
    pub otherwise: SignedDuration,
}

impl Default for Windows {
    /// As long as an order lasts (orders guide, order expiry).
    fn default() -> Self {
        Self { by_method: BTreeMap::new(), otherwise: SignedDuration::from_hours(28 * 24) }
    }
}

/// How long before a deadline its merchant is warned; each once, the longest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distances(Vec<SignedDuration>);

impl Distances {
    /// Puts them in order. None at all means that nobody is warned, and only told what was lost.
    ///
    /// # Errors
    /// Those that are not before the deadline.
    pub fn new(mut distances: Vec<SignedDuration>) -> Result<Self, Vec<SignedDuration>> {
        let wrong: Vec<_> = distances.iter().copied().filter(|it| *it <= SignedDuration::ZERO).collect();
        distances.sort_unstable_by(|one, other| other.cmp(one));
        distances.dedup();
        if wrong.is_empty() { Ok(Self(distances)) } else { Err(wrong) }
    }

    /// The longest first.
    pub fn iter(&self) -> impl Iterator<Item = SignedDuration> {
        self.0.iter().copied()
    }
}

impl Default for Distances {
    /// Seven days, three days and one day.
    fn default() -> Self {
        Self([7, 3, 1].map(|days| DAY * days).to_vec())
    }
}

/// What a profile has chosen about deadlines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deadlines {
    pub windows: Windows,
    pub distances: Distances,
}

/// What to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// Now; it is kept as what was told last.
    pub due: Option<Told>,
    /// When to ask again, later than now: for the next warning, or at the deadline. What passes then is certain only once Mollie shows it,
    /// so a reading tells the loss, and no clock.
    pub when: Option<Timestamp>,
}

/// The deadline of an order whose shipments capture, and of which something can still be captured; `None` for any other. Where Mollie shows
/// a date only, the order may end at any time of that day: the deadline is its beginning.
#[must_use]
pub fn ship_by(order: &Order, windows: &Windows) -> Option<ShipBy> {
    (at_risk::to_capture(order).minor() > 0).then(|| end(order, windows))
}

/// When the order's authorization ends, whatever is left of it.
fn end(order: &Order, windows: &Windows) -> ShipBy {
    let expires = order.facts.expires_time.map(|time| (time, Cause::OrderExpires));
    let holding = order.payments.iter().filter(|payment| payment.holds_money());
    let capture =
        holding.filter_map(|payment| payment.capture_before).map(|time| (time, Cause::CaptureBefore));
    let told = expires.into_iter().chain(capture).map(|(time, cause)| ShipBy { time: earliest(time), cause });
    told.min_by_key(|ship_by| ship_by.time).unwrap_or_else(|| by_window(order, windows))
}

/// From the authorization, or if an answer left its time out, from what was certainly before it: too early rather than too late.
fn by_window(order: &Order, windows: &Windows) -> ShipBy {
    let holding = || order.payments.iter().filter(|payment| payment.holds_money());
    let of_payment = || holding().filter_map(|payment| payment.authorized_time).min();
    let authorized = order.facts.authorized_time.or_else(of_payment);
    let begins = authorized.or(order.facts.created_time).unwrap_or(order.created_time);
    let method = |payment: &Payment| payment.method.clone();
    let method = holding().find_map(method).or_else(|| order.facts.method.clone());
    let window = method.and_then(|method| windows.by_method.get(&method).copied());
    let time = begins.saturating_add(window.unwrap_or(windows.otherwise)).unwrap_or(Timestamp::MAX);
    ShipBy { time, cause: Cause::Window }
}

/// What to tell now of the order's deadline, and when to ask again. Of several warnings that are due only the nearest is told, and none
/// before one that was told: so a clock that stands still or goes back repeats nothing. A deadline that has changed is another one.
#[must_use]
pub fn next_stage(order: &Order, told: Option<Told>, now: Timestamp, chosen: &Deadlines) -> Next {
    match ship_by(order, &chosen.windows) {
        Some(ship_by) => next_warning(ship_by.time, told, now, &chosen.distances),
        None => Next { due: loss(order, told, &chosen.windows), when: None },
    }
}

/// When the next warning that was not told is due, or was; `None`: all were told.
#[must_use]
pub fn next_warning_at(order: &Order, ship_by: ShipBy, distances: &Distances) -> Option<Timestamp> {
    let mut untold = untold(ship_by.time, order.deadline.told, distances);
    untold.next().map(|distance| before(ship_by.time, distance))
}

/// The warnings of this deadline that were not told, nor one that is nearer, the longest first.
fn untold(
    ship_by: Timestamp,
    told: Option<Told>,
    distances: &Distances,
) -> impl Iterator<Item = SignedDuration> {
    let told = told.filter(|told| told.ship_by == ship_by).map(|told| told.stage);
    distances.iter().filter(move |distance| match told {
        None => true,
        Some(Stage::Warning(before)) => *distance < before,
        Some(Stage::Loss) => false,
    })
}

fn before(ship_by: Timestamp, distance: SignedDuration) -> Timestamp {
    ship_by.saturating_sub(distance).unwrap_or(Timestamp::MIN)
}

fn next_warning(ship_by: Timestamp, told: Option<Told>, now: Timestamp, distances: &Distances) -> Next {
    let (due, ahead): (Vec<_>, Vec<_>) =
        untold(ship_by, told, distances).partition(|distance| before(ship_by, *distance) <= now);
    let next = ahead.first().map_or(ship_by, |distance| before(ship_by, *distance));
    Next {
        due: due.last().map(|distance| Told { ship_by, stage: Stage::Warning(*distance) }),
        when: Some(next).filter(|next| *next > now),
    }
}

/// The loss, unless it was told: the next one can only be of a later authorization, which may end before anybody is warned of it.
fn loss(order: &Order, told: Option<Told>, windows: &Windows) -> Option<Told> {
    let (deadline, is_told) = match told {
        None => (end(order, windows).time, false),
        Some(Told { ship_by, stage: Stage::Warning(_) }) => (ship_by, false),
        Some(Told { ship_by: lost, stage: Stage::Loss }) => {
            (end(order, windows).time, !lapse::was_authorized_after(order, lost))
        }
    };
    let ship_by = lapsed(order, deadline).filter(|_| !is_told)?;
    Some(Told { ship_by, stage: Stage::Loss })
}

#[cfg(test)]
mod tests;
