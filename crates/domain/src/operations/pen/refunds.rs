//! Recording what a reading shows of refunds: the status of known ones, and those that were made elsewhere.

use std::collections::HashMap;

use super::Pen;
use crate::operations::kind::Difference;
use crate::rules::concern;
use crate::rules::event::EventData;
use crate::rules::ids::{LineId, MollieLineId, MollieRefundId, OperationId};
use crate::rules::ledger::{self, Stage};
use crate::rules::order::Order;
use crate::rules::refund::{Refund, RefundState, Route};
use crate::rules::shipment::{Origin, ShipmentLine};
use crate::rules::snapshot::{RefundSnapshot, Snapshot};
use crate::rules::status::{Read, RefundStatus};

impl Pen<'_> {
    /// Records the refunds of a reading, before its lines: a refund that failed gives back what it had taken.
    pub(super) fn read_refunds(&mut self, snapshot: &Snapshot) {
        let Some(listed) = &snapshot.refunds else { return };
        for ours in self.known_refunds.clone() {
            let Some(id) = &ours.mollie_id else { continue };
            let status = match listed.iter().find(|theirs| theirs.mollie_id == *id) {
                Some(theirs) => Some(theirs.status.clone()),
                None => vanished(&ours, snapshot),
            };
            if let Some(status) = status.filter(|status| ours.status.as_ref() != Some(status)) {
                self.follow_refund(&ours, status);
            }
            self.read_settlement(&ours, listed);
        }
        let known: Vec<_> = self.known_refunds.iter().filter_map(|ours| ours.mollie_id.clone()).collect();
        for theirs in listed.iter().filter(|theirs| !known.contains(&theirs.mollie_id)) {
            self.take_over_refund(theirs, snapshot);
        }
    }

    /// The reading with each refund as it is known whose cancellation may account for what is shown: its units come back once that is
    /// decided, and only then.
    pub(super) fn with_undecided_cancellations(&self, order: &Order, mut snapshot: Snapshot) -> Snapshot {
        let Some(listed) = &mut snapshot.refunds else { return snapshot };
        for ours in &self.known_refunds {
            let (Some(id), Some(status)) = (&ours.mollie_id, &ours.status) else { continue };
            if !self.is_explained(order, Difference::RefundStatus(ours.id)) {
                continue;
            }
            match listed.iter_mut().find(|theirs| theirs.mollie_id == *id) {
                Some(theirs) => theirs.status = status.clone(),
                None => listed.push(shown(order, ours, id, status)),
            }
        }
        snapshot
    }

    /// What it takes from the balance may be told later than its status, and is no event.
    fn read_settlement(&mut self, ours: &Refund, listed: &[RefundSnapshot]) {
        let theirs = listed.iter().find(|theirs| ours.mollie_id.as_ref() == Some(&theirs.mollie_id));
        let told = theirs.and_then(|theirs| theirs.settlement_amount);
        let Some(ours) = self.known_refund(ours.id) else { return };
        if told.is_some() && told != ours.settlement_amount {
            self.put_refund(Refund { settlement_amount: told, ..ours });
        }
    }

    fn follow_refund(&mut self, ours: &Refund, status: Read<RefundStatus>) {
        if self.is_explained(self.order(), Difference::RefundStatus(ours.id)) {
            return;
        }
        let after = self.update_refund(ours, None, status.clone());
        if after.is_void() && !ours.is_void() {
            self.raise(concern::refund_failed(&after, &status));
        }
    }

    /// Records another status of a refund that Mollie has, and moves its money in the ledger if it now counts, or counts no more.
    pub fn update_refund(
        &mut self,
        ours: &Refund,
        operation_id: Option<OperationId>,
        status: Read<RefundStatus>,
    ) -> Refund {
        let after = Refund { status: Some(status.clone()), ..ours.clone() };
        let entries = match (ours.counts(), after.counts()) {
            (true, false) => ours.entries(Stage::Reverted),
            (false, true) => ours.entries(Stage::Settled),
            (true, true) | (false, false) => Vec::new(),
        };
        self.record(EventData::RefundUpdated { refund_id: ours.id, operation_id, status, entries });
        self.put_refund(after.clone());
        after
    }

    /// It was made elsewhere, or is a second effect of one of ours.
    fn take_over_refund(&mut self, theirs: &RefundSnapshot, snapshot: &Snapshot) {
        let lines = self.order().lines_at_mollie().into_iter();
        let lines: HashMap<_, _> = lines.map(|(id, line)| (id.clone(), line.id)).collect();
        let twin = theirs.ours.and_then(|id| self.known_refund(id));
        let refund = told_by(twin.as_ref(), self.foreign_refund(&lines, theirs));
        // An earlier reading may have counted its units, without listing it.
        let entries = match (refund.counts(), refund.route) {
            (false, _) => Vec::new(),
            (true, Route::Payment) => refund.entries(Stage::Settled),
            (true, Route::Order) => {
                let pool = refund.route.pool();
                let new = ledger::not_counted(self.order(), snapshot, pool, &refund.lines);
                let new = new.iter().map(|line| ledger::entry(line, pool, Stage::Settled, Origin::Elsewhere));
                new.chain(refund.kept_entries(Stage::Settled)).collect()
            }
        };
        self.record(EventData::RefundObserved { refund: Box::new(refund.clone()), entries });
        if let Some(ours) = twin {
            self.raise(concern::surplus_refund(&ours, theirs));
        }
        self.put_refund(refund);
    }

    fn foreign_refund(&self, lines: &HashMap<MollieLineId, LineId>, theirs: &RefundSnapshot) -> Refund {
        let line = |(id, part): &(_, _)| Some(ShipmentLine { line_id: *lines.get(id)?, part: *part });
        Refund {
            id: self.new_refund_id(),
            order_id: self.order().id,
            state: RefundState::Registered,
            origin: Origin::Elsewhere,
            sequence: self.next_sequence(),
            mollie_id: Some(theirs.mollie_id.clone()),
            route: if theirs.lines.is_empty() { Route::Payment } else { Route::Order },
            payment_id: theirs.payment_id.clone(),
            amount: theirs.amount,
            lines: theirs.lines.iter().filter_map(line).collect(),
            not_leaving: Vec::new(),
            description: theirs.description.value().cloned(),
            overrides: Vec::new(),
            status: Some(theirs.status.clone()),
            created_time: theirs.created_time,
            registered_time: Some(theirs.created_time),
            rejection: None,
            settlement_amount: theirs.settlement_amount,
            merged_into: None,
        }
    }
}

/// The refund with what only its request said, if it is one of ours that was given up here: which of its units do not leave, and on a
/// payment, of which lines they are. If ours counts as well, this is a second one, of which nobody knows.
fn told_by(twin: Option<&Refund>, theirs: Refund) -> Refund {
    let Some(ours) = twin.filter(|ours| !ours.counts()) else { return theirs };
    let is_same = theirs.route == ours.route && theirs.amount == ours.amount;
    let lines = match theirs.route {
        Route::Payment if is_same => ours.lines.clone(),
        Route::Payment | Route::Order => theirs.lines,
    };
    let units = |id: LineId| {
        let of_line = lines.iter().filter(|line| line.line_id == id);
        of_line.map(|line| line.part.quantity).fold(0, u32::saturating_add)
    };
    let kept = ours.not_leaving.iter().map(|(id, quantity)| (*id, (*quantity).min(units(*id))));
    let not_leaving = kept.filter(|(_, quantity)| *quantity > 0).collect();
    Refund { lines, not_leaving, ..theirs }
}

/// A refund as Mollie listed it before it was canceled.
fn shown(order: &Order, ours: &Refund, id: &MollieRefundId, status: &Read<RefundStatus>) -> RefundSnapshot {
    let at_mollie = |line: &ShipmentLine| Some((order.line(line.line_id)?.mollie_id.clone()?, line.part));
    RefundSnapshot {
        mollie_id: id.clone(),
        payment_id: ours.payment_id.clone(),
        amount: ours.amount,
        status: status.clone(),
        settlement_amount: ours.settlement_amount,
        created_time: ours.registered_time.unwrap_or(ours.created_time),
        description: ours.description.clone().into(),
        lines: match ours.route {
            Route::Order => ours.lines.iter().filter_map(at_mollie).collect(),
            Route::Payment => Vec::new(),
        },
        ours: Some(ours.id),
    }
}

/// A refund that could be canceled and that its payment no longer lists was canceled (cancel refund: reading it then answers 404).
fn vanished(ours: &Refund, snapshot: &Snapshot) -> Option<Read<RefundStatus>> {
    let was_cancelable = matches!(&ours.status, Some(Read::Known(status)) if status.allows_canceling());
    let is_listed = ours.payment_id.as_ref().is_some_and(|payment| snapshot.refunds_of.contains(payment));
    (was_cancelable && is_listed).then_some(Read::Known(RefundStatus::Canceled))
}
