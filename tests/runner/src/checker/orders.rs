//! I5 and I7: our books and Mollie's, field by field and cent by cent.

use std::collections::BTreeMap;

use domain::rules::item::ItemKind;
use domain::rules::money::Money;
use domain::rules::order::{Line, Order};
use domain::rules::placement::Placement;
use domain::rules::shipment::{Shipment, ShipmentState};
use domain::rules::status::{PaymentStatus, Read};
use mollie_simulator::rules::EffectKind;
use serde_json::Value;

use super::{Evidence, Violation};
use crate::tally::Tally;

pub fn judge(evidence: &Evidence) -> Vec<Violation> {
    let mut violations = Vec::new();
    for order in evidence.stored.orders.values() {
        match (order.placement, &order.mollie_id) {
            (Placement::Placed, Some(id)) => {
                let seen = evidence.mollie.iter().find(|seen| seen["id"] == id.as_str());
                match seen {
                    Some(seen) => {
                        compare(evidence, order, seen, &mut violations);
                        violations.extend(surplus(evidence, order, seen));
                    }
                    None => violations.push(Violation::new("I5", format!("Mollie does not have {id}"))),
                }
            }
            (Placement::Placed, None)
            | (Placement::Placing | Placement::Refused | Placement::Abandoned, _) => (),
        }
        violations.extend(sums(order, waits(evidence, order)));
    }
    violations
}

fn compare(evidence: &Evidence, order: &Order, seen: &Value, violations: &mut Vec<Violation>) {
    let waits = evidence
        .stored
        .operations
        .values()
        .any(|operation| operation.order_id == order.id && !operation.state.is_settled());
    let mut differs = |what: &str, ours: String, theirs: String| {
        if ours != theirs && !waits {
            let text = format!("order {} {what}: ours {ours}, Mollie's {theirs}", order.terms.order_number);
            violations.push(Violation::new("I5", text));
        }
    };
    let status = order.facts.status.map_or("none", |status| status.as_str());
    differs("status", status.to_owned(), text(&seen["status"]));
    differs("amount", plain(order.terms.amount), value(&seen["amount"]));
    differs(
        "captured",
        order.facts.amount_captured.map_or(String::new(), plain),
        value(&seen["amountCaptured"]),
    );
    differs("number", order.terms.order_number.clone(), text(&seen["orderNumber"]));
    for (line, theirs) in order.lines.iter().zip(seen["lines"].as_array().into_iter().flatten()) {
        let name = |what: &str| format!("line {} {what}", line.id);
        let status = line.status.map_or("none", |status| status.as_str());
        differs(&name("id"), id(line), text(&theirs["id"]));
        differs(&name("status"), status.to_owned(), text(&theirs["status"]));
        differs(&name("shipped"), line.shipped.quantity.to_string(), theirs["quantityShipped"].to_string());
        differs(&name("shipped amount"), plain(line.shipped.amount), value(&theirs["amountShipped"]));
        differs(
            &name("canceled"),
            line.canceled.quantity.to_string(),
            theirs["quantityCanceled"].to_string(),
        );
        differs(&name("canceled amount"), plain(line.canceled.amount), value(&theirs["amountCanceled"]));
        differs(&name("reserved"), line.reserved.quantity.to_string(), "0".to_owned());
    }
    let payments: Vec<String> = order
        .payments
        .iter()
        .map(|payment| format!("{} {}", payment.mollie_id, word(&payment.status)))
        .collect();
    let theirs: Vec<String> = embedded(seen, "payments")
        .map(|payment| format!("{} {}", text(&payment["id"]), text(&payment["status"])))
        .collect();
    differs("payments", payments.join(", "), theirs.join(", "));
    let shipments = evidence
        .stored
        .shipments
        .values()
        .filter(|shipment| shipment.order_id == order.id && shipment.state == ShipmentState::Registered);
    let mut ours: Vec<String> = shipments.map(|shipment| shipment_text(order, shipment)).collect();
    let mut theirs: Vec<String> = embedded(seen, "shipments").map(seen_shipment_text).collect();
    ours.sort();
    theirs.sort();
    differs("shipments", ours.join("; "), theirs.join("; "));
}

/// Whether something of the order waits for an operator: until it is decided, its units are reserved and not shipped.
fn waits(evidence: &Evidence, order: &Order) -> bool {
    let own = evidence.stored.operations.values().filter(|operation| operation.order_id == order.id);
    own.into_iter().any(|operation| !operation.state.is_settled())
}

/// Money that came twice is raised, and only that.
fn surplus(evidence: &Evidence, order: &Order, seen: &Value) -> Option<Violation> {
    let holds = |payment: &&Value| payment["status"] == "paid" || payment["status"] == "authorized";
    let held = embedded(seen, "payments").filter(holds).count();
    let came = evidence.ledger.iter().filter(|effect| {
        matches!(effect.kind, EffectKind::PaymentPaid | EffectKind::PaymentAuthorized)
            && seen["id"] == effect.order_id.as_str()
    });
    let raised = order.items.iter().filter(|item| item.kind == ItemKind::SurplusPayment).count();
    let came = came.count();
    let fits = raised + 1 >= held && (raised == 0 || raised < came);
    (!fits).then(|| {
        let number = &order.terms.order_number;
        Violation::new("surplus", format!("order {number}: {held} payments hold money, {raised} were raised"))
    })
}

/// I7: ordered = shipped + canceled + remaining, and nothing below nothing.
fn sums(order: &Order, waits: bool) -> Vec<Violation> {
    let mut violations = Vec::new();
    let over = order.facts.status.is_some_and(|status| status.is_final());
    for line in &order.lines {
        let rest =
            i64::from(line.quantity) - i64::from(line.shipped.quantity) - i64::from(line.canceled.quantity);
        let cents = line.total_amount.minor() - line.shipped.amount.minor() - line.canceled.amount.minor();
        let uneven = rest < 0 || (rest == 0 && cents != 0) || cents < 0 || (over && rest != 0 && !waits);
        if uneven {
            let text = format!(
                "order {} line {}: {rest} units and {cents} cents remain of {line:?}",
                order.terms.order_number, line.id
            );
            violations.push(Violation::new("I7", text));
        }
    }
    if let (Some(captured), true) = (order.facts.amount_captured, order.captures_by_shipment()) {
        let shipped: i64 = order.lines.iter().map(|line| line.shipped.amount.minor()).sum();
        if captured.minor() != shipped && !waits {
            let text = format!(
                "order {}: {} captured, {shipped} cents shipped",
                order.terms.order_number,
                plain(captured)
            );
            violations.push(Violation::new("I7", text));
        }
    }
    violations
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
    if cents == 0 { String::new() } else { format!("{}.{:02}", cents / 100, cents % 100) }
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

fn shipment_text(order: &Order, shipment: &Shipment) -> String {
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    for line in &shipment.lines {
        let id = order.line(line.line_id).map(id).unwrap_or_default();
        lines.insert(id, format!("{} for {}", line.part.quantity, plain(line.part.amount)));
    }
    let code = shipment.tracking.as_ref().map(|tracking| tracking.code.clone()).unwrap_or_default();
    let id = shipment.mollie_id.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{id} {code} {lines:?}")
}

fn seen_shipment_text(shipment: &Value) -> String {
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    for line in shipment["lines"].as_array().into_iter().flatten() {
        lines.insert(text(&line["id"]), format!("{} for {}", line["quantity"], value(&line["totalAmount"])));
    }
    format!("{} {} {lines:?}", text(&shipment["id"]), text(&shipment["tracking"]["code"]))
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
    }
}
