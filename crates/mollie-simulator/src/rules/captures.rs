//! How much of an authorisation shipments may capture, and that no release leaves more captured than that.
//!
//! Inferred: no answer of Mollie's to such a request is recorded. A deduction belongs to the goods it reduces, so goods
//! that leave without it would capture more than the shopper has agreed to. Both checks look at the order as it would be
//! afterwards, whatever was shipped or released of it, and say nothing where shipments capture nothing.

use super::answer::Refusal;
use super::method::Flow;
use super::money::Minor;
use super::records::{Line, Order};
use super::switches::CaptureAboveAuthorization;

impl Order {
    fn authorized(&self) -> Minor {
        self.settling_payment().map_or(self.amount, |payment| self.amount_of(payment))
    }

    /// The most that all shipments together may have captured. Releasing goods lowers it; releasing a deduction, whose
    /// amount is negative, does not raise it: the shopper has not authorized more by that.
    fn most_captured(&self) -> Minor {
        let released: Minor = self.lines.iter().map(Line::released).sum();
        let authorized = self.authorized();
        authorized.min(authorized - released)
    }

    /// Judges a shipment of `total`, which is not captured yet.
    pub(super) fn check_shipment(
        &self,
        total: Minor,
        above: CaptureAboveAuthorization,
    ) -> Result<(), Refusal> {
        if !self.is_bounded(above) {
            return Ok(());
        }
        let spoken = |minor| self.currency.spoken(minor);
        if total < 0 {
            return Err(Refusal::unprocessable(format!(
                "The amount of a shipment cannot be negative. The minimum amount is {}, got: {}.",
                spoken(0),
                spoken(total)
            )));
        }
        let (most, captured) = (self.most_captured(), self.captured + total);
        if captured > most {
            return Err(Refusal::unprocessable(format!(
                "The amount of all shipments together is higher than the authorized amount. The maximum amount is {}, \
                 got: {}.",
                spoken(most),
                spoken(captured)
            )));
        }
        Ok(())
    }

    /// Judges a cancellation, of the whole rest or of lines, after which the order would be as it is here.
    pub(super) fn check_release(&self, above: CaptureAboveAuthorization) -> Result<(), Refusal> {
        let most = self.most_captured();
        if !self.is_bounded(above) || self.captured <= most {
            return Ok(());
        }
        Err(Refusal::unprocessable(format!(
            "The captured amount would be higher than what remains authorized. The maximum amount is {}, captured: {}.",
            self.currency.spoken(most),
            self.currency.spoken(self.captured)
        )))
    }

    fn is_bounded(&self, above: CaptureAboveAuthorization) -> bool {
        match (self.flow(), above) {
            (Flow::Authorized, CaptureAboveAuthorization::Refused) => true,
            (Flow::Paid, CaptureAboveAuthorization::Refused | CaptureAboveAuthorization::Accepted)
            | (Flow::Authorized, CaptureAboveAuthorization::Accepted) => false,
        }
    }
}
