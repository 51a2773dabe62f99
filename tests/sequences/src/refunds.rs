//! Giving money back: units of lines, lower prices, goodwill.

use domain::operations::create_refund::GiveBack;
use domain::rules::money::Money;
use domain::rules::refund::{Override, Reduction, RefundRequest, RefundSelection};
use domain::rules::shipment::LineSelection;

use crate::ask::Asked;
use crate::excuse;
use crate::own::Own;
use crate::select::{Selected, index, line_id};
use crate::stage::Stage;
use crate::words::refunded;

impl Stage {
    /// Refunds so many units of one line, for whatever they are worth.
    ///
    /// # Errors
    /// Something is not as it must be.
    pub fn refund_units(&mut self, line: usize, quantity: u32) -> Result<(), String> {
        let selected = Selected::units(line, quantity);
        self.refund(RefundSelection::Lines(selected.lines.clone()), false, Some(selected))
    }

    pub fn reduce(&mut self, line: usize, permille: u32, beyond: bool) -> Result<(), String> {
        let line = line % self.own.lines.len();
        let minor = (self.own.left(line).minor.max(0) * i64::from(permille) / 1_000).max(1);
        let reduction = Reduction { line_id: line_id(line), amount: self.money(minor) };
        self.refund(RefundSelection::Reductions(vec![reduction]), beyond, None)
    }

    pub fn refund(
        &mut self,
        selection: RefundSelection,
        beyond: bool,
        selected: Option<Selected>,
    ) -> Result<(), String> {
        let overrides =
            [Override::LineCeiling, Override::OrderCeiling].into_iter().filter(|_| beyond).collect();
        let is_whole = selection == RefundSelection::AllRemaining;
        let mark = match &selection {
            RefundSelection::Reductions(_) => "price reduced",
            RefundSelection::Amount(_) => "goodwill",
            RefundSelection::Lines(_) | RefundSelection::AllRemaining => "units refunded",
        };
        let what =
            format!("refund {}{}", refunded(&selection), if beyond { ", beyond the limits" } else { "" });
        let request = RefundRequest {
            selection,
            payment_id: None,
            description: None,
            merge_equal: false,
            overrides,
            not_leaving: None,
        };
        let may_refuse = self.may_refuse_to_refund(selected.as_ref());
        let asked = self.ask(&what, &GiveBack(request))?;
        self.is_plausible(&asked, selected.as_ref(), may_refuse)?;
        let Asked::Accepted { answer, entries, .. } = asked else { return Ok(()) };
        self.marks.insert(mark);
        if self.own.lines.iter().any(|line| line.canceled.units > 0) {
            self.marks.insert("refund after a partial cancellation");
        }
        let id = answer.refund().ok_or("a refund's answer names no refund")?;
        // Nobody says which units come back: first those that the shopper has.
        let kept =
            |own: &Own, line, units| if own.captures { 0 } else { units - own.with_shopper(line).min(units) };
        let refund = self.recorded(id, &entries, kept)?;
        self.own.refund(refund)?;
        let is_plain = !self.own.lines.iter().any(|line| line.is_overdrawn);
        self.is_taken_whole(is_whole && is_plain, Own::left)?;
        self.follow()
    }

    /// Units that are left, at a price that fits, of lines that money was taken for, within what may be given back.
    pub fn may_refuse_to_refund(&self, selected: Option<&Selected>) -> bool {
        let Some(selected) = selected else { return true };
        let least = |one: &LineSelection| {
            let line = index(one.line_id);
            let (least, most) = self.own.bounds(line, self.own.left(line), i64::from(one.quantity));
            (one.amount.map_or(least, Money::minor), one.amount.map_or(most, Money::minor))
        };
        let (least, most) =
            selected.lines.iter().map(least).fold((0, 0), |sum, (least, most)| (sum.0 + least, sum.1 + most));
        let is_overdrawn = |one: &LineSelection| self.own.lines[index(one.line_id)].is_overdrawn;
        !self.own.is_backed
            || !selected.is_left
            || least <= 0
            || most > self.own.room()
            || selected.lines.iter().any(is_overdrawn)
            || excuse::is_attended(&self.desk)
    }
}
