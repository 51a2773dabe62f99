//! What a change means for the order's deadline: that time took what was authorized, that nothing can be shipped until a person decides,
//! and when it is looked at next.

use jiff::Timestamp;

use super::Pen;
use crate::operations::operation::Operation;
use crate::ports::{OperationWrite, Run};
use crate::rules::agenda;
use crate::rules::at_risk::{self, Unsettled};
use crate::rules::deadline;
use crate::rules::deadline_notice::{Notice, NoticeSubject};
use crate::rules::event::{Event, EventData};
use crate::rules::ids::OperationId;
use crate::rules::operation::OperationState;
use crate::rules::order::Order;
use crate::rules::ship_by::{ShipBy, Stage};
use crate::rules::status::OrderStatus;

impl Pen<'_> {
    /// Tells the order's people of its deadline.
    pub fn tell(&mut self, ship_by: ShipBy, subject: NoticeSubject) {
        let at_risk = at_risk::at_risk(self.order(), &self.shipments(), &self.at_stake());
        let notice = Notice { ship_by: ship_by.time, cause: Some(ship_by.cause), subject, at_risk };
        self.record(EventData::DeadlineTold { notice: Box::new(notice) });
    }

    /// Counts this change among what the profile's policy did.
    pub fn count(&mut self, run: Run) {
        self.run = Some(run);
    }

    /// The unsettled operations that goods and their money wait for, as they are now.
    #[must_use]
    pub fn at_stake(&self) -> Vec<Unsettled> {
        let ended = self.ended.iter().map(|write| match write {
            OperationWrite::Insert { operation, .. }
            | OperationWrite::Release { operation, .. }
            | OperationWrite::Decide { operation }
            | OperationWrite::Withdraw { operation } => operation,
        });
        let ended: Vec<_> = ended.collect();
        let is_before = |operation: &&Operation| !ended.iter().any(|after| after.id == operation.id);
        let before = self.unsettled.iter().filter(is_before);
        let new = self.new.iter().map(|new| &new.operation);
        before.chain(new).chain(ended.iter().copied()).filter_map(Operation::at_stake).collect()
    }

    /// Tells of what this change shows. Only a reading shows that something was lost, and no clock.
    pub(super) fn tell_of_deadline(&mut self) {
        if self.has_read {
            self.tell_loss();
        }
        for operation_id in self.newly_blocked() {
            if let Some(ship_by) = deadline::ship_by(self.order(), &self.policy().deadlines.windows) {
                self.tell(ship_by, NoticeSubject::Blocked { operation_id });
            }
        }
    }

    fn tell_loss(&mut self) {
        let Some(before) = self.before.as_deref().filter(|before| !is_over(before)) else { return };
        // Whatever ends with a cancellation of ours was given up.
        let is_ours = |event: &Event| matches!(event.data, EventData::CancellationSucceeded { .. });
        if self.recorder.events().iter().any(is_ours) {
            return;
        }
        let Some(ship_by) = self.lost_at() else { return };
        let at_risk = at_risk::lost(before, self.order(), &self.shipments(), &self.at_stake());
        if at_risk.is_nothing() {
            return;
        }
        let notice = Notice { ship_by, cause: None, subject: NoticeSubject::Loss, at_risk };
        self.record(EventData::DeadlineTold { notice: Box::new(notice) });
    }

    fn lost_at(&self) -> Option<Timestamp> {
        let told = self.order().deadline.told;
        let due = deadline::next_stage(self.order(), told, self.now(), &self.policy().deadlines).due;
        due.filter(|due| due.stage == Stage::Loss).map(|due| due.ship_by)
    }

    /// The operations that need attention since this change, and that goods wait for.
    fn newly_blocked(&self) -> Vec<OperationId> {
        let waits = |write: &OperationWrite| match write {
            OperationWrite::Release { operation, .. } => operation.at_stake(),
            OperationWrite::Insert { .. }
            | OperationWrite::Decide { .. }
            | OperationWrite::Withdraw { .. } => None,
        };
        let blocked = self.ended.iter().filter_map(waits);
        let blocked = blocked.filter(|operation| operation.state == OperationState::NeedsAttention);
        blocked.map(|operation| operation.operation_id).collect()
    }

    /// Notes what is to be told and done next. Returns when, if that is another time than before.
    pub(super) fn renew_agenda(&mut self) -> Option<Option<Timestamp>> {
        let agenda = agenda::agenda(self.order(), self.policy(), self.now());
        self.recorder.note_agenda(agenda);
        (agenda.timer != self.agenda.timer).then_some(agenda.timer)
    }
}

fn is_over(order: &Order) -> bool {
    order.facts.status.is_some_and(OrderStatus::is_final)
}
