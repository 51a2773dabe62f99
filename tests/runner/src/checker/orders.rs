//! I5 and I7: our books and Mollie's, field by field and cent by cent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::rules::item::ItemKind;
use domain::rules::money::Money;
use domain::rules::order::{Line, Order};
use domain::rules::payment::Payment;
use domain::rules::placement::Placement;
use domain::rules::shipment::{Shipment, ShipmentState};
use domain::rules::status::{PaymentStatus, Read};
use jiff::Timestamp;
use mollie_simulator::rules::EffectKind;
use serde_json::Value;

use super::money::cents;
use super::{Evidence, Violation};
use crate::basket::euro;
use crate::journal::Act;
use crate::tally::Tally;

pub fn judge(evidence: &Evidence) -> Vec<Violation> {
    let mut violations = Vec::new();
    for order in evidence.stored.orders.values() {
        match (order.placement, &order.mollie_id) {
            (Placement::Placed, Some(id)) => {
                let seen = evidence.mollie.iter().find(|seen| seen["id"] == id.as_str());
                match seen {
                    Some(seen) => {
                        violations.extend(compare(evidence, order, seen));
                        violations.extend(surplus(evidence, order, seen));
                        violations.extend(underpaid(order, seen));
                        violations.extend(sums(order, seen));
                    }
                    None => violations.push(Violation::new("I5", format!("Mollie does not have {id}"))),
                }
            }
            (Placement::Placed, None)
            | (Placement::Placing | Placement::Refused | Placement::Abandoned, _) => (),
        }
    }
    violations.extend(evidence.mollie.iter().filter_map(|seen| unknown(evidence, seen)));
    violations
}

/// An order that stands at Mollie is one of ours.
fn unknown(evidence: &Evidence, seen: &Value) -> Option<Violation> {
    let is_ours = |order: &&Arc<Order>| {
        order.placement == Placement::Placed
            && order.mollie_id.as_ref().is_some_and(|id| seen["id"] == id.as_str())
    };
    let known = seen["status"] == "canceled" || evidence.stored.orders.values().find(is_ours).is_some();
    let text = || format!("Mollie has {} of {}, and we do not", seen["id"], seen["orderNumber"]);
    (!known).then(|| Violation::new("I5", text()))
}

/// Our books of an order beside what Mollie shows of it.
pub fn compare(evidence: &Evidence, order: &Order, seen: &Value) -> Vec<Violation> {
    let mut pairs = Pairs::default();
    whole(&mut pairs, order, seen);
    let theirs = seen["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    pairs.add("lines", order.lines.len().to_string(), theirs.len().to_string());
    for (line, theirs) in order.lines.iter().zip(theirs) {
        let held = order.held.iter().flat_map(|parcel| &parcel.lines).filter(|held| held.line_id == line.id);
        one_line(&mut pairs, line, held.map(|held| held.part.quantity).sum(), theirs);
    }
    pairs.add(
        "payments",
        sorted(order.payments.iter().map(payment_text)),
        sorted(embedded(seen, "payments").map(|payment| seen_payment_text(order, payment))),
    );
    let registered: Vec<&Shipment> = evidence
        .stored
        .shipments
        .values()
        .filter(|shipment| shipment.order_id == order.id && shipment.state == ShipmentState::Registered)
        .map(|shipment| &**shipment)
        .collect();
    let shipments = registered.iter().filter(|shipment| shipment.carried_by.is_none());
    let unheard = unheard(evidence, order);
    let mut ours: Vec<String> =
        shipments.map(|shipment| shipment_text(order, shipment, &registered, &unheard)).collect();
    let mut theirs: Vec<String> =
        embedded(seen, "shipments").map(|shipment| seen_shipment_text(shipment, &unheard)).collect();
    ours.sort();
    theirs.sort();
    pairs.add("shipments", ours.join("; "), theirs.join("; "));
    let name = &order.terms.order_number;
    let text = |(what, ours, theirs)| format!("order {name} {what}: ours {ours}, Mollie's {theirs}");
    pairs.differing().map(|pair| Violation::new("I5", text(pair))).collect()
}

/// The shipments that somebody follows otherwise in the dashboard, of an order that is closed: no hook tells of it, and nobody
/// reads the order any more.
fn unheard(evidence: &Evidence, order: &Order) -> Vec<String> {
    let acts = evidence.journal.acts.iter().filter(|_| order.closed_time.is_some());
    let tracked = acts.filter_map(|act| match act {
        Act::Tracked { shipment, .. } => Some(shipment.clone()),
        Act::Shipped { .. }
        | Act::Canceled { .. }
        | Act::LineCanceled { .. }
        | Act::Money { .. }
        | Act::RequestError(_)
        | Act::Broken(_) => None,
    });
    tracked.collect()
}

/// What is ours beside what is Mollie's.
#[derive(Default)]
struct Pairs(Vec<(String, String, String)>);

impl Pairs {
    fn add(&mut self, what: impl Into<String>, ours: String, theirs: String) {
        self.0.push((what.into(), ours, theirs));
    }

    /// Mollie may leave a time out that it once told.
    fn add_time(&mut self, what: &str, ours: Option<Timestamp>, theirs: &Value) {
        // A switch lets Mollie show a day where others show a moment.
        if let Ok(theirs) = text(theirs).parse::<Timestamp>() {
            self.add(what, ours.map(|time| time.to_string()).unwrap_or_default(), theirs.to_string());
        }
    }

    fn differing(self) -> impl Iterator<Item = (String, String, String)> {
        self.0.into_iter().filter(|(_, ours, theirs)| ours != theirs)
    }
}

fn whole(pairs: &mut Pairs, order: &Order, seen: &Value) {
    let facts = &order.facts;
    pairs.add(
        "status",
        facts.status.map_or("none", |status| status.as_str()).to_owned(),
        text(&seen["status"]),
    );
    pairs.add("amount", plain(order.terms.amount), value(&seen["amount"]));
    pairs.add("captured", optional(facts.amount_captured), value(&seen["amountCaptured"]));
    pairs.add("refunded", optional(facts.amount_refunded), value(&seen["amountRefunded"]));
    pairs.add("number", order.terms.order_number.clone(), text(&seen["orderNumber"]));
    pairs.add(
        "checkout",
        facts.checkout_url.clone().unwrap_or_default(),
        text(&seen["_links"]["checkout"]["href"]),
    );
    if let Some(method) = seen["method"].as_str() {
        pairs.add("method", facts.method.clone().unwrap_or_default(), method.to_owned());
    }
    for (what, ours) in [
        ("createdAt", facts.created_time),
        ("expiresAt", facts.expires_time),
        ("authorizedAt", facts.authorized_time),
        ("paidAt", facts.paid_time),
        ("canceledAt", facts.canceled_time),
        ("expiredAt", facts.expired_time),
        ("completedAt", facts.completed_time),
    ] {
        pairs.add_time(what, ours, &seen[what]);
    }
}

/// `held`: of its units, those in parcels that wait for others.
fn one_line(pairs: &mut Pairs, line: &Line, held: u32, seen: &Value) {
    let mut add = |what: &str, ours: String, theirs: String| {
        pairs.add(format!("line {} {what}", line.id), ours, theirs);
    };
    add("id", id(line), text(&seen["id"]));
    add("status", line.status.map_or("none", |status| status.as_str()).to_owned(), text(&seen["status"]));
    add("name", line.name.clone(), text(&seen["name"]));
    add("quantity", line.quantity.to_string(), seen["quantity"].to_string());
    add("unit price", plain(line.unit_price), value(&seen["unitPrice"]));
    add("discount", optional(line.discount_amount), value(&seen["discountAmount"]));
    add("total", plain(line.total_amount), value(&seen["totalAmount"]));
    add("VAT", plain(line.vat_amount), value(&seen["vatAmount"]));
    add("shipped", line.shipped.quantity.to_string(), seen["quantityShipped"].to_string());
    add("shipped amount", plain(line.shipped.amount), value(&seen["amountShipped"]));
    add("canceled", line.canceled.quantity.to_string(), seen["quantityCanceled"].to_string());
    add("canceled amount", plain(line.canceled.amount), value(&seen["amountCanceled"]));
    add("refunded", line.refunded.quantity.to_string(), seen["quantityRefunded"].to_string());
    add("reserved", line.reserved.quantity.to_string(), held.to_string());
    add("being canceled", line.canceling.quantity.to_string(), "0".to_owned());
}

/// Money that came twice is raised, and only that.
fn surplus(evidence: &Evidence, order: &Order, seen: &Value) -> Option<Violation> {
    let holds = |payment: &&Value| payment["status"] == "paid" || payment["status"] == "authorized";
    let held = embedded(seen, "payments").filter(holds).count();
    let came = evidence.ledger.iter().filter(|effect| {
        matches!(effect.kind, EffectKind::PaymentPaid | EffectKind::PaymentAuthorized)
            && seen["id"] == effect.order_id.as_str()
    });
    let raised = order.items.iter().filter(|item| item.kind == ItemKind::SurplusPayment);
    // A refund that covers it may fail: then it is raised anew.
    let raised = raised.map(|item| item.subject.as_str()).collect::<BTreeSet<_>>().len();
    let came = came.count();
    // What was given back before is no surplus; what was raised before it was given back stays raised.
    // A refund may have failed since.
    let is_given_back = evidence.ledger.iter().any(|effect| {
        matches!(effect.kind, EffectKind::PaymentRefunded | EffectKind::LinesRefunded)
            && seen["id"] == effect.order_id.as_str()
    });
    // Goods that were given back from the second payment are not owed of the first either.
    let most = if is_given_back { came } else { came.saturating_sub(1) };
    let fits = (is_given_back || raised + 1 >= held) && raised <= most;
    (!fits).then(|| {
        let number = &order.terms.order_number;
        let items = order.items.iter().filter(|item| item.kind == ItemKind::SurplusPayment);
        let texts: Vec<_> = items.map(|item| item.text.as_str()).collect();
        let raised = format!("{raised} were raised: {}", texts.join(" "));
        Violation::new("surplus", format!("order {number}: {held} payments hold money, {raised}"))
    })
}

/// Whoever pays an order at once pays all of it, or a person is told.
fn underpaid(order: &Order, seen: &Value) -> Option<Violation> {
    let is_paid = ["paid", "shipping", "completed"].iter().any(|status| seen["status"] == *status);
    let sum = |of: &Value, amount: &str| -> i64 {
        of.as_array().into_iter().flatten().map(|one| cents(&one[amount])).sum()
    };
    let cost = sum(&seen["lines"], "totalAmount") - sum(&seen["lines"], "amountCanceled");
    let paid = embedded(seen, "payments").filter(|payment| payment["status"] == "paid");
    let paid: i64 = paid.map(|payment| cents(&payment["amount"])).sum();
    let is_short = is_paid && !seen["authorizedAt"].is_string() && paid < cost;
    let is_raised = order.items.iter().any(|item| item.kind == ItemKind::Underpaid);
    (is_short != is_raised).then(|| {
        let number = &order.terms.order_number;
        Violation::new("underpaid", format!("order {number}: {paid} of {cost} cents, raised: {is_raised}"))
    })
}

/// I7: ordered = shipped + canceled + remaining, in units and in cents, and what is captured is what was shipped.
fn sums(order: &Order, seen: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    let over = ["completed", "canceled", "expired"].iter().any(|status| seen["status"] == *status);
    for line in &order.lines {
        let rest =
            i64::from(line.quantity) - i64::from(line.shipped.quantity) - i64::from(line.canceled.quantity);
        let cents = line.total_amount.minor() - line.shipped.amount.minor() - line.canceled.amount.minor();
        let beyond = cents.signum() == -line.total_amount.minor().signum();
        let uneven = rest < 0 || (rest == 0 && cents != 0) || beyond && cents != 0 || (over && rest != 0);
        if uneven {
            let text = format!(
                "order {} line {}: {rest} units and {cents} cents remain of {line:?}",
                order.terms.order_number, line.id
            );
            violations.push(Violation::new("I7", text));
        }
    }
    // Money moves with shipments where it was authorized first, and at once where it was paid.
    let captured = order.facts.amount_captured.map_or(0, Money::minor);
    let shipped: i64 = order.lines.iter().map(|line| line.shipped.amount.minor()).sum();
    let expected = match (seen["authorizedAt"].is_string(), seen["paidAt"].is_string()) {
        (true, _) => shipped,
        (false, true) => order.terms.amount.minor(),
        (false, false) => 0,
    };
    if captured != expected {
        let text = format!("order {}: {captured} cents captured, not {expected}", order.terms.order_number);
        violations.push(Violation::new("I7", text));
    }
    violations
}

fn optional(money: Option<Money>) -> String {
    money.map_or(String::new(), plain)
}

fn payment_text(payment: &Payment) -> String {
    format!("{} {} {}", payment.mollie_id, word(&payment.status), plain(payment.amount))
}

/// One that has lapsed since the last reading was open then.
fn seen_payment_text(order: &Order, payment: &Value) -> String {
    let expired: Option<Timestamp> = payment["expiredAt"].as_str().and_then(|time| time.parse().ok());
    let is_news = expired.is_some_and(|expired| order.observed_time.is_some_and(|seen| seen <= expired));
    let status = if is_news { "open".to_owned() } else { text(&payment["status"]) };
    format!("{} {status} {}", text(&payment["id"]), value(&payment["amount"]))
}

fn id(line: &Line) -> String {
    line.mollie_id.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn value(amount: &Value) -> String {
    let value = text(&amount["value"]);
    // A zero that is left out, shown or null is the same zero.
    if value == "0.00" { String::new() } else { value }
}

fn plain(money: Money) -> String {
    let cents = money.minor();
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    if cents == 0 { String::new() } else { format!("{sign}{}.{:02}", cents / 100, cents % 100) }
}

fn word(read: &Read<PaymentStatus>) -> String {
    match read {
        Read::Known(status) => status.as_str().to_owned(),
        Read::Unknown(word) => word.clone(),
    }
}

fn embedded<'a>(order: &'a Value, what: &str) -> impl Iterator<Item = &'a Value> {
    order["_embedded"][what].as_array().into_iter().flatten()
}

/// A shipment with all parcels that went along with it.
fn shipment_text(order: &Order, shipment: &Shipment, all: &[&Shipment], unheard: &[String]) -> String {
    let mut sums: BTreeMap<String, (u32, i64)> = BTreeMap::new();
    let along = all.iter().filter(|other| other.carried_by == Some(shipment.id));
    for line in along.copied().chain([shipment]).flat_map(|parcel| &parcel.lines) {
        let id = order.line(line.line_id).map(id).unwrap_or_default();
        let (quantity, minor) = sums.entry(id).or_default();
        (*quantity, *minor) = (*quantity + line.part.quantity, *minor + line.part.amount.minor());
    }
    let told = |(quantity, minor): (u32, i64)| format!("{quantity} for {}", plain(euro(minor)));
    let lines: BTreeMap<String, String> = sums.into_iter().map(|(id, sum)| (id, told(sum))).collect();
    let code = shipment.tracking.as_ref().map(|parcel| format!("{} {}", parcel.carrier, parcel.code));
    let id = shipment.mollie_id.as_ref().map(ToString::to_string).unwrap_or_default();
    let code = code.filter(|_| !unheard.contains(&id)).unwrap_or_default();
    format!("{id} {code} {lines:?}")
}

fn seen_shipment_text(shipment: &Value, unheard: &[String]) -> String {
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    for line in shipment["lines"].as_array().into_iter().flatten() {
        lines.insert(text(&line["id"]), format!("{} for {}", line["quantity"], value(&line["totalAmount"])));
    }
    let parcel = &shipment["tracking"];
    let code = parcel["code"].as_str().map(|code| format!("{} {code}", text(&parcel["carrier"])));
    let id = text(&shipment["id"]);
    let code = code.filter(|_| !unheard.contains(&id)).unwrap_or_default();
    format!("{id} {code} {lines:?}")
}

/// What the orders of a history have come to.
pub fn count(evidence: &Evidence, tally: &mut Tally) {
    for order in evidence.stored.orders.values() {
        let status = order.facts.status.map_or(order.placement.as_str(), |status| status.as_str());
        tally.order(&format!("ended {status}"));
        let in_part =
            evidence.stored.shipments.values().filter(|shipment| shipment.order_id == order.id).any(
                |shipment| {
                    shipment.state == ShipmentState::Registered
                        && shipment.lines.iter().any(|part| {
                            order.line(part.line_id).is_some_and(|line| {
                                line.discount_amount.is_some_and(|discount| discount.minor() != 0)
                                    && part.part.quantity < line.quantity
                            })
                        })
                },
            );
        if in_part {
            tally.order("shipped part of a discounted line");
        }
        let all = evidence.stored.shipments.values().filter(|shipment| shipment.order_id == order.id);
        if all.clone().any(|shipment| shipment.carried_by.is_some()) {
            tally.order("shipped with held parcels");
        }
        if all.clone().any(|shipment| shipment.held.is_some()) {
            tally.order("ended with held parcels");
        }
        for returned in &order.returns {
            tally.order(match (&returned.cancellation, returned.refunds.is_empty()) {
                (Some(_), false) => "taken back: canceled and refunded",
                (Some(_), true) => "taken back: canceled",
                (None, _) => "taken back: refunded",
            });
        }
    }
}

/// Attempts that were opened within one second have no order.
fn sorted(texts: impl Iterator<Item = String>) -> String {
    let mut texts: Vec<_> = texts.collect();
    texts.sort();
    texts.join(", ")
}
