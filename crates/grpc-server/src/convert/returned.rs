//! Returns as messages and inputs. What became of each part is that of its operation and its refund.

use domain::operations::operation::Operation;
use domain::ports::Change;
use domain::rules::event::EventData;
use domain::rules::line_return::{PartState, ReturnInput, ReturnLineInput};
use domain::rules::order::Order;
use domain::rules::part::Part;
use domain::rules::refund::Refund;
use domain::rules::returned::{Booked, Canceling, Return, ReturnedLine};
use domain::rules::shipment::ShipmentLine;

use super::common::{rejection, time};
use super::{line_cancellation, refund};
use crate::proto;
use crate::proto::return_part::Part as Made;

/// A return as it is now. `canceling`: the operation of its cancellation; `refunds`: its refunds.
pub fn returned(
    order: &Order,
    returned: &Return,
    canceling: Option<&Operation>,
    refunds: &[Refund],
) -> proto::Return {
    let cancellation = returned.cancellation.as_ref().zip(canceling);
    let cancellation = cancellation.map(|(planned, operation)| canceled(order, returned, planned, operation));
    let refunds = refunds.iter().map(|made| {
        let words = made.rejection.as_ref().map(rejection);
        refunded(returned, refund::refund(made), Some(PartState::of_refund(made)), words)
    });
    proto::Return {
        id: returned.id.to_string(),
        order_id: order.id.to_string(),
        lines: returned.lines.iter().map(line).collect(),
        parts: cancellation.into_iter().chain(refunds).collect(),
        created_time: Some(time(returned.created_time)),
        without_money: returned.without_money.iter().map(booked).collect(),
    }
}

/// The return that a change would record; `None` if it records none.
pub fn preview(before: &Order, change: &Change) -> Option<proto::Return> {
    let planned = change.events.iter().find_map(|event| recorded(&event.data))?;
    let after = &change.order;
    let cancellation =
        planned.cancellation.as_ref().map(|of| cancellation(after, planned, &of.lines, String::new()));
    let cancellation =
        cancellation.map(|of| part(None, of.released_amount.clone(), None, Made::Cancellation(of)));
    let refunds = change.refunds.iter().filter(|made| planned.refunds.contains(&made.id));
    let refunds = refunds.map(|made| refunded(planned, refund::preview(made, before, after), None, None));
    Some(proto::Return {
        id: String::new(),
        order_id: before.id.to_string(),
        lines: planned.lines.iter().map(line).collect(),
        parts: cancellation.into_iter().chain(refunds).collect(),
        created_time: None,
        without_money: planned.without_money.iter().map(booked).collect(),
    })
}

fn booked(booked: &Booked) -> proto::RefundLine {
    let Part { quantity, amount } = booked.line.part;
    let not_leaving = booked.not_leaving.into();
    proto::RefundLine { not_leaving, ..refund::line(booked.line.line_id, quantity, amount) }
}

fn recorded(data: &EventData) -> Option<&Return> {
    if let EventData::ReturnRecorded { returned, .. } = data { Some(returned) } else { None }
}

/// Once it is done, what it has canceled: units that somebody else canceled first are not among them.
fn canceled(
    order: &Order,
    returned: &Return,
    planned: &Canceling,
    operation: &Operation,
) -> proto::ReturnPart {
    let done = order.cancellations.iter().find(|it| it.operation_id == planned.operation_id);
    let lines = done.map_or(&planned.lines, |done| &done.lines);
    let of = cancellation(order, returned, lines, planned.operation_id.to_string());
    let state = PartState::of_operation(operation.state.name());
    let refused = (state == PartState::Refused).then(|| operation.state.rejection().map(rejection)).flatten();
    part(Some(state), of.released_amount.clone(), refused, Made::Cancellation(of))
}

fn cancellation(
    order: &Order,
    returned: &Return,
    lines: &[ShipmentLine],
    operation_id: String,
) -> proto::LineCancellation {
    let named: Vec<_> =
        lines.iter().map(|line| line.line_id).filter(|id| returned.names_not_leaving(*id)).collect();
    let is_named = |text: &str| named.iter().any(|id| id.to_string() == text);
    proto::LineCancellation { operation_id, ..line_cancellation::cancellation(order, lines, is_named) }
}

fn refunded(
    returned: &Return,
    of: proto::Refund,
    state: Option<PartState>,
    words: Option<proto::MollieError>,
) -> proto::ReturnPart {
    let deduction_shares = returned.deduction_shares.iter().copied().map(refund::share).collect();
    proto::ReturnPart {
        deduction_shares,
        ..part(state, of.amount.clone(), words, Made::Refund(Box::new(of)))
    }
}

fn part(
    state: Option<PartState>,
    amount: Option<proto::Amount>,
    rejection: Option<proto::MollieError>,
    of: Made,
) -> proto::ReturnPart {
    let state = state.map_or(proto::ReturnPartState::Unspecified, part_state);
    proto::ReturnPart { state: state.into(), amount, rejection, part: Some(of), deduction_shares: Vec::new() }
}

const fn part_state(state: PartState) -> proto::ReturnPartState {
    match state {
        PartState::UnderWay => proto::ReturnPartState::UnderWay,
        PartState::Done => proto::ReturnPartState::Done,
        PartState::Refused => proto::ReturnPartState::Refused,
        PartState::NeedsAttention => proto::ReturnPartState::NeedsAttention,
        PartState::Withdrawn => proto::ReturnPartState::Withdrawn,
        PartState::Undone => proto::ReturnPartState::Undone,
    }
}

pub(super) fn line(line: &ReturnedLine) -> proto::ReturnedLine {
    proto::ReturnedLine {
        line_id: line.line_id.to_string(),
        came_back: line.came_back.into(),
        not_leaving: line.not_leaving.into(),
    }
}

pub fn input(request: proto::ReturnLinesRequest) -> ReturnInput {
    let line = |line: proto::ReturnLineSelection| ReturnLineInput {
        line_id: line.line_id,
        came_back: line.came_back,
        not_leaving: line.not_leaving,
    };
    ReturnInput {
        lines: request.lines.into_iter().map(line).collect(),
        description: request.description,
        release: request.release_line_ids,
    }
}
