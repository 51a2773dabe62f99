//! Events of refunds.

use domain::rules::event::{Before, ResourceBefore};
use domain::rules::ids::{MolliePaymentId, MollieRefundId, RefundId};
use domain::rules::refund::Refund;
use domain::rules::rejection::Rejection;
use domain::rules::status::{Read, RefundStatus};

use crate::convert::common::rejection;
use crate::convert::refund::{read_status, refund, state};
use crate::proto::order_event::Data;
use crate::proto::{RefundEvent, RefundState};

/// A refund that was not known before.
pub fn new(new: &Refund) -> Data {
    let whole = refund(new);
    Data::Refund(Box::new(RefundEvent {
        refund_id: whole.id,
        state: whole.state,
        status: whole.status,
        status_raw: whole.status_raw,
        mollie_refund_id: whole.mollie_refund_id,
        mollie_payment_id: whole.mollie_payment_id,
        amount: whole.amount,
        made_elsewhere: whole.made_elsewhere,
        ..RefundEvent::default()
    }))
}

pub fn registered(
    id: RefundId,
    mollie_id: &MollieRefundId,
    payment: Option<&MolliePaymentId>,
    now: &Read<RefundStatus>,
    before: &Before,
) -> Data {
    let registered = RefundEvent {
        state: RefundState::Registered.into(),
        mollie_refund_id: mollie_id.to_string(),
        mollie_payment_id: payment.map(ToString::to_string).unwrap_or_default(),
        ..earlier(id, before)
    };
    Data::Refund(Box::new(with_status(now, registered)))
}

/// Another status at Mollie.
pub fn updated(id: RefundId, now: &Read<RefundStatus>, before: &Before) -> Data {
    let was = earlier(id, before);
    Data::Refund(Box::new(with_status(now, RefundEvent { state: was.state_before, ..was })))
}

pub fn refused(id: RefundId, refused: &Rejection, before: &Before) -> Data {
    Data::Refund(Box::new(RefundEvent {
        state: RefundState::Refused.into(),
        rejection: Some(rejection(refused)),
        ..earlier(id, before)
    }))
}

pub fn withdrawn(id: RefundId, merged_into: Option<RefundId>, before: &Before) -> Data {
    Data::Refund(Box::new(RefundEvent {
        state: RefundState::Withdrawn.into(),
        merged_into_refund_id: merged_into.map(|id| id.to_string()).unwrap_or_default(),
        ..earlier(id, before)
    }))
}

/// About its cancellation, which changes nothing of it yet, or does not.
pub fn canceling(id: RefundId, refused: Option<&Rejection>) -> Data {
    let (refund_id, rejection) = (id.to_string(), refused.map(rejection));
    Data::Refund(Box::new(RefundEvent { refund_id, rejection, ..RefundEvent::default() }))
}

fn with_status(now: &Read<RefundStatus>, event: RefundEvent) -> RefundEvent {
    let (status, status_raw) = read_status(Some(now));
    RefundEvent { status: status.into(), status_raw, ..event }
}

fn earlier(id: RefundId, before: &Before) -> RefundEvent {
    let base = RefundEvent { refund_id: id.to_string(), ..RefundEvent::default() };
    match &before.resource {
        Some(ResourceBefore::Refund { state: was, status }) => {
            let (status_before, status_raw_before) = read_status(status.as_ref());
            let state_before = state(*was).into();
            RefundEvent { state_before, status_before: status_before.into(), status_raw_before, ..base }
        }
        Some(ResourceBefore::Shipment(_) | ResourceBefore::Tracking(_) | ResourceBefore::Capture(_))
        | None => base,
    }
}
