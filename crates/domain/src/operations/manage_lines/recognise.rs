//! Recognising changed lines. Mollie makes all the changes of a call or none, so some without others are not ours, or not ours alone.

use std::collections::HashSet;

use super::Task;
use crate::operations::kind::{Named, Observation};
use crate::ports::Acceptance;
use crate::rules::ids::{LineId, MollieLineId};
use crate::rules::ledger::{self, Pool};
use crate::rules::line_change::{Shown, is_shown, may_be, shows_change};
use crate::rules::misread::Misread;
use crate::rules::order::{Line, Order};
use crate::rules::part::Part;
use crate::rules::shipment::ShipmentLine;
use crate::rules::snapshot::{LineSnapshot, Snapshot};
use crate::rules::status::{LineStatus, Read};

/// One change, as a reading shows it.
pub(super) struct Change {
    what: String,
    shown: Shown,
}

/// All changes are the effect. None of them are none. Some may be somebody else's, unless Mollie refused the only call: then they are.
pub(super) fn effect(task: &Task, order: &Order, snapshot: &Snapshot, are_refused: bool) -> Observation {
    // A line that is not believed stays as it is known, which looks as if it had not changed.
    if let Some(doubt) = snapshot.doubted_line().filter(|_| !are_refused) {
        return Observation::NotUnderstood(doubt);
    }
    let changes = match changes(task, order, snapshot) {
        Ok(changes) => changes,
        Err(misread) => return Observation::NotUnderstood(misread),
    };
    let are = |wanted: Shown| {
        changes.iter().filter(|change| change.shown != Shown::Untold).all(|it| it.shown == wanted)
    };
    let is_untold = changes.iter().all(|change| change.shown == Shown::Untold);
    let mut added = changes.iter().take(task.changes.added.len());
    if added.any(|line| line.shown == Shown::Untold) && (is_untold || !are(Shown::Same)) {
        return match are_refused {
            true => Observation::Absent,
            // Added again, it would be sold twice.
            false => Observation::Ambiguous(format!(
                "Mollie shows a new line that may be one of these in other words, or somebody else's: {}",
                told(&changes)
            )),
        };
    }
    if is_untold {
        return untold(task, are_refused);
    }
    match (are(Shown::Same), are(Shown::Other)) {
        (true, _) => Observation::Found(Acceptance::Order(Box::new(snapshot.clone()))),
        (false, true) => Observation::Absent,
        (false, false) if are_refused => Observation::Absent,
        (false, false) => Observation::Ambiguous(format!(
            "Mollie shows some of these changes and not others, although it makes all or none: {}",
            told(&changes)
        )),
    }
}

/// Nothing speaks either way: values are not told, or other units are canceled, which may be somebody else's.
fn untold(task: &Task, are_refused: bool) -> Observation {
    match (task.changes.canceled.is_empty(), are_refused) {
        (true, _) => {
            Observation::NotUnderstood(Misread::from("it shows none of the values that were to change"))
        }
        (false, true) => Observation::Absent,
        (false, false) => Observation::Ambiguous(
            "Mollie shows more units canceled than these, which may include them or be somebody else's"
                .to_owned(),
        ),
    }
}

/// An operator knows that the changes are there.
pub(super) fn named(task: &Task, order: &Order, snapshot: &Snapshot) -> Named {
    if let Some(doubt) = snapshot.doubted_line() {
        return Named::NotUnderstood(doubt);
    }
    match changes(task, order, snapshot) {
        Err(misread) => Named::NotUnderstood(misread),
        Ok(changes) if changes.iter().all(|change| change.shown != Shown::Other) => {
            Named::Effect(Acceptance::Order(Box::new(snapshot.clone())))
        }
        Ok(changes) => Named::Other(format!("some of the changes are not there: {}", told(&changes))),
    }
}

/// Mollie's lines that were added, in their order; `None` where the reading does not show one. One that may be it in other words counts
/// once no other is it.
pub(super) fn found<'a>(
    task: &Task,
    order: &Order,
    reading: Option<&'a Snapshot>,
) -> Vec<Option<&'a LineSnapshot>> {
    let known = order.lines_at_mollie();
    let theirs = reading.into_iter().flat_map(|snapshot| &snapshot.lines);
    let mut new: Vec<_> = theirs.filter(|theirs| !known.contains_key(&theirs.mollie_id)).collect();
    let mut found = vec![None; task.changes.added.len()];
    for is_it in [is_shown, may_be] {
        for (ours, found) in task.changes.added.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            *found = new.iter().position(|theirs| is_it(ours, theirs)).map(|place| new.remove(place));
        }
    }
    found
}

/// Their ids.
pub(super) fn added(task: &Task, order: &Order, reading: Option<&Snapshot>) -> Vec<Option<MollieLineId>> {
    found(task, order, reading).into_iter().map(|line| Some(line?.mollie_id.clone())).collect()
}

/// Which of the changes a reading shows.
pub(super) fn changes(task: &Task, order: &Order, snapshot: &Snapshot) -> Result<Vec<Change>, Misread> {
    let added = task.changes.added.iter().zip(found(task, order, Some(snapshot)));
    let added = added.map(|(line, found)| Change {
        what: format!("line {} added", line.id),
        shown: match found {
            Some(theirs) if is_shown(line, theirs) => Shown::Same,
            Some(_) => Shown::Untold,
            None => Shown::Other,
        },
    });
    let mut all: Vec<_> = added.collect();
    for updated in &task.changes.updated {
        let (ours, theirs) = at_mollie(order, snapshot, updated.line.id)?;
        all.push(Change {
            what: format!("line {} changed", ours.id),
            shown: shows_change(updated, ours, theirs),
        });
    }
    let mut counted = HashSet::new();
    for ShipmentLine { line_id, part } in &task.changes.canceled {
        let (ours, theirs) = at_mollie(order, snapshot, *line_id)?;
        if counted.insert(line_id) {
            let what = format!("{} units of line {line_id} canceled", part.quantity);
            all.push(Change { what, shown: canceled(ours, theirs, *part, snapshot)? });
        }
    }
    Ok(all)
}

/// A line that is canceled altogether has that status, also where counters are left out. More canceled units than ours may hold ours, and
/// do if nothing is left.
fn canceled(ours: &Line, theirs: &LineSnapshot, part: Part, snapshot: &Snapshot) -> Result<Shown, Misread> {
    let is_gone = theirs.status == Read::Known(LineStatus::Canceled);
    if theirs.canceled.is_none() && is_gone && ours.canceled.and(part).quantity == ours.quantity {
        return Ok(Shown::Same);
    }
    if let Some(left_out) = snapshot.canceled_left_out() {
        return Err(left_out);
    }
    Ok(match ledger::unexplained(ours, theirs, Pool::Canceled) {
        Some(beyond) if beyond == part => Shown::Same,
        Some(beyond) if beyond.quantity >= part.quantity && is_gone => Shown::Same,
        Some(beyond) if beyond.quantity > part.quantity => Shown::Untold,
        Some(_) | None => Shown::Other,
    })
}

fn at_mollie<'a>(
    order: &'a Order,
    snapshot: &'a Snapshot,
    id: LineId,
) -> Result<(&'a Line, &'a LineSnapshot), Misread> {
    let ours = order.line(id);
    let theirs = snapshot
        .lines
        .iter()
        .find(|theirs| Some(&theirs.mollie_id) == ours.and_then(|it| it.mollie_id.as_ref()));
    ours.zip(theirs).ok_or_else(|| Misread::from(format!("it does not list line {id}").as_str()))
}

pub(super) fn told(changes: &[Change]) -> String {
    let each = changes.iter().map(|change| {
        let found = match change.shown {
            Shown::Same => "found",
            Shown::Other => "not found",
            Shown::Untold => "not told",
        };
        format!("{}: {found}", change.what)
    });
    each.collect::<Vec<_>>().join("; ")
}
