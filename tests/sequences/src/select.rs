//! What a caller selects: parts of lines by position, each with what it may be worth by the test's own arithmetic.

use domain::rules::ids::LineId;
use domain::rules::ledger::{Entry, Pool, Stage as Reached};
use domain::rules::shipment::LineSelection;

use crate::own::{Own, Share};
use crate::stage::Stage;
use crate::step::{ANY, Amount, Pick};

/// Selected parts, and whether each is worth what it may be.
pub struct Selected {
    pub lines: Vec<LineSelection>,
    pub fits: bool,
    /// Whether so many units are left of each.
    pub is_left: bool,
}

impl Selected {
    /// Units of one line that are left, for whatever they are worth.
    #[must_use]
    pub fn units(line: usize, quantity: u32) -> Self {
        let line = LineSelection { line_id: line_id(line), quantity, amount: None };
        Self { lines: vec![line], fits: true, is_left: true }
    }
}

impl Stage {
    /// Whatever is left.
    pub fn all(&self, left: impl Fn(&Own, usize) -> Share) -> Selected {
        let rests = (0..self.own.lines.len()).map(|line| (line, left(&self.own, line)));
        let rests: Vec<_> = rests.filter(|(_, rest)| *rest != Share::default()).collect();
        let quantity = |rest: Share| u32::try_from(rest.units).unwrap_or(0);
        let one =
            |(line, rest)| LineSelection { line_id: line_id(line), quantity: quantity(rest), amount: None };
        let is_left = !rests.is_empty();
        Selected { lines: rests.into_iter().map(one).collect(), fits: true, is_left }
    }

    /// Each line once. `is_done`: whether as many units of a line as anybody asks for have gone that way already.
    pub fn select(
        &self,
        picks: &[Pick],
        left: impl Fn(&Own, usize) -> Share,
        is_done: impl Fn(&Own, usize) -> bool,
    ) -> Selected {
        let mut selected = Selected { lines: Vec::new(), fits: true, is_left: true };
        for pick in picks {
            let lines = 0..self.own.lines.len();
            let open: Vec<_> = lines.clone().filter(|line| left(&self.own, *line).units > 0).collect();
            let line = match open.get(pick.line % open.len().max(1)) {
                Some(line) if pick.line < ANY => *line,
                Some(_) | None => pick.line % lines.len(),
            };
            if selected.lines.iter().any(|one| one.line_id == line_id(line)) {
                continue;
            }
            let left = left(&self.own, line);
            let units = match pick.permille {
                1_001.. => left.units + 1,
                permille => 1 + (left.units - 1).max(0) * i64::from(permille) / 1_000,
            };
            let (least, most) = self.own.bounds(line, left, units);
            let is_left = units <= left.units;
            selected.is_left &= is_left || is_done(&self.own, line);
            let minor = match pick.amount {
                _ if !is_left => None,
                Amount::Unsaid => None,
                Amount::Within(permille) => Some(least + (most - least) * i64::from(permille) / 1_000),
                Amount::Below => Some(least - 1),
                Amount::Above => Some(most + 1),
            };
            selected.fits &= minor.is_none_or(|minor| (least..=most).contains(&minor));
            let (quantity, amount) = (u32::try_from(units).unwrap_or(0), minor.map(|it| self.money(it)));
            selected.lines.push(LineSelection { line_id: line_id(line), quantity, amount });
        }
        selected
    }
}

/// Lines are numbered from one.
pub fn line_id(line: usize) -> LineId {
    LineId::new(u32::try_from(line + 1).unwrap_or(0))
}

pub fn index(id: LineId) -> usize {
    usize::try_from(id.number()).unwrap_or(1) - 1
}

pub fn share(entry: &Entry) -> Share {
    Share { units: i64::from(entry.part.quantity), minor: entry.part.amount.minor() }
}

/// What was reserved of lines in a pool.
pub fn parts(entries: &[Entry], pool: Pool) -> Vec<(usize, Share)> {
    of_stage(entries, pool, Reached::Reserved)
}

/// What was reserved to ship and is given up.
pub fn freed(entries: &[Entry]) -> Vec<(usize, Share)> {
    of_stage(entries, Pool::Shipped, Reached::Freed)
}

fn of_stage(entries: &[Entry], pool: Pool, stage: Reached) -> Vec<(usize, Share)> {
    let of = entries.iter().filter(|entry| entry.pool == pool && entry.stage == stage);
    of.filter_map(|entry| Some((index(entry.line_id?), share(entry)))).collect()
}
