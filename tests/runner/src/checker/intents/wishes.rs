//! I1 from the callers' side: what Mollie did is what was wished, line by line.

use domain::rules::draft::OrderDraft;
use domain::rules::ids::{OperationId, OrderId};
use domain::rules::line::LineDraft;
use domain::rules::money::Money;
use domain::rules::shipment::{LineSelection, Selection, ShipmentRequest};
use mollie_simulator::rules::{Effect, EffectKind};
use serde_json::Value;

use super::Found;
use crate::journal::Intent;
use crate::replica::Wish;

impl Found<'_> {
    /// Compares the effect of an intent with its wish.
    pub fn as_wished(&mut self, intent: &Intent, order: OrderId, operation: Option<OperationId>) {
        let operations = &self.evidence.stored.operations;
        let key = operation.and_then(|id| operations.get(&id)).map(|one| one.key.to_string());
        let mollie_id = self.order(order).and_then(|order| order.mollie_id.as_ref()).map(ToString::to_string);
        let Some(seen) = self.evidence.mollie.iter().find(|seen| seen["id"].as_str() == mollie_id.as_deref())
        else {
            return;
        };
        let differences = match &intent.wish {
            Wish::Place(draft) => placed_otherwise(draft, seen),
            Wish::Ship(_, request) => {
                let effect = self.evidence.ledger.iter().find(|effect| {
                    effect.kind == EffectKind::ShipmentCreated && effect.idempotency_key == key
                });
                let is_same = |effect: &Effect| !self.is_followed_anew(effect.shipment_id.as_deref());
                effect
                    .map(|effect| shipped_otherwise(request, effect, seen, is_same(effect)))
                    .unwrap_or_default()
            }
            // Its own effect is told from others by its code, and judged with its outcome.
            Wish::Track(..)
            | Wish::Cancel(..)
            | Wish::CancelLines(..)
            | Wish::Refund(..)
            | Wish::CallOff(..) => Vec::new(),
        };
        for difference in differences {
            self.say("I1", format!("{}: {difference}", intent.request_id));
        }
    }
}

fn placed_otherwise(draft: &OrderDraft, seen: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    let lines = seen["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    if lines.len() != draft.lines.len() {
        differences.push(format!("{} lines were wished, {} placed", draft.lines.len(), lines.len()));
    }
    for (line, seen) in draft.lines.iter().zip(lines) {
        let (wished, placed) = (wished(line), placed(seen));
        if wished != placed {
            differences.push(format!("wished {wished}, placed {placed}"));
        }
    }
    let person = draft.billing_address.as_ref();
    for (name, wished, placed) in [
        (
            "family name",
            person.and_then(|person| person.family_name.as_deref()),
            &seen["billingAddress"]["familyName"],
        ),
        ("redirect", draft.redirect_url.as_deref(), &seen["redirectUrl"]),
        ("locale", draft.locale.as_deref(), &seen["locale"]),
    ] {
        if wished != placed.as_str() {
            differences.push(format!("{name}: wished {wished:?}, placed {placed}"));
        }
    }
    differences
}

fn wished(line: &LineDraft) -> String {
    let discount = line.discount_amount.map_or_else(|| "0.00".to_owned(), cents);
    format!("{} of {} at {}, {discount} off", line.quantity, line.name, cents(line.unit_price))
}

fn placed(line: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let discount = line["discountAmount"]["value"].as_str().unwrap_or("0.00");
    format!(
        "{} of {} at {}, {discount} off",
        line["quantity"],
        text(&line["name"]),
        text(&line["unitPrice"]["value"])
    )
}

/// `is_same`: whether it is followed as it was made.
fn shipped_otherwise(
    request: &ShipmentRequest,
    effect: &Effect,
    order: &Value,
    is_same: bool,
) -> Vec<String> {
    let mut differences = Vec::new();
    if let Selection::Lines(lines) = &request.selection {
        let shipped = effect.lines.as_deref().unwrap_or_default();
        let is_wished =
            |seen: &Value| lines.iter().any(|line| is_among(line, std::slice::from_ref(seen), order));
        let fit = lines.iter().all(|line| is_among(line, shipped, order))
            && shipped.iter().all(|seen| is_wished(seen) || is_companion(seen, order));
        if !fit {
            differences.push(format!("wished {lines:?}, shipped {shipped:?}"));
        }
    }
    let shipments = order["_embedded"]["shipments"].as_array().into_iter().flatten();
    let seen = shipments.into_iter().find(|seen| seen["id"].as_str() == effect.shipment_id.as_deref());
    let code = seen.and_then(|seen| seen["tracking"]["code"].as_str());
    let wished = request.tracking.as_ref().map(|tracking| tracking.code.as_str());
    if is_same && code != wished {
        differences.push(format!("wished parcel {wished:?}, registered {code:?}"));
    }
    differences
}

/// Whether it is a fee or takes money off, and travels with goods though nobody wished it.
fn is_companion(shipped: &Value, order: &Value) -> bool {
    let lines = order["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    let line = lines.iter().find(|line| line["id"] == shipped["id"]);
    line.is_some_and(|line| !["physical", "digital"].contains(&line["type"].as_str().unwrap_or_default()))
}

/// Line numbers are positions: Mollie keeps the order of the request.
fn is_among(line: &LineSelection, shipped: &[Value], order: &Value) -> bool {
    let position = usize::try_from(line.line_id.number()).unwrap_or(usize::MAX).saturating_sub(1);
    let id = &order["lines"][position]["id"];
    shipped.iter().any(|seen| {
        let amount = seen["amount"]["value"].as_str();
        &seen["id"] == id
            && seen["quantity"].as_u64() == Some(u64::from(line.quantity))
            && line.amount.is_none_or(|wished| amount == Some(cents(wished).as_str()))
    })
}

fn cents(money: Money) -> String {
    let sign = if money.minor() < 0 { "-" } else { "" };
    let cents = money.minor().unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}
