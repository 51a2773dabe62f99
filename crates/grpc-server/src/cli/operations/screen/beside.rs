//! What an operation was to do, and below it what Mollie shows.

use super::line;
use crate::cli::operations::reading::Situation;
use crate::cli::words::{money, plain, time};
use crate::proto::operation_comparison::{Row, Side};
use crate::proto::{Operation, Tracking};

pub fn beside(text: &mut String, operation: &Operation, situation: &Situation) {
    match situation.compared.get(&operation.id) {
        None => (),
        Some(Err(why)) => line(text, &format!("    at Mollie:   cannot be read: {}", plain(why))),
        Some(Ok(comparison)) => {
            comparison.ours.iter().for_each(|ours| line(text, &format!("    ours:        {}", side(ours))));
            if comparison.theirs.is_empty() {
                line(text, "    at Mollie:   nothing like it");
            }
            comparison
                .theirs
                .iter()
                .for_each(|theirs| line(text, &format!("    at Mollie:   {}", side(theirs))));
        }
    }
}

fn side(side: &Side) -> String {
    let head = [plain(&side.mollie_id), time(side.created_time.as_ref()), plain(&side.status)];
    let head: Vec<_> = head.into_iter().filter(|part| !part.is_empty()).collect();
    let parts = [
        head.join(" "),
        money(side.amount.as_ref()),
        side.lines.iter().map(row).collect::<Vec<_>>().join(", "),
        side.tracking.as_ref().map(tracking).unwrap_or_default(),
        plain(&side.text),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

fn row(row: &Row) -> String {
    let of = if row.line_id.is_empty() { "an unknown line" } else { "line" };
    let name = [of, &plain(&row.line_id)].join(" ");
    format!("{} of {} for {}", row.quantity, name.trim_end(), money(row.amount.as_ref()))
}

fn tracking(tracking: &Tracking) -> String {
    format!("{} {}", plain(&tracking.carrier), plain(&tracking.code))
}
