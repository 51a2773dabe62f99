//! Shipping and canceling: the pool that both draw on, and the authorization that neither may leave.

use domain::operations::cancel_lines::Cancel as CancelLines;
use domain::operations::cancel_order::Cancel as CancelOrder;
use domain::operations::create_shipment::Ship;
use domain::rules::ledger::Pool;
use domain::rules::line_cancellation::LineCancellationRequest;
use domain::rules::shipment::{Selection, ShipmentRequest};

use crate::ask::{Asked, order};
use crate::excuse;
use crate::own::{Own, Share};
use crate::select::{Selected, freed, line_id, parts};
use crate::stage::Stage;
use crate::step::Pick;
use crate::words::of;

impl Stage {
    /// Ships so many units of one line, for whatever they are worth.
    ///
    /// # Errors
    /// Something is not as it must be.
    pub fn ship_units(&mut self, line: usize, quantity: u32) -> Result<(), String> {
        let selected = Selected::units(line, quantity);
        self.shipped(Selection::Lines(selected.lines.clone()), false, &selected)
    }

    pub fn ship(&mut self, picks: &[Pick], refunded: bool) -> Result<(), String> {
        let selected = self.select(picks, Own::rest, |_, _| false);
        self.shipped(Selection::Lines(selected.lines.clone()), refunded, &selected)
    }

    pub fn shipped(
        &mut self,
        selection: Selection,
        include_refunded: bool,
        selected: &Selected,
    ) -> Result<(), String> {
        let is_whole = selection == Selection::AllRemaining;
        let what =
            format!("ship {}{}", of(&selection), if include_refunded { ", refunded ones too" } else { "" });
        let request = ShipmentRequest { selection, include_refunded, goods_left: false, tracking: None };
        let asked = self.ask(&what, &Ship(request))?;
        let may_refuse = self.may_refuse_to_ship();
        self.is_plausible(&asked, Some(selected), may_refuse)?;
        let Asked::Accepted { entries, state, .. } = asked else { return Ok(()) };
        let parts = parts(&entries, Pool::Shipped);
        if state.is_none() {
            if !self.basket.joins || !self.own.captures {
                return Err("a parcel waits although nothing joins it".to_owned());
            }
            self.marks.insert("parcel held");
            return self.own.hold(&parts);
        }
        self.is_succeeded(state, excuse::of_a_shipment())?;
        let is_part = |(line, part): &(usize, Share)| {
            self.own.lines[*line].is_discounted() && part.units < self.own.lines[*line].row.quantity
        };
        let named = |line: usize| selected.lines.iter().any(|it| it.line_id == line_id(line));
        if parts.iter().any(|(line, _)| !named(*line)) {
            self.marks.insert("nobody named what joined a parcel");
        }
        if parts.iter().any(is_part) {
            self.marks.insert("part of a discounted line shipped");
        }
        self.marks.insert("shipped");
        if order(&self.desk, self.id)?.held.is_empty() && !self.own.held.is_empty() {
            self.marks.insert("held parcels shipped");
            self.own.ship_held(&parts, &freed(&entries))?;
        } else {
            self.own.ship(&parts)?;
        }
        self.is_taken_whole(is_whole && include_refunded, Own::rest)
    }

    /// Where something takes money off or was refunded before it left, there are more reasons to refuse than parts and amounts.
    pub fn may_refuse_to_ship(&self) -> bool {
        let is_early = |line: usize| self.own.given_back(line) != Share::default();
        !self.own.is_backed
            || self.own.lines.iter().any(|line| line.row.is_deduction())
            || (0..self.own.lines.len()).any(is_early)
    }

    pub fn cancel_lines(
        &mut self,
        selection: Selection,
        release: bool,
        selected: &Selected,
    ) -> Result<(), String> {
        let what = format!("cancel {}{}", of(&selection), if release { ", deductions too" } else { "" });
        let request = LineCancellationRequest { selection, release: self.deductions(release) };
        let asked = self.ask(&what, &CancelLines(request))?;
        let may_refuse = !self.own.captures || self.may_refuse_to_ship();
        // Of lines that are canceled altogether nothing is left to do, and nothing is refused.
        let is_told = matches!(&asked, Asked::Accepted { state: Some(_), .. } | Asked::Refused(_));
        self.is_plausible(&asked, Some(selected).filter(|_| is_told && self.own.captures), may_refuse)?;
        let Asked::Accepted { entries, state: state @ Some(_), .. } = asked else { return Ok(()) };
        if self.is_succeeded(state, excuse::of_a_line_cancellation(&self.desk))? {
            self.marks.insert("lines canceled");
            return self.own.cancel(&parts(&entries, Pool::Canceled));
        }
        Ok(())
    }

    pub fn deductions(&self, release: bool) -> Vec<String> {
        let all = self.own.lines.iter().enumerate();
        let named = all.filter(|(_, line)| release && line.row.is_deduction());
        named.map(|(line, _)| line_id(line).to_string()).collect()
    }

    pub fn cancel_order(&mut self, release: bool) -> Result<(), String> {
        let what = format!("cancel the order{}", if release { ", deductions too" } else { "" });
        let request = CancelOrder { release: self.deductions(release) };
        let asked = self.ask(&what, &request)?;
        let is_open = (0..self.own.lines.len()).any(|line| self.own.rest(line).units > 0);
        let may_be = if self.own.captures { is_open } else { !self.own.is_backed };
        let is_plain = !self.own.lines.iter().any(|line| line.row.is_deduction());
        match asked {
            Asked::Accepted { state: Some(_), .. } if !may_be => {
                return Err("nothing is left to cancel".to_owned());
            }
            Asked::Refused(error) if may_be && is_plain => {
                return Err(format!("nothing speaks against it, and it was refused: {error:?}"));
            }
            Asked::Accepted { .. } | Asked::Refused(_) => (),
        }
        let Asked::Accepted { state: state @ Some(_), .. } = asked else { return Ok(()) };
        if self.is_succeeded(state, excuse::of_a_cancellation(&self.desk))? {
            self.marks.insert("order canceled");
            return self.own.cancel_rest();
        }
        Ok(())
    }
}
