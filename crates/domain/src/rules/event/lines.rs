//! What changes of lines do to the order: while they are under way, and once they are made.

use crate::rules::ids::{LineId, OperationId};
use crate::rules::item::ItemKind;
use crate::rules::ledger::{Entry, Pool, Stage};
use crate::rules::money::Money;
use crate::rules::order::{Canceled, Line, LineChanging, Order};
use crate::rules::shipment::ShipmentLine;
use crate::rules::status::OrderStatus;

impl Order {
    pub(super) fn begin_line_change(&mut self, change: &LineChanging) {
        for line in self.lines.iter_mut().filter(|line| change.updated.contains(&line.id)) {
            line.is_changing = true;
        }
        self.line_change = Some(Box::new(change.clone()));
    }

    /// As long as nobody has paid or authorized anything, the order costs what it costs now; then it is the most that it ever cost.
    pub(super) fn note_highest_amount(&mut self, amount: Money) {
        let is_unpaid = self.is_unpaid() && self.largest_held().is_none();
        let highest =
            if is_unpaid { amount.minor() } else { amount.minor().max(self.highest_amount.minor()) };
        self.highest_amount = Money::from_minor(highest, amount.currency());
    }

    /// An authorization grows with new lines, and keeps what was canceled of it before, or in the same step.
    pub(super) fn raise_highest_amount(&mut self) {
        let sum = self.totals().saturating_sub(self.canceled_unpaid.minor());
        if self.captures_by_shipment() && sum > self.highest_amount.minor() {
            self.highest_amount = Money::from_minor(sum, self.highest_amount.currency());
        }
    }

    /// What they seemed to cost was never agreed.
    pub(super) fn drop_lines(&mut self, gone: &[LineId]) {
        let (gone, lines): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.lines).into_iter().partition(|line| gone.contains(&line.id));
        self.lines = lines;
        let off = gone.iter().map(|line| line.total_amount.minor().max(0)).fold(0, i64::saturating_add);
        let left = self.highest_amount.minor().saturating_sub(off);
        self.highest_amount = Money::from_minor(left, self.highest_amount.currency());
    }

    const fn is_unpaid(&self) -> bool {
        match self.facts.status {
            Some(OrderStatus::Created | OrderStatus::Pending) => true,
            None
            | Some(
                OrderStatus::Authorized
                | OrderStatus::Paid
                | OrderStatus::Shipping
                | OrderStatus::Completed
                | OrderStatus::Canceled
                | OrderStatus::Expired,
            ) => false,
        }
    }

    /// As long as nothing is paid or authorized, and again once that has lapsed, all that is canceled is canceled unpaid. So it is
    /// where a payment is for exactly what is left: a cancellation before it may come to be known after it, unless the payment was known to
    /// be for less than the lines before that. What comes to nothing together says nothing of when it was canceled.
    pub(super) fn note_canceled_unpaid(&mut self) {
        let all = self.totals();
        let canceled =
            self.lines.iter().map(|line| line.canceled.amount.minor()).fold(0, i64::saturating_add);
        let is_left = |held: i64| canceled != 0 && held == all.saturating_sub(canceled);
        let was_less = self.items.iter().any(|item| item.kind == ItemKind::Underpaid);
        if self.is_unpaid() || !was_less && self.largest_held().is_some_and(is_left) {
            self.canceled_unpaid = Money::from_minor(canceled, self.canceled_unpaid.currency());
            self.give_up_unpaid();
        }
    }

    /// What an authorization holds was not canceled before it, even if it is known later than the cancellation. Holds of payments that
    /// were read with the lines.
    pub(super) fn note_canceled_authorized(&mut self) {
        // While a change is undecided, the payment may be of after it, and the lines of before.
        let is_known = self.captures_by_shipment() && self.line_change.is_none();
        let Some(held) = self.largest_held().filter(|_| is_known) else { return };
        let (unpaid, noted) = (self.totals().saturating_sub(held), self.canceled_unpaid.minor());
        if unpaid != noted && (noted.min(0)..=noted.max(0)).contains(&unpaid) {
            self.releases.retain(|release| release.operation_id.is_some());
            self.canceled_unpaid = Money::from_minor(unpaid, self.canceled_unpaid.currency());
        }
    }

    /// An authorization follows the lines. The answer to a change does not show it, and goods may leave before it is read: until then it
    /// is larger by `more`, and never larger than what is left of the lines.
    fn grow_authorization(&mut self, more: i64) {
        let most = self.totals().saturating_sub(self.canceled_unpaid.minor());
        let (currency, captures) = (self.terms.amount.currency(), self.captures_by_shipment());
        let held = self.payments.iter_mut().filter(|it| it.holds_money() && it.amount.currency() == currency);
        if let Some(payment) = held.max_by_key(|payment| payment.amount.minor()).filter(|_| captures) {
            let grown = payment.amount.minor().saturating_add(more).min(most);
            payment.amount = Money::from_minor(grown.max(payment.amount.minor()), currency);
        }
    }

    fn totals(&self) -> i64 {
        self.lines.iter().map(|line| line.total_amount.minor()).fold(0, i64::saturating_add)
    }

    /// Whatever became of it, its lines are available again.
    pub(super) fn end_line_change(&mut self, operation_id: OperationId) {
        let Some(change) = self.line_change.take_if(|change| change.operation_id == operation_id) else {
            return;
        };
        for line in self.lines.iter_mut().filter(|line| change.updated.contains(&line.id)) {
            line.is_changing = false;
        }
    }

    /// Takes new lines, and new values. A deduction that is canceled was given up by whoever asked for the change.
    pub(super) fn take_lines(&mut self, operation_id: OperationId, lines: &[Line], entries: &[Entry]) {
        self.put_lines(lines);
        self.give_up_canceled(operation_id, entries);
    }

    /// The authorization follows.
    pub(super) fn put_lines(&mut self, lines: &[Line]) {
        let before = self.totals();
        for line in lines {
            match self.line_mut(line.id) {
                Some(ours) => *ours = line.clone(),
                None => {
                    self.added_lines.push(line.id);
                    self.lines.push(line.clone());
                }
            }
        }
        self.grow_authorization(self.totals().saturating_sub(before));
    }

    /// What a cancellation of ours has canceled, or was to: the same, shown again, may be its second effect.
    pub(super) fn remember_canceled(&mut self, operation_id: OperationId, entries: &[Entry], stage: Stage) {
        let is_canceled = |entry: &&Entry| entry.pool == Pool::Canceled && entry.stage == stage;
        let line = |entry: &Entry| Some(ShipmentLine { line_id: entry.line_id?, part: entry.part });
        let lines: Vec<_> = entries.iter().filter(is_canceled).filter_map(line).collect();
        if !lines.is_empty() {
            self.cancellations.push(Canceled { operation_id, lines });
        }
    }
}
