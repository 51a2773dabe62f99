//! Canceling an order that another one has replaced: unasked, once Mollie has the other one, and as soon as it lets itself be. What
//! the shopper has paid meanwhile is a person's to decide, so Mollie is read directly before the send.

use super::{Cause, FACTS, Task};
use crate::operations::kind::Observation;
use crate::operations::pen::Pen;
use crate::rules::cause::Unasked;
use crate::rules::event::EventData;
use crate::rules::order::Order;
use crate::rules::snapshot::Snapshot;
use crate::rules::supersession;
use crate::rules::{deadline_policy, payment_window};

/// After a reading: cancels the order, unless something of its lane is under way or Mollie is known not to cancel it yet.
pub fn end_superseded(pen: &mut Pen<'_>) {
    if !supersession::is_to_be_canceled(pen.order(), pen.now()) || !pen.is_lane_at_rest(FACTS.lane) {
        return;
    }
    pen.unasked(Unasked::Superseded, |pen| {
        let operation_id = pen.set_to_work(Task { cause: Cause::Superseded }, None);
        pen.record(EventData::CancellationRecorded {
            operation_id,
            release: Vec::new(),
            entries: Vec::new(),
        });
    });
}

impl Task {
    /// Whether it is not to be canceled any more, although it is not canceled yet.
    pub(super) fn spares(self, order: &Order, seen: &Snapshot) -> Observation {
        let reason = match self.cause {
            Cause::Superseded => supersession::spared(seen),
            Cause::Unpaid => match payment_window::spared(seen) {
                Ok(reason) => reason,
                Err(misread) => return Observation::NotUnderstood(misread),
            },
            Cause::Unshipped => deadline_policy::spared(order),
            Cause::Request | Cause::AgeLimit => None,
        };
        reason.map_or(Observation::Absent, Observation::Unwanted)
    }

    /// What keeps a replaced order from being canceled is recorded first: once it has ended, Mollie is asked again.
    pub(super) fn look_around(self, seen: &[Snapshot], pen: &mut Pen<'_>) {
        match self.cause {
            Cause::Superseded | Cause::Unpaid | Cause::Unshipped => {
                seen.iter().for_each(|snapshot| pen.observe(snapshot));
            }
            Cause::Request | Cause::AgeLimit => (),
        }
    }
}
