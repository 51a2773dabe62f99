//! How what Mollie reports of an order differs from what we keep.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{AddressSnapshot, LineSnapshot, ShipmentSnapshot, Snapshot, counters};
use crate::rules::address::Address;
use crate::rules::field::Field;
use crate::rules::ids::{LineId, MollieLineId};
use crate::rules::ledger::{self, Entry, Pool};
use crate::rules::line::LineType;
use crate::rules::money::Money;
use crate::rules::order::{Facts, Line, Order, Personal};
use crate::rules::part::Part;
use crate::rules::payment::Payment;
use crate::rules::shipment::ShipmentLine;
use crate::rules::status::{OrderStatus, Read};
use crate::rules::unseen_line;

/// A difference seen at Mollie. Only changed lines and payments are listed, each whole; a line's settled and reserved units
/// change only by entries.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    pub facts: Facts,
    pub amount: Money,
    pub lines: Vec<Line>,
    /// Lines that leave the order: Mollie does not have them.
    pub gone: Vec<LineId>,
    /// Units shipped, canceled and refunded beyond what was known.
    pub entries: Vec<Entry>,
    /// If time has ended the order: the units that were certainly open, to be placed anew. Who knows what is under way adds them.
    pub left_open: Vec<ShipmentLine>,
    pub payments: Vec<Payment>,
    /// Which personal fields changed; never their values.
    pub personal: Vec<String>,
    /// Whether the order's status changed.
    pub status_changed: bool,
    /// Whether the set of fields that could not be understood changed.
    pub unread_changed: bool,
    /// Whether the documents know no transition from the previous status to this one.
    pub unexpected: bool,
}

/// What Mollie reports of the order, compared with what we keep. Holds whole new values, so that applying it is a replacement.
#[must_use]
pub fn observed(order: &Order, snapshot: &Snapshot) -> Observed {
    let (lines, mut entries) = changed_lines(order, snapshot);
    let facts =
        Facts { found_lines: unseen_line::seen(order, snapshot, &lines), ..facts(&order.facts, snapshot) };
    entries.extend(ledger::charged_back(order, snapshot));
    let unexpected = match (order.facts.status, facts.status) {
        (Some(before), Some(after)) => !before.leads_to(after),
        (Some(_) | None, None) | (None, Some(_)) => false,
    };
    Observed {
        status_changed: facts.status != order.facts.status,
        unread_changed: facts.unread != order.facts.unread,
        unexpected,
        amount: snapshot.amount,
        lines,
        gone: Vec::new(),
        left_open: Vec::new(),
        entries,
        payments: changed_payments(order, snapshot),
        personal: changed_personal(&order.personal, snapshot),
        facts,
    }
}

/// Compares the order with what Mollie reports; `None` if nothing differs.
#[must_use]
pub fn difference(order: &Order, snapshot: &Snapshot) -> Option<Observed> {
    Some(observed(order, snapshot)).filter(|observed| observed.has_news(order))
}

impl Observed {
    /// Whether anything of it differs from the order.
    #[must_use]
    pub fn has_news(&self, order: &Order) -> bool {
        self.facts != order.facts
            || self.amount != order.terms.amount
            || !self.lines.is_empty()
            || !self.gone.is_empty()
            || !self.entries.is_empty()
            || !self.payments.is_empty()
            || !self.personal.is_empty()
    }
}

/// The personal data after an observation: an address Mollie holds replaces ours.
#[must_use]
pub fn personal(before: &Personal, snapshot: &Snapshot) -> Personal {
    Personal {
        billing_address: address(before.billing_address.as_ref(), snapshot.billing_address.as_ref()),
        shipping_address: address(before.shipping_address.as_ref(), snapshot.shipping_address.as_ref()),
        consumer_date_of_birth: before.consumer_date_of_birth,
    }
}

fn address(mine: Option<&Address>, theirs: Option<&AddressSnapshot>) -> Option<Address> {
    let theirs = theirs.filter(|theirs| theirs.parts != Address::default());
    match (mine, theirs) {
        (mine, None) => mine.cloned(),
        (Some(mine), Some(theirs)) if !theirs.is_whole => Some(theirs.parts.clone().over(mine)),
        (_, Some(theirs)) => Some(theirs.parts.clone()),
    }
}

/// What Mollie reports, without what may or may not be ours: shipments (`is_undecided`), whose units are still reserved here and
/// would count twice if also counted as shipped; and units of lines (`are_undecided`). What the order already counts stays
/// counted: it was there before.
#[must_use]
pub fn without_undecided(
    order: &Order,
    mut snapshot: Snapshot,
    is_undecided: impl Fn(&ShipmentSnapshot) -> bool,
    are_undecided: impl Fn(Pool, LineId) -> bool,
) -> Snapshot {
    let lists_shipments = snapshot.shipments.is_some();
    let (undecided, known): (Vec<_>, Vec<_>) =
        snapshot.shipments.take().unwrap_or_default().into_iter().partition(is_undecided);
    let parts = units(&undecided);
    snapshot.shipments = lists_shipments.then_some(known);
    let ours = order.lines_at_mollie();
    for line in &mut snapshot.lines {
        let Some(ours) = ours.get(&line.mollie_id) else { continue };
        if let (Some(part), Some(shipped)) = (parts.get(&line.mollie_id), line.shipped) {
            let left = shipped.without(*part);
            line.shipped = Some(if ours.shipped.quantity > left.quantity { ours.shipped } else { left });
        }
        for pool in Pool::ALL {
            // Shipments show whose units they are better than counters do.
            // The same holds for refunds, if they are listed.
            let tells = match pool {
                Pool::Shipped => lists_shipments,
                Pool::Refunded => snapshot.refunds.is_some(),
                Pool::Canceled | Pool::PaymentRefunded | Pool::ChargedBack | Pool::NotLeaving => false,
            };
            if !tells && ledger::unexplained(ours, line, *pool).is_some() && are_undecided(*pool, ours.id) {
                line.count(*pool, ours.settled(*pool));
            }
        }
    }
    snapshot
}

/// The units in these shipments, by line.
fn units(shipments: &[ShipmentSnapshot]) -> HashMap<MollieLineId, Part> {
    let mut sums = HashMap::<_, Part>::new();
    for (id, part) in shipments.iter().flat_map(|shipment| &shipment.lines) {
        sums.entry(id.clone()).and_modify(|sum| *sum = sum.and(*part)).or_insert(*part);
    }
    sums
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
    let (status, unknown_status) = match &snapshot.status {
        Some(read) => understood(before.status, read),
        None => (before.status, before.unknown_status.clone()),
    };
    // An order back in `created` must be paid again: how it was paid before says nothing about the next payment.
    let anew = status == Some(OrderStatus::Created);
    let kept = |time: Option<Timestamp>| time.filter(|_| !anew);
    // An answer without line counters may leave out their sums too.
    let sum = |theirs: Option<Money>, ours: Option<Money>| match snapshot.counter_left_out() {
        Some(_) => theirs.or(ours),
        None => theirs,
    };
    Facts {
        status,
        unknown_status,
        method: snapshot.method.clone().or_else(|| before.method.clone()),
        is_cancelable: snapshot.is_cancelable.or_as_before(before.is_cancelable.as_ref()),
        amount_captured: sum(snapshot.amount_captured, before.amount_captured),
        amount_refunded: sum(snapshot.amount_refunded, before.amount_refunded),
        checkout_url: snapshot.checkout_url.or_as_before(before.checkout_url.as_ref()),
        created_time: Some(snapshot.created_time),
        mollie_profile_id: snapshot.mollie_profile_id.clone().or_else(|| before.mollie_profile_id.clone()),
        dashboard_url: snapshot.dashboard_url.or_as_before(before.dashboard_url.as_ref()),
        // Only the newest answers show it: one that does not takes nothing back.
        payment: snapshot.payment.value().or(before.payment.as_ref()).cloned(),
        // Mollie leaves the expiry out of paid and final orders; the earlier value stays on record.
        expires_time: snapshot.expires_time.or(before.expires_time),
        authorized_time: authorized_time(snapshot, status).or(kept(before.authorized_time)),
        paid_time: snapshot.paid_time.or(kept(before.paid_time)),
        canceled_time: snapshot.canceled_time.or(before.canceled_time),
        expired_time: snapshot.expired_time.or(before.expired_time),
        completed_time: snapshot.completed_time.or(before.completed_time),
        found_lines: before.found_lines.clone(),
        unread: snapshot.unread.with_absent(&before.unread, |path| snapshot.lacks(path)),
    }
}

/// When the order was authorized. If the answer lacks it, the payment that authorized it says so.
fn authorized_time(snapshot: &Snapshot, status: Option<OrderStatus>) -> Option<Timestamp> {
    let of_payment = || {
        let payments = snapshot.payments.iter().flatten().filter(|payment| payment.holds_money());
        payments.filter_map(|payment| payment.authorized_time).max()
    };
    snapshot.authorized_time.or_else(|| of_payment().filter(|_| status == Some(OrderStatus::Authorized)))
}

/// The last status we understood is kept beside one we do not.
fn understood<T: Copy>(before: Option<T>, read: &Read<T>) -> (Option<T>, Option<String>) {
    match read {
        Read::Known(status) => (Some(*status), None),
        Read::Unknown(word) => (before, Some(word.clone())),
    }
}

fn changed_lines(order: &Order, snapshot: &Snapshot) -> (Vec<Line>, Vec<Entry>) {
    let mut next = order.next_line_id().number();
    let (known, mut changed, mut entries) = (order.lines_at_mollie(), Vec::new(), Vec::new());
    for (position, theirs) in snapshot.lines.iter().enumerate() {
        let ours = counterpart(order, &known, position, theirs);
        let known = ours.map(|line| line.id).or_else(|| unseen_line::id_of(order, &theirs.mollie_id));
        let id = known.unwrap_or_else(|| LineId::new(next));
        if known.is_none() {
            next += 1;
        }
        let after = line(id, ours, theirs);
        entries.extend(ledger::taking_over(&after, |pool| counters::counted(&after, theirs, snapshot, pool)));
        if ours != Some(&after) {
            changed.push(after);
        }
    }
    (changed, entries)
}

/// Our line for one of Mollie's: by Mollie's id, or before we know it by position, because Mollie keeps the order of the request.
pub(in crate::rules) fn counterpart<'a>(
    order: &'a Order,
    known: &HashMap<&MollieLineId, &'a Line>,
    position: usize,
    theirs: &LineSnapshot,
) -> Option<&'a Line> {
    let unknown = || order.lines.get(position).filter(|line| line.mollie_id.is_none());
    known.get(&theirs.mollie_id).copied().or_else(unknown)
}

/// A line that is not known here, as Mollie describes it.
pub(in crate::rules) fn new_line(id: LineId, theirs: &LineSnapshot) -> Line {
    line(id, None, theirs)
}

/// The line as Mollie describes it, with its settled and reserved units as they were.
fn line(id: LineId, ours: Option<&Line>, theirs: &LineSnapshot) -> Line {
    let (status, unknown_status) = understood(ours.and_then(|line| line.status), &theirs.status);
    let kept = |text: fn(&Line) -> &Option<String>| ours.and_then(|line| text(line).clone());
    let none = Part::none(theirs.total_amount);
    Line {
        id,
        mollie_id: Some(theirs.mollie_id.clone()),
        line_type: line_type(ours, theirs),
        category: theirs.category.clone().or_else(|| kept(|line| &line.category)),
        name: theirs.name.or_as_before(ours.map(|line| &line.name)).unwrap_or_default(),
        sku: theirs.sku.or_as_before(ours.and_then(|line| line.sku.as_ref())),
        quantity: theirs.quantity,
        quantity_unit: theirs.quantity_unit.clone().or_else(|| kept(|line| &line.quantity_unit)),
        unit_price: theirs.unit_price,
        // Some answers leave a discount of zero out, some say it.
        discount_amount: theirs.discount_amount.filter(|discount| discount.minor() != 0),
        total_amount: theirs.total_amount,
        vat_rate: theirs
            .vat_rate
            .or_as_before(ours.map(|line| &line.vat_rate))
            .or_else(|| ours.map(|line| line.vat_rate.clone()).filter(String::is_empty))
            .unwrap_or_else(|| "0.00".to_owned()),
        vat_amount: theirs.vat_amount.or_as_before(ours.map(|line| &line.vat_amount)).unwrap_or(none.amount),
        image_url: theirs.image_url.clone().or_else(|| kept(|line| &line.image_url)),
        product_url: theirs.product_url.clone().or_else(|| kept(|line| &line.product_url)),
        planned_ship_date: ours.and_then(|line| line.planned_ship_date),
        reference: ours.and_then(|line| line.reference.clone()),
        metadata: theirs.metadata.clone().or_else(|| ours.and_then(|line| line.metadata.clone())),
        is_cancelable: theirs.is_cancelable.or_as_before(ours.and_then(|line| line.is_cancelable.as_ref())),
        created_time: theirs.created_time.or_else(|| ours.and_then(|line| line.created_time)),
        status,
        unknown_status,
        shipped: ours.map_or(none, |line| line.shipped),
        canceled: ours.map_or(none, |line| line.canceled),
        refunded: ours.map_or(none, |line| line.refunded),
        payment_refunded: ours.map_or(none, |line| line.payment_refunded),
        reserved: ours.map_or(none, |line| line.reserved),
        canceling: ours.map_or(none, |line| line.canceling),
        refunding: ours.map_or(none, |line| line.refunding),
        payment_refunding: ours.map_or(none, |line| line.payment_refunding),
        is_changing: ours.is_some_and(|line| line.is_changing),
        not_leaving: ours.map_or(0, |line| line.not_leaving),
    }
}

/// Mollie's default is physical. A new line whose type cannot be read gets an unknown type.
fn line_type(ours: Option<&Line>, theirs: &LineSnapshot) -> Read<LineType> {
    match (&theirs.line_type, ours) {
        (Field::Value(line_type), _) => line_type.clone(),
        (Field::LeftOut, _) => Read::Known(LineType::Physical),
        (Field::Unreadable, Some(ours)) => ours.line_type.clone(),
        (Field::Unreadable, None) => Read::Unknown(String::new()),
    }
}

/// Payments that are new or changed. One that Mollie no longer lists stays: it happened.
fn changed_payments(order: &Order, snapshot: &Snapshot) -> Vec<Payment> {
    let theirs = snapshot.payments.as_deref().unwrap_or_default();
    let after = theirs.iter().map(|payment| {
        let ours = order.payments.iter().find(|ours| ours.mollie_id == payment.mollie_id);
        // The method and the end, once known, stay, whatever later answers report.
        Payment {
            method: payment.method.clone().or_else(|| ours.and_then(|ours| ours.method.clone())),
            ended_time: payment.ended_time.or_else(|| ours.and_then(|ours| ours.ended_time)),
            capture_before: payment.capture_before.or_else(|| ours.and_then(|ours| ours.capture_before)),
            particulars: match ours {
                Some(ours) => payment.particulars.clone().or(&ours.particulars),
                None => payment.particulars.clone(),
            },
            ..payment.clone()
        }
    });
    after.filter(|payment| !order.payments.contains(payment)).collect()
}
