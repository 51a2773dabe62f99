//! Recognising a cancellation of lines by what Mollie counts beyond all that is settled here. A missing counter proves nothing.

use super::Task;
use crate::operations::kind::{Named, Observation};
use crate::ports::Acceptance;
use crate::rules::comparison::{Row, Side};
use crate::rules::ledger::{self, Pool};
use crate::rules::misread::Misread;
use crate::rules::order::{Line, Order};
use crate::rules::part::Part;
use crate::rules::shipment::ShipmentLine;
use crate::rules::snapshot::{LineSnapshot, Snapshot};

/// One of our lines, as a reading shows it.
struct Shown<'a> {
    ours: &'a ShipmentLine,
    /// Canceled beyond what is settled here.
    beyond: Option<Part>,
    /// Whether nothing of it is left at Mollie to be canceled.
    is_used_up: bool,
}

impl Shown<'_> {
    fn is_equal(&self) -> bool {
        self.beyond == Some(self.ours.part)
    }

    fn is_within(&self) -> bool {
        self.beyond.is_some_and(|beyond| beyond.quantity >= self.ours.part.quantity)
    }
}

/// Exactly our units are the effect. So are units among more, if nothing is left: whoever canceled them, no call of ours can
/// change that. Other units of our lines may or may not be ours, unless Mollie refused the only call: then they are not.
pub(super) fn effect(task: &Task, order: &Order, snapshot: &Snapshot, are_refused: bool) -> Observation {
    let shown = match shown(task, order, snapshot) {
        Ok(shown) => shown,
        Err(misread) => return Observation::NotUnderstood(misread),
    };
    let is_gone = shown.iter().all(|line| line.is_within() && line.is_used_up);
    if is_gone || !are_refused && shown.iter().all(Shown::is_equal) {
        return Observation::Found(Acceptance::Order(Box::new(snapshot.clone())));
    }
    match are_refused || shown.iter().all(|line| line.beyond.is_none()) {
        true => Observation::Absent,
        false => Observation::Ambiguous(format!(
            "Mollie shows other units canceled than these, which may include them or be somebody else's: {}",
            compared(&shown)
        )),
    }
}

/// An operator knows that our units are among those canceled.
pub(super) fn named(task: &Task, order: &Order, snapshot: &Snapshot) -> Named {
    match shown(task, order, snapshot) {
        Err(misread) => Named::NotUnderstood(misread),
        Ok(shown) if shown.iter().all(Shown::is_within) => {
            Named::Effect(Acceptance::Order(Box::new(snapshot.clone())))
        }
        Ok(shown) => Named::Other(format!("fewer units are canceled: {}", compared(&shown))),
    }
}

/// What a reading shows canceled of our lines beyond what is settled here.
pub(super) fn beyond(task: &Task, order: &Order, snapshot: &Snapshot) -> Side {
    let side = Side { amount: None, ..Side::of_order(snapshot) };
    let shown = match shown(task, order, snapshot) {
        Ok(shown) => shown,
        Err(misread) => return Side { text: misread.to_string(), ..side },
    };
    let line = |shown: &Shown<'_>| {
        let part = shown.beyond?;
        Some(Row::from(&ShipmentLine { line_id: shown.ours.line_id, part }))
    };
    let lines: Vec<_> = shown.iter().filter_map(line).collect();
    let text = match lines.is_empty() {
        true => "nothing is canceled there but what is known here",
        false => "canceled there, and not yet known here",
    };
    Side { lines, text: text.to_owned(), ..side }
}

fn shown<'a>(task: &'a Task, order: &Order, snapshot: &Snapshot) -> Result<Vec<Shown<'a>>, Misread> {
    if let Some(left_out) = snapshot.canceled_left_out() {
        return Err(left_out);
    }
    let of = |ours: &'a ShipmentLine| {
        let line = order.line(ours.line_id);
        let theirs = line.and_then(|line| at_mollie(line, snapshot));
        let (line, theirs) = line.zip(theirs).ok_or_else(|| missing(ours))?;
        let beyond = ledger::unexplained(line, theirs, Pool::Canceled);
        Ok(Shown { ours, beyond, is_used_up: is_used_up(theirs) })
    };
    task.lines.iter().map(of).collect()
}

fn at_mollie<'a>(line: &Line, snapshot: &'a Snapshot) -> Option<&'a LineSnapshot> {
    snapshot.lines.iter().find(|theirs| Some(&theirs.mollie_id) == line.mollie_id.as_ref())
}

fn missing(ours: &ShipmentLine) -> Misread {
    Misread::from(format!("it does not list line {}", ours.line_id).as_str())
}

fn is_used_up(theirs: &LineSnapshot) -> bool {
    let counters = theirs.shipped.zip(theirs.canceled);
    counters.is_some_and(|(shipped, canceled)| shipped.and(canceled).quantity >= theirs.quantity)
}

fn compared(shown: &[Shown<'_>]) -> String {
    let line = |Shown { ours: ShipmentLine { line_id, part }, beyond, .. }: &Shown<'_>| {
        let found = beyond.map_or("none".to_owned(), |part| format!("{} for {}", part.quantity, part.amount));
        format!("of line {line_id}, {} for {} sent, {found} found", part.quantity, part.amount)
    };
    shown.iter().map(line).collect::<Vec<_>>().join("; ")
}
