//! The verdict on a trial: what callers were told, Mollie's ledger, and what is stored tell the same story. Nothing here asks
//! the service's own rules what should have been.

use std::collections::{BTreeMap, BTreeSet};

use domain::ports::{EventStream, OrderKey, Store};
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::shipment::Shipment;
use mollie_simulator::rules::EffectKind;
use serde_json::Value;

use crate::service::{Reported, Wish};
use crate::trial::Trial;

/// Adds to the trial's violations.
pub async fn judge(trial: &mut Trial) {
    let mut found = trial.mollie.unseen();
    let calls = trial.reported.clone();
    for (request_id, (wish, reported)) in &calls {
        found.extend(promises(trial, request_id, wish, reported).await);
    }
    found.extend(totals(trial, &calls));
    found.extend(books(trial).await);
    found.extend(stream(trial).await);
    let open = "SELECT count(*) FROM operations WHERE state NOT IN ('succeeded', 'rejected', 'withdrawn')";
    let open = trial.witness.count(open).await;
    if open > 0 {
        found.push(format!("{open} operations are not settled"));
    }
    trial.violations.extend(found);
}

/// What was acknowledged keeps its ids, is there, and had its one effect.
async fn promises(trial: &Trial, request_id: &str, wish: &Wish, reported: &[Reported]) -> Vec<String> {
    let ids: BTreeSet<String> = reported
        .iter()
        .filter(|reported| matches!(reported, Reported::Accepted { .. }))
        .map(|reported| format!("{reported:?}"))
        .collect();
    if ids.len() > 1 {
        return vec![format!("{request_id} was answered with several ids: {ids:?}")];
    }
    let accepted = reported.iter().find_map(|reported| match reported {
        Reported::Accepted { order, shipment, operation } => Some((*order, *shipment, *operation)),
        Reported::Refused(_) | Reported::Unavailable(_) => None,
    });
    let refused: Vec<_> =
        reported.iter().filter(|reported| matches!(reported, Reported::Refused(_))).collect();
    let Some((order, shipment, operation)) = accepted else {
        // Only the number that is held may be refused.
        let is_right = request_id == "held" && !refused.is_empty();
        return if is_right {
            Vec::new()
        } else {
            vec![format!("{request_id} was never accepted: {reported:?}")]
        };
    };
    if !refused.is_empty() {
        return vec![format!("{request_id} was accepted, and refused: {reported:?}")];
    }
    let service = trial.service();
    let Ok(Some(_)) = service.store.load_order(&OrderKey::Id(order)).await else {
        return vec![format!("{request_id}: order {order} is not found")];
    };
    if let Some(id) = shipment {
        let Ok(Some(_)) = service.store.load_shipment(id).await else {
            return vec![format!("{request_id}: shipment {id} is not found")];
        };
    }
    let Some(operation) = operation else { return Vec::new() };
    let Ok(Some(operation)) = service.store.load_operation(operation).await else {
        return vec![format!("{request_id}: operation {operation} is not found")];
    };
    let mut found = Vec::new();
    if operation.state.name() != OperationState::Succeeded {
        let problem = operation.last_problem.as_deref().unwrap_or_default();
        found.push(format!("{request_id}: its operation is {}: {problem}", operation.state.name().as_str()));
    }
    let key = Some(operation.key.to_string());
    let kind = match wish {
        Wish::Place(_) => EffectKind::OrderCreated,
        Wish::Ship { .. } => EffectKind::ShipmentCreated,
        // PATCH and DELETE carry no key: what was canceled is counted with the order, and how a parcel is followed compared.
        Wish::Track { .. } | Wish::Cancel(_) => return found,
    };
    let ledger = trial.mollie.ledger();
    let effects = ledger.iter().filter(|effect| effect.kind == kind && effect.idempotency_key == key).count();
    if effects != 1 {
        found.push(format!("{request_id}: {effects} effects at Mollie under its key"));
    }
    found
}

/// No more effects than there were intents, whatever they came under.
fn totals(trial: &Trial, calls: &BTreeMap<String, (Wish, Vec<Reported>)>) -> Vec<String> {
    let accepted =
        |reported: &[Reported]| reported.iter().any(|reported| matches!(reported, Reported::Accepted { .. }));
    let wanted = |is_kind: fn(&Wish) -> bool| {
        calls.values().filter(|(wish, reported)| is_kind(wish) && accepted(reported)).count()
    };
    let ledger = trial.mollie.ledger();
    let compared = [
        (EffectKind::OrderCreated, wanted(|wish| matches!(wish, Wish::Place(_)))),
        (EffectKind::ShipmentCreated, wanted(|wish| matches!(wish, Wish::Ship { .. }))),
        (EffectKind::OrderCanceled, wanted(|wish| matches!(wish, Wish::Cancel(_)))),
    ];
    let wrong = compared.into_iter().filter_map(|(kind, wanted)| {
        let had = ledger.iter().filter(|effect| effect.kind == kind).count();
        (had != wanted).then(|| format!("{wanted} intents had {had} effects {kind:?}"))
    });
    wrong.collect()
}

/// Each order as we keep it beside what Mollie shows, once it has been read once more.
async fn books(trial: &Trial) -> Vec<String> {
    let (service, mut found) = (trial.service(), Vec::new());
    for theirs in trial.mollie.orders() {
        let number = text(&theirs["orderNumber"]);
        let Some(id) = service.numbered(&number).await else {
            found.push(format!("Mollie has {} of {number}, and we do not", theirs["id"]));
            continue;
        };
        if let Err(problem) = service.sync(id).await {
            found.push(format!("order {number} cannot be read: {problem}"));
            continue;
        }
        let Ok(Some(ours)) = service.store.load_order(&OrderKey::Id(id)).await else {
            found.push(format!("order {number} is gone"));
            continue;
        };
        found.extend(compare(&ours, &theirs));
        found.extend(events(trial, &ours).await);
        let Ok(shipments) = service.store.list_shipments(id).await else { continue };
        found.extend(
            parcels(trial, &shipments, &theirs)
                .into_iter()
                .map(|problem| format!("order {number}: {problem}")),
        );
    }
    found
}

/// The same parcels, followed by the same codes here, at Mollie, and by what the callers asked for.
fn parcels(trial: &Trial, ours: &[Shipment], theirs: &Value) -> Vec<String> {
    let theirs = theirs["_embedded"]["shipments"].as_array().map_or(&[][..], Vec::as_slice);
    if ours.len() != theirs.len() {
        return vec![format!("we have {} shipments, Mollie {}", ours.len(), theirs.len())];
    }
    let mut found = Vec::new();
    for shipment in ours {
        let code = shipment.tracking.as_ref().map_or("", |tracking| &tracking.code);
        let is_it = |it: &&Value| shipment.mollie_id.as_ref().is_some_and(|id| it["id"] == id.as_str());
        let at_mollie = theirs.iter().find(is_it).map(|it| text(&it["tracking"]["code"])).unwrap_or_default();
        let asked = trial.reported.values().find_map(|(wish, _)| match wish {
            Wish::Track { shipment: id, code, .. } if *id == shipment.id => Some(code.as_str()),
            Wish::Track { .. } | Wish::Place(_) | Wish::Ship { .. } | Wish::Cancel(_) => None,
        });
        if at_mollie != code || asked.is_some_and(|asked| asked != code) {
            found.push(format!(
                "parcel {} is followed by {code:?}, at Mollie by {at_mollie:?}, asked for {asked:?}",
                shipment.id
            ));
        }
    }
    found
}

fn compare(ours: &Order, theirs: &Value) -> Vec<String> {
    let number = &ours.terms.order_number;
    let captured: i64 = ours.lines.iter().map(|line| line.shipped.amount.minor()).sum();
    let mut pairs = vec![
        ("id", ours.mollie_id.as_ref().map(ToString::to_string).unwrap_or_default(), text(&theirs["id"])),
        (
            "status",
            ours.facts.status.map_or("none", |status| status.as_str()).to_owned(),
            text(&theirs["status"]),
        ),
        ("captured", captured.to_string(), cents(&theirs["amountCaptured"]).to_string()),
    ];
    for (line, seen) in ours.lines.iter().zip(theirs["lines"].as_array().into_iter().flatten()) {
        pairs.push(("shipped", line.shipped.quantity.to_string(), seen["quantityShipped"].to_string()));
        pairs.push(("canceled", line.canceled.quantity.to_string(), seen["quantityCanceled"].to_string()));
        pairs.push(("reserved", line.reserved.quantity.to_string(), "0".to_owned()));
    }
    let differing = pairs.into_iter().filter(|(_, ours, theirs)| ours != theirs);
    differing
        .map(|(what, ours, theirs)| format!("order {number} {what}: ours {ours}, Mollie's {theirs}"))
        .collect()
}

/// Events are numbered without gaps, up to the order's version.
async fn events(trial: &Trial, order: &Order) -> Option<String> {
    let service = trial.service();
    let Ok(page) = service.store.list_events(order.id, 0, 1_000).await else {
        return Some(format!("the events of order {} cannot be read", order.terms.order_number));
    };
    let numbers: Vec<u64> = page.items.iter().map(|event| event.sequence).collect();
    let right: Vec<u64> = (1..=order.version).collect();
    (numbers != right).then(|| {
        format!("order {} at version {} has the events {numbers:?}", order.terms.order_number, order.version)
    })
}

/// Every event has its place among all, and there are no gaps.
async fn stream(trial: &mut Trial) -> Option<String> {
    trial.settle().await;
    let Ok(page) = trial.service().store.read_stream(0, 10_000).await else {
        return Some("the stream cannot be read".to_owned());
    };
    let events = trial.witness.count("SELECT count(*) FROM events").await;
    let is_whole = page.items.iter().zip(1..).all(|(one, place)| one.position == place);
    let is_all = i64::try_from(page.items.len()) == Ok(events);
    (!is_whole || !is_all).then(|| format!("{events} events, and a stream of {}", page.items.len()))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn cents(amount: &Value) -> i64 {
    let text = amount["value"].as_str().unwrap_or("0.00");
    text.replace('.', "").parse().unwrap_or(i64::MIN)
}
