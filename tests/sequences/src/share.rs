//! Units and their money, and refunds of them, in the test's own books.

use std::ops::{Add, Sub};

use domain::rules::ids::RefundId;

/// Units and their money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub units: i64,
    pub minor: i64,
}

impl Add for Share {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { units: self.units + other.units, minor: self.minor + other.minor }
    }
}

impl Sub for Share {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { units: self.units - other.units, minor: self.minor - other.minor }
    }
}

/// How far a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Recorded, and not at Mollie.
    Waiting,
    /// At Mollie, and not given back.
    Standing,
    /// Never made, failed or canceled.
    Void,
}

/// A refund.
#[derive(Clone, Debug)]
pub struct Refund {
    pub id: RefundId,
    pub on_payment: bool,
    pub minor: i64,
    /// By position.
    pub lines: Vec<(usize, Share)>,
    /// Units of lines, by position, that did not leave and will not.
    pub kept: Vec<(usize, i64)>,
    /// Whether its caller gave up a limit.
    pub beyond: bool,
    pub course: Course,
}

impl Refund {
    /// Of a line, by position.
    #[must_use]
    pub fn of(&self, line: usize) -> Share {
        let own = self.lines.iter().filter(|(one, _)| *one == line);
        own.fold(Share::default(), |sum, (_, part)| sum + *part)
    }

    /// What belongs to no line.
    #[must_use]
    pub fn beside(&self) -> i64 {
        self.minor - self.lines.iter().map(|(_, part)| part.minor).sum::<i64>()
    }
}
