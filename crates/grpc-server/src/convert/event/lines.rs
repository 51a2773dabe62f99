//! Lines that events tell of: their status and values, before and after. What moved of their units is in the entries.

use domain::rules::event::{Before, LineBefore, LineValues};
use domain::rules::ids::LineId;
use domain::rules::order::Line;
use domain::rules::status::LineStatus;

use crate::convert::common::amount;
use crate::convert::order::{line_status, raw};
use crate::proto::{self, LineChange};

/// A line of an order that is recorded.
pub fn recorded(line: &Line) -> LineChange {
    LineChange { line_id: line.id.to_string(), values: Some(values(&line.values())), ..LineChange::default() }
}

/// Those of these lines of which the status or the values have changed, and those that left the order.
pub fn changed(lines: &[Line], gone: &[LineId], before: &Before) -> Vec<LineChange> {
    let was = |id: LineId| before.lines.iter().find(|was| was.id == id);
    let told = lines.iter().filter_map(|line| change(line, was(line.id)));
    told.chain(gone.iter().map(|id| left(*id, was(*id)))).collect()
}

fn change(line: &Line, was: Option<&LineBefore>) -> Option<LineChange> {
    let Some(was) = was else { return Some(LineChange { values_before: None, ..told(line, None) }) };
    let has_news =
        was.values.is_some() || (was.status, &was.unknown_status) != (line.status, &line.unknown_status);
    has_news.then(|| told(line, Some(was)))
}

/// Its values are told if they have changed, or if it is new.
fn told(line: &Line, was: Option<&LineBefore>) -> LineChange {
    let has_values = was.is_none_or(|was| was.values.is_some());
    LineChange {
        line_id: line.id.to_string(),
        status: status(line.status).into(),
        status_raw: word(line.unknown_status.as_ref(), line.status),
        values: has_values.then(|| values(&line.values())),
        ..earlier(was)
    }
}

fn left(id: LineId, was: Option<&LineBefore>) -> LineChange {
    LineChange { line_id: id.to_string(), ..earlier(was) }
}

fn earlier(was: Option<&LineBefore>) -> LineChange {
    let Some(was) = was else { return LineChange::default() };
    LineChange {
        status_before: status(was.status).into(),
        status_raw_before: word(was.unknown_status.as_ref(), was.status),
        values_before: was.values.as_ref().map(values),
        ..LineChange::default()
    }
}

fn status(status: Option<LineStatus>) -> proto::OrderLineStatus {
    status.map_or(proto::OrderLineStatus::Unspecified, line_status)
}

fn word(unknown: Option<&String>, known: Option<LineStatus>) -> String {
    raw(unknown, known.map(LineStatus::as_str))
}

fn values(values: &LineValues) -> proto::LineValues {
    proto::LineValues {
        quantity: values.quantity.into(),
        unit_price: Some(amount(values.unit_price)),
        discount_amount: values.discount_amount.map(amount),
        total_amount: Some(amount(values.total_amount)),
    }
}
