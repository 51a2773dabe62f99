//! Deadlines and what is told of them as messages.

use domain::operations::operation::Operation;
use domain::ports::DeadlineSum;
use domain::rules::deadline_notice::{Notice, NoticeSubject};
use domain::rules::ids::OperationId;
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::risk::{AtRisk, Reason};
use domain::rules::ship_by::Cause;

use super::common::{amount, time};
use crate::proto::{self, DeadlineCause, RiskReason};

pub const fn cause(cause: Cause) -> DeadlineCause {
    match cause {
        Cause::OrderExpires => DeadlineCause::OrderExpires,
        Cause::CaptureBefore => DeadlineCause::CaptureBefore,
        Cause::Window => DeadlineCause::Window,
    }
}

pub fn at_risk(at_risk: &AtRisk) -> Vec<proto::AmountAtRisk> {
    let part = |(why, money): &(Reason, _)| proto::AmountAtRisk {
        reason: reason(*why).into(),
        amount: Some(amount(*money)),
    };
    at_risk.parts().iter().map(part).collect()
}

const fn reason(reason: Reason) -> RiskReason {
    match reason {
        Reason::NeedsAttention => RiskReason::NeedsAttention,
        Reason::Rejected => RiskReason::Rejected,
        Reason::NeedsReview => RiskReason::NeedsReview,
        Reason::Held => RiskReason::Held,
        Reason::Recorded => RiskReason::Recorded,
        Reason::CapturePending => RiskReason::CapturePending,
        Reason::NotShipped => RiskReason::NotShipped,
    }
}

/// The notice, in an event that names its operation itself.
pub fn notice(notice: &Notice) -> proto::DeadlineNotice {
    let base = proto::DeadlineNotice {
        ship_by_time: Some(time(notice.ship_by)),
        cause: notice.cause.map_or(DeadlineCause::Unspecified, cause).into(),
        at_risk: at_risk(&notice.at_risk),
        amount_at_risk: Some(amount(notice.at_risk.total())),
        ..proto::DeadlineNotice::default()
    };
    match &notice.subject {
        NoticeSubject::Warning { before } => {
            let hours_before = i32::try_from(before.as_hours()).unwrap_or(i32::MAX);
            proto::DeadlineNotice { hours_before, ..base }
        }
        NoticeSubject::LeftToPeople { reasons } => proto::DeadlineNotice { reasons: reasons.clone(), ..base },
        NoticeSubject::Waits { until } => proto::DeadlineNotice { until_time: Some(time(*until)), ..base },
        NoticeSubject::Loss
        | NoticeSubject::Blocked { .. }
        | NoticeSubject::Cancels { .. }
        | NoticeSubject::WouldCancel => base,
    }
}

/// The operation that a notice is about.
pub const fn operation_id(subject: &NoticeSubject) -> Option<OperationId> {
    match subject {
        NoticeSubject::Blocked { operation_id } | NoticeSubject::Cancels { operation_id } => {
            Some(*operation_id)
        }
        NoticeSubject::Warning { .. }
        | NoticeSubject::Loss
        | NoticeSubject::WouldCancel
        | NoticeSubject::LeftToPeople { .. }
        | NoticeSubject::Waits { .. } => None,
    }
}

/// An order with its deadline, and what of it is at risk.
pub fn deadline(order: &Order, unsettled: &[Operation], risk: &AtRisk) -> proto::OrderDeadline {
    let ship_by = order.agenda.ship_by;
    let needs_attention = |operation: &&Operation| operation.state.name() == OperationState::NeedsAttention;
    let blocking = unsettled.iter().filter(needs_attention);
    let open_items = order.items.iter().filter(|item| item.is_open());
    proto::OrderDeadline {
        order_id: order.id.to_string(),
        profile: order.profile.to_string(),
        order_number: order.terms.order_number.clone(),
        mollie_order_id: order.mollie_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        ship_by_time: ship_by.map(|ship_by| time(ship_by.time)),
        cause: ship_by.map_or(DeadlineCause::Unspecified, |ship_by| cause(ship_by.cause)).into(),
        amount_to_capture: Some(amount(order.agenda.to_capture)),
        at_risk: at_risk(risk),
        open_items: open_items.map(|item| i32::try_from(item.number).unwrap_or(i32::MAX)).collect(),
        blocking_operation_ids: blocking.map(|operation| operation.id.to_string()).collect(),
    }
}

pub fn sum(sum: &DeadlineSum) -> proto::DeadlineSum {
    proto::DeadlineSum {
        date: sum.day.to_string(),
        orders: i64::try_from(sum.orders).unwrap_or(i64::MAX),
        amount_to_capture: Some(amount(sum.to_capture)),
    }
}
