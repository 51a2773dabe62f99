//! What is left of an order that Mollie ended before its goods were shipped: the lines that were open, as a draft that can be placed anew.
//! Which units they are is decided once, by the reading that shows the end, and kept with it; the draft is made of them whenever somebody
//! looks. It has nothing personal.

use jiff::{SignedDuration, Timestamp};

use super::amount_input::AmountInput;
use super::deduction;
use super::draft::OrderInput;
use super::ids::LineId;
use super::ledger::{Entry, Pool, Stage};
use super::line::{LineInput, LineType};
use super::money::Money;
use super::order::{Facts, Line, Order};
use super::part::Part;
use super::shipment::ShipmentLine;
use super::snapshot::{Observed, Snapshot};
use super::status::{OrderStatus, Read};
use super::vat::VatRate;

mod number;
mod shown;

/// How long before its end an order must have been read: what was shipped or canceled elsewhere after that reading cannot be told from
/// what the end took. It is read more often then (`rules/lookup.rs`).
pub(super) const SEEN: SignedDuration = SignedDuration::from_mins(30);

/// The units of each line that were certainly open, if this reading shows that the order has ended by time: it expired, or the rest of a
/// shipping order did (get order, `expiresAt`). `order`: as it was before; `seen`: the whole reading, with what is undecided; `observed`:
/// what is entered of it; `is_going`: whether an undecided operation was to cancel units of the line.
///
/// Mollie counts what the end took as canceled (get order: `quantityCanceled` is all of it), so its counter does not say what was open.
/// A line of which this reading does not say what was shipped is left out. So are the units in parcels that are on their way to Mollie:
/// their goods may have left, and what becomes of them is told with the parcel. Of a line that was changing, the reading shows with what
/// values it ended. A deduction belongs to open goods only if none of the goods it takes money off have left: once some have, what was
/// not taken off is owed to the shopper (`deduction::lost`), and is given back otherwise.
#[must_use]
pub fn left_open(
    order: &Order,
    seen: &Snapshot,
    observed: &Observed,
    is_going: impl Fn(LineId) -> bool,
) -> Vec<ShipmentLine> {
    let end = end_by_time(order, &observed.facts);
    if order.superseded.is_some() || !end.is_some_and(|end| was_seen_before(order, end)) {
        return Vec::new();
    }
    let (entries, shown) = (&observed.entries, shown::lines(order, seen));
    let rest = |line: &Line| Some((line.id, open(line, *shown.get(&line.id)?, entries)));
    let mut left: Vec<_> =
        order.lines.iter().filter_map(rest).filter(|(_, part)| part.quantity > 0).collect();
    let has_left = |line: &Line| {
        let shipped = entries.iter().any(|entry| is_shipped(entry, line.id) && entry.part.quantity > 0);
        shipped || line.shipped.and(line.reserved).quantity > 0 || !shown.contains_key(&line.id)
    };
    left.retain(|(id, _)| !is_going(*id));
    let open_lines: Vec<_> = left.iter().map(|(id, _)| *id).collect();
    left.retain(|(id, _)| belongs(order, *id, has_left, &open_lines));
    if !is_worth_placing(order, &left) {
        left.retain(|(id, _)| order.line(*id).is_some_and(|line| !deduction::is_deduction(line)));
    }
    if !is_worth_placing(order, &left) {
        return Vec::new();
    }
    left.into_iter().map(|(line_id, part)| ShipmentLine { line_id, part }).collect()
}

fn was_seen_before(order: &Order, end: Timestamp) -> bool {
    order.observed_time.is_some_and(|seen| end.duration_since(seen) <= SEEN)
}

/// When time has ended the order; `None` if it has not, or something else has.
pub(super) fn end_by_time(order: &Order, after: &Facts) -> Option<Timestamp> {
    if order.facts.status == after.status {
        return None;
    }
    let expires = after.expires_time.or(order.facts.expires_time);
    match after.status {
        Some(OrderStatus::Expired) => after.expired_time.or(expires),
        // Its last parcel or a person may have completed it as well, but not after its time.
        Some(OrderStatus::Completed) => {
            let is_late = |completed: &Timestamp| expires.is_some_and(|time| *completed >= earliest(time));
            after.completed_time.filter(is_late).filter(|_| order.captures_by_shipment())
        }
        Some(
            OrderStatus::Created
            | OrderStatus::Pending
            | OrderStatus::Authorized
            | OrderStatus::Paid
            | OrderStatus::Shipping
            | OrderStatus::Canceled,
        )
        | None => None,
    }
}

/// Where Mollie shows a date only, the end may come at any time of that day.
pub(super) fn earliest(expires: Timestamp) -> Timestamp {
    const DAY: i64 = 24 * 60 * 60;
    let is_end_of_day = expires.as_second().rem_euclid(DAY) == DAY - 1;
    let day = SignedDuration::from_secs(if is_end_of_day { DAY - 1 } else { 0 });
    expires.saturating_sub(day).unwrap_or(Timestamp::MIN)
}

fn is_shipped(entry: &Entry, line: LineId) -> bool {
    entry.line_id == Some(line) && entry.pool == Pool::Shipped && entry.stage == Stage::Settled
}

/// What of a line was neither shipped nor canceled before, nor is under way. The reading may have found more parcels.
fn open(line: &Line, all: Part, entries: &[Entry]) -> Part {
    let found = entries.iter().filter(|entry| is_shipped(entry, line.id));
    let rest =
        all.without(line.shipped).without(line.canceled).without(line.reserved).without(line.canceling);
    found.fold(rest, |rest, entry| rest.without(entry.part))
}

fn belongs(order: &Order, id: LineId, has_left: impl Fn(&Line) -> bool, open: &[LineId]) -> bool {
    let Some(line) = order.line(id) else { return false };
    let mut goods = deduction::goods_of(order, line);
    let reduces_open = || deduction::goods_of(order, line).any(|goods| open.contains(&goods.id));
    !deduction::is_deduction(line) || (!goods.any(has_left) && reduces_open())
}

/// Mollie takes no order of nothing, and none whose VAT is below zero in sum.
fn is_worth_placing(order: &Order, left: &[(LineId, Part)]) -> bool {
    let vat = |(id, part): &(LineId, Part)| {
        let rate = order.line(*id).and_then(|line| VatRate::parse(&line.vat_rate));
        rate.map_or(0, |rate| rate.within(part.amount).nearest().minor())
    };
    let total = left.iter().fold(0_i64, |sum, (_, part)| sum.saturating_add(part.amount.minor()));
    let vat = left.iter().map(vat).fold(0_i64, i64::saturating_add);
    total > 0 && vat >= 0
}

/// The draft of what was left open. Addresses and the date of birth are for the caller to add, as far as they are still known; a date of
/// expiry, planned dates and the parameters of the payment were those of the order that ended.
#[must_use]
pub fn draft(order: &Order, left: &[ShipmentLine]) -> OrderInput {
    let terms = &order.terms;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let lines = left.iter().filter_map(|open| Some(line(order.line(open.line_id)?, open.part)));
    let sum = left.iter().fold(0_i64, |sum, open| sum.saturating_add(open.part.amount.minor()));
    OrderInput {
        order_number: number::next(&terms.order_number, order.frees_number()),
        amount: Some(input(Money::from_minor(sum, terms.amount.currency()))),
        lines: lines.collect(),
        redirect_url: text(&terms.redirect_url),
        cancel_url: text(&terms.cancel_url),
        locale: terms.locale.clone(),
        methods: terms.methods.clone(),
        metadata: terms.metadata.clone(),
        shopper_country_must_match_billing_country: terms.shopper_country_must_match_billing_country,
        ..OrderInput::default()
    }
}

/// A part of a line as a line of its own. What its units cost more than it is worth is its discount; where that cannot be said so, it is
/// one unit.
fn line(line: &Line, part: Part) -> LineInput {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let gross = line.unit_price.times(part.quantity).ok();
    let off = gross.and_then(|gross| gross.minus(part.amount).ok());
    let off = off.filter(|off| off.minor() == 0 || (off.minor() > 0 && line.unit_price.minor() > 0));
    let (quantity, unit_price, discount) = match off {
        Some(off) => (part.quantity, line.unit_price, Some(off).filter(|off| off.minor() > 0)),
        None => (1, part.amount, None),
    };
    let line_type = match line.line_type {
        Read::Known(known) => Some(Some(fitting(known, unit_price))),
        Read::Unknown(_) => None,
    };
    LineInput {
        line_type,
        category: text(&line.category),
        name: line.name.clone(),
        quantity: quantity.into(),
        quantity_unit: text(&line.quantity_unit),
        unit_price: Some(input(unit_price)),
        discount_amount: discount.map(input),
        total_amount: Some(input(part.amount)),
        vat_amount: VatRate::parse(&line.vat_rate).map(|rate| input(rate.within(part.amount).nearest())),
        vat_rate: line.vat_rate.clone(),
        sku: text(&line.sku),
        image_url: text(&line.image_url),
        product_url: text(&line.product_url),
        metadata: line.metadata.clone(),
        planned_ship_date: String::new(),
        reference: text(&line.reference),
    }
}

/// A deduction that by Mollie's books takes nothing off is none.
const fn fitting(line_type: LineType, unit_price: Money) -> LineType {
    if line_type.deducts() && unit_price.minor() > 0 { LineType::Surcharge } else { line_type }
}

fn input(money: Money) -> AmountInput {
    AmountInput { currency: money.currency().code().to_owned(), value: money.value() }
}

#[cfg(test)]
mod tests;
