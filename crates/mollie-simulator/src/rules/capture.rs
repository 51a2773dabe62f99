//! Captures: what shipments take of an authorisation, one each, and whether it comes.
//!
//! The books have an amount from the shipment on. When a capture fails, they give it back; the goods stay shipped.

use jiff::Timestamp;

use super::money::Minor;
use super::records::{Capture, CaptureStatus, Draft, EffectKind, Order};
use super::seconds::whole_seconds;
use super::switches::PaidByCapture;
use super::world::World;

/// Why a capture keeps its status. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaptureUnmoved {
    #[error("No capture exists with token {0}.")]
    Unknown(String),
    #[error("A capture that is {} cannot become {}.", .0.as_text(), .1.as_text())]
    Misfit(CaptureStatus, CaptureStatus),
}

impl World {
    pub(super) fn capture(&mut self, order: &mut Order, shipment_id: &str, total: Minor, now: Timestamp) {
        order.captured += total;
        if let Some(payment) = order.settling_payment_mut() {
            payment.captured += total;
            let payment_id = payment.id.clone();
            order.captures.push(Capture {
                id: self.draw_long("cpt_"),
                payment_id,
                shipment_id: shipment_id.to_owned(),
                created_at: now,
                amount: total,
                status: CaptureStatus::Pending,
            });
        }
        if self.switches().capture_turns_payment_paid == PaidByCapture::FirstShipment {
            self.turn_payment_paid(order, now);
        }
    }

    /// Lets a capture succeed, or fail, also after it has succeeded.
    pub fn set_capture_status(
        &mut self,
        id: &str,
        status: CaptureStatus,
        now: Timestamp,
    ) -> Result<(), CaptureUnmoved> {
        let now = whole_seconds(now);
        self.tick(now);
        let unknown = || CaptureUnmoved::Unknown(id.to_owned());
        let mut order = self.order_with(id).ok_or_else(unknown)?.clone();
        let capture = order.capture_mut(id).ok_or_else(unknown)?;
        if !capture.status.may_become(status) {
            return Err(CaptureUnmoved::Misfit(capture.status, status));
        }
        capture.status = status;
        let capture = capture.clone();
        if status == CaptureStatus::Failed {
            self.take_back(&mut order, &capture, now);
        }
        self.save(order);
        Ok(())
    }

    fn take_back(&mut self, order: &mut Order, capture: &Capture, now: Timestamp) {
        order.captured -= capture.amount;
        if let Some(payment) = order.payment_mut(&capture.payment_id) {
            payment.captured -= capture.amount;
        }
        let entry = Draft::new(EffectKind::CaptureFailed, order)
            .payment(&capture.payment_id)
            .shipment(&capture.shipment_id)
            .amount("captured", capture.amount)
            .with("capture_id", capture.id.as_str().into());
        self.enter(entry, now);
    }
}
