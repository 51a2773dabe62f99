//! Lines that only a reading showed: nobody here asked for them. Mollie keeps the lines of an order, canceled ones too, so one that whole
//! readings do not show any more was never there: it leaves the order. It may not lose a real line.

use jiff::{SignedDuration, Timestamp};

use super::found_line::FoundLine;
use super::ids::{LineId, MollieLineId};
use super::order::{Line, Order};
use super::snapshot::Snapshot;

/// The id that Mollie's line had here before.
pub(super) fn id_of(order: &Order, mollie_id: &MollieLineId) -> Option<LineId> {
    order.facts.found_lines.iter().find(|found| found.mollie_id == *mollie_id).map(|found| found.line_id)
}

/// The found lines after a reading, those in it new or seen again. `lines`: what it changes of the order's lines.
pub(super) fn seen(order: &Order, snapshot: &Snapshot, lines: &[Line]) -> Vec<FoundLine> {
    let is_shown =
        |found: &FoundLine| snapshot.lines.iter().any(|theirs| theirs.mollie_id == found.mollie_id);
    let before = order.facts.found_lines.iter().cloned().map(|found| match is_shown(&found) {
        true => FoundLine { unseen_since: None, ..found },
        false => found,
    });
    let is_new = |line: &&Line| order.line(line.id).is_none();
    let new = lines.iter().filter(is_new).filter_map(|line| {
        let mollie_id = line.mollie_id.clone()?;
        let found = FoundLine { line_id: line.id, mollie_id, unseen_since: None };
        id_of(order, &found.mollie_id).is_none().then_some(found)
    });
    before.chain(new).collect()
}

/// The found lines after a reading at `read_at`, and those that leave the order, because whole readings have not shown them for a settle
/// window. A whole reading leaves nothing out, and has all lines but untouched found ones.
#[must_use]
pub fn unseen(
    order: &Order,
    snapshot: &Snapshot,
    found: Vec<FoundLine>,
    read_at: Timestamp,
    settle_window: SignedDuration,
) -> (Vec<FoundLine>, Vec<LineId>) {
    let is_shown =
        |line: &Line| snapshot.lines.iter().any(|theirs| line.mollie_id.as_ref() == Some(&theirs.mollie_id));
    let may_go =
        |line: &Line| found.iter().any(|found| found.line_id == line.id) && is_untouched(order, line);
    let is_whole = snapshot.left_out().is_none()
        && order.line_change.is_none()
        && order.lines.iter().all(|line| is_shown(line) || may_go(line));
    if !is_whole {
        return (found, Vec::new());
    }
    let unseen: Vec<_> = order.lines.iter().filter(|line| !is_shown(line)).map(|line| line.id).collect();
    let since = |found: FoundLine| match unseen.contains(&found.line_id) {
        true => FoundLine { unseen_since: found.unseen_since.or(Some(read_at)), ..found },
        false => found,
    };
    let found: Vec<_> = found.into_iter().map(since).collect();
    let has_lasted = |found: &&FoundLine| {
        unseen.contains(&found.line_id)
            && found.unseen_since.is_some_and(|since| read_at.duration_since(since) >= settle_window)
    };
    let gone: Vec<_> = found.iter().filter(has_lasted).map(|found| found.line_id).collect();
    let rest = |found: FoundLine| match gone.contains(&found.line_id) {
        true => FoundLine { unseen_since: None, ..found },
        false => found,
    };
    (found.into_iter().map(rest).collect(), gone)
}

/// When to read the order to see whether a line that is not shown leaves it.
#[must_use]
pub fn look_again(order: &Order, settle_window: SignedDuration) -> Option<Timestamp> {
    let since = order.facts.found_lines.iter().filter_map(|found| found.unseen_since).min()?;
    since.checked_add(settle_window).ok()?.checked_add(SignedDuration::from_secs(1)).ok()
}

/// Whether nothing was ever done with it, here or elsewhere, and nothing is under way.
fn is_untouched(order: &Order, line: &Line) -> bool {
    let parts = [
        line.shipped,
        line.canceled,
        line.refunded,
        line.payment_refunded,
        line.reserved,
        line.canceling,
        line.refunding,
        line.payment_refunding,
    ];
    let is_held = order.held.iter().flat_map(|parcel| &parcel.lines).any(|held| held.line_id == line.id);
    parts.iter().all(|part| part.quantity == 0 && part.amount.minor() == 0)
        && line.not_leaving == 0
        && !line.is_changing
        && !is_held
}

#[cfg(test)]
mod tests;
