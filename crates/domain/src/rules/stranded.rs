//! Money on a canceled or expired order. A payment may be released or refunded a moment later, so we record since when it has
//! been there; what is still there after the settle window needs a person.

use jiff::{SignedDuration, Timestamp};

use super::ids::MolliePaymentId;
use super::item::{Item, ItemKind};
use super::money::Money;
use super::order::Order;
use super::payment::Stranded;
use super::status::OrderStatus;

/// The stranded payments after an event at `time`: earlier ones keep their time.
#[must_use]
pub(super) fn after(order: &Order, time: Timestamp) -> Vec<Stranded> {
    if !has_ended(order) {
        return Vec::new();
    }
    let holding = order.payments.iter().filter(|payment| payment.kept().is_some_and(|kept| kept.minor() > 0));
    let since = |id: &MolliePaymentId| {
        order.stranded.iter().find(|before| before.payment == *id).map_or(time, |before| before.since)
    };
    let stranded = holding
        .map(|payment| Stranded { payment: payment.mollie_id.clone(), since: since(&payment.mollie_id) });
    stranded.collect()
}

/// The payments that still held money in a reading at `read_at`, long enough after they were first seen.
#[must_use]
pub fn lasting(
    order: &Order,
    read_at: Timestamp,
    settle_window: SignedDuration,
) -> Vec<(&MolliePaymentId, Money)> {
    let lasts = |stranded: &&Stranded| read_at.duration_since(stranded.since) >= settle_window;
    let money = |stranded: &Stranded| {
        let payment = order.payments.iter().find(|payment| payment.mollie_id == stranded.payment)?;
        Some((&payment.mollie_id, payment.kept()?))
    };
    order.stranded.iter().filter(lasts).filter_map(money).collect()
}

/// Whether money is stranded that no person has dealt with.
#[must_use]
pub fn is_open(order: &Order) -> bool {
    order.stranded.iter().any(|stranded| !is_dealt_with(order, stranded))
}

/// When to read the order to see whether stranded money is still there; `None` if that is known or there is none.
#[must_use]
pub fn look_again(order: &Order, settle_window: SignedDuration) -> Option<Timestamp> {
    let unraised = order.stranded.iter().filter(|stranded| item(order, stranded).is_none());
    let since = unraised.map(|stranded| stranded.since).min()?;
    let a_moment = SignedDuration::from_secs(1);
    since.saturating_add(settle_window).and_then(|time| time.saturating_add(a_moment)).ok()
}

fn is_dealt_with(order: &Order, stranded: &Stranded) -> bool {
    item(order, stranded).is_some_and(|item| !item.is_open())
}

fn item<'a>(order: &'a Order, stranded: &Stranded) -> Option<&'a Item> {
    let is_about =
        |item: &&Item| item.kind == ItemKind::MoneyOnEndedOrder && item.subject == stranded.payment.as_str();
    order.items.iter().find(is_about)
}

const fn has_ended(order: &Order) -> bool {
    match order.facts.status {
        Some(OrderStatus::Canceled | OrderStatus::Expired) => true,
        Some(
            OrderStatus::Created
            | OrderStatus::Pending
            | OrderStatus::Authorized
            | OrderStatus::Paid
            | OrderStatus::Shipping
            | OrderStatus::Completed,
        )
        | None => false,
    }
}

#[cfg(test)]
mod tests;
