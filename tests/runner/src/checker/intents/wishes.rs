//! I1 from the callers' side: what Mollie did is what was wished, line by line.

use std::collections::BTreeMap;

use domain::rules::draft::OrderDraft;
use domain::rules::ids::{LineId, OrderId, ShipmentId};
use domain::rules::line::LineDraft;
use domain::rules::money::Money;
use domain::rules::shipment::{Selection, Shipment, ShipmentLine, ShipmentRequest};
use mollie_simulator::rules::{Effect, EffectKind};
use serde_json::Value;

use super::Found;
use crate::journal::Intent;
use crate::managed;
use crate::replica::Wish;

impl Found<'_> {
    /// Compares the effect of an intent with its wish.
    pub fn as_wished(&mut self, intent: &Intent, order: OrderId, shipment: Option<ShipmentId>) {
        let mollie_id = self.order(order).and_then(|order| order.mollie_id.as_ref()).map(ToString::to_string);
        let Some(seen) = self.evidence.mollie.iter().find(|seen| seen["id"].as_str() == mollie_id.as_deref())
        else {
            return;
        };
        let differences = match &intent.wish {
            Wish::Place(draft, _) => {
                let of_order = |effect: &&Effect| Some(&effect.order_id) == mollie_id.as_ref();
                let mut of_order = self.evidence.ledger.iter().filter(of_order);
                let are_changed = of_order.any(|effect| managed::EFFECTS.contains(&effect.kind));
                placed_otherwise(draft, seen, are_changed)
            }
            Wish::Ship(_, request) => {
                let parcel = shipment.and_then(|id| self.evidence.stored.shipments.get(&id));
                parcel.map(|parcel| self.shipped_otherwise(request, parcel, seen)).unwrap_or_default()
            }
            // Its own effect is told from others by its code, and judged with its outcome.
            Wish::Track(..)
            | Wish::Cancel(..)
            | Wish::CancelLines(..)
            | Wish::Refund(..)
            | Wish::CallOff(..)
            | Wish::TakeBack(..)
            | Wish::Pay(..)
            | Wish::Update(..)
            | Wish::Manage(..) => Vec::new(),
        };
        for difference in differences {
            self.say("I1", format!("{}: {difference}", intent.request_id));
        }
    }
}

/// Lines that were changed since are held against the order as it is here.
fn placed_otherwise(draft: &OrderDraft, seen: &Value, are_changed: bool) -> Vec<String> {
    let mut differences = Vec::new();
    let lines = seen["lines"].as_array().filter(|_| !are_changed).map_or_else(|| &[][..], Vec::as_slice);
    if lines.len() != draft.lines.len() && !are_changed {
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

impl Found<'_> {
    /// What was recorded is what was wished, with companions; and Mollie has the sum of all parcels that became one shipment.
    fn shipped_otherwise(&self, request: &ShipmentRequest, parcel: &Shipment, order: &Value) -> Vec<String> {
        let mut differences = Vec::new();
        if let Selection::Lines(lines) = &request.selection {
            let is_wished = |part: &ShipmentLine| {
                lines.iter().any(|line| {
                    let fits = line.amount.is_none_or(|amount| amount == part.part.amount);
                    line.line_id == part.line_id && line.quantity == part.part.quantity && fits
                })
            };
            let named = parcel.lines.iter().filter(|part| is_wished(part)).count();
            let beside = parcel.lines.iter().filter(|part| !is_wished(part));
            if named != lines.len() || !beside.clone().all(|part| is_companion(part, order)) {
                differences.push(format!("wished {lines:?}, recorded {:?}", parcel.lines));
            }
        }
        let Some(operation) = self.registration(parcel) else { return differences };
        let (key, by) = (Some(operation.key.to_string()), parcel.carried_by.unwrap_or(parcel.id));
        let effect = self
            .evidence
            .ledger
            .iter()
            .find(|effect| effect.kind == EffectKind::ShipmentCreated && effect.idempotency_key == key);
        let Some(effect) = effect else { return differences };
        let all = self.evidence.stored.shipments.values();
        let together =
            all.filter(|one| one.id == by || one.carried_by == Some(by)).flat_map(|one| &one.lines);
        let mut ours = BTreeMap::<String, (u64, i64)>::new();
        for part in together {
            let sum = ours.entry(line_at(order, part.line_id)).or_default();
            *sum = (sum.0 + u64::from(part.part.quantity), sum.1 + part.part.amount.minor());
        }
        let theirs = effect.lines.iter().flatten().map(|line| {
            let (quantity, amount) = (line["quantity"].as_u64(), line["amount"]["value"].as_str());
            let minor = amount.and_then(|text| text.replace('.', "").parse().ok());
            (line["id"].as_str().unwrap_or_default().to_owned(), (quantity.unwrap_or(0), minor.unwrap_or(0)))
        });
        let theirs: BTreeMap<_, _> = theirs.collect();
        if ours != theirs {
            differences.push(format!("recorded {ours:?}, shipped {theirs:?}"));
        }
        // Of parcels that went together Mollie has the tracking of one.
        let is_same = parcel.carried_by.is_none() && !self.is_followed_anew(effect.shipment_id.as_deref());
        let shipments = order["_embedded"]["shipments"].as_array().into_iter().flatten();
        let seen = shipments.into_iter().find(|seen| seen["id"].as_str() == effect.shipment_id.as_deref());
        let code = seen.and_then(|seen| seen["tracking"]["code"].as_str());
        let wished = request.tracking.as_ref().map(|tracking| tracking.code.as_str());
        let is_local = parcel.tracking.as_ref().map(|tracking| tracking.code.as_str()) != wished;
        if is_same && !is_local && code != wished {
            differences.push(format!("wished parcel {wished:?}, registered {code:?}"));
        }
        differences
    }
}

/// Line numbers are positions: Mollie keeps the order of the request.
fn line_of(order: &Value, id: LineId) -> &Value {
    let position = usize::try_from(id.number()).unwrap_or(usize::MAX).saturating_sub(1);
    &order["lines"][position]
}

fn line_at(order: &Value, id: LineId) -> String {
    line_of(order, id)["id"].as_str().unwrap_or_default().to_owned()
}

/// Whether it is a fee or takes money off, and travels with goods though nobody wished it.
fn is_companion(part: &ShipmentLine, order: &Value) -> bool {
    let kind = line_of(order, part.line_id)["type"].as_str().unwrap_or_default();
    !["physical", "digital"].contains(&kind)
}

fn cents(money: Money) -> String {
    let sign = if money.minor() < 0 { "-" } else { "" };
    let cents = money.minor().unsigned_abs();
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}
