//! Shipments as messages and inputs.

use domain::rules::ids::LineId;
use domain::rules::rejection::{RejectedBy, Rejection};
use domain::rules::shipment::{
    Capture, CaptureStatus, LineSelectionInput, Origin, Share, Shipment, ShipmentInput, ShipmentState,
    Tracking, TrackingInput,
};

use domain::rules::status::Read;

use super::common::{amount, amount_input, rejection, time};
use crate::proto;

pub fn shipment(shipment: &Shipment) -> proto::Shipment {
    let lines = shipment.lines.iter().map(|line| proto::ShipmentLine {
        line_id: line.line_id.to_string(),
        quantity: line.part.quantity.into(),
        amount: Some(amount(line.part.amount)),
        companion: shipment.companions.contains(&line.line_id),
        vat_amount: share(shipment, line.line_id).and_then(|share| share.vat).map(amount),
        discount_amount: share(shipment, line.line_id).and_then(|share| share.discount).map(amount),
    });
    proto::Shipment {
        id: shipment.id.to_string(),
        order_id: shipment.order_id.to_string(),
        mollie_shipment_id: shipment.mollie_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        state: state(shipment.state).into(),
        lines: lines.collect(),
        tracking: shipment.tracking.as_ref().map(tracking),
        pending_tracking: shipment.pending_tracking.as_ref().map(tracking),
        created_time: Some(time(shipment.created_time)),
        registered_time: shipment.registered_time.map(time),
        capture: shipment.capture.as_ref().map(capture),
        rejection: shipment.rejection.as_ref().map(rejection),
        made_elsewhere: match shipment.origin {
            Origin::Here => false,
            Origin::Elsewhere => true,
        },
        held_reason: shipment.held.clone().unwrap_or_default(),
        carried_by_shipment_id: shipment.carried_by.map(|id| id.to_string()).unwrap_or_default(),
        refusal_reason: shipment
            .rejection
            .as_ref()
            .map_or(proto::ShipmentRefusalReason::Unspecified, refusal_reason)
            .into(),
        elsewhere_mollie_shipment_ids: shipment.elsewhere.iter().map(ToString::to_string).collect(),
    }
}

fn share(shipment: &Shipment, line: LineId) -> Option<&Share> {
    shipment.shares.iter().find(|share| share.line_id == line)
}

/// What this service itself refuses is a parcel that left too late.
const fn refusal_reason(rejection: &Rejection) -> proto::ShipmentRefusalReason {
    match rejection.by {
        RejectedBy::Mollie(_) => proto::ShipmentRefusalReason::MollieRefused,
        RejectedBy::Operator => proto::ShipmentRefusalReason::Operator,
        RejectedBy::Service => proto::ShipmentRefusalReason::OrderOver,
        RejectedBy::Overtaken => proto::ShipmentRefusalReason::UnitsGone,
    }
}

pub fn capture(capture: &Capture) -> proto::Capture {
    let (status, raw) = capture_status(&capture.status);
    proto::Capture {
        mollie_capture_id: capture.mollie_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        mollie_payment_id: capture.payment.as_ref().map(ToString::to_string).unwrap_or_default(),
        amount: Some(amount(capture.amount)),
        status: status.into(),
        status_raw: raw,
    }
}

/// Its status, and Mollie's word.
pub(super) fn capture_status(read: &Read<CaptureStatus>) -> (proto::CaptureStatus, String) {
    let known = match read {
        Read::Known(known) => known,
        Read::Unknown(word) => return (proto::CaptureStatus::Unspecified, word.clone()),
    };
    let status = match known {
        CaptureStatus::Pending => proto::CaptureStatus::Pending,
        CaptureStatus::Succeeded => proto::CaptureStatus::Succeeded,
        CaptureStatus::Failed => proto::CaptureStatus::Failed,
        CaptureStatus::Missing => proto::CaptureStatus::Missing,
    };
    (status, known.as_str().to_owned())
}

pub fn tracking(tracking: &Tracking) -> proto::Tracking {
    proto::Tracking {
        carrier: tracking.carrier.clone(),
        code: tracking.code.clone(),
        url: tracking.url.clone().unwrap_or_default(),
    }
}

pub(super) const fn state(state: ShipmentState) -> proto::ShipmentState {
    match state {
        ShipmentState::Recorded => proto::ShipmentState::Recorded,
        ShipmentState::Registered => proto::ShipmentState::Registered,
        ShipmentState::Refused => proto::ShipmentState::Refused,
        ShipmentState::NeedsAttention => proto::ShipmentState::NeedsAttention,
    }
}

pub fn input(request: proto::CreateShipmentRequest) -> ShipmentInput {
    let lines = selections(request.lines);
    let tracking = request.tracking.map(tracking_input);
    ShipmentInput {
        lines,
        all_remaining: request.all_remaining,
        include_refunded: request.include_refunded,
        goods_left: request.goods_left,
        tracking,
    }
}

pub fn selections(lines: Vec<proto::ShipmentLineSelection>) -> Vec<LineSelectionInput> {
    let selection = |line: proto::ShipmentLineSelection| LineSelectionInput {
        line_id: line.line_id,
        quantity: line.quantity,
        amount: line.amount.map(amount_input),
    };
    lines.into_iter().map(selection).collect()
}

pub fn tracking_input(tracking: proto::Tracking) -> TrackingInput {
    TrackingInput { carrier: tracking.carrier, code: tracking.code, url: tracking.url }
}
