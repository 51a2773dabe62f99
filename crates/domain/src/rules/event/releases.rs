//! Which deductions are given up, and by what: a request names them for its own cancellation, and what Mollie refuses to cancel gives
//! up nothing. What others named is none of its business.

use crate::rules::deduction;
use crate::rules::ids::{LineId, OperationId};
use crate::rules::ledger::{Entry, Pool, Stage};
use crate::rules::order::{Line, Order, Release};
use crate::rules::part::Part;
use crate::rules::rejection::{RejectedBy, Rejection};

impl Order {
    /// A cancellation gives these lines up: the units that it names, or all that there are if it is of the whole order.
    pub(super) fn give_up(&mut self, operation_id: OperationId, lines: &[LineId], entries: &[Entry]) {
        for id in lines {
            let entry =
                entries.iter().find(|entry| entry.line_id == Some(*id) && entry.pool == Pool::Canceled);
            let whole =
                self.line(*id).map(|line| Part { quantity: line.quantity, amount: line.total_amount });
            if let Some(part) = entry.map(|entry| entry.part).or(whole) {
                self.release(Release { operation_id: Some(operation_id), line_id: *id, part });
            }
        }
    }

    /// The deductions among what a change of lines has canceled were given up by whoever asked for it.
    pub(super) fn give_up_canceled(&mut self, operation_id: OperationId, entries: &[Entry]) {
        for entry in entries.iter().filter(|it| it.pool == Pool::Canceled && it.stage == Stage::Settled) {
            let of_line =
                entry.line_id.and_then(|id| self.line(id)).filter(|line| deduction::is_deduction(line));
            if let Some(line_id) = of_line.map(|line| line.id) {
                self.release(Release { operation_id: Some(operation_id), line_id, part: entry.part });
            }
        }
    }

    /// What was canceled before anybody paid is owed to nobody.
    pub(super) fn give_up_unpaid(&mut self) {
        let none = |line: &Line| Part::none(line.total_amount);
        let deductions = self.lines.iter().filter(|line| deduction::is_deduction(line));
        let new = deductions.map(|line| {
            let part = line.canceled.without(self.released(line.id).unwrap_or(none(line)));
            Release { operation_id: None, line_id: line.id, part }
        });
        let new: Vec<_> = new.filter(|release| release.part.quantity > 0).collect();
        self.releases.extend(new);
    }

    /// A rejected cancellation gave up nothing: the next one names its deductions again. If an operator rejected that of lines, and
    /// was wrong, its effect comes to light later, and nobody is owed anything then.
    pub(super) fn take_back_releases(
        &mut self,
        operation_id: OperationId,
        rejection: &Rejection,
        entries: &[Entry],
    ) {
        if rejection.by != RejectedBy::Operator || entries.is_empty() {
            self.releases.retain(|release| release.operation_id != Some(operation_id));
        }
    }

    fn release(&mut self, release: Release) {
        let is_same =
            |other: &Release| other.operation_id == release.operation_id && other.line_id == release.line_id;
        if !self.releases.iter().any(is_same) {
            self.releases.push(release);
        }
    }
}
