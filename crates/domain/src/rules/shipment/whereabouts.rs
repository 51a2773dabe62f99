//! Where the units of a line went, for a refusal of units that are gone. Decides nothing.

use super::{Shipment, ShipmentState};
use crate::rules::precondition::{FailedPrecondition, Unmet, Whereabouts};

/// How many shipments are named per line, and in all: a refusal may be about a hundred lines.
const NAMED: usize = 5;
const LISTED: usize = 8;

/// The refusal, with the shipments that hold units of its lines: by Mollie's id, or by ours while Mollie has not registered them.
#[must_use]
pub fn with_whereabouts(mut refusal: FailedPrecondition, shipments: &[Shipment]) -> FailedPrecondition {
    let holding: Vec<_> = shipments.iter().filter(|shipment| holds_units(shipment)).collect();
    let mut found = Whereabouts::default();
    for unmet in &mut refusal.unmet {
        let of_line: Vec<_> = holding.iter().copied().filter(|shipment| is_about(shipment, unmet)).collect();
        if of_line.is_empty() {
            continue;
        }
        let names: Vec<_> = of_line.iter().take(NAMED).map(|shipment| name(shipment)).collect();
        let more = of_line.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        unmet.description.push_str(&format!(" Shipped as {}{more}.", names.join(", ")));
        of_line.into_iter().for_each(|shipment| add(&mut found, shipment));
    }
    refusal.whereabouts = found;
    refusal
}

fn holds_units(shipment: &Shipment) -> bool {
    match shipment.state {
        ShipmentState::Recorded | ShipmentState::Registered | ShipmentState::NeedsAttention => true,
        ShipmentState::Refused => false,
    }
}

fn is_about(shipment: &Shipment, unmet: &Unmet) -> bool {
    let line = unmet.subject.strip_prefix("lines/");
    shipment.lines.iter().any(|of| Some(of.line_id.to_string().as_str()) == line)
}

fn name(shipment: &Shipment) -> String {
    match &shipment.mollie_id {
        Some(mollie_id) => mollie_id.to_string(),
        None => format!("shipment {}, which Mollie has not registered yet", shipment.id),
    }
}

fn add(found: &mut Whereabouts, shipment: &Shipment) {
    if found.shipments.len() < LISTED && !found.shipments.contains(&shipment.id) {
        found.shipments.push(shipment.id);
        found.mollie_shipments.extend(shipment.mollie_id.clone());
    }
}
