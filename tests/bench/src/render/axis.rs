//! An axis of a drawing: which values it reaches, and where it has numbers.

use std::f64::consts::LN_10;
use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::coord::types::RangedCoordf64;

use crate::render::wording;

/// At most so many measured values are numbered themselves.
const MOST: usize = 12;
/// No two numbers are nearer, in parts of the axis: they would touch.
const APART: f64 = 0.06;

/// An axis, on which values have places: the values themselves, or their logarithms.
#[derive(Clone, Debug)]
pub struct Axis {
    range: Range<f64>,
    ticks: Vec<f64>,
    is_log: bool,
}

impl Axis {
    /// Numbered where was measured, or at round numbers if that would be too many.
    #[must_use]
    pub fn measured(values: impl Iterator<Item = f64>, is_log: bool) -> Self {
        let mut axis = Self { range: 0.0..1.0, ticks: Vec::new(), is_log };
        let mut places: Vec<f64> =
            values.map(|value| axis.place(value)).filter(|place| place.is_finite()).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        axis.range = reach(&places);
        let step = if is_log { LN_10 } else { round_step((axis.range.end - axis.range.start) / 8.0) };
        let places = if places.len() > MOST { round(&axis.range, step) } else { places };
        axis.ticks = apart(places, (axis.range.end - axis.range.start) * APART);
        axis
    }

    /// From 0 to a little more than the greatest, numbered at round numbers.
    #[must_use]
    pub fn from_zero(values: impl Iterator<Item = f64>) -> Self {
        let greatest = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
        let end = if greatest > 0.0 { greatest * 1.05 } else { 1.0 };
        let ticks = round(&(0.0..end), round_step(end / 8.0));
        Self { range: 0.0..end, ticks, is_log: false }
    }

    /// Where a value lies; no finite number for 0 on a logarithmic axis.
    #[must_use]
    pub fn place(&self, value: f64) -> f64 {
        if self.is_log { value.ln() } else { value }
    }

    /// The number at a place, without what calculating with fractions left behind.
    #[must_use]
    pub fn number(&self, place: f64) -> String {
        let value = if self.is_log { place.exp() } else { place };
        let shortened: f64 = format!("{value:.5e}").parse().unwrap_or(value);
        wording::exact(shortened)
    }
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, place: &f64, limit: (i32, i32)) -> i32 {
        RangedCoordf64::from(self.range.clone()).map(place, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

/// From the first place to the last, never nothing.
fn reach(places: &[f64]) -> Range<f64> {
    match places {
        [] => 0.0..1.0,
        [only] => *only..only + 1.0,
        [first, .., last] => *first..*last,
    }
}

/// The multiples of `step` within a range.
fn round(range: &Range<f64>, step: f64) -> Vec<f64> {
    let begin = (range.start / step - 1e-9).ceil();
    let multiples = (0..=100_u8).map(|number| (begin + f64::from(number)) * step);
    multiples.filter(|place| *place <= range.end + step * 1e-9).collect()
}

/// The least of 1, 2, 5, 10, 20 … and their fractions that is not less than `step`.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let steps = [1.0, 2.0, 5.0].map(|digit| digit * power);
    steps.into_iter().find(|round| *round >= step).unwrap_or(10.0 * power)
}

/// Without those that are too near to the one before.
fn apart(places: Vec<f64>, least: f64) -> Vec<f64> {
    let mut kept: Vec<f64> = Vec::new();
    for place in places {
        if kept.last().is_none_or(|before| place - before >= least) {
            kept.push(place);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(axis: &Axis) -> Vec<String> {
        axis.ticks.iter().map(|place| axis.number(*place)).collect()
    }

    #[test]
    fn a_few_measured_values_are_numbered_themselves_unless_they_would_touch() {
        let axis = Axis::measured([1.0, 8.0, 1.0, 8.1, 32.0].into_iter(), false);
        assert_eq!(numbers(&axis), ["1", "8", "32"]);
    }

    #[test]
    fn many_are_numbered_at_round_numbers() {
        let axis = Axis::measured((0..=80_u8).map(f64::from), false);
        assert_eq!(numbers(&axis), ["0", "10", "20", "30", "40", "50", "60", "70", "80"]);
        let axis = Axis::measured((0..=2_000_u16).map(f64::from), true);
        assert_eq!(numbers(&axis), ["1", "10", "100", "1,000"], "and 0 has no place");
    }

    #[test]
    fn a_height_begins_at_nothing_and_reaches_above_the_greatest() {
        let axis = Axis::from_zero([0.3, f64::NAN].into_iter());
        assert_eq!(numbers(&axis), ["0", "0.05", "0.1", "0.15", "0.2", "0.25", "0.3"]);
        assert!(axis.range().end > 0.3);
        assert_eq!(Axis::from_zero([].into_iter()).range(), 0.0..1.0);
    }
}
