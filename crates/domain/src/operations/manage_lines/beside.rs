//! A change of lines beside what a reading shows of these lines, for a person who must tell whether it was done. Decides nothing.

use super::Task;
use super::recognise::{changes, found, told};
use crate::operations::operation::Operation;
use crate::rules::comparison::{Row, Side};
use crate::rules::line_change::UpdatedLine;
use crate::rules::order::{Line, Order};
use crate::rules::shipment::ShipmentLine;
use crate::rules::snapshot::{LineSnapshot, Snapshot};

/// The lines as they are to be, and the units that are to be canceled.
pub(super) fn ours(task: &Task) -> Side {
    let changes = &task.changes;
    let add = |line: &Line| {
        format!("add line {}, {}: {} for {} each", line.id, line.name, line.quantity, line.unit_price)
    };
    let change = |UpdatedLine { line, fields }: &UpdatedLine| {
        let fields: Vec<_> = fields.iter().map(|field| field.as_str()).collect();
        format!("change line {}: {}", line.id, fields.join(", "))
    };
    let cancel = |line: &ShipmentLine| format!("cancel {} of line {}", line.part.quantity, line.line_id);
    let words = changes.added.iter().map(add).chain(changes.updated.iter().map(change));
    let words: Vec<_> = words.chain(changes.canceled.iter().map(cancel)).collect();
    let row =
        |line: &Line| Row { line_id: Some(line.id), quantity: line.quantity, amount: line.total_amount };
    let rows = changes.added.iter().chain(changes.updated.iter().map(|updated| &updated.line)).map(row);
    let rows = rows.chain(changes.canceled.iter().map(Row::from)).collect();
    Side { lines: rows, ..Side::of_text(words.join("; ")) }
}

/// The same lines as a reading shows them, and, of changes that are undecided, which of them it shows.
pub(super) fn theirs(task: &Task, of: &Operation, order: &Order, snapshot: &Snapshot) -> Side {
    let text = match changes(task, order, snapshot) {
        _ if of.state.is_settled() => "these changes are decided".to_owned(),
        Ok(changes) => told(&changes),
        Err(misread) => misread.to_string(),
    };
    let row = |line: &Line, theirs: &LineSnapshot| Row {
        line_id: Some(line.id),
        quantity: theirs.quantity,
        amount: theirs.total_amount,
    };
    let known = |line: &Line| {
        let id = order.line(line.id)?.mollie_id.as_ref()?;
        snapshot.lines.iter().find(|theirs| theirs.mollie_id == *id)
    };
    let added = task.changes.added.iter().zip(found(task, order, Some(snapshot)));
    let added = added.filter_map(|(line, new)| Some(row(line, known(line).or(new)?)));
    let updated = task.changes.updated.iter().map(|updated| &updated.line);
    let updated = updated.filter_map(|line| Some(row(line, known(line)?)));
    Side { lines: added.chain(updated).collect(), text, ..Side::of_order(snapshot) }
}
