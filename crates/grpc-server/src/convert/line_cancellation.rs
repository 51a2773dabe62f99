//! Cancellations of lines as messages and inputs.

use domain::rules::capture;
use domain::rules::line_cancellation::LineCancellationInput;
use domain::rules::money::Money;
use domain::rules::order::Order;
use domain::rules::shipment::ShipmentLine;

use super::common::amount;
use super::shipment::selections;
use crate::proto;
use crate::proto::line_cancellation::Line;

pub fn input(request: proto::CancelOrderLinesRequest) -> LineCancellationInput {
    LineCancellationInput {
        lines: selections(request.lines),
        all_remaining: request.all_remaining,
        release: request.release_line_ids,
    }
}

/// `order`: with these lines canceled, or in a cancellation under way. `is_selected`: whether the request names a line.
pub fn cancellation(
    order: &Order,
    lines: &[ShipmentLine],
    is_selected: impl Fn(&str) -> bool,
) -> proto::LineCancellation {
    let minor = lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.part.amount.minor()));
    let line = |ShipmentLine { line_id, part }: &ShipmentLine| {
        let line_id = line_id.to_string();
        let goes_along = !is_selected(&line_id);
        Line { line_id, quantity: part.quantity.into(), amount: Some(amount(part.amount)), goes_along }
    };
    proto::LineCancellation {
        operation_id: String::new(),
        lines: lines.iter().map(line).collect(),
        released_amount: Some(amount(Money::from_minor(minor, order.terms.amount.currency()))),
        capturable_amount: Some(amount(capture::left_once_canceled(order, lines))),
    }
}
