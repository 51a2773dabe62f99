//! Until when an attempt stays open: as long as its method lasts, or its due date, and as long as its order.

use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::method::{open_for, takes_due_date};
use super::records::Order;

/// When an attempt lapses that is begun now, or gets this method now. A due date is for bank transfers; others pay no heed
/// to it.
pub fn lapses_at(order: &Order, method: Option<&str>, due_date: Option<Date>, now: Timestamp) -> Timestamp {
    if let Some(due) = due_date.filter(|_| method.is_some_and(takes_due_date)).and_then(falls_due) {
        return due;
    }
    let lapses_at = open_for(method).and_then(|open| now.checked_add(open).ok());
    // No attempt outlives its order.
    lapses_at.map_or(order.expires_at, |at| at.min(order.expires_at))
}

/// When a bank transfer lapses that has a due date. Inferred from a recorded answer: at 05:00, and not bound by the expiry
/// of the order, which ends the payment all the same. That it is on the day after is a guess.
fn falls_due(date: Date) -> Option<Timestamp> {
    let next_day = date.checked_add(1.day()).ok()?;
    let zoned = next_day.to_datetime(time(5, 0, 0, 0)).to_zoned(TimeZone::UTC);
    zoned.map(|zoned| zoned.timestamp()).ok()
}
