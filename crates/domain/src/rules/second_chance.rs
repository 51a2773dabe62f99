//! A second chance for a shopper whose attempt to pay failed, was canceled or expired: the service makes the next payment unasked, some time later and never at
//! night. Pure: who asks has read the order just before, and says what time it is. It may not make the payment.

use jiff::{SignedDuration, Timestamp};

use super::order::Order;
use super::order_payment;
use super::quiet_hours::QuietHours;
use super::unpaid;

/// A chance that comes so late is none: whoever wanted the goods has them by then, and a policy that is switched on must not write to the
/// shoppers of last month.
const TOO_LATE: SignedDuration = SignedDuration::from_hours(24);

/// What a profile has chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondChance {
    /// How long after the end of an attempt.
    pub delay: SignedDuration,
    /// How many payments of an order the service makes at most.
    pub most: u32,
    pub quiet: Option<QuietHours>,
}

/// When the service makes the next payment of this order; `None`: it does not. `window_end`: when the order is given up unpaid.
#[must_use]
pub fn acts_at(
    order: &Order,
    chosen: &SecondChance,
    window_end: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    let due = due(order, chosen)?;
    let ends = order.facts.expires_time.into_iter().chain(window_end).min();
    let waits = chosen.put_off(now);
    let time = if now > due && waits > now { waits } else { due };
    let is_over = ends.is_some_and(|end| time.max(now) >= end);
    let is_late = now.duration_since(due) > TOO_LATE;
    (!is_over && !is_late && may_have_one(order, chosen)).then_some(time)
}

/// Counted from the end of the attempt, or from when that was told, if Mollie dates it later.
fn due(order: &Order, chosen: &SecondChance) -> Option<Timestamp> {
    let told = order.followed.ended_time?;
    let ended = unpaid::last_ended(order)?.ended_time.map_or(told, |ended| ended.min(told));
    Some(chosen.put_off(ended.saturating_add(chosen.delay).unwrap_or(Timestamp::MAX)))
}

fn may_have_one(order: &Order, chosen: &SecondChance) -> bool {
    let attempts = unpaid::attempts(order);
    let is_told = order.followed.ended_attempts == attempts && order.followed.chance_after != attempts;
    is_told
        && unpaid::was_never_paid(order)
        && order.followed.chances < chosen.most
        && order.open_items() == 0
        && !unpaid::may_be_transferred(order)
        && order_payment::check(order).is_ok()
}

impl SecondChance {
    fn put_off(&self, time: Timestamp) -> Timestamp {
        self.quiet.as_ref().map_or(time, |quiet| quiet.put_off(time))
    }
}

#[cfg(test)]
mod tests;
