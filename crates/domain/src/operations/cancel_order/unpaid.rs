//! Canceling an order that nobody has paid in time: unasked, if the order's profile wants that. Whether it may be is decided before
//! (`rules/payment_window.rs`), and once more by a reading directly before the send.

use super::{Cause, Task};
use crate::operations::pen::Pen;
use crate::rules::event::EventData;
use crate::rules::policy_notice::UnpaidSubject;
use crate::rules::quote::quoted;
use crate::rules::rejection::{RejectedBy, Rejection};
use crate::rules::unpaid;

/// Cancels the order, and tells its people.
pub fn cancel_unpaid(pen: &mut Pen<'_>) {
    let operation_id = pen.set_to_work(Task { cause: Cause::Unpaid }, None);
    pen.tell_unpaid(UnpaidSubject::WindowCancels { operation_id });
    pen.record(EventData::CancellationRecorded { operation_id, release: Vec::new(), entries: Vec::new() });
}

/// Mollie does not cancel it, so it lasts until its end there. If the shopper pays after all, nobody has to know; and if that attempt ends, too, it is
/// another case.
pub(super) fn refused(pen: &mut Pen<'_>, rejection: &Rejection) {
    match rejection.by {
        RejectedBy::Mollie(_) | RejectedBy::Operator if unpaid::is_unpaid(pen.order()) => {
            let reason = format!("Mollie does not cancel it: {}", quoted(&rejection.detail));
            pen.tell_unpaid(UnpaidSubject::WindowLeftToPeople { reason });
        }
        RejectedBy::Mollie(_) | RejectedBy::Operator | RejectedBy::Service | RejectedBy::Overtaken => (),
    }
}
