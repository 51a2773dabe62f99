//! Refunds as messages and inputs.

use domain::rules::ids::LineId;
use domain::rules::money::Money;
use domain::rules::order::Order;
use domain::rules::payment::Payment;
use domain::rules::refund::{
    Override, ReductionInput, Refund, RefundInput, RefundState, Route, by_vouchers, deductions_left, room,
};
use domain::rules::shipment::{LineSelectionInput, Origin};
use domain::rules::status::{Read, RefundStatus};

use super::common::{amount, amount_input, rejection, time};
use crate::proto;

pub fn refund(refund: &Refund) -> proto::Refund {
    let (status, status_raw) = read_status(refund.status.as_ref());
    let kept =
        |id| refund.not_leaving.iter().find(|(line_id, _)| *line_id == id).map_or(0, |(_, units)| *units);
    let lines = refund.lines.iter().map(|of| proto::RefundLine {
        not_leaving: kept(of.line_id).into(),
        ..line(of.line_id, of.part.quantity, of.part.amount)
    });
    proto::Refund {
        id: refund.id.to_string(),
        order_id: refund.order_id.to_string(),
        mollie_refund_id: refund.mollie_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        mollie_payment_id: refund.payment_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        state: state(refund.state).into(),
        status: status.into(),
        status_raw,
        amount: Some(amount(refund.amount)),
        lines: lines.collect(),
        on_payment: match refund.route {
            Route::Order => false,
            Route::Payment => true,
        },
        description: refund.description.clone().unwrap_or_default(),
        overrides: refund.overrides.iter().map(|limit| limit_given_up(*limit).into()).collect(),
        created_time: Some(time(refund.created_time)),
        registered_time: refund.registered_time.map(time),
        rejection: refund.rejection.as_ref().map(rejection),
        made_elsewhere: match refund.origin {
            Origin::Here => false,
            Origin::Elsewhere => true,
        },
        preview: None,
        settlement_amount: refund.settlement_amount.map(amount),
        merged_into_refund_id: refund.merged_into.map(|id| id.to_string()).unwrap_or_default(),
    }
}

/// A refund that is not saved. `after`: the order with what it would reserve.
pub fn preview(planned: &Refund, before: &Order, after: &Order) -> proto::Refund {
    let shares = deductions_left(before, &planned.lines).into_iter();
    let preview = proto::RefundPreview {
        deduction_shares: shares.map(share).collect(),
        remaining: Some(amount(room(after))),
        store_credits: by_vouchers(before).into_iter().map(store_credit).collect(),
    };
    proto::Refund {
        id: String::new(),
        state: proto::RefundState::Unspecified.into(),
        created_time: None,
        preview: Some(preview),
        ..refund(planned)
    }
}

/// A deduction's share in goods that are refunded.
pub fn share((id, share): (LineId, Money)) -> proto::RefundLine {
    line(id, 0, share)
}

fn store_credit((payment, money): (&Payment, Money)) -> proto::VoucherShare {
    proto::VoucherShare { mollie_payment_id: payment.mollie_id.to_string(), amount: Some(amount(money)) }
}

pub fn line(id: LineId, quantity: u32, money: Money) -> proto::RefundLine {
    proto::RefundLine {
        line_id: id.to_string(),
        quantity: quantity.into(),
        amount: Some(amount(money)),
        not_leaving: 0,
    }
}

/// Its status, and Mollie's word.
pub(super) fn read_status(read: Option<&Read<RefundStatus>>) -> (proto::RefundStatus, String) {
    match read {
        Some(Read::Known(known)) => (status(*known), known.as_str().to_owned()),
        Some(Read::Unknown(word)) => (proto::RefundStatus::Unspecified, word.clone()),
        None => (proto::RefundStatus::Unspecified, String::new()),
    }
}

pub(super) const fn state(state: RefundState) -> proto::RefundState {
    match state {
        RefundState::Recorded => proto::RefundState::Recorded,
        RefundState::Registered => proto::RefundState::Registered,
        RefundState::Refused => proto::RefundState::Refused,
        RefundState::NeedsAttention => proto::RefundState::NeedsAttention,
        RefundState::Withdrawn => proto::RefundState::Withdrawn,
    }
}

const fn status(status: RefundStatus) -> proto::RefundStatus {
    match status {
        RefundStatus::Queued => proto::RefundStatus::Queued,
        RefundStatus::Pending => proto::RefundStatus::Pending,
        RefundStatus::Processing => proto::RefundStatus::Processing,
        RefundStatus::Refunded => proto::RefundStatus::Refunded,
        RefundStatus::Failed => proto::RefundStatus::Failed,
        RefundStatus::Canceled => proto::RefundStatus::Canceled,
    }
}

pub fn status_input(status: proto::RefundStatus) -> Option<RefundStatus> {
    match status {
        proto::RefundStatus::Unspecified => None,
        proto::RefundStatus::Queued => Some(RefundStatus::Queued),
        proto::RefundStatus::Pending => Some(RefundStatus::Pending),
        proto::RefundStatus::Processing => Some(RefundStatus::Processing),
        proto::RefundStatus::Refunded => Some(RefundStatus::Refunded),
        proto::RefundStatus::Failed => Some(RefundStatus::Failed),
        proto::RefundStatus::Canceled => Some(RefundStatus::Canceled),
    }
}

const fn limit_given_up(limit: Override) -> proto::RefundOverride {
    match limit {
        Override::LineCeiling => proto::RefundOverride::LineCeiling,
        Override::OrderCeiling => proto::RefundOverride::OrderCeiling,
    }
}

pub fn input(request: proto::CreateRefundRequest) -> RefundInput {
    // Its own iterator leaves out what it does not know.
    let asked = request.overrides.iter().map(|number| proto::RefundOverride::try_from(*number));
    let overrides = asked.map(|asked| match asked {
        Ok(proto::RefundOverride::Unspecified) | Err(_) => None,
        Ok(proto::RefundOverride::LineCeiling) => Some(Override::LineCeiling),
        Ok(proto::RefundOverride::OrderCeiling) => Some(Override::OrderCeiling),
    });
    let overrides = overrides.collect();
    let lines = request.lines.into_iter().map(|line| LineSelectionInput {
        line_id: line.line_id,
        quantity: line.quantity,
        amount: line.amount.map(amount_input),
    });
    let reductions = request.reductions.into_iter().map(|reduction| ReductionInput {
        line_id: reduction.line_id,
        amount: reduction.amount.map(amount_input),
    });
    RefundInput {
        lines: lines.collect(),
        all_remaining: request.all_remaining,
        reductions: reductions.collect(),
        amount: request.amount.map(amount_input),
        mollie_payment_id: request.mollie_payment_id,
        description: request.description,
        merge_equal: request.merge_equal,
        overrides,
    }
}
