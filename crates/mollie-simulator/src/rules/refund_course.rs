//! How refunds go on: by time, on demand, with the balance; and how the API cancels one.

use jiff::{SignedDuration, Timestamp};

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::money::Currency;
use super::records::{CaptureStatus, Draft, EffectKind, Order, RefundStatus, RefundStep};
use super::seconds::whole_seconds;
use super::world::World;

/// Why a refund keeps its status. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefundUnmoved {
    #[error("No refund exists with token {0}.")]
    Unknown(String),
    #[error("A refund that is {} cannot become {}.", .0.as_text(), .1.as_text())]
    Misfit(RefundStatus, RefundStatus),
}

impl World {
    /// `DELETE /payments/{id}/refunds/{id}`: while it is queued or pending. The answer is empty.
    pub(super) fn cancel_refund(
        &mut self,
        caller: &Caller,
        payment_id: &str,
        id: &str,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let (order, refund) = self.owned_refund(caller, payment_id, id)?;
        if !refund.status.is_cancelable() {
            let detail = format!("The refund cannot be canceled, it is {}.", refund.status.as_text());
            return Err(Refusal::unprocessable(detail));
        }
        let order = order.clone();
        self.move_and_serve(order, id, RefundStatus::Canceled, now);
        Ok(Answer::no_content())
    }

    /// Gives a refund this status now, whatever was planned with it.
    pub fn set_refund_status(
        &mut self,
        id: &str,
        status: RefundStatus,
        now: Timestamp,
    ) -> Result<(), RefundUnmoved> {
        let now = whole_seconds(now);
        self.tick(now);
        let mut order = self.movable_refund(id, status)?;
        if let Some(refund) = order.refund_mut(id) {
            refund.planned = None;
        }
        self.move_and_serve(order, id, status, now);
        Ok(())
    }

    /// Gives a refund this status after some time, if it can have it then. Until then it comes as far as to the bank.
    pub fn plan_refund_status(
        &mut self,
        id: &str,
        status: RefundStatus,
        after: SignedDuration,
        now: Timestamp,
    ) -> Result<(), RefundUnmoved> {
        let now = whole_seconds(now);
        self.tick(now);
        let mut order = self.movable_refund(id, status)?;
        let at = whole_seconds(now.saturating_add(after).unwrap_or(now));
        if let Some(refund) = order.refund_mut(id) {
            refund.planned = Some(RefundStep { to: status, at });
        }
        self.save(order);
        Ok(())
    }

    fn movable_refund(&self, id: &str, status: RefundStatus) -> Result<Order, RefundUnmoved> {
        let unknown = || RefundUnmoved::Unknown(id.to_owned());
        let order = self.order_with(id).ok_or_else(unknown)?;
        let present = order.refund(id).ok_or_else(unknown)?.status;
        if present.may_become(status) {
            Ok(order.clone())
        } else {
            Err(RefundUnmoved::Misfit(present, status))
        }
    }

    /// What time does to the refunds and captures of an order whose next step is due.
    pub(super) fn bring_money_on(&mut self, mut order: Order) {
        let Some(at) = order.next_money_step() else {
            return;
        };
        for capture in order.captures.iter_mut().filter(|capture| capture.confirmed_at() == Some(at)) {
            capture.status = CaptureStatus::Succeeded;
        }
        let due = order.refunds.iter().find_map(|refund| {
            let step = refund.next_step().filter(|step| step.at == at)?;
            Some((refund.id.clone(), step, refund.status.may_become(step.to)))
        });
        let Some((id, step, may)) = due else {
            self.save(order);
            return;
        };
        if let Some(refund) = order.refund_mut(&id).filter(|refund| refund.planned == Some(step)) {
            refund.planned = None;
        }
        if may {
            self.move_and_serve(order, &id, step.to, at);
        } else {
            self.save(order);
        }
    }

    fn move_and_serve(&mut self, mut order: Order, id: &str, to: RefundStatus, now: Timestamp) {
        let (profile, currency) = (order.owner.profile.clone(), order.currency);
        self.move_refund(&mut order, id, to, now);
        self.save(order);
        self.serve_queue(&profile, currency, now);
    }

    fn move_refund(&mut self, order: &mut Order, id: &str, to: RefundStatus, now: Timestamp) {
        let Some(refund) = order.refund_mut(id) else {
            return;
        };
        let was_drawn = refund.status.is_drawn();
        (refund.status, refund.since) = (to, Some(now));
        if !to.counts() {
            refund.planned = None;
        }
        let refund = refund.clone();
        let drawn = match (was_drawn, to.is_drawn()) {
            (false, true) => -refund.amount,
            (true, false) => refund.amount,
            (true, true) | (false, false) => 0,
        };
        self.funds_mut().add(&order.owner.profile, order.currency, drawn);
        let entry = Draft::new(kind_of(to), order)
            .payment(&refund.payment_id)
            .amount("refunded", refund.amount)
            .with("refund_id", refund.id.as_str().into())
            .with("status", to.as_text().into());
        self.enter(entry, now);
        if is_told(to)
            && let Some(payment) = order.payment(&refund.payment_id)
        {
            self.notify_payment(order, payment, now);
        }
    }

    /// Lets the queued refunds of a profile go on that its balance covers, oldest first.
    pub(super) fn serve_queue(&mut self, profile: &str, currency: Currency, now: Timestamp) {
        let mut queue: Vec<(u64, i64, String)> = Vec::new();
        let is_theirs = |order: &&Order| order.owner.profile == profile && order.currency == currency;
        for refund in self.orders().filter(is_theirs).flat_map(|order| &order.refunds) {
            if refund.status == RefundStatus::Queued {
                queue.push((refund.number, refund.amount, refund.id.clone()));
            }
        }
        queue.sort_unstable();
        for (_, amount, id) in queue {
            let is_covered = self.funds().get(profile, currency).is_none_or(|balance| balance >= amount);
            if let Some(mut order) = self.order_with(&id).filter(|_| is_covered).cloned() {
                self.move_refund(&mut order, &id, RefundStatus::Pending, now);
                self.save(order);
            }
        }
    }
}

fn kind_of(status: RefundStatus) -> EffectKind {
    match status {
        RefundStatus::Queued | RefundStatus::Pending | RefundStatus::Processing | RefundStatus::Refunded => {
            EffectKind::RefundAdvanced
        }
        RefundStatus::Failed => EffectKind::RefundFailed,
        RefundStatus::Canceled => EffectKind::RefundCanceled,
    }
}

/// Source: the payment's hook tells of refunds that are processing, refunded or failed (rulebook on webhooks).
fn is_told(status: RefundStatus) -> bool {
    match status {
        RefundStatus::Processing | RefundStatus::Refunded | RefundStatus::Failed => true,
        RefundStatus::Queued | RefundStatus::Pending | RefundStatus::Canceled => false,
    }
}
