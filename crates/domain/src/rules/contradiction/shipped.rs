//! Whether an answer's shipments are possible: their units are units of its lines, and those that the lines count as shipped.

use std::collections::HashMap;

use super::currency::foreign;
use crate::rules::ids::MollieLineId;
use crate::rules::misread::Misread;
use crate::rules::money::Currency;
use crate::rules::part::Part;
use crate::rules::snapshot::Snapshot;

/// If one part of a shipment is impossible, the whole list is dropped: a list that lacks a shipment would say it does not exist.
pub(super) fn judge(snapshot: &mut Snapshot, currency: Currency, doubts: &mut Vec<Misread>) {
    if let Some(doubt) = odd(snapshot, currency) {
        doubts.push(doubt);
        snapshot.shipments = None;
    }
    compare(snapshot, doubts);
}

/// Compares counters and list. A listed shipment exists, whatever a counter says: the counter is not believed. A list with fewer
/// units than are counted is incomplete: a missing shipment proves nothing.
fn compare(snapshot: &mut Snapshot, doubts: &mut Vec<Misread>) {
    let Some(shipments) = &snapshot.shipments else { return };
    let mut listed = HashMap::<MollieLineId, u32>::new();
    for (id, part) in shipments.iter().flat_map(|shipment| &shipment.lines) {
        let sum = listed.entry(id.clone()).or_default();
        *sum = sum.saturating_add(part.quantity);
    }
    let mut lacks = None;
    for (n, line) in snapshot.lines.iter_mut().enumerate() {
        let listed = listed.get(&line.mollie_id).copied().unwrap_or_default();
        let Some(counted) = line.shipped.map(|part| part.quantity) else { continue };
        let problem = format!("{counted} units counted as shipped, and {listed} in shipments");
        if counted < listed {
            doubts.push(Misread::at(format!("lines[{n}].quantityShipped"), problem));
            line.shipped = None;
        } else if counted > listed && lacks.is_none() {
            lacks = Some(Misread::at("_embedded.shipments", format!("lines[{n}]: {problem}")));
        }
    }
    if let Some(doubt) = lacks {
        doubts.push(doubt);
        snapshot.shipments = None;
    }
}

fn odd(snapshot: &Snapshot, currency: Currency) -> Option<Misread> {
    let mut left: HashMap<&MollieLineId, u32> =
        snapshot.lines.iter().map(|line| (&line.mollie_id, line.quantity)).collect();
    for (n, shipment) in snapshot.shipments.iter().flatten().enumerate() {
        for (place, (id, Part { quantity, amount })) in shipment.lines.iter().enumerate() {
            let at = |name: &str| format!("_embedded.shipments[{n}].lines[{place}].{name}");
            if amount.currency() != currency {
                return Some(foreign(at("totalAmount"), *amount, currency));
            }
            if *quantity == 0 && amount.minor() != 0 {
                return Some(Misread::at(at("quantity"), format!("no units, but {amount}")));
            }
            if let Some(left) = left.get_mut(id) {
                match left.checked_sub(*quantity) {
                    Some(rest) => *left = rest,
                    None => {
                        return Some(Misread::at(at("quantity"), "more units shipped than the line has"));
                    }
                }
            }
        }
    }
    None
}
