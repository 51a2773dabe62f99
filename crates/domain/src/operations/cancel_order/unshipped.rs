//! Canceling what was not shipped shortly before its authorization ends: unasked, if the order's profile wants that. Whether it may be is
//! decided before (`rules/deadline_policy.rs`).

use super::{Cause, Task};
use crate::operations::pen::Pen;
use crate::rules::deadline;
use crate::rules::deadline_notice::NoticeSubject;
use crate::rules::event::EventData;
use crate::rules::quote::quoted;
use crate::rules::rejection::{RejectedBy, Rejection};
use crate::rules::ship_by::ShipBy;

/// Cancels the order's rest, and tells its people.
pub fn cancel_unshipped(pen: &mut Pen<'_>, ship_by: ShipBy) {
    let operation_id = pen.set_to_work(Task { cause: Cause::Unshipped }, None);
    pen.tell(ship_by, NoticeSubject::Cancels { operation_id });
    pen.record(EventData::CancellationRecorded { operation_id, release: Vec::new(), entries: Vec::new() });
}

/// Mollie does not cancel it, or goods have left since that was decided: people have until the deadline.
pub(super) fn refused(pen: &mut Pen<'_>, rejection: &Rejection) {
    if let Some(ship_by) = deadline::ship_by(pen.order(), &pen.policy().deadlines.windows) {
        let reason = match rejection.by {
            RejectedBy::Service => rejection.detail.clone(),
            RejectedBy::Mollie(_) | RejectedBy::Operator | RejectedBy::Overtaken => {
                format!("Mollie does not cancel it: {}", quoted(&rejection.detail))
            }
        };
        pen.tell(ship_by, NoticeSubject::LeftToPeople { reasons: vec![reason] });
    }
}
