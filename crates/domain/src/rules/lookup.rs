//! When an order is looked up on schedule: webhooks get lost, and deadlines pass without one.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::ids::OrderId;
use super::order::Order;
use super::placement::Placement;
use super::status::OrderStatus;
use super::{continuation, stranded, surplus, unpaid, unseen_line};

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
    let regular = now.saturating_add(jittered(order.id, pause(order, now))).unwrap_or(Timestamp::MAX);
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

/// How often an order is read for no special reason: first so soon after the last news, then as the time since then grows by a
/// quarter of it, within these bounds. The numbers are ours; Mollie names none (MOLLIE.md §1, §8).
struct Pace {
    first: SignedDuration,
    /// Up to here each time half as often.
    least: SignedDuration,
    most: SignedDuration,
}

/// Hooks of an order whose lines were changed or canceled have gone missing (practice), that of its authorization, too. The shopper pays
/// soon after that or not at all.
const LINES_CHANGED: Pace = Pace { first: SignedDuration::from_secs(15), ..SHOPPER };
/// While a shopper may be paying, a lost webhook delays the goods.
const SHOPPER: Pace = Pace {
    first: SignedDuration::from_mins(2),
    least: SignedDuration::from_mins(15),
    most: SignedDuration::from_hours(2),
};
/// The money takes days (MOLLIE.md §7).
const BANK_TRANSFER: Pace = Pace { first: DAY, least: DAY, most: DAY };
/// Nobody waits for what happens at Mollie then but people at their desks.
const GOODS: Pace =
    Pace { first: SignedDuration::from_hours(6), least: SignedDuration::from_hours(6), most: DAY };
/// The money of a refund or of a parcel is on its way.
const MONEY: Pace = Pace { most: SignedDuration::from_hours(6), ..GOODS };

const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Pace {
    fn pause(&self, since: SignedDuration) -> SignedDuration {
        if since < self.least { since.max(self.first) } else { (since / 4).clamp(self.least, self.most) }
    }
}

fn pause(order: &Order, now: Timestamp) -> SignedDuration {
    let facts = &order.facts;
    let changed = order.lines_changed_time;
    let times = [changed, facts.authorized_time, facts.paid_time].into_iter().flatten();
    let attempts = order.payments.iter().map(|payment| payment.created_time);
    let last = times.chain(attempts).chain([order.created_time]).max().unwrap_or(order.created_time);
    pace(order, changed == Some(last)).pause(now.duration_since(last).max(SignedDuration::ZERO))
}

fn pace(order: &Order, lines_changed: bool) -> Pace {
    match order.facts.status {
        None | Some(OrderStatus::Created | OrderStatus::Pending) if lines_changed => LINES_CHANGED,
        None | Some(OrderStatus::Created | OrderStatus::Pending) if waits_for_bank(order) => BANK_TRANSFER,
        None | Some(OrderStatus::Created | OrderStatus::Pending) => SHOPPER,
        Some(
            OrderStatus::Authorized
            | OrderStatus::Paid
            | OrderStatus::Shipping
            | OrderStatus::Completed
            | OrderStatus::Canceled
            | OrderStatus::Expired,
        ) => match order.open_refunds.is_empty() && order.open_captures.is_empty() {
            true => GOODS,
            false => MONEY,
        },
    }
}

/// Whether every attempt that may still be paid is a bank transfer, and there is one.
fn waits_for_bank(order: &Order) -> bool {
    let mut alive = order.payments.iter().filter(|payment| payment.ended_time.is_none()).peekable();
    alive.peek().is_some() && alive.all(|payment| payment.method.as_deref() == Some(unpaid::BANK_TRANSFER))
}

/// Up to a tenth sooner, so that orders of one minute are not read in one minute for ever. It follows from the order's id alone, so
/// every process would say the same.
fn jittered(id: OrderId, pause: SignedDuration) -> SignedDuration {
    pause - part(id, pause / 10)
}

/// From none to all of it, by the order's id.
fn part(id: OrderId, whole: SignedDuration) -> SignedDuration {
    let mixed = id.uuid().as_u128().wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835) >> 64;
    let share = i32::try_from(mixed % 1_000).unwrap_or_default();
    whole / 1_000 * share
}

/// When to repeat a look-up for which there was no call left for so long: not before, and not all at the same moment.
#[must_use]
pub fn put_off(id: OrderId, now: Timestamp, pause: Duration) -> Timestamp {
    let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::MAX);
    let more = part(id, pause / 4 + SignedDuration::from_secs(1));
    now.saturating_add(pause.saturating_add(more)).unwrap_or(Timestamp::MAX)
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
    use crate::rules::fixtures::{self, at, placed, recorded};
    use crate::rules::ids::RefundId;
    use crate::rules::item::{Concern, ItemKind};
    use crate::rules::payment::Payment;
    use crate::rules::ship_by::{Cause, ShipBy};
    use crate::rules::status::{LineStatus, PaymentStatus};

    const WINDOW: SignedDuration = SignedDuration::from_secs(60);

    /// When the fixture expires.
    const END: i64 = 28 * 24 * 60;

    /// Whether an order is read within a tenth before so many minutes.
    fn reads_in(order: &Order, now: i64, minutes: i64) -> bool {
        let wait = next(order, at(now), WINDOW).unwrap().duration_since(at(now));
        let most = SignedDuration::from_mins(minutes);
        wait <= most && wait >= most - most / 10
    }

    #[test]
    fn an_order_a_shopper_may_be_paying_is_read_soon_and_then_less_and_less_often() {
        for status in [OrderStatus::Created, OrderStatus::Pending] {
            let order = placed(status, LineStatus::Created).order().clone();
            let created = order.created_time.duration_since(at(0)).as_mins();
            for (age, minutes) in
                [(0, 2), (1, 2), (4, 4), (10, 10), (15, 15), (59, 15), (120, 30), (480, 120), (9_000, 120)]
            {
                assert!(reads_in(&order, created + age, minutes), "{status:?} {age}");
            }
        }
    }

    #[test]
    fn an_order_that_waits_for_its_goods_is_read_every_six_hours_and_once_a_day_if_nothing_happens() {
        for status in [OrderStatus::Authorized, OrderStatus::Shipping, OrderStatus::Paid] {
            let mut order = placed(status, LineStatus::Authorized).order().clone();
            order.facts.expires_time = None;
            for (day, hours) in [(0, 6), (1, 6), (2, 12), (4, 24), (20, 24)] {
                assert!(reads_in(&order, day * 24 * 60, hours * 60), "{status:?} {day}");
            }
            order.open_refunds.push(RefundId::new(order.id.uuid()));
            assert!(reads_in(&order, 20 * 24 * 60, 6 * 60), "its money is on the way");
        }
    }

    #[test]
    fn an_order_that_waits_for_a_bank_transfer_is_read_once_a_day() {
        let mut order = placed(OrderStatus::Pending, LineStatus::Created).order().clone();
        let payment = |id: &str, method: &str| Payment {
            method: Some(method.to_owned()),
            created_time: order.created_time,
            ..fixtures::payment(id, order.terms.amount, PaymentStatus::Open)
        };
        let attempts = vec![payment("tr_1", "banktransfer"), payment("tr_2", "ideal")];
        order.payments = attempts[..1].to_vec();
        assert!(reads_in(&order, 10, 24 * 60));
        order.payments = attempts;
        assert!(reads_in(&order, 10, 10), "the shopper may be paying in another way");
        order.payments[1].ended_time = Some(at(9));
        assert!(reads_in(&order, 10, 24 * 60));
        order.lines_changed_time = Some(at(10));
        assert!(next(&order, at(10), WINDOW).unwrap() <= at(11), "hooks go missing then");
    }

    #[test]
    fn orders_of_the_same_moment_are_not_read_at_the_same_moment() {
        let mut order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
        let mut times = std::collections::BTreeSet::new();
        for n in 0..100_u128 {
            order.id = OrderId::new(uuid::Uuid::from_u128((7 << 76) + n));
            let time = next(&order, at(10), WINDOW).unwrap();
            assert_eq!(next(&order, at(10), WINDOW), Some(time));
            assert!(reads_in(&order, 10, 6 * 60));
            times.insert(time);
        }
        assert!(times.len() > 80, "{}", times.len());
        let pause = Duration::from_secs(8);
        assert!((0..9).contains(&(put_off(order.id, at(0), pause).duration_since(at(0)).as_secs() - 8)));
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
        assert!(reads_in(&authorized, END + 6, 24 * 60));
    }

    /// What Mollie released at a deadline of the payment, only a reading tells.
    #[test]
    fn an_order_is_read_once_its_payment_cannot_be_captured_any_more() {
        let mut order = placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone();
        order.agenda.ship_by = Some(ShipBy { time: at(20), cause: Cause::CaptureBefore });
        assert_eq!(next(&order, at(10), WINDOW), Some(at(26)));
        assert!(reads_in(&order, 26, 6 * 60));
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
        assert_eq!((shown.first(), shown.last()), (Some(&at(END - 12 * 60)), Some(&at(END - 15))));
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
        for (now, after) in [(0, 15), (15, 30), (30, 60), (60, 120), (480, 960), (960, 1860), (3000, 3900)] {
            let next = next(&order, second(now), WINDOW).unwrap();
            let soonest = SignedDuration::from_secs(after - now) / 10;
            assert!(next <= second(after) && next >= second(after) - soonest, "{now}");
        }
        order.facts.status = Some(OrderStatus::Authorized);
        assert!(reads_in(&order, 10, 6 * 60));
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
