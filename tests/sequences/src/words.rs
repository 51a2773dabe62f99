//! Requests and entries in words, for a sequence that is told.

use domain::rules::ledger::Entry;
use domain::rules::refund::{Reduction, RefundSelection};
use domain::rules::shipment::{LineSelection, Selection};

pub fn shown(entry: &Entry) -> String {
    let line = entry.line_id.map_or("no line".to_owned(), |id| format!("line {id}"));
    format!("{} × {line} for {} {}", entry.part.quantity, entry.part.amount, entry.stage.as_str())
}

pub fn of(selection: &Selection) -> String {
    match selection {
        Selection::AllRemaining => "all that is left".to_owned(),
        Selection::Lines(lines) => of_lines(lines),
    }
}

fn of_lines(lines: &[LineSelection]) -> String {
    let one = |line: &LineSelection| {
        let amount = line.amount.map(|amount| format!(" for {amount}")).unwrap_or_default();
        format!("{} of line {}{amount}", line.quantity, line.line_id)
    };
    lines.iter().map(one).collect::<Vec<_>>().join(" and ")
}

pub fn refunded(selection: &RefundSelection) -> String {
    match selection {
        RefundSelection::AllRemaining => "all that is left".to_owned(),
        RefundSelection::Lines(lines) => of_lines(lines),
        RefundSelection::Amount(amount) => format!("{amount} for no line"),
        RefundSelection::Reductions(reductions) => {
            let one = |one: &Reduction| format!("{} of the price of line {}", one.amount, one.line_id);
            reductions.iter().map(one).collect::<Vec<_>>().join(" and ")
        }
    }
}
