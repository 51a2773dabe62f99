//! What events do to the order's payments and their chargebacks.

use crate::rules::chargeback::Chargeback;
use crate::rules::ids::{MolliePaymentId, OperationId};
use crate::rules::order::Order;
use crate::rules::payment::Payment;

impl Order {
    /// A further attempt of ours was opened.
    pub(super) fn take_made_payment(&mut self, operation_id: OperationId, payment: &Payment) {
        // What a reading shows of it is newer than the answer that it was opened.
        if self.payments.iter().all(|known| known.mollie_id != payment.mollie_id) {
            self.put_payment(payment);
        }
        self.made_payments.push((operation_id, payment.mollie_id.clone()));
    }

    /// Attempts stand in the order in which they were created, as Mollie lists them.
    pub(super) fn put_payment(&mut self, payment: &Payment) {
        if let Some(ours) = self.payments.iter_mut().find(|ours| ours.mollie_id == payment.mollie_id) {
            *ours = payment.clone();
            return;
        }
        let later = self.payments.iter().position(|other| other.created_time > payment.created_time);
        self.payments.insert(later.unwrap_or(self.payments.len()), payment.clone());
    }

    pub(super) fn put_chargeback(&mut self, payment: &MolliePaymentId, chargeback: &Chargeback) {
        let Some(payment) = self.payments.iter_mut().find(|ours| ours.mollie_id == *payment) else { return };
        let all = &mut payment.particulars.chargebacks;
        if let Some(known) = all.iter_mut().find(|known| known.mollie_id == chargeback.mollie_id) {
            *known = chargeback.clone();
            return;
        }
        let later = all.iter().position(|other| other.created_time > chargeback.created_time);
        all.insert(later.unwrap_or(all.len()), chargeback.clone());
    }
}
