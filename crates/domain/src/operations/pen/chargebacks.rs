//! Recording what a reading shows of chargebacks, one by one. Their sum is recorded with the payment.

use super::Pen;
use crate::rules::event::EventData;
use crate::rules::listed_chargebacks;
use crate::rules::snapshot::Snapshot;

impl Pen<'_> {
    /// Records what is new of the chargebacks of the order's payments.
    pub(super) fn read_chargebacks(&mut self, snapshot: &Snapshot) {
        for listed in &snapshot.chargebacks {
            for chargeback in listed_chargebacks::news(listed, &self.order().payments) {
                let payment_id = listed.payment.clone();
                self.record(EventData::ChargebackObserved { payment_id, chargeback });
            }
        }
    }
}
