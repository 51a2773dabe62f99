//! What time alone does: open payments lapse, orders expire, authorisations are released, late effects land.
//!
//! Applied whenever the clock is looked at, in the order of the deadlines and as of their time, so that a jump of a
//! month leaves the same books behind as a month of waiting.

use jiff::{SignedDuration, Timestamp};

use super::cause::Cause;
use super::finish::Ending;
use super::hooks::OrderEvent;
use super::records::{EffectKind, Order, OrderStatus};
use super::switches::ExpiryLag;
use super::world::World;

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
        loop {
            let overdue = self.next_overdue(horizon).cloned().map(|order| {
                let at = order.next_deadline().and_then(|deadline| deadline.checked_add(lag).ok());
                (at.unwrap_or(now), order)
            });
            // What is due first comes first. A deadline has passed before anything comes in that second.
            let expiry_at = overdue.as_ref().map(|(at, _)| *at);
            let late =
                self.next_late(now).filter(|late| expiry_at.is_none_or(|at| late.due_at < at)).cloned();
            match (late, overdue) {
                (Some(late), _) => {
                    self.postponed_mut().remove(late.id);
                    self.land(&late);
                }
                (None, Some((at, order))) => self.lapse(order, horizon, at),
                (None, None) => return,
            }
        }
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
