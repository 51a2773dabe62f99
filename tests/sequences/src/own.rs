//! The test's own books of an order: whole minor units, by Mollie's amount rule as the documents state it. It shares no code with
//! the domain or the simulator; what the two did is told to it, and it refuses what cannot be right.

use crate::basket::{Basket, Row};
pub use crate::share::{Course, Refund, Share};

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    pub row: Row,
    pub shipped: Share,
    pub canceled: Share,
    /// Of that, before the shopper had paid or authorized anything.
    pub dropped: Share,
    /// Its price was lowered beyond what was left of it: nothing of it is measured any more.
    pub is_overdrawn: bool,
}

/// The books.
#[derive(Clone, Debug)]
pub struct Own {
    pub captures: bool,
    /// Whether the shopper has paid or authorized it.
    pub is_backed: bool,
    pub lines: Vec<Line>,
    /// Parts in parcels that wait for others.
    pub held: Vec<(usize, Share)>,
    pub refunds: Vec<Refund>,
    /// What was taken back and is worth nothing, with the units of it that stay.
    pub booked: Vec<(usize, Share, i64)>,
    /// By Mollie's id, and whether it stands.
    pub chargebacks: Vec<(String, i64, bool)>,
}

impl Own {
    #[must_use]
    pub fn new(basket: &Basket) -> Self {
        let lines = basket.rows.iter().copied().map(Line::new).collect();
        let (held, refunds, chargebacks) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            captures: basket.captures,
            is_backed: false,
            lines,
            held,
            refunds,
            booked: Vec::new(),
            chargebacks,
        }
    }

    #[must_use]
    pub fn total(&self) -> i64 {
        self.lines.iter().map(|line| line.row.total()).sum()
    }

    /// What the shopper pays or authorizes: all but what was canceled before.
    #[must_use]
    pub fn agreed(&self) -> i64 {
        self.total() - self.lines.iter().map(|line| line.dropped.minor).sum::<i64>()
    }

    /// What is neither shipped nor canceled nor held of a line.
    #[must_use]
    pub fn rest(&self, line: usize) -> Share {
        let held = self.held_of(line);
        let line = &self.lines[line];
        line.ordered() - line.shipped - line.canceled - held
    }

    /// Whether goods were shipped, and no more are to leave.
    #[must_use]
    pub fn is_delivered(&self) -> bool {
        let goods = || (0..self.lines.len()).filter(|n| self.lines[*n].row.is_goods());
        goods().any(|n| self.lines[n].shipped.units > 0) && goods().all(|n| self.to_leave(n) == 0)
    }

    /// Whether this line, named as a review item names it, waits for goods that do not come. Its item is closed by the next reading, but
    /// not while a refund of any units waits.
    #[must_use]
    pub fn is_left_open(&self, subject: &str) -> bool {
        let waits = |n| [false, true].iter().any(|way| self.refunded(n, Course::Waiting, *way).units > 0);
        let does_any_wait = (0..self.lines.len()).any(waits);
        let is_open = |n: usize| !self.lines[n].row.is_goods() && (self.to_leave(n) > 0 || does_any_wait);
        let line = (0..self.lines.len()).find(|n| subject == format!("lines/{}", n + 1));
        line.is_some_and(is_open) && self.is_delivered()
    }

    /// The units that are still to leave: not those that were given back before they left, but those that are held.
    fn to_leave(&self, line: usize) -> i64 {
        self.held_of(line).units + self.available(line)
    }

    /// The units that may leave: not those that stay, nor others that were given back beyond all that left.
    #[must_use]
    pub fn available(&self, line: usize) -> i64 {
        let rest = self.rest(line).units;
        let beyond = self.given_back(line).units - self.staying(line) - self.left_here(line);
        rest - (self.staying(line) + beyond.max(0)).min(rest)
    }

    /// The units that left and were not given back.
    #[must_use]
    pub fn with_shopper(&self, line: usize) -> i64 {
        (self.left_here(line) - (self.given_back(line).units - self.staying(line))).max(0)
    }

    /// The units that may come back: those that the shopper has, or where shipments capture, of those captured only.
    #[must_use]
    pub fn may_come_back(&self, line: usize) -> i64 {
        if self.captures { self.left(line).units.max(0) } else { self.with_shopper(line) }
    }

    fn left_here(&self, line: usize) -> i64 {
        self.lines[line].shipped.units + self.held_of(line).units
    }

    /// The units that were said not to leave, whether or not they left all the same.
    #[must_use]
    pub fn kept(&self, line: usize) -> i64 {
        let counting = self.refunds.iter().filter(|refund| refund.course != Course::Void);
        let of_line = counting.flat_map(|refund| &refund.kept).filter(|(one, _)| *one == line);
        let booked = self.booked.iter().filter(|(one, ..)| *one == line).map(|(_, _, units)| units);
        of_line.map(|(_, units)| units).chain(booked).sum()
    }

    fn staying(&self, line: usize) -> i64 {
        self.kept(line).min(self.rest(line).units)
    }

    /// What some of what is left of a line is worth if nobody says: its share, rounded half away from zero, within the bounds.
    #[must_use]
    pub fn share(&self, line: usize, left: Share, units: i64) -> i64 {
        let (least, most) = self.bounds(line, left, units);
        let (doubled, all) = (2 * left.minor * units, 2 * left.units);
        let rounded = (doubled.abs() + left.units).div_euclid(all.max(1)) * doubled.signum();
        rounded.clamp(least, most)
    }

    #[must_use]
    pub fn held_of(&self, line: usize) -> Share {
        let of = self.held.iter().filter(|(other, _)| *other == line);
        of.fold(Share::default(), |sum, (_, part)| sum + *part)
    }

    /// Keeps parts for a parcel that waits.
    ///
    /// # Errors
    /// They cannot be right.
    pub fn hold(&mut self, parts: &[(usize, Share)]) -> Result<(), String> {
        for (line, part) in parts {
            self.fits(*line, self.rest(*line), *part, "held")?;
            self.held.push((*line, *part));
        }
        Ok(())
    }

    /// Ships all that was held together with more, but for what was given up of it.
    ///
    /// # Errors
    /// They cannot be right.
    pub fn ship_held(&mut self, more: &[(usize, Share)], given_up: &[(usize, Share)]) -> Result<(), String> {
        let mut sums = std::collections::BTreeMap::<usize, Share>::new();
        for (line, part) in self.held.drain(..).chain(more.iter().copied()) {
            let sum = sums.entry(line).or_default();
            *sum = *sum + part;
        }
        for (line, part) in given_up {
            let sum = sums.entry(*line).or_default();
            *sum = *sum - *part;
        }
        let parts: Vec<_> = sums.into_iter().filter(|(_, part)| *part != Share::default()).collect();
        self.ship(&parts)
    }

    /// What was paid for the line, or captured.
    #[must_use]
    pub fn taken(&self, line: usize) -> Share {
        let line = &self.lines[line];
        if self.captures { line.shipped } else { line.ordered() - line.dropped }
    }

    /// What may still be refunded of a line: not what is refunded, nor what is to be.
    #[must_use]
    pub fn left(&self, line: usize) -> Share {
        self.taken(line) - self.given_back(line)
    }

    /// Refunded of a line, or to be.
    #[must_use]
    pub fn given_back(&self, line: usize) -> Share {
        let counting = self.refunds.iter().filter(|refund| refund.course != Course::Void);
        counting.fold(self.booked_of(line), |sum, refund| sum + refund.of(line))
    }

    fn booked_of(&self, line: usize) -> Share {
        let of_line = self.booked.iter().filter(|(one, ..)| *one == line);
        of_line.fold(Share::default(), |sum, (_, part, _)| sum + *part)
    }

    /// Refunded of a line by refunds of this course and way.
    #[must_use]
    pub fn refunded(&self, line: usize, course: Course, on_payment: bool) -> Share {
        let is_booked_so = course == Course::Standing && on_payment;
        let booked = if is_booked_so { self.booked_of(line) } else { Share::default() };
        self.of(course, on_payment).fold(booked, |sum, refund| sum + refund.of(line))
    }

    /// The refunds of this course and way.
    pub fn of(&self, course: Course, on_payment: bool) -> impl Iterator<Item = &Refund> {
        self.refunds.iter().filter(move |it| it.course == course && it.on_payment == on_payment)
    }

    #[must_use]
    pub fn charged_back(&self) -> i64 {
        self.chargebacks.iter().filter(|(_, _, stands)| *stands).map(|(_, minor, _)| minor).sum()
    }

    #[must_use]
    pub fn released(&self) -> i64 {
        self.lines.iter().map(|line| line.canceled.minor - line.dropped.minor).sum()
    }

    /// What was captured, or paid.
    #[must_use]
    pub fn received(&self) -> i64 {
        match (self.is_backed, self.captures) {
            (false, _) => 0,
            (true, true) => self.lines.iter().map(|line| line.shipped.minor).sum(),
            (true, false) => self.agreed(),
        }
    }

    /// What may still be given back of the order; below zero after a chargeback of what was refunded.
    #[must_use]
    pub fn room(&self) -> i64 {
        let counting = self.refunds.iter().filter(|refund| refund.course != Course::Void);
        self.received() - self.charged_back() - counting.map(|refund| refund.minor).sum::<i64>()
    }

    /// Ships parts.
    ///
    /// # Errors
    /// They cannot be right.
    pub fn ship(&mut self, parts: &[(usize, Share)]) -> Result<(), String> {
        for (line, part) in parts {
            self.fits(*line, self.rest(*line), *part, "shipped")?;
            self.lines[*line].shipped = self.lines[*line].shipped + *part;
        }
        let captured: i64 = parts.iter().map(|(_, part)| part.minor).sum();
        if self.captures && captured < 0 {
            return Err(format!("a parcel is worth {captured}"));
        }
        self.within_authorization()
    }

    /// Cancels parts.
    ///
    /// # Errors
    /// They cannot be right.
    pub fn cancel(&mut self, parts: &[(usize, Share)]) -> Result<(), String> {
        for (line, part) in parts {
            self.fits(*line, self.rest(*line), *part, "canceled")?;
            self.lines[*line].canceled = self.lines[*line].canceled + *part;
            if !self.is_backed {
                self.lines[*line].dropped = self.lines[*line].dropped + *part;
            }
        }
        self.within_authorization()
    }

    /// Changes lines: other rows, another row, and parts that are canceled.
    ///
    /// # Errors
    /// They cannot be right.
    pub fn change(
        &mut self,
        rows: &[(usize, Row)],
        add: Option<Row>,
        parts: &[(usize, Share)],
    ) -> Result<(), String> {
        for (line, row) in rows {
            self.lines[*line].row = *row;
        }
        self.lines.extend(add.map(Line::new));
        self.cancel(parts)
    }

    /// Cancels whatever is left.
    ///
    /// # Errors
    /// More is captured than may be.
    pub fn cancel_rest(&mut self) -> Result<(), String> {
        let rests: Vec<_> = (0..self.lines.len()).map(|line| (line, self.rest(line))).collect();
        let rests: Vec<_> = rests.into_iter().filter(|(_, rest)| rest.units > 0).collect();
        self.cancel(&rests)
    }

    /// Takes a refund over that was decided.
    ///
    /// # Errors
    /// It cannot be right.
    pub fn refund(&mut self, refund: Refund) -> Result<(), String> {
        for (line, part) in &refund.lines {
            let left = self.left(*line);
            if refund.beyond && part.units == 0 && part.minor > left.minor {
                self.lines[*line].is_overdrawn = true;
            } else if part.units == 0 {
                self.reduces(*line, left, *part)?;
            } else {
                self.fits(*line, left, *part, "refunded")?;
            }
        }
        if refund.minor <= 0 || refund.minor > self.room() && !refund.beyond {
            return Err(format!("a refund of {} where {} may be given back", refund.minor, self.room()));
        }
        self.refunds.push(refund);
        Ok(())
    }

    /// The least and the most that some of what is left of a line may be worth: max = min(U·q, R), min = max(0, R − U·(r − q)),
    /// mirrored below zero; all that is left is worth R.
    #[must_use]
    pub fn bounds(&self, line: usize, left: Share, units: i64) -> (i64, i64) {
        let unit = self.lines[line].row.unit;
        if units == left.units {
            return (left.minor, left.minor);
        }
        let (taken, kept) = (unit * units, left.minor - unit * (left.units - units));
        let (least, most) = if unit < 0 {
            (taken.max(left.minor), kept.min(0))
        } else {
            (kept.max(0), taken.min(left.minor))
        };
        (least.min(most), least.max(most))
    }

    fn fits(&self, line: usize, left: Share, part: Share, what: &str) -> Result<(), String> {
        if self.lines[line].is_overdrawn {
            return Ok(());
        }
        let (least, most) = self.bounds(line, left, part.units);
        if (1..=left.units).contains(&part.units) && (least..=most).contains(&part.minor) {
            return Ok(());
        }
        Err(format!("of line {} {part:?} was {what}; {left:?} is left, from {least} to {most}", line + 1))
    }

    /// Whether the rest of a price may go back without units: less than is left, or what is left behind the last unit.
    fn reduces(&self, line: usize, left: Share, part: Share) -> Result<(), String> {
        let is_deduction = self.lines[line].row.is_deduction();
        let fits = if is_deduction { part.minor == left.minor } else { part.minor <= left.minor };
        if fits || self.lines[line].is_overdrawn {
            return Ok(());
        }
        Err(format!("line {} became cheaper by {}, and {left:?} is left", line + 1, part.minor))
    }

    /// Captured is at most min(authorized, authorized − released).
    fn within_authorization(&self) -> Result<(), String> {
        let (authorized, released, captured) = (self.agreed(), self.released(), self.received());
        if !self.captures || captured <= authorized.min(authorized - released) {
            return Ok(());
        }
        Err(format!("{captured} is captured of {authorized}, of which {released} is released"))
    }
}

impl Line {
    #[must_use]
    pub fn new(row: Row) -> Self {
        let none = Share::default();
        Self { row, shipped: none, canceled: none, dropped: none, is_overdrawn: false }
    }

    #[must_use]
    pub const fn ordered(&self) -> Share {
        Share { units: self.row.quantity, minor: self.row.total() }
    }

    /// Whether all of it is canceled.
    #[must_use]
    pub const fn is_canceled(&self) -> bool {
        self.canceled.units == self.row.quantity
    }

    /// Whether its units cost less than their price.
    #[must_use]
    pub const fn is_discounted(&self) -> bool {
        self.row.discount > 0
    }
}
