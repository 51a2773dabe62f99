//! What time alone does: open payments lapse, orders expire, authorisations are released, refunds and captures go on, late
//! effects land.
//!
//! Applied whenever the clock is looked at, in the order of the deadlines and as of their time, so that a jump of a
//! month leaves the same books behind as a month of waiting.

use jiff::{SignedDuration, Timestamp};

use super::cause::Cause;
use super::finish::Ending;
use super::hooks::OrderEvent;
use super::records::{EffectKind, Late, Order, OrderStatus};
use super::switches::ExpiryLag;
use super::world::World;

/// What time does next.
enum Due {
    Deadline(Box<Order>, Timestamp),
    Money(Box<Order>),
    Late(Box<Late>),
}

impl World {
    /// Lets time do what is due. Every other call does this first; calling it again changes nothing.
    pub fn tick(&mut self, now: Timestamp) {
        let lag = match self.switches().expiry_lag {
            ExpiryLag::None => SignedDuration::ZERO,
            ExpiryLag::FiveMinutes => SignedDuration::from_mins(5),
        };
        let Ok(horizon) = now.checked_sub(lag) else {
            return;
        };
        self.set_cause(Cause::Time);
        while let Some(due) = self.next_due(now, horizon, lag) {
            match due {
                Due::Late(late) => {
                    self.postponed_mut().remove(late.id);
                    self.land(&late);
                }
                Due::Money(order) => self.bring_money_on(*order),
                Due::Deadline(order, at) => self.lapse(*order, horizon, at),
            }
        }
    }

    /// What is due first comes first. In the same second a deadline passes before money moves, and both before anything
    /// comes in.
    fn next_due(&self, now: Timestamp, horizon: Timestamp, lag: SignedDuration) -> Option<Due> {
        let overdue = self.next_overdue(horizon).map(|order| {
            let at = order.next_deadline().and_then(|deadline| deadline.checked_add(lag).ok());
            let at = at.unwrap_or(now);
            (at, 0, Due::Deadline(Box::new(order.clone()), at))
        });
        let money = self
            .next_money_step(now)
            .and_then(|order| Some((order.next_money_step()?, 1, Due::Money(Box::new(order.clone())))));
        let late = self.next_late(now).map(|late| (late.due_at, 2, Due::Late(Box::new(late.clone()))));
        let dues = [overdue, money, late].into_iter().flatten();
        dues.min_by_key(|(at, rank, _)| (*at, *rank)).map(|(_, _, due)| due)
    }

    fn lapse(&mut self, mut order: Order, horizon: Timestamp, at: Timestamp) {
        let lapsed = order.next_to_lapse().filter(|payment| payment.expires_at <= horizon);
        match lapsed.map(|payment| payment.id.clone()) {
            Some(id) => self.end_payment(&mut order, &id, Ending::Expired, at),
            None => self.expire(&mut order, at),
        }
        self.save(order);
    }

    fn expire(&mut self, order: &mut Order, now: Timestamp) {
        let was_shipping = order.status == OrderStatus::Shipping;
        let released = order.release_rest();
        self.enter_release(EffectKind::OrderExpired, order, &released, now);
        if was_shipping {
            self.finish_if_done(order, now);
        } else {
            order.status = OrderStatus::Expired;
            order.milestones.expired_at = Some(now);
            // Only the authorisation that it lived on is left. The others have lapsed before, if only in this second.
            self.end_all_payments(order, Ending::Expired, now);
            self.notify_order(order, OrderEvent::Expired, now);
        }
    }
}
