//! What becomes of a shipment's money where shipments capture it: Mollie takes some time, and it may fail (captures API, one capture
//! for each shipment).

use jiff::{SignedDuration, Timestamp};

use super::Shipment;
use crate::rules::ids::{MollieCaptureId, MollieShipmentId};
use crate::rules::money::Money;
use crate::rules::status::{Read, words};

/// For so long after a shipment Mollie may not list its capture yet.
const LISTED_WITHIN: SignedDuration = SignedDuration::from_hours(48);

words!(
    /// A capture's status at Mollie.
    CaptureStatus {
        Pending = "pending",
        Succeeded = "succeeded",
        Failed = "failed",
        /// Ours: two days after the shipment, Mollie lists no capture for it.
        Missing = "missing",
    }
);

impl CaptureStatus {
    /// Whether nothing more is expected.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed | Self::Missing => true,
            Self::Pending => false,
        }
    }

    /// Whether the goods left and their money does not come.
    #[must_use]
    pub const fn is_lost(self) -> bool {
        match self {
            Self::Failed | Self::Missing => true,
            Self::Pending | Self::Succeeded => false,
        }
    }
}

/// The capture of a shipment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// `None` while Mollie lists none.
    pub mollie_id: Option<MollieCaptureId>,
    pub amount: Money,
    pub status: Read<CaptureStatus>,
}

impl Capture {
    /// Whether news of it are expected. A status that is not understood is read again.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match &self.status {
            Read::Known(status) => !status.is_final(),
            Read::Unknown(_) => true,
        }
    }

    /// Whether the goods left and their money does not come.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        match &self.status {
            Read::Known(status) => status.is_lost(),
            Read::Unknown(_) => false,
        }
    }
}

/// A capture as Mollie lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCapture {
    pub shipment_id: Option<MollieShipmentId>,
    pub capture: Capture,
}

/// What the list says of a shipment's capture; `None` if it may still come.
#[must_use]
pub fn captured(shipment: &Shipment, listed: &[ListedCapture], now: Timestamp) -> Option<Capture> {
    let is_its = |one: &&ListedCapture| one.shipment_id.is_some() && one.shipment_id == shipment.mollie_id;
    if let Some(found) = listed.iter().find(is_its) {
        return Some(found.capture.clone());
    }
    let due = shipment.registered_time?.saturating_add(LISTED_WITHIN).unwrap_or(Timestamp::MAX);
    let currency = shipment.lines.first()?.part.amount.currency();
    let minor = shipment.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.part.amount.minor()));
    let (amount, status) = (Money::from_minor(minor, currency), Read::Known(CaptureStatus::Missing));
    (now >= due).then_some(Capture { mollie_id: None, amount, status })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::{at, euro};
    use crate::rules::ids::{LineId, OrderId, ShipmentId};
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
            elsewhere: Vec::new(),
        }
    }

    fn capture(status: Read<CaptureStatus>) -> Capture {
        Capture { mollie_id: Some(MollieCaptureId::new("cpt_1")), amount: euro("7.00"), status }
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
        let unplaced = Shipment { mollie_id: None, ..shipped() };
        assert_eq!(captured(&unplaced, &[of(None)], at(11)), None);
    }

    #[test]
    fn a_capture_is_missing_two_days_after_its_shipment() {
        const DUE: i64 = 10 + 48 * 60;
        assert_eq!(captured(&shipped(), &[], at(DUE - 1)), None);
        let missing = captured(&shipped(), &[], at(DUE)).unwrap();
        let status = Read::Known(CaptureStatus::Missing);
        assert_eq!(missing, Capture { mollie_id: None, amount: euro("7.00"), status });
    }

    #[test]
    fn a_capture_is_followed_while_it_may_change_and_lost_if_its_money_does_not_come() {
        use CaptureStatus::{Failed, Missing, Pending, Succeeded};
        let said = |status| (capture(Read::Known(status)).is_open(), capture(Read::Known(status)).is_lost());
        assert_eq!(said(Pending), (true, false));
        assert_eq!(said(Succeeded), (false, false));
        assert_eq!(said(Failed), (false, true));
        assert_eq!(said(Missing), (false, true));
        let strange = capture(Read::Unknown("reversed".to_owned()));
        assert_eq!((strange.is_open(), strange.is_lost()), (true, false));
    }
}
