//! Few settings in which any two switches meet with every pair of their values.
//!
//! A greedy choice, the same at every call: each row begins with a pair that has not met yet and takes of every other
//! switch the value that brings the most further pairs together.

use std::collections::BTreeSet;

use super::all::Switches;
use super::axis::Axis;

/// One switch at one of its values.
type Set = (usize, usize);

impl Switches {
    /// The settings to judge a draft under: the default, the most lenient, and rows with every pair of values. Switches
    /// that are not among `axes` keep their default.
    pub fn pairwise(axes: &[Axis]) -> Vec<Self> {
        let mut settings = vec![Self::default(), Self::most_lenient(axes)];
        settings.extend(rows(axes).iter().map(|row| {
            let mut switches = Self::default();
            for (axis, value) in axes.iter().zip(row) {
                axis.set(&mut switches, *value);
            }
            switches
        }));
        settings
    }
}

fn rows(axes: &[Axis]) -> Vec<Vec<usize>> {
    let mut apart = all_pairs(axes);
    let mut rows = Vec::new();
    while let Some((first, second)) = apart.first().copied() {
        let mut row = vec![first, second];
        for (index, axis) in axes.iter().enumerate() {
            if index != first.0 && index != second.0 {
                row.push((index, best_value(index, axis, &row, &apart)));
            }
        }
        row.sort_unstable();
        apart.retain(|(one, other)| !(row.contains(one) && row.contains(other)));
        rows.push(row.into_iter().map(|(_, value)| value).collect());
    }
    rows
}

fn all_pairs(axes: &[Axis]) -> BTreeSet<(Set, Set)> {
    let sets: Vec<Set> = axes
        .iter()
        .enumerate()
        .flat_map(|(index, axis)| (0..axis.values.len()).map(move |v| (index, v)))
        .collect();
    let pairs = sets.iter().flat_map(|one| sets.iter().map(move |other| (*one, *other)));
    pairs.filter(|(one, other)| one.0 < other.0).collect()
}

fn best_value(index: usize, axis: &Axis, row: &[Set], apart: &BTreeSet<(Set, Set)>) -> usize {
    let brings = |value: usize| {
        let set = (index, value);
        row.iter().filter(|other| apart.contains(&(set.min(**other), set.max(**other)))).count()
    };
    // Of equals the first: the default.
    (0..axis.values.len()).rev().max_by_key(|value| brings(*value)).unwrap_or_default()
}
