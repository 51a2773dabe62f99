//! Folding events: each of them changes the order as its arm says, and nothing else does. What several events do stands with its
//! subject beside this file.

use jiff::Timestamp;

use super::{Event, EventData};
use crate::rules::ids::RefundId;
use crate::rules::item::Closure;
use crate::rules::ledger::Stage;
use crate::rules::order::{Order, Personal};
use crate::rules::placement::Placement;
use crate::rules::rejection::RejectedBy;
use crate::rules::ship_by::Agenda;
use crate::rules::status::{OrderStatus, Read};
use crate::rules::stranded;
use crate::rules::superseded::Superseded;

impl Order {
    /// The order after an event; `None` before its first. Personal data stays as it was.
    #[must_use]
    pub fn after(before: Option<Self>, event: &Event) -> Option<Self> {
        let mut order = match (&event.data, before) {
            (EventData::OrderRecorded { order, .. }, None) => (**order).clone(),
            (_, before) => before?,
        };
        order.advance(event);
        Some(order)
    }

    /// Applies an event that is not the first.
    pub(super) fn advance(&mut self, event: &Event) {
        self.version = event.sequence;
        self.apply(&event.data, event.time);
        for entry in event.data.entries() {
            match entry.line_id {
                Some(id) => self.line_mut(id).into_iter().for_each(|line| line.enter(entry)),
                None => self.beside.enter(entry),
            }
        }
        self.note_canceled_unpaid();
        self.raise_highest_amount();
        if let EventData::CancellationRefused { .. } = &event.data {
            let payments = &self.payments;
            self.superseded.iter_mut().for_each(|superseded| superseded.keep(event.time, payments));
        }
        self.number_released |= self.frees_number();
        self.stranded = stranded::after(self, event.time);
        self.closed_time =
            self.closed_time.filter(|_| self.is_over()).or_else(|| self.is_over().then_some(event.time));
    }

    fn apply(&mut self, data: &EventData, time: Timestamp) {
        match data {
            EventData::OrderRecorded { .. }
            | EventData::ShipmentTooLate { .. }
            | EventData::ShipmentUpdateRecorded { .. }
            | EventData::ShipmentUpdated { .. }
            | EventData::ShipmentUpdateRefused { .. }
            | EventData::RefundCancelRecorded { .. }
            | EventData::RefundCancelRefused { .. }
            | EventData::PaymentRecorded { .. }
            | EventData::PaymentRefused { .. }
            | EventData::AttentionNeeded { .. }
            | EventData::OperationRetried { .. }
            | EventData::OperationResolved { .. } => (),
            EventData::ShipmentRecorded { shipment, .. } => self.hold(shipment),
            EventData::ShipmentCarried { shipment_id, .. }
            | EventData::ShipmentRefused { shipment_id, .. } => {
                self.held.retain(|parcel| parcel.shipment_id != *shipment_id);
            }
            EventData::ShipmentRegistered { shipment_id, entries, .. } => {
                let settled = entries.iter().filter(|entry| entry.stage == Stage::Settled);
                self.expect_capture(*shipment_id, settled.map(|entry| entry.part));
            }
            EventData::ShipmentObserved { shipment } => {
                self.expect_capture(shipment.id, shipment.lines.iter().map(|line| line.part));
            }
            EventData::ShipmentCaptured { shipment_id, capture } => {
                self.follow_capture(*shipment_id, capture);
            }
            EventData::CancellationRecorded { operation_id, release, entries } => {
                self.give_up(*operation_id, release, entries);
                self.superseded.iter_mut().for_each(|superseded| superseded.asked_time = Some(time));
            }
            EventData::CancellationSucceeded { operation_id, entries } => {
                self.remember_canceled(*operation_id, entries, Stage::Settled);
                self.lines_changed_time = Some(time);
            }
            // If an operator was wrong, its effect comes to light later.
            EventData::CancellationRefused { operation_id, rejection, entries } => {
                self.take_back_releases(*operation_id, rejection, entries);
                if rejection.by == RejectedBy::Operator {
                    self.remember_canceled(*operation_id, entries, Stage::Freed);
                }
            }
            EventData::ReturnRecorded { returned, .. } => self.returns.push((**returned).clone()),
            EventData::PaymentCreated { operation_id, payment } => {
                self.take_made_payment(*operation_id, payment);
            }
            EventData::ChargebackObserved { payment_id, chargeback } => {
                self.put_chargeback(payment_id, chargeback);
            }
            EventData::UpdateRecorded { operation_id, terms } => {
                self.begin_update(*operation_id, terms);
            }
            EventData::Updated { operation_id, terms } => self.end_update(*operation_id, terms),
            EventData::UpdateRefused { operation_id, .. } => drop(self.end_renaming(*operation_id)),
            EventData::Superseded { by } => {
                self.superseded = Some(Box::new(Superseded::by(*by)));
            }
            EventData::Replaced { .. } => {
                self.superseded.iter_mut().for_each(|superseded| superseded.is_final = true);
            }
            EventData::Reinstated { .. } => self.superseded = None,
            EventData::NumberLost { .. } => self.number_released = true,
            EventData::LineChangeRecorded { change, .. } => self.begin_line_change(change),
            EventData::LinesChanged { operation_id, lines, entries } => {
                self.end_line_change(*operation_id);
                self.remember_canceled(*operation_id, entries, Stage::Settled);
                self.take_lines(*operation_id, lines, entries);
                self.lines_changed_time = Some(time);
            }
            EventData::LineChangeRefused { operation_id, rejection, entries } => {
                self.end_line_change(*operation_id);
                if rejection.by == RejectedBy::Operator {
                    self.remember_canceled(*operation_id, entries, Stage::Freed);
                }
            }
            EventData::RefundRecorded { refund, .. } | EventData::RefundObserved { refund, .. } => {
                self.follow(refund.id, refund.is_open());
            }
            EventData::RefundRegistered { refund_id, status, .. }
            | EventData::RefundUpdated { refund_id, status, .. } => {
                let is_final = matches!(status, Read::Known(status) if status.is_final());
                self.follow(*refund_id, !is_final);
            }
            EventData::RefundRefused { refund_id, .. } | EventData::RefundWithdrawn { refund_id, .. } => {
                self.follow(*refund_id, false);
            }
            EventData::OrderPlaced { mollie_id, observed } => {
                self.placement = Placement::Placed;
                self.mollie_id = Some(mollie_id.clone());
                self.observe(observed);
            }
            EventData::PlacementRefused { rejection } => {
                self.placement = Placement::Refused;
                self.rejection = Some(rejection.clone());
            }
            EventData::PlacementAbandoned { .. } => self.placement = Placement::Abandoned,
            EventData::OrderObserved { observed } => self.observe(observed),
            EventData::DeadlineTold { notice } => self.remember(notice),
            EventData::PolicyTold { notice } => self.follow_policy(notice, time),
            EventData::ItemRaised { item } => self.items.push(item.clone()),
            EventData::ItemClosed { number, by, reason } => {
                let closure = Closure { time, by: by.clone(), reason: reason.clone() };
                let items = self.items.iter_mut().filter(|item| item.number == *number);
                items.for_each(|item| item.closed = Some(closure.clone()));
            }
        }
    }

    /// Whether nothing more is expected: ended at Mollie with no money left to deal with and no capture or refund on its way, or
    /// never placed.
    fn is_over(&self) -> bool {
        let ended = self.facts.status.is_some_and(OrderStatus::is_final)
            && !stranded::is_open(self)
            && self.open_captures.is_empty()
            && self.open_refunds.is_empty();
        !self.placement.is_alive() || ended
    }

    /// The order as events hold it: without personal data, and without what follows from its profile's choices.
    #[must_use]
    pub fn impersonal(&self) -> Self {
        let agenda = Agenda::nothing(self.terms.amount);
        Self { personal: Personal::default(), agenda, ..self.clone() }
    }

    /// Whether a refund is followed from now on.
    fn follow(&mut self, id: RefundId, is_open: bool) {
        self.open_refunds.retain(|other| *other != id);
        self.open_refunds.extend(is_open.then_some(id));
    }
}
