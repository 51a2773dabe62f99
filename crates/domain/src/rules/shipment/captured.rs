//! What a list of captures says of a shipment.

use jiff::{SignedDuration, Timestamp};

use super::Shipment;
use super::capture::{Capture, CaptureStatus, ListedCapture};
use crate::rules::money::Money;
use crate::rules::status::Read;

/// For so long after a shipment Mollie may not list its capture yet.
const LISTED_WITHIN: SignedDuration = SignedDuration::from_hours(48);

/// What the list says of a shipment's capture; `None` if it may still come. One in another currency is not believed.
#[must_use]
pub fn captured(shipment: &Shipment, listed: &[ListedCapture], now: Timestamp) -> Option<Capture> {
    let currency = shipment.lines.first()?.part.amount.currency();
    let is_its = |one: &&ListedCapture| {
        let is_named = one.shipment_id.is_some() && one.shipment_id == shipment.mollie_id;
        is_named && one.capture.amount.currency() == currency
    };
    if let Some(found) = listed.iter().find(is_its) {
        return Some(found.capture.clone());
    }
    let due = shipment.registered_time?.saturating_add(LISTED_WITHIN).unwrap_or(Timestamp::MAX);
    let minor = shipment.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.part.amount.minor()));
    let (amount, status) = (Money::from_minor(minor, currency), Read::Known(CaptureStatus::Missing));
    (now >= due).then_some(Capture { mollie_id: None, payment: None, amount, status })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::{at, euro};
    use crate::rules::ids::{LineId, MollieCaptureId, MollieShipmentId, OrderId, ShipmentId};
    use crate::rules::part::Part;
    use crate::rules::shipment::{Origin, ShipmentLine, ShipmentState};
    use uuid::Uuid;

    /// Two lines of 5.00 and 2.00, registered at minute 10.
    fn shipped() -> Shipment {
        let line = |number, value| ShipmentLine {
            line_id: LineId::new(number),
            part: Part { quantity: 1, amount: euro(value) },
        };
        Shipment {
            id: ShipmentId::new(Uuid::from_u128(1)),
            order_id: OrderId::new(Uuid::from_u128(2)),
            state: ShipmentState::Registered,
            origin: Origin::Here,
            sequence: 3,
            mollie_id: Some(MollieShipmentId::new("shp_1")),
            lines: vec![line(1, "5.00"), line(2, "2.00")],
            tracking: None,
            first_tracking: None,
            pending_tracking: None,
            created_time: at(9),
            registered_time: Some(at(10)),
            capture: None,
            rejection: None,
            held: None,
            carried_by: None,
            elsewhere: Vec::new(),
            companions: Vec::new(),
            shares: Vec::new(),
        }
    }

    fn capture(status: Read<CaptureStatus>) -> Capture {
        Capture {
            mollie_id: Some(MollieCaptureId::new("cpt_1")),
            payment: None,
            amount: euro("7.00"),
            status,
        }
    }

    #[test]
    fn a_capture_is_the_one_that_names_its_shipment() {
        let pending = capture(Read::Known(CaptureStatus::Pending));
        let of = |id: Option<&str>| ListedCapture {
            shipment_id: id.map(MollieShipmentId::new),
            capture: pending.clone(),
        };
        assert_eq!(captured(&shipped(), &[of(None), of(Some("shp_2"))], at(11)), None);
        assert_eq!(captured(&shipped(), &[of(None), of(Some("shp_1"))], at(11)), Some(pending.clone()));
        let dollars = Capture { amount: Money::parse("USD", "7.00").unwrap(), ..pending.clone() };
        let foreign = ListedCapture { capture: dollars, ..of(Some("shp_1")) };
        assert_eq!(captured(&shipped(), &[foreign], at(11)), None);
        let unplaced = Shipment { mollie_id: None, ..shipped() };
        assert_eq!(captured(&unplaced, &[of(None)], at(11)), None);
    }

    #[test]
    fn a_capture_is_missing_two_days_after_its_shipment() {
        const DUE: i64 = 10 + 48 * 60;
        assert_eq!(captured(&shipped(), &[], at(DUE - 1)), None);
        let missing = captured(&shipped(), &[], at(DUE)).unwrap();
        let status = Read::Known(CaptureStatus::Missing);
        assert_eq!(missing, Capture { mollie_id: None, payment: None, amount: euro("7.00"), status });
    }
}
