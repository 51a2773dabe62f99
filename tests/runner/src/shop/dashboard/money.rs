//! What is done with money behind the service's back: refunds in Mollie's dashboard, refunds that are canceled there or that the bank
//! cannot carry out, chargebacks and their return.

use jiff::Timestamp;
use mollie_simulator::rules::{Amount, RefundStatus};
use serde_json::json;

use crate::journal::{Act, Moved};
use crate::mollie::Mollie;

/// Gives one unit of a line back, for what Mollie admits.
pub fn refund_line(mollie: &mut Mollie, id: &str, line: usize, now: Timestamp) -> Option<Act> {
    let (_, seen) = mollie.ask("GET", &format!("/v2/orders/{id}"), "", Vec::new(), now);
    let line = &seen["lines"][line];
    let left = line["refundableQuantity"].as_u64()?;
    let mut part = json!({ "id": line["id"], "quantity": 1 });
    if left > 1 && line["discountAmount"].is_object() {
        part["amount"] = line["unitPrice"].clone();
    }
    let body = json!({ "lines": [part] }).to_string().into_bytes();
    let (status, made) = mollie.ask("POST", &format!("/v2/orders/{id}/refunds"), "", body, now);
    let refund = made["id"].as_str().unwrap_or_default().to_owned();
    (status == 201).then(|| money(id, Moved::Refunded(refund)))
}

/// Gives an amount of the first payment back that has so much.
pub fn refund_amount(mollie: &mut Mollie, id: &str, cents: u64, now: Timestamp) -> Option<Act> {
    let amount = euro(cents);
    let mut payments = payments(mollie, id).into_iter();
    let refund = payments.find_map(|payment| mollie.world.refund_attempt(&payment, &amount, now).ok())?;
    Some(money(id, Moved::Refunded(refund)))
}

/// Cancels one of the order's refunds, while Mollie lets it be.
pub fn cancel_refund(mollie: &mut Mollie, id: &str, refund: u64, now: Timestamp) -> Option<Act> {
    let (refund, payment) = some_refund(mollie, id, refund)?;
    let path = format!("/v2/payments/{payment}/refunds/{refund}");
    let (status, _) = mollie.ask("DELETE", &path, "", Vec::new(), now);
    (status == 204).then(|| money(id, Moved::Stopped(refund)))
}

/// The bank sends one of the order's refunds back.
pub fn fail_refund(mollie: &mut Mollie, id: &str, refund: u64, now: Timestamp) -> Option<Act> {
    let (refund, _) = some_refund(mollie, id, refund)?;
    mollie.world.set_refund_status(&refund, RefundStatus::Failed, now).ok()?;
    Some(money(id, Moved::Stopped(refund)))
}

/// The shopper's bank takes money of the first payment back that has so much.
pub fn charge_back(mollie: &mut Mollie, id: &str, cents: u64, now: Timestamp) -> Option<Act> {
    let amount = euro(cents);
    let mut payments = payments(mollie, id).into_iter();
    let payment =
        payments.find(|payment| mollie.world.charge_back(payment, Some(&amount), None, now).is_ok())?;
    Some(money(id, Moved::ChargedBack(payment)))
}

/// The bank returns the first that it took and has not returned.
pub fn reverse(mollie: &mut Mollie, id: &str, now: Timestamp) -> Option<Act> {
    let mut taken = mollie.world.order(id)?.chargebacks.iter();
    let chargeback = taken.find(|one| one.reversed_at.is_none())?;
    let (chargeback, payment) = (chargeback.id.clone(), chargeback.payment_id.clone());
    mollie.world.reverse_chargeback(&chargeback, now).ok()?;
    Some(money(id, Moved::ChargedBack(payment)))
}

fn money(id: &str, moved: Moved) -> Act {
    Act::Money { mollie_order: id.to_owned(), moved }
}

fn euro(cents: u64) -> Amount {
    let cents = cents % 900 + 1;
    Amount::new(&format!("{}.{:02}", cents / 100, cents % 100), "EUR")
}

fn payments(mollie: &Mollie, id: &str) -> Vec<String> {
    let order = mollie.world.order(id);
    order.into_iter().flat_map(|order| &order.payments).map(|payment| payment.id.clone()).collect()
}

/// One of the order's refunds, with its payment.
fn some_refund(mollie: &Mollie, id: &str, refund: u64) -> Option<(String, String)> {
    let all = &mollie.world.order(id)?.refunds;
    let n = refund.checked_rem(u64::try_from(all.len()).ok()?)?;
    let refund = all.get(usize::try_from(n).ok()?)?;
    Some((refund.id.clone(), refund.payment_id.clone()))
}
