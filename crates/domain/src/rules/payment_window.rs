//! How long a merchant keeps stock for an order that nobody pays, where that is shorter than Mollie's own end of the order. Pure: who asks has read the
//! order just before. It may not cancel the order.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::deadline_policy::Fuse;
use super::misread::Misread;
use super::order::Order;
use super::payment::Payment;
use super::ship_by::Action;
use super::snapshot::Snapshot;
use super::status::{OrderStatus, Read};
use super::unpaid;

/// What a profile has chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentWindows {
    /// By Mollie's name of the method; `None`: as long as Mollie keeps the order.
    pub by_method: BTreeMap<String, Option<SignedDuration>>,
    /// Of any other method; `None`: as long as Mollie keeps the order.
    pub otherwise: Option<SignedDuration>,
    pub fuse: Fuse,
    /// Nothing is canceled; what would be is told.
    pub dry_run: bool,
}

impl Default for PaymentWindows {
    /// None, and whoever chooses one sees first what it would do.
    fn default() -> Self {
        Self { by_method: BTreeMap::new(), otherwise: None, fuse: Fuse::default(), dry_run: true }
    }
}

/// When an order that nobody has paid is given up; `None`: never, as where a bank transfer may be on its way.
#[must_use]
pub fn ends_at(order: &Order, windows: &PaymentWindows) -> Option<Timestamp> {
    if unpaid::may_be_transferred(order) {
        return None;
    }
    let own = method(order).and_then(|method| windows.by_method.get(method).copied());
    let begins = order.facts.created_time.unwrap_or(order.created_time);
    Some(begins.saturating_add(own.unwrap_or(windows.otherwise)?).unwrap_or(Timestamp::MAX))
}

/// The one that was chosen or used last, or the only one that the order takes.
fn method(order: &Order) -> Option<&String> {
    let used = unpaid::last_ended(order).and_then(|payment| payment.method.as_ref());
    let only = if let [only] = &order.terms.methods[..] { Some(only) } else { None };
    order.facts.method.as_ref().or(used).or(only)
}

/// When it is canceled; `None`: it is not, as beside a payment that the shopper may still complete, or an open item.
#[must_use]
pub fn acts_at(order: &Order, windows: &PaymentWindows) -> Option<Timestamp> {
    let end = ends_at(order, windows)?;
    if !unpaid::is_unpaid(order) || !unpaid::was_never_paid(order) || order.open_items() > 0 {
        return None;
    }
    let attempts = unpaid::attempts(order);
    let acted = order.followed.window.filter(|acted| acted.attempts == attempts);
    match acted.map(|acted| (acted.action, acted.until)) {
        None => Some(end),
        Some((Action::Waits, until)) => Some(until.map_or(end, |until| until.max(end))),
        // It was only said, and is meant by now.
        Some((Action::WouldCancel, _)) => (!windows.dry_run).then_some(end),
        Some((Action::Canceled | Action::LeftToPeople, _)) => None,
    }
}

/// Why it is not canceled any more, in a reading taken directly before that: Mollie would release what the shopper has authorized meanwhile.
///
/// # Errors
/// The reading does not show its payments: another one may.
pub fn spared(seen: &Snapshot) -> Result<Option<String>, Misread> {
    let payments = seen.payments.as_ref().ok_or_else(|| Misread::left_out("_embedded.payments"))?;
    let may_pay = payments.iter().find(|payment| !Payment::has_ended(payment));
    Ok(match (&seen.status, may_pay) {
        (Some(Read::Known(OrderStatus::Created)), None) => None,
        (Some(Read::Known(OrderStatus::Created)), Some(payment)) => {
            Some(format!("the shopper may complete payment {}, or has", payment.mollie_id))
        }
        (Some(Read::Known(status)), _) => Some(format!("it is {} by now", status.as_str())),
        (Some(Read::Unknown(_)) | None, _) => Some("Mollie does not show its status".to_owned()),
    })
}

#[cfg(test)]
mod tests;
