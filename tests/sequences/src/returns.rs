//! Returning lines: what came back and what does not leave, in one request. What each part is worth is computed here once more, in
//! whole minor units; the preview and what is saved are compared where anything is asked.

use domain::operations::return_lines::TakeBack;
use domain::ports::Store;
use domain::rules::ids::{OperationId, RefundId};
use domain::rules::ledger::{Entry, Pool, Stage as Reached};
use domain::rules::line_return::ReturnRequest;
use domain::rules::refund::Route;
use domain::rules::returned::{Return, ReturnedLine};
use domain::rules::shipment::LineSelection;

use crate::ask::{Asked, order};
use crate::desk::now;
use crate::excuse;
use crate::own::{Course, Own, Refund, Share};
use crate::select::{Selected, index, line_id, parts, share};
use crate::stage::Stage;
use crate::step::Pick;

/// Units of a line, by position: came back, do not leave.
type Units = (usize, i64, i64);

impl Stage {
    /// Returns parts of lines.
    ///
    /// # Errors
    /// Something is not as it must be.
    pub fn take_back(&mut self, back: &[Pick], kept: &[Pick], release: bool) -> Result<(), String> {
        let units = |units| Share { units, minor: 0 };
        let back = self.select(back, |own, line| units(own.may_come_back(line)), |_, _| false);
        let kept = self.select(kept, |own, line| units(own.available(line)), |_, _| false);
        let lines = together(&back, &kept);
        let request = ReturnRequest {
            lines: lines.iter().map(requested).collect(),
            description: None,
            release: self.deductions(release),
        };
        let what = format!("take back {}{}", words(&lines), if release { ", deductions too" } else { "" });
        // What every part is worth is fixed by what was left before.
        let before = self.own.clone();
        let asked = self.ask(&what, &TakeBack(request))?;
        let selected =
            Selected { lines: self.refunds_of(&lines), fits: true, is_left: back.is_left && kept.is_left };
        let cancels = self.own.captures && lines.iter().any(|(_, _, kept)| *kept > 0);
        let may_refuse = (self.may_refuse_to_refund(Some(&selected).filter(|it| !it.lines.is_empty()))
            || self.has_discounts_left())
            && !selected.lines.is_empty()
            || cancels && self.may_refuse_to_ship();
        self.is_plausible(&asked, Some(&selected), may_refuse)?;
        let Asked::Accepted { answer, entries, .. } = asked else { return Ok(()) };
        let id = answer.returned().ok_or("a return's answer names no return")?;
        let returned = order(&self.desk, self.id)?.returned(id).cloned().ok_or("the return is gone")?;
        self.is_worth(&before, &lines, &entries)?;
        self.canceled(&returned, &entries)?;
        self.book(&returned);
        self.given_back(&returned, &lines, &entries)?;
        self.marks.insert(match (returned.cancellation.is_some(), returned.refunds.is_empty()) {
            (true, false) => "return canceled and refunded",
            (true, true) => "return canceled",
            (false, _) => "return refunded",
        });
        if !self.own.captures && lines.iter().any(|(_, _, kept)| *kept > 0) {
            self.marks.insert("paid units do not leave");
        }
        self.follow()
    }

    /// Discounts may go along with what comes back, and take more off than it is worth.
    fn has_discounts_left(&self) -> bool {
        let is_open =
            |(n, line): (usize, &crate::own::Line)| line.row.kind == "discount" && self.own.left(n).minor < 0;
        self.own.lines.iter().enumerate().any(is_open)
    }

    /// What is worth nothing needs no refund.
    fn book(&mut self, returned: &Return) {
        for booked in &returned.without_money {
            let part = booked.line.part;
            let part = Share { units: i64::from(part.quantity), minor: part.amount.minor() };
            self.own.booked.push((index(booked.line.line_id), part, i64::from(booked.not_leaving)));
        }
    }

    /// The units that go back: of what is paid at once all of them.
    fn refunds_of(&self, lines: &[Units]) -> Vec<LineSelection> {
        let of = |(line, back, kept): &Units| {
            let units = if self.own.captures { *back } else { back + kept };
            let quantity = u32::try_from(units).unwrap_or(0);
            LineSelection { line_id: line_id(*line), quantity, amount: None }
        };
        lines.iter().map(of).filter(|line| line.quantity > 0).collect()
    }

    /// Each part is its share of what was left, to the cent.
    fn is_worth(&self, before: &Own, lines: &[Units], entries: &[Entry]) -> Result<(), String> {
        let canceled = parts(entries, Pool::Canceled);
        let refunded: Vec<_> = [Pool::Refunded, Pool::PaymentRefunded]
            .into_iter()
            .flat_map(|pool| parts(entries, pool))
            .chain(booked(entries))
            .collect();
        for (line, back, kept) in lines.iter().filter(|(line, ..)| !before.lines[*line].is_overdrawn) {
            let (canceling, refunding) = if before.captures { (*kept, *back) } else { (0, back + kept) };
            let expected = |left, units| Share { units, minor: before.share(*line, left, units) };
            let of = |all: &[(usize, Share)]| {
                all.iter().filter(|(one, _)| one == line).fold(Share::default(), |sum, (_, part)| sum + *part)
            };
            for (what, left, units, found) in [
                ("canceled", before.rest(*line), canceling, of(&canceled)),
                ("refunded", before.left(*line), refunding, of(&refunded)),
            ] {
                // What takes money off may go along with goods that are canceled, and then whole.
                if units > 0 && found != expected(left, units) && found != left {
                    let right = expected(left, units);
                    return Err(format!("of line {} {found:?} is {what}, and {right:?} should be", line + 1));
                }
            }
        }
        Ok(())
    }

    /// The cancellation has ended; its supplier may have declined it.
    fn canceled(&mut self, returned: &Return, entries: &[Entry]) -> Result<(), String> {
        let Some(canceling) = &returned.cancellation else { return Ok(()) };
        let state = self.operation_state(canceling.operation_id)?;
        if self.is_succeeded(state, excuse::of_a_line_cancellation(&self.desk))? {
            return self.own.cancel(&parts(entries, Pool::Canceled));
        }
        self.marks.insert("return whose cancellation was declined");
        Ok(())
    }

    fn operation_state(
        &self,
        id: OperationId,
    ) -> Result<Option<domain::rules::operation::OperationState>, String> {
        let found = now(self.desk.store.load_operation(id))?.map_err(|error| error.to_string())?;
        Ok(found.map(|operation| operation.state.name()))
    }

    /// The refund is a refund like any other.
    fn given_back(&mut self, returned: &Return, lines: &[Units], entries: &[Entry]) -> Result<(), String> {
        let [id] = returned.refunds.as_slice() else {
            return if returned.refunds.is_empty() {
                Ok(())
            } else {
                Err("it has several refunds".to_owned())
            };
        };
        let refund = self.recorded(*id, entries, |own, line, units| {
            let asked = lines.iter().find(|(one, ..)| *one == line).map(|(_, _, kept)| *kept);
            // Of a discount that goes along stays what has not left.
            let kept = asked.unwrap_or_else(|| (units - own.may_come_back(line)).max(0));
            if own.captures { 0 } else { kept }
        })?;
        self.own.refund(refund)
    }

    /// A refund as it was recorded. `kept`: how many of so many units of a line do not leave, by this test's own books.
    pub fn recorded(
        &self,
        id: RefundId,
        entries: &[Entry],
        kept: impl Fn(&Own, usize, i64) -> i64,
    ) -> Result<Refund, String> {
        let record = self.refund_record(id)?;
        let is_refund = |entry: &&Entry| {
            matches!(entry.pool, Pool::Refunded | Pool::PaymentRefunded) && entry.stage == Reached::Reserved
        };
        let of_lines = entries.iter().filter(is_refund);
        let lines: Vec<_> =
            of_lines.filter_map(|entry| Some((index(entry.line_id?), share(entry)))).collect();
        let kept = lines.iter().map(|(line, part)| (*line, kept(&self.own, *line, part.units)));
        let kept = kept.filter(|(_, units)| *units > 0).collect();
        let (on_payment, minor) = (record.route == Route::Payment, record.amount.minor());
        let (beyond, course) = (!record.overrides.is_empty(), Course::Waiting);
        Ok(Refund { id, on_payment, minor, lines, kept, beyond, course })
    }
}

/// What is given back without a refund.
fn booked(entries: &[Entry]) -> impl Iterator<Item = (usize, Share)> {
    let is_booked = |entry: &&Entry| entry.pool == Pool::PaymentRefunded && entry.stage == Reached::Settled;
    entries.iter().filter(is_booked).filter_map(|entry| Some((index(entry.line_id?), share(entry))))
}

/// Each line once.
fn together(back: &Selected, kept: &Selected) -> Vec<Units> {
    let mut all: Vec<Units> = Vec::new();
    let back = back.lines.iter().map(|it| (index(it.line_id), i64::from(it.quantity), 0));
    let kept = kept.lines.iter().map(|it| (index(it.line_id), 0, i64::from(it.quantity)));
    for (line, back, kept) in back.chain(kept) {
        match all.iter_mut().find(|(one, ..)| *one == line) {
            Some(one) => *one = (line, one.1 + back, one.2 + kept),
            None => all.push((line, back, kept)),
        }
    }
    all
}

fn requested((line, back, kept): &Units) -> ReturnedLine {
    let units = |units: &i64| u32::try_from(*units).unwrap_or(0);
    ReturnedLine { line_id: line_id(*line), came_back: units(back), not_leaving: units(kept) }
}

fn words(lines: &[Units]) -> String {
    let one = |(line, back, kept): &Units| {
        format!("{back} that came back and {kept} that stay of line {}", line + 1)
    };
    lines.iter().map(one).collect::<Vec<_>>().join(", ")
}
