//! What Mollie says of an order, and how that differs from what we keep.
//!
//! Mollie is the source of every fact here; nothing is judged by the rules for drafts, because its own answers do not
//! follow them. Ours are the line ids and what is reserved.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;

use super::address::Address;
use super::event::Observed;
use super::ids::{LineId, MollieLineId, MollieOrderId, MollieShipmentId};
use super::line::LineType;
use super::money::Money;
use super::order::{Facts, Line, Order, Part, Personal};
use super::payment::Payment;
use super::shipment::Tracking;
use super::status::{LineStatus, OrderStatus, Read};

/// An order as Mollie returned it. A part that was not in the answer is `None`.
#[derive(Clone, PartialEq)]
pub struct Snapshot {
    pub mollie_id: MollieOrderId,
    pub status: Read<OrderStatus>,
    pub order_number: String,
    pub amount: Money,
    pub method: Option<String>,
    pub is_cancelable: Option<bool>,
    pub amount_captured: Option<Money>,
    pub amount_refunded: Option<Money>,
    pub checkout_url: Option<String>,
    /// The hook address it was created with: how a lost order is found again.
    pub webhook_url: Option<String>,
    pub created_time: Timestamp,
    pub expires_time: Option<Timestamp>,
    pub authorized_time: Option<Timestamp>,
    pub paid_time: Option<Timestamp>,
    pub canceled_time: Option<Timestamp>,
    pub expired_time: Option<Timestamp>,
    pub completed_time: Option<Timestamp>,
    pub billing_address: Option<Address>,
    pub shipping_address: Option<Address>,
    pub lines: Vec<LineSnapshot>,
    /// All attempts to pay, where asked for.
    pub payments: Option<Vec<Payment>>,
    /// All shipments, where asked for.
    pub shipments: Option<Vec<ShipmentSnapshot>>,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The hook address holds a token, and addresses are personal.
        write!(f, "Snapshot({}, {:?})", self.mollie_id, self.status)
    }
}

/// A line as Mollie returned it.
#[derive(Clone, Debug, PartialEq)]
pub struct LineSnapshot {
    pub mollie_id: MollieLineId,
    pub line_type: Read<LineType>,
    pub category: Option<String>,
    pub name: String,
    pub sku: Option<String>,
    pub status: Read<LineStatus>,
    pub quantity: u32,
    pub quantity_unit: Option<String>,
    pub unit_price: Money,
    pub discount_amount: Option<Money>,
    pub total_amount: Money,
    pub vat_rate: String,
    pub vat_amount: Money,
    pub image_url: Option<String>,
    pub product_url: Option<String>,
    pub metadata: Option<Value>,
    pub shipped: Part,
    pub canceled: Part,
    pub refunded: Part,
}

/// A shipment as Mollie returned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShipmentSnapshot {
    pub mollie_id: MollieShipmentId,
    pub created_time: Timestamp,
    pub tracking: Option<Tracking>,
    pub lines: Vec<(MollieLineId, Part)>,
}

/// What Mollie says of the order, beside what we keep. The answer holds whole new values, so that applying it is a
/// replacement.
#[must_use]
pub fn observed(order: &Order, snapshot: &Snapshot) -> Observed {
    let facts = facts(&order.facts, snapshot);
    let unexpected = match (order.facts.status, facts.status) {
        (Some(before), Some(after)) => !before.leads_to(after),
        (Some(_) | None, None) | (None, Some(_)) => false,
    };
    Observed {
        status_changed: facts.status != order.facts.status,
        unexpected,
        amount: snapshot.amount,
        lines: changed_lines(order, snapshot),
        payments: changed_payments(order, snapshot),
        personal: changed_personal(&order.personal, snapshot),
        facts,
    }
}

/// Compares the order with what Mollie says; `None` if nothing differs.
#[must_use]
pub fn difference(order: &Order, snapshot: &Snapshot) -> Option<Observed> {
    let observed = observed(order, snapshot);
    let same = observed.facts == order.facts && observed.amount == order.terms.amount;
    let nothing =
        same && observed.lines.is_empty() && observed.payments.is_empty() && observed.personal.is_empty();
    (!nothing).then_some(observed)
}

/// The personal data after an observation: an address Mollie holds replaces ours.
#[must_use]
pub fn personal(before: &Personal, snapshot: &Snapshot) -> Personal {
    let taken = |mine: &Option<Address>, theirs: &Option<Address>| {
        theirs.clone().filter(|address| *address != Address::default()).or_else(|| mine.clone())
    };
    Personal {
        billing_address: taken(&before.billing_address, &snapshot.billing_address),
        shipping_address: taken(&before.shipping_address, &snapshot.shipping_address),
        consumer_date_of_birth: before.consumer_date_of_birth,
    }
}

/// What Mollie says, less the shipments nobody can tell yet whether they are ours: their units are still reserved here, and
/// counting them as shipped too would count them twice. What the order counts already stays counted: it was there before.
#[must_use]
pub fn without_undecided(
    order: &Order,
    mut snapshot: Snapshot,
    is_known: impl Fn(&MollieShipmentId) -> bool,
) -> Snapshot {
    let shipments = snapshot.shipments.take().unwrap_or_default();
    let (known, undecided): (Vec<_>, Vec<_>) =
        shipments.into_iter().partition(|one| is_known(&one.mollie_id));
    let mut parts = HashMap::<&MollieLineId, Part>::new();
    for (id, part) in undecided.iter().flat_map(|shipment| &shipment.lines) {
        parts.entry(id).and_modify(|sum| *sum = sum.and(*part)).or_insert(*part);
    }
    let ours = order.lines_at_mollie();
    for line in &mut snapshot.lines {
        if let Some(part) = parts.get(&line.mollie_id) {
            line.shipped = line.shipped.without(*part);
        }
        let ours = ours.get(&line.mollie_id);
        if let Some(ours) = ours.filter(|ours| ours.shipped.quantity > line.shipped.quantity) {
            line.shipped = ours.shipped;
        }
    }
    snapshot.shipments = Some(known);
    snapshot
}

fn changed_personal(before: &Personal, snapshot: &Snapshot) -> Vec<String> {
    let after = personal(before, snapshot);
    let mut changed = Vec::new();
    if after.billing_address != before.billing_address {
        changed.push("billing_address".to_owned());
    }
    if after.shipping_address != before.shipping_address {
        changed.push("shipping_address".to_owned());
    }
    changed
}

fn facts(before: &Facts, snapshot: &Snapshot) -> Facts {
    let (status, unknown_status) = understood(before.status, &snapshot.status);
    // An order that fell back to created is to be paid anew: how it was paid before says nothing of how it will be.
    let anew = status == Some(OrderStatus::Created);
    let kept = |time: Option<Timestamp>| time.filter(|_| !anew);
    Facts {
        status,
        unknown_status,
        method: snapshot.method.clone().or_else(|| before.method.clone()),
        is_cancelable: snapshot.is_cancelable,
        amount_captured: snapshot.amount_captured,
        amount_refunded: snapshot.amount_refunded,
        checkout_url: snapshot.checkout_url.clone(),
        created_time: Some(snapshot.created_time),
        // Mollie leaves the end out of paid and final orders; what it once said stays true for the record.
        expires_time: snapshot.expires_time.or(before.expires_time),
        authorized_time: snapshot.authorized_time.or(kept(before.authorized_time)),
        paid_time: snapshot.paid_time.or(kept(before.paid_time)),
        canceled_time: snapshot.canceled_time.or(before.canceled_time),
        expired_time: snapshot.expired_time.or(before.expired_time),
        completed_time: snapshot.completed_time.or(before.completed_time),
    }
}

/// The last status we understood stays beside a word we do not.
fn understood<T: Copy>(before: Option<T>, read: &Read<T>) -> (Option<T>, Option<String>) {
    match read {
        Read::Known(status) => (Some(*status), None),
        Read::Unknown(word) => (before, Some(word.clone())),
    }
}

fn changed_lines(order: &Order, snapshot: &Snapshot) -> Vec<Line> {
    let mut next = order.lines.iter().map(|line| line.id.number()).max().unwrap_or(0) + 1;
    let (known, mut changed) = (order.lines_at_mollie(), Vec::new());
    for (position, theirs) in snapshot.lines.iter().enumerate() {
        // By Mollie's id; before we know it, by position, because Mollie keeps the order of the request.
        let unknown = || order.lines.get(position).filter(|line| line.mollie_id.is_none());
        let ours = known.get(&theirs.mollie_id).copied().or_else(unknown);
        let id = ours.map_or_else(|| LineId::new(next), |line| line.id);
        if ours.is_none() {
            next += 1;
        }
        let after = line(id, ours, theirs);
        if ours != Some(&after) {
            changed.push(after);
        }
    }
    changed
}

fn line(id: LineId, ours: Option<&Line>, theirs: &LineSnapshot) -> Line {
    let (status, unknown_status) = understood(ours.and_then(|line| line.status), &theirs.status);
    let kept = |text: fn(&Line) -> &Option<String>| ours.and_then(|line| text(line).clone());
    Line {
        id,
        mollie_id: Some(theirs.mollie_id.clone()),
        line_type: theirs.line_type.clone(),
        category: theirs.category.clone().or_else(|| kept(|line| &line.category)),
        name: theirs.name.clone(),
        sku: theirs.sku.clone(),
        quantity: theirs.quantity,
        quantity_unit: theirs.quantity_unit.clone().or_else(|| kept(|line| &line.quantity_unit)),
        unit_price: theirs.unit_price,
        discount_amount: theirs.discount_amount,
        total_amount: theirs.total_amount,
        vat_rate: theirs.vat_rate.clone(),
        vat_amount: theirs.vat_amount,
        image_url: theirs.image_url.clone().or_else(|| kept(|line| &line.image_url)),
        product_url: theirs.product_url.clone().or_else(|| kept(|line| &line.product_url)),
        metadata: theirs.metadata.clone().or_else(|| ours.and_then(|line| line.metadata.clone())),
        status,
        unknown_status,
        shipped: theirs.shipped,
        canceled: theirs.canceled,
        refunded: theirs.refunded,
        reserved: ours.map_or(Part::none(theirs.total_amount), |line| line.reserved),
    }
}

/// Payments that are new or changed. One that Mollie no longer lists stays: it happened.
fn changed_payments(order: &Order, snapshot: &Snapshot) -> Vec<Payment> {
    let theirs = snapshot.payments.as_deref().unwrap_or_default();
    theirs.iter().filter(|payment| !order.payments.contains(payment)).cloned().collect()
}

#[cfg(test)]
mod tests;
