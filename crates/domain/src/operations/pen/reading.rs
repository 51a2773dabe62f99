//! Recording what is new in a reading: at most one event, plus one for each shipment made elsewhere, and the review items that
//! its money calls for.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::Pen;
use crate::operations::kind::Difference;
use crate::operations::kinds;
use crate::rules::event::{EventData, Recorder};
use crate::rules::ids::{LineId, MollieLineId};
use crate::rules::item::Concern;
use crate::rules::ledger::Pool;
use crate::rules::order::Order;
use crate::rules::payment::Payment;
use crate::rules::shipment::{self, Origin, Shipment, ShipmentLine, ShipmentState};
use crate::rules::snapshot::{self, Observed, RefundSnapshot, ShipmentSnapshot, Snapshot};
use crate::rules::surplus;
use crate::rules::unseen_line;
use crate::rules::{concern, continuation};

impl Pen<'_> {
    /// Mollie has the order: records the first reading, whatever else is known.
    pub fn place(&mut self, snapshot: &Snapshot) {
        let observed = Box::new(self.first_observed(snapshot));
        let personal = snapshot::personal(&self.order().personal, snapshot);
        self.record(EventData::OrderPlaced { mollie_id: snapshot.mollie_id.clone(), observed });
        self.recorder.note_reading(confirmed(self.order(), snapshot, self.reading.as_of), personal);
        self.judge_money(self.as_read(snapshot).as_ref(), snapshot, &[]);
    }

    /// What the first reading holds. Its changes may be the effect of a request made meanwhile; its line ids are known only once
    /// it is recorded.
    fn first_observed(&self, snapshot: &Snapshot) -> Observed {
        let observed = snapshot::observed(self.order(), snapshot);
        if self.unsettled.is_empty() {
            return observed;
        }
        let named = Observed { entries: Vec::new(), ..observed };
        let placed = self.after(EventData::OrderPlaced {
            mollie_id: snapshot.mollie_id.clone(),
            observed: Box::new(named),
        });
        let left = self.without_undecided(&placed, snapshot.clone(), |_| true);
        snapshot::observed(self.order(), &left)
    }

    /// The order as it would be after an event.
    fn after(&self, data: EventData) -> Order {
        let mut recorder =
            Recorder::new(self.order().clone(), self.author.now, self.recorder.grounds().clone());
        recorder.record(data);
        recorder.finish().0
    }

    /// Records a reading, except for what an undecided operation may account for. If the service may know more than this reading,
    /// the next one records it.
    pub fn observe(&mut self, snapshot: &Snapshot) {
        if !self.reading.is_latest {
            return;
        }
        self.before = Some(Box::new(self.order().clone()));
        let whole = self.as_read(snapshot);
        let payments = self.order().payments.clone();
        let differing = self.differing_refunds(snapshot);
        let seen = snapshot;
        let snapshot = &self.without_undecided(self.order(), snapshot.clone(), |_| true);
        self.read_refunds(snapshot);
        let personal = snapshot::personal(&self.order().personal, snapshot);
        let observed = self.with_absent(seen, snapshot::observed(self.order(), snapshot));
        if observed.has_news(self.order()) {
            let is_going = |line_id| self.is_explained(self.order(), Difference::LeftOpen(line_id));
            let left_open = continuation::left_open(self.order(), seen, &observed, is_going);
            let observed = Observed { left_open, ..observed };
            let again = concern::surplus_cancellation(self.order(), &observed.entries, &observed.facts);
            let doubled = concern::surplus_lines(self.order(), &observed.lines);
            self.record(EventData::OrderObserved { observed: Box::new(observed) });
            again.into_iter().chain(doubled).for_each(|concern| self.raise(concern));
        }
        self.recorder.note_reading(confirmed(self.order(), snapshot, self.reading.as_of), personal);
        self.judge_money(whole.as_ref(), snapshot, &payments);
        if snapshot.contradictions.is_empty() {
            differing.into_iter().for_each(|concern| self.raise(concern));
        }
        self.take_over_shipments(snapshot);
        self.take_over_tracking(snapshot);
        self.read_captures(snapshot);
        self.read_chargebacks(snapshot);
        self.read_number(snapshot);
        self.has_read = true;
    }

    /// What Mollie counts of refunds and does not list, or the other way round. The list of a payment is read after the order: it may have
    /// a refund that was on its way then, or that somebody made meanwhile.
    fn differing_refunds(&self, snapshot: &Snapshot) -> Vec<Concern> {
        let (as_of, window) = (self.reading.as_of, self.author.settle_window);
        let is_new = |theirs: &RefundSnapshot| as_of.duration_since(theirs.created_time) < window;
        let aside = snapshot::without_refunds(snapshot.clone(), |theirs| {
            is_new(theirs) || self.is_aside(self.order(), theirs)
        });
        let without = concern::refunds_differ(self.order(), &aside);
        let differs = |found: &Concern| without.iter().any(|other| other.subject == found.subject);
        concern::refunds_differ(self.order(), snapshot).into_iter().filter(differs).collect()
    }

    /// Whether it may be a refund of ours whose outcome is unknown.
    fn is_aside(&self, order: &Order, theirs: &RefundSnapshot) -> bool {
        let is_known =
            self.known_refunds.iter().any(|ours| ours.mollie_id.as_ref() == Some(&theirs.mollie_id));
        !is_known && self.is_explained(order, Difference::Refund(theirs))
    }

    /// With the lines that this reading does not show, and those that leave the order for that.
    fn with_absent(&self, seen: &Snapshot, mut observed: Observed) -> Observed {
        let found = std::mem::take(&mut observed.facts.found_lines);
        let (as_of, window) = (self.reading.as_of, self.author.settle_window);
        (observed.facts.found_lines, observed.gone) =
            unseen_line::unseen(self.order(), seen, found, as_of, window);
        observed
    }

    /// Lets the rooms do what nobody asked for, if a reading was recorded.
    pub(super) fn act_on_reading(&mut self) {
        if self.has_read {
            kinds::after_reading(self);
        }
    }

    /// Without what may be the effect of an operation whose outcome is unknown.
    fn without_undecided(
        &self,
        order: &Order,
        snapshot: Snapshot,
        is_left_out: impl Fn(Pool) -> bool,
    ) -> Snapshot {
        let is_explained = |found: Difference<'_>| self.is_explained(order, found);
        let known: HashSet<_> = self.known.iter().filter_map(|ours| ours.mollie_id.as_ref()).collect();
        let is_undecided = |theirs: &ShipmentSnapshot| {
            !known.contains(&theirs.mollie_id) && is_explained(Difference::Shipment(theirs))
        };
        let snapshot = snapshot::without_refunds(snapshot, |theirs| self.is_aside(order, theirs));
        let snapshot = self.with_undecided_cancellations(order, snapshot).counted_by_refunds();
        let snapshot = snapshot::without_line_changes(
            order,
            snapshot,
            |theirs| is_explained(Difference::NewLine(theirs)),
            |line_id| is_explained(Difference::LineValues(line_id)),
        );
        let status = snapshot.status.clone();
        let are_undecided = |pool, line_id| {
            is_left_out(pool) && is_explained(Difference::Units { pool, line_id, status: status.as_ref() })
        };
        snapshot::without_undecided(order, snapshot, is_undecided, are_undecided)
    }

    /// The order as this reading shows it, with everything that is canceled, by anyone, and so with what is owed after that.
    /// `None` if nothing is left out of it.
    fn as_read(&self, snapshot: &Snapshot) -> Option<Order> {
        if self.unsettled.is_empty() {
            return None;
        }
        let shown = self.without_undecided(self.order(), snapshot.clone(), |pool| pool != Pool::Canceled);
        let observed = Box::new(snapshot::difference(self.order(), &shown)?);
        Some(self.after(EventData::OrderObserved { observed }))
    }

    /// Raises review items about the order's money, judged over all that this reading shows (`whole`, or else the order as
    /// recorded). `before`: its payments before this reading. A reading that contradicts itself says nothing about sums; what the
    /// bank took, and that an ended order still holds money, depend on no sum. Nor does it while lines are changing: payments and lines
    /// may be of before and after.
    fn judge_money(&mut self, whole: Option<&Order>, snapshot: &Snapshot, before: &[Payment]) {
        let (order, mut concerns) = (whole.unwrap_or(self.order()), Vec::new());
        let is_sound = snapshot.contradictions.is_empty() && order.line_change.is_none();
        if is_sound {
            concerns.extend(concern::surplus_payments(order));
            // What lines cost by now, payments that were read before them do not tell.
            concerns.extend(snapshot.payments.as_ref().and_then(|_| concern::underpaid(order)));
            concerns.extend(concern::overcaptured(order));
            concerns.extend(concern::deductions_left(order));
        }
        concerns.extend(concern::charged_back(before, order));
        concerns.extend(concern::superseded_paid(order));
        concerns.extend(concern::money_on_ended_order(order, self.reading.as_of, self.author.settle_window));
        for concern in concerns {
            self.raise(concern);
        }
        let again = concern::deductions_told_again(self.order());
        self.close(again, "a later item takes this one in");
        if is_sound {
            self.close(surplus::settled(self.order()), "nothing of it is too much any more");
            self.tell_anew(surplus::known(self.order()).unwrap_or_default());
            self.close(concern::no_longer_underpaid(self.order()), "the payments are enough");
        }
    }

    /// Records the shipments in a reading that none of ours accounts for: they were made elsewhere.
    pub fn take_over_shipments(&mut self, snapshot: &Snapshot) {
        let ids: HashSet<_> = self.known.iter().filter_map(|ours| ours.mollie_id.as_ref()).collect();
        let theirs = snapshot.shipments.iter().flatten().filter(|theirs| !ids.contains(&theirs.mollie_id));
        let theirs: Vec<_> = theirs.collect();
        if theirs.is_empty() {
            return;
        }
        let lines = self.order().lines_at_mollie().into_iter();
        let lines: HashMap<_, _> = lines.map(|(id, line)| (id.clone(), line.id)).collect();
        for theirs in theirs {
            let shipment = self.foreign_shipment(&lines, theirs);
            self.record(EventData::ShipmentObserved { shipment: Box::new(shipment.clone()) });
            self.put(shipment);
            self.raise_surplus(theirs, Origin::Elsewhere);
        }
    }

    /// Compares its tracking with ours to see whether one of our shipments was registered twice.
    fn raise_surplus(&mut self, theirs: &ShipmentSnapshot, origin: Origin) {
        let surplus = concern::surplus_shipment(self.order(), &shipment::at_mollie(&self.known), theirs);
        if let Some(concern) = surplus.filter(|_| origin == Origin::Elsewhere) {
            self.raise(concern);
        }
    }

    /// Records the tracking of known shipments that was changed elsewhere.
    fn take_over_tracking(&mut self, snapshot: &Snapshot) {
        for theirs in snapshot.shipments.iter().flatten() {
            let is_same = |ours: &&Shipment| {
                ours.carried_by.is_none() && ours.mollie_id.as_ref() == Some(&theirs.mollie_id)
            };
            let Some(ours) = self.known.iter().find(is_same).cloned() else { continue };
            let tracking = theirs.tracking.or_as_before(ours.tracking.as_ref());
            if tracking == ours.tracking || self.is_explained(self.order(), Difference::Tracking(ours.id)) {
                continue;
            }
            let (shipment_id, operation_id) = (ours.id, None);
            self.record(EventData::ShipmentUpdated { shipment_id, operation_id, tracking: tracking.clone() });
            self.put(Shipment { tracking, ..ours.clone() });
            self.raise_surplus(theirs, ours.origin);
        }
    }

    /// Whether it may be the effect of an operation whose outcome is unknown.
    pub(super) fn is_explained(&self, order: &Order, found: Difference<'_>) -> bool {
        self.unsettled
            .iter()
            .any(|operation| operation.task.kind().explains(order, found, operation.state.sent().is_some()))
    }

    fn foreign_shipment(&self, lines: &HashMap<MollieLineId, LineId>, theirs: &ShipmentSnapshot) -> Shipment {
        let line = |(id, part): &(_, _)| Some(ShipmentLine { line_id: *lines.get(id)?, part: *part });
        let lines = theirs.lines.iter().filter_map(line).collect();
        Shipment {
            state: ShipmentState::Registered,
            origin: Origin::Elsewhere,
            mollie_id: Some(theirs.mollie_id.clone()),
            created_time: theirs.created_time,
            registered_time: Some(theirs.created_time),
            ..self.new_shipment(lines, theirs.tracking.value().cloned())
        }
    }
}

/// Since when the order is known to be in this state. An answer that leaves out counters or contradicts itself does not move it.
fn confirmed(order: &Order, snapshot: &Snapshot, asked: Timestamp) -> Option<Timestamp> {
    let is_whole = snapshot.counter_left_out().is_none() && snapshot.contradictions.is_empty();
    if is_whole { Some(asked) } else { order.observed_time }
}
