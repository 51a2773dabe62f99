//! Making the next payment unasked, once an attempt has ended, and passing its link on to whoever writes to the shopper. Whether that is to be is decided
//! before (`rules/second_chance.rs`).

use super::{Cause, Task};
use crate::operations::pen::Pen;
use crate::rules::event::EventData;
use crate::rules::ids::OperationId;
use crate::rules::payment::Payment;
use crate::rules::policy_notice::UnpaidSubject;

/// Opens a payment with the methods of the order, and tells that it is a second chance.
pub fn second_chance(pen: &mut Pen<'_>) {
    let task = Task::of(pen, Vec::new(), Cause::SecondChance);
    let operation_id = pen.set_to_work(task, None);
    pen.tell_unpaid(UnpaidSubject::SecondChance { operation_id });
    pen.record(EventData::PaymentRecorded { operation_id, methods: Vec::new() });
}

impl Task {
    /// Of a payment that a caller asked for, the caller knows; one that is over by now has no page any more.
    pub(super) fn pass_on(&self, operation_id: OperationId, payment: &Payment, pen: &mut Pen<'_>) {
        match self.cause {
            Cause::Request => (),
            Cause::SecondChance if payment.has_ended() || payment.holds_money() => (),
            Cause::SecondChance => {
                let checkout_url =
                    payment.checkout_url.clone().or_else(|| pen.order().facts.checkout_url.clone());
                let payment_id = payment.mollie_id.clone();
                pen.tell_unpaid(UnpaidSubject::NextLink { operation_id, payment_id, checkout_url });
            }
        }
    }
}
