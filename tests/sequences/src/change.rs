//! Changing lines in one step, before anything has left.

use domain::operations::manage_lines::Manage;
use domain::rules::amount_input::AmountInput;
use domain::rules::ledger::Pool;
use domain::rules::line::{LineInput, LineType};
use domain::rules::line_change::{LineChangeInput, LineChangesInput, LineUpdateInput};
use domain::rules::shipment::LineSelectionInput;

use crate::ask::Asked;
use crate::basket::{Row, Tender, value};
use crate::excuse;
use crate::own::{Own, Share};
use crate::select::{Selected, line_id, parts};
use crate::stage::Stage;
use crate::step::Change;

impl Stage {
    /// Asks for it, and keeps what came of it.
    ///
    /// # Errors
    /// Something is not as it must be.
    pub fn change(&mut self, change: &Change) -> Result<(), String> {
        let selected = self.select(&change.cancel, Own::rest, |own, line| own.lines[line].is_canceled());
        let update =
            change.update.map(|(line, more, dearer)| self.updated(line % self.own.lines.len(), more, dearer));
        let changes = self.changes(change.add, update, &selected);
        if changes.is_empty() {
            return Ok(());
        }
        let at = |n: usize| format!("operations[{n}]");
        let changes = changes.into_iter().enumerate().map(|(n, change)| (at(n), change)).collect();
        let what = format!(
            "change lines: add {:?}, update {update:?}, cancel {:?}",
            change.add,
            selected.lines.iter().map(|line| (line.line_id.number(), line.quantity)).collect::<Vec<_>>()
        );
        let request = LineChangesInput { path: "operations", changes, ..LineChangesInput::default() };
        let asked = self.ask(&what, &Manage(request))?;
        let is_plain = self.is_plainly_possible(change.add, update, &selected);
        self.is_plausible(&asked, Some(&selected).filter(|_| is_plain), false)?;
        let Asked::Accepted { entries, state: state @ Some(_), .. } = asked else { return Ok(()) };
        // Mollie may refuse VAT below zero for one rate; we only warn.
        let takes_off = self.own.lines.iter().any(|line| line.row.is_deduction());
        let is_excused = excuse::of_a_line_cancellation(&self.desk) || takes_off;
        if !self.is_succeeded(state, is_excused)? {
            return Ok(());
        }
        self.marks.insert(if self.own.is_backed { "lines changed" } else { "lines changed unpaid" });
        let rows: Vec<_> = update.into_iter().collect();
        self.own.change(&rows, change.add, &parts(&entries, Pool::Canceled))
    }

    fn updated(&self, line: usize, more: i64, dearer: i64) -> (usize, Row) {
        let row = self.own.lines[line].row;
        (line, Row { quantity: row.quantity + more, unit: row.unit + row.unit * dearer / 1_000, ..row })
    }

    fn changes(
        &self,
        add: Option<Row>,
        update: Option<(usize, Row)>,
        selected: &Selected,
    ) -> Vec<LineChangeInput> {
        let tender = self.basket.tender;
        let cancel = selected.lines.iter().map(|line| {
            let amount = line.amount.map(|amount| written(tender, amount.minor()));
            let line_id = line.line_id.to_string();
            LineChangeInput::Cancel(LineSelectionInput { line_id, quantity: line.quantity.into(), amount })
        });
        let update = update.map(|(line, row)| {
            LineChangeInput::Update(Box::new(LineUpdateInput {
                line_id: line_id(line).to_string(),
                quantity: Some(row.quantity),
                unit_price: Some(written(tender, row.unit)),
                ..LineUpdateInput::default()
            }))
        });
        let add = add.map(|row| LineChangeInput::Add(Box::new(input(tender, row))));
        update.into_iter().chain(cancel).chain(add).collect()
    }

    /// Whether nothing speaks against it: nothing was paid at once or has left, and all that is asked for is there.
    fn is_plainly_possible(
        &self,
        add: Option<Row>,
        update: Option<(usize, Row)>,
        selected: &Selected,
    ) -> bool {
        let own = &self.own;
        let is_open = own.held.is_empty()
            && own.lines.iter().all(|line| line.shipped == Share::default())
            && own.lines.iter().any(|line| !line.is_canceled())
            && own.refunds.is_empty()
            && (own.captures || !own.is_backed);
        let is_named = |line: usize| selected.lines.iter().any(|one| one.line_id == line_id(line));
        let is_whole = |line: usize| own.lines[line].canceled == Share::default();
        let may_be = update.is_none_or(|(line, _)| is_whole(line) && !is_named(line));
        let rests = (0..own.lines.len()).map(|line| (line, own.rest(line)));
        let takes = |line: usize| {
            let taken = selected.lines.iter().filter(|one| one.line_id == line_id(line));
            taken.map(|one| i64::from(one.quantity)).sum::<i64>()
        };
        // A discount may leave nothing of a price.
        let is_worth = |line, rest: Share, taken| rest.minor > own.share(line, rest, taken);
        let is_any_left = rests
            .into_iter()
            .any(|(line, rest)| rest.units > takes(line) && is_worth(line, rest, takes(line)));
        let is_plain = own.lines.iter().all(|line| !line.row.is_deduction() && line.row.total() > 0);
        is_open && may_be && (is_any_left || add.is_some_and(|row| row.total() > 0)) && is_plain
    }
}

fn written(tender: Tender, minor: i64) -> AmountInput {
    AmountInput { currency: tender.0.to_owned(), value: value(tender, minor) }
}

fn input(tender: Tender, row: Row) -> LineInput {
    LineInput {
        line_type: Some(LineType::parse(row.kind)),
        name: row.kind.to_owned(),
        quantity: row.quantity,
        unit_price: Some(written(tender, row.unit)),
        discount_amount: (row.discount > 0).then(|| written(tender, row.discount)),
        vat_rate: row.rate.to_owned(),
        ..LineInput::default()
    }
}
