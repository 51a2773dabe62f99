//! Where the units of a line went, for a refusal of units that are gone. Decides nothing.

use std::collections::HashSet;

use super::{Shipment, ShipmentState};
use crate::rules::ids::MollieShipmentId;
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
        // Parcels that went together are one shipment at Mollie.
        let mut names: Vec<_> = of_line.iter().map(|shipment| name(shipment)).collect();
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        let more = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
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
        None if shipment.held.is_some() => format!("shipment {}, which is held", shipment.id),
        None => format!("shipment {}, which Mollie has not registered yet", shipment.id),
    }
}

fn add(found: &mut Whereabouts, shipment: &Shipment) {
    if found.shipments.len() < LISTED && !found.shipments.contains(&shipment.id) {
        found.shipments.push(shipment.id);
        let is_new = |id: &&MollieShipmentId| !found.mollie_shipments.contains(id);
        let new = shipment.mollie_id.as_ref().filter(is_new).cloned();
        found.mollie_shipments.extend(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::{self, euro};
    use crate::rules::ids::LineId;
    use crate::rules::part::Part;
    use crate::rules::precondition::PreconditionReason;
    use crate::rules::shipment::ShipmentLine;

    fn shipment(number: u32, line: u32, state: ShipmentState) -> Shipment {
        let part = Part { quantity: 1, amount: euro("1.00") };
        let is_registered = state == ShipmentState::Registered;
        let mollie_id = is_registered.then(|| MollieShipmentId::new(format!("shp_{number}")));
        let lines = vec![ShipmentLine { line_id: LineId::new(line), part }];
        Shipment { state, mollie_id, ..fixtures::shipment(u128::from(number), lines) }
    }

    /// What a refusal about line 1 says, given these shipments.
    fn said(shipments: &[Shipment]) -> (String, Whereabouts) {
        let unmet = Unmet { subject: "lines/1".to_owned(), description: "None left.".to_owned() };
        let refusal = FailedPrecondition::new(PreconditionReason::LineNotShippable, vec![unmet]);
        let refusal = with_whereabouts(refusal, shipments);
        (refusal.unmet[0].description.clone(), refusal.whereabouts)
    }

    #[test]
    fn the_shipments_that_hold_units_of_the_line_are_named() {
        let (text, found) = said(&[
            shipment(1, 1, ShipmentState::Registered),
            shipment(2, 2, ShipmentState::Registered),
            shipment(3, 1, ShipmentState::Refused),
            shipment(4, 1, ShipmentState::Recorded),
        ]);
        let recorded = "shipment 00000000-0000-0000-0000-000000000004, which Mollie has not registered yet";
        assert_eq!(text, format!("None left. Shipped as shp_1, {recorded}."));
        assert_eq!(found.shipments.len(), 2);
        assert_eq!(found.mollie_shipments, [MollieShipmentId::new("shp_1")]);
        assert_eq!(
            said(&[shipment(2, 2, ShipmentState::Registered)]),
            ("None left.".into(), Whereabouts::default())
        );
    }

    #[test]
    fn five_are_named_and_eight_are_listed() {
        let many = |count| (1..=count).map(|n| shipment(n, 1, ShipmentState::Registered)).collect::<Vec<_>>();
        assert_eq!(said(&many(5)).0, "None left. Shipped as shp_1, shp_2, shp_3, shp_4, shp_5.");
        assert!(said(&many(7)).0.ends_with("shp_5 and 2 more."));
        assert_eq!(said(&many(9)).1.shipments.len(), 8);
    }

    #[test]
    fn parcels_that_went_together_are_named_once_and_a_held_one_is_called_so() {
        let first = shipment(1, 1, ShipmentState::Registered);
        let along =
            Shipment { mollie_id: first.mollie_id.clone(), ..shipment(2, 1, ShipmentState::Registered) };
        let (text, found) = said(&[first.clone(), along]);
        assert_eq!(text, "None left. Shipped as shp_1.");
        assert_eq!((found.shipments.len(), found.mollie_shipments.len()), (2, 1));
        let held = Shipment { held: Some("too dear".to_owned()), ..shipment(3, 1, ShipmentState::Recorded) };
        assert!(said(&[held]).0.ends_with("which is held."));
    }

    #[test]
    fn a_shipment_of_two_such_lines_is_listed_once() {
        let mut both = shipment(1, 1, ShipmentState::Registered);
        both.lines.push(ShipmentLine { line_id: LineId::new(2), ..both.lines[0] });
        let unmet = |subject: &str| Unmet { subject: subject.to_owned(), description: String::new() };
        let unmet = vec![unmet("lines/1"), unmet("lines/2")];
        let refusal = FailedPrecondition::new(PreconditionReason::LineNotShippable, unmet);
        assert_eq!(with_whereabouts(refusal, &[both]).whereabouts.shipments.len(), 1);
    }
}
