//! What becomes of a shipment's money where shipments capture it: Mollie takes some time, and it may fail (captures API, one capture
//! for each shipment).

use crate::rules::ids::{MollieCaptureId, MolliePaymentId, MollieShipmentId};
use crate::rules::money::Money;
use crate::rules::status::{Read, words};

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
    /// The payment that it takes its money from; `None` while Mollie lists none.
    pub payment: Option<MolliePaymentId>,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::euro;

    fn capture(status: Read<CaptureStatus>) -> Capture {
        Capture {
            mollie_id: Some(MollieCaptureId::new("cpt_1")),
            payment: None,
            amount: euro("7.00"),
            status,
        }
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
