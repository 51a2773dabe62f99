//! When an order is looked up on schedule: webhooks get lost, and deadlines pass without one.

use jiff::{SignedDuration, Timestamp};

use super::order::Order;
use super::placement::Placement;
use super::status::OrderStatus;
use super::{continuation, stranded, surplus, unseen_line};

/// Mollie ends orders up to five minutes after the time it reported.
const EXPIRY_LAG: SignedDuration = SignedDuration::from_mins(6);

/// When to look the order up next; `None` once it is closed. If an ended order may still hold money, or one was paid twice, even
/// after it was closed, it is read when the settle window is over.
#[must_use]
pub fn next(order: &Order, now: Timestamp, settle_window: SignedDuration) -> Option<Timestamp> {
    if order.placement != Placement::Placed {
        return None;
    }
    let twice = surplus::look_again(order, now, settle_window);
    if order.closed_time.is_some() {
        return twice;
    }
    let pause = match order.facts.status {
        None | Some(OrderStatus::Created | OrderStatus::Pending) => while_paying(order, now),
        Some(
            OrderStatus::Authorized
            | OrderStatus::Paid
            | OrderStatus::Shipping
            | OrderStatus::Completed
            | OrderStatus::Canceled
            | OrderStatus::Expired,
        ) => SignedDuration::from_hours(6),
    };
    let regular = now.saturating_add(pause).unwrap_or(Timestamp::MAX);
    let at_expiry =
        order.facts.expires_time.and_then(|expiry| expiry.checked_add(EXPIRY_LAG).ok()).filter(|t| *t > now);
    let ship_by = order.agenda.ship_by.and_then(|ship_by| ship_by.time.checked_add(EXPIRY_LAG).ok());
    let at_deadline = ship_by.filter(|time| *time > now);
    let again = stranded::look_again(order, settle_window).map(|time| time.max(now));
    let unseen = unseen_line::look_again(order, settle_window).map(|time| time.max(now));
    [at_expiry, at_deadline, before_end(order, now), again, unseen, twice]
        .into_iter()
        .flatten()
        .chain([regular])
        .min()
}

/// While a shopper may be paying, a lost webhook delays the goods.
const WHILE_PAYING: SignedDuration = SignedDuration::from_mins(15);

/// Hooks of an order whose lines were changed or canceled have gone missing (practice), that of its authorization, too. The shopper pays
/// soon after that or not at all: it is read often at first, and each time half as often.
fn while_paying(order: &Order, now: Timestamp) -> SignedDuration {
    const FIRST: SignedDuration = SignedDuration::from_secs(15);
    let since = order.lines_changed_time.map(|changed| now.duration_since(changed));
    since.map_or(WHILE_PAYING, |since| since.clamp(FIRST, WHILE_PAYING))
}

/// What an end by time leaves open is certain only where the order was read shortly before (`rules/continuation.rs`).
fn before_end(order: &Order, now: Timestamp) -> Option<Timestamp> {
    const STEP: SignedDuration = SignedDuration::from_mins(15);
    let expires = order.facts.expires_time?;
    let first = continuation::earliest(expires).checked_sub(STEP).ok()?;
    let next = now.checked_add(STEP).ok()?;
    (now < expires).then(|| first.max(next.min(expires)))
}

/// When to repeat a look-up whose answer left out what money depends on, after so many times in a row: from one second, doubled
/// each time, to four and a half hours. It is never dropped, and Mollie is not asked without pause.
#[must_use]
pub fn again(now: Timestamp, times: u32) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(1 << times.min(14))).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::{at, placed, recorded};
    use crate::rules::item::{Concern, ItemKind};
    use crate::rules::ship_by::{Cause, ShipBy};
    use crate::rules::status::LineStatus;

    const WINDOW: SignedDuration = SignedDuration::from_secs(60);

    /// When the fixture expires.
    const END: i64 = 28 * 24 * 60;

    #[test]
    fn an_order_a_shopper_may_be_paying_is_read_more_often_than_one_that_waits_for_its_goods() {
        let waiting = |status| next(placed(status, LineStatus::Created).order(), at(10), WINDOW);
        assert_eq!(waiting(OrderStatus::Created), Some(at(25)));
        assert_eq!(waiting(OrderStatus::Pending), Some(at(25)));
        assert_eq!(waiting(OrderStatus::Authorized), Some(at(10 + 6 * 60)));
        assert_eq!(waiting(OrderStatus::Shipping), Some(at(10 + 6 * 60)));
    }

    /// The shopper pays in the other tab after everything has left.
    #[test]
    fn a_closed_order_that_was_paid_twice_is_read_once_more() {
        let mut recorder = placed(OrderStatus::Completed, LineStatus::Completed);
        assert_eq!(next(recorder.order(), at(10), WINDOW), None);
        let (kind, subject, text) = (ItemKind::SurplusPayment, "tr_2".to_owned(), String::new());
        recorder.raise(Concern { kind, subject, text, operation_id: None });
        let due = at(0) + WINDOW + SignedDuration::from_secs(1);
        assert_eq!(next(recorder.order(), at(0), WINDOW), Some(due));
        assert_eq!(next(recorder.order(), due, WINDOW), None);
    }

    #[test]
    fn an_order_is_read_once_mollie_must_have_ended_it() {
        let authorized = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
        assert_eq!(next(&authorized, at(END), WINDOW), Some(at(END + 6)));
        assert_eq!(next(&authorized, at(END + 5), WINDOW), Some(at(END + 6)));
        assert_eq!(next(&authorized, at(END + 6), WINDOW), Some(at(END + 6 + 6 * 60)));
    }

    /// What Mollie released at a deadline of the payment, only a reading tells.
    #[test]
    fn an_order_is_read_once_its_payment_cannot_be_captured_any_more() {
        let mut order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
        order.agenda.ship_by = Some(ShipBy { time: at(20), cause: Cause::CaptureBefore });
        assert_eq!(next(&order, at(10), WINDOW), Some(at(26)));
        assert_eq!(next(&order, at(26), WINDOW), Some(at(26 + 6 * 60)));
    }

    /// Every reading before the end, from half a day before: none is longer before it than what counts as certain.
    #[test]
    fn an_order_is_read_shortly_before_its_end() {
        let readings = |mut order: Order, expires: Timestamp| {
            order.facts.expires_time = Some(expires);
            let (mut all, mut now) = (Vec::new(), expires - SignedDuration::from_hours(12));
            while now < expires {
                all.push(now);
                now = next(&order, now, WINDOW).unwrap();
            }
            all
        };
        let authorized = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
        let shown = readings(authorized.clone(), at(END));
        assert_eq!(shown, [at(END - 12 * 60), at(END - 6 * 60), at(END - 15)]);
        // Mollie may end it at any time of this day.
        let day = "2026-03-29T23:59:59Z".parse().unwrap();
        let shown = readings(authorized, day);
        assert!(shown.windows(2).all(|two| two[1].duration_since(two[0]) <= continuation::SEEN), "{shown:?}");
    }

    /// At once, and then half as often each time.
    #[test]
    fn an_unpaid_order_whose_lines_were_changed_is_read_often_at_first() {
        let mut order = placed(OrderStatus::Created, LineStatus::Created).order().clone();
        order.lines_changed_time = Some(at(10));
        let second = |seconds| at(10) + SignedDuration::from_secs(seconds);
        for (now, after) in [(0, 15), (15, 30), (30, 60), (60, 120), (480, 960), (960, 1860), (5000, 5900)] {
            assert_eq!(next(&order, second(now), WINDOW), Some(second(after)), "{now}");
        }
        order.facts.status = Some(OrderStatus::Authorized);
        assert_eq!(next(&order, at(10), WINDOW), Some(at(10 + 6 * 60)));
    }

    #[test]
    fn the_look_up_after_an_incomplete_answer_is_repeated_less_and_less_often() {
        let seconds = |times| again(at(0), times).duration_since(at(0)).as_secs();
        assert_eq!([0, 1, 2, 10, 14, 1000].map(seconds), [1, 2, 4, 1024, 16_384, 16_384]);
    }

    #[test]
    fn an_order_that_has_ended_or_is_not_placed_is_not_looked_up() {
        assert_eq!(next(recorded().order(), at(10), WINDOW), None);
        assert_eq!(next(placed(OrderStatus::Completed, LineStatus::Completed).order(), at(10), WINDOW), None);
    }
}
