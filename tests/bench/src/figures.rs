//! What a run of the benchmark found, as it is written down. What is shown of it is `render`'s.

use serde::{Deserialize, Serialize};

/// Everything one run of the benchmark found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The commit the service was built from.
    pub commit: String,
    pub date: String,
    pub quick: bool,
    /// How long it took, rounded up.
    pub minutes: u64,
    /// Cores, CPU model, memory.
    pub machine: String,
    /// Names and values: auth, TLS, sampling, durability, engines' versions, pool sizes, orders.
    pub settings: Vec<(String, String)>,
    pub figures: Vec<Figure>,
    pub curves: Vec<Curve>,
}

/// One measured figure, its floor if it has one, and what was promised of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// `create.postgres.32`
    pub id: String,
    /// `create`
    pub group: String,
    /// `create, PostgreSQL, 32 callers`
    pub what: String,
    pub unit: Unit,
    /// The median of the samples.
    pub value: f64,
    pub samples: Vec<f64>,
    pub floor: Option<Floor>,
    pub promise: Option<Promise>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    PerSecond,
    Milliseconds,
    CpuMilliseconds,
    Mebibytes,
    Count,
    Buffers,
}

/// What the same machine does at best, measured in turn with the figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Floor {
    /// `pgbench, the same statements`
    pub what: String,
    /// The median of the samples.
    pub value: f64,
    pub samples: Vec<f64>,
    /// The figure's value divided by the floor's.
    pub ratio: f64,
}

/// What was promised of a figure, or of its ratio to the floor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Promise {
    AtMost(f64),
    RatioAtLeast(f64),
    RatioAtMost(f64),
}

/// A picture: latency by percentile, throughput by callers, CPU by number of orders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    pub id: String,
    pub title: String,
    /// What is on the axes, with the unit.
    pub x: String,
    pub y: String,
    pub scale: Scale,
    pub series: Vec<Series>,
}

/// How values lie on the horizontal axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scale {
    Linear,
    Logarithm,
    /// By the logarithm of the share that is above: 90, 99 and 99.9 are equally far apart.
    Percentile,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    pub name: String,
    pub points: Vec<Point>,
    pub goal: Option<Goal>,
}

/// What was measured at one place, round by round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub x: f64,
    pub samples: Vec<f64>,
}

/// What was promised of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    pub label: String,
    /// At each point of the line.
    pub heights: Vec<f64>,
}

impl Series {
    pub fn new(name: &str, points: Vec<(f64, Vec<f64>)>) -> Self {
        let points = points.into_iter().map(|(x, samples)| Point { x, samples }).collect();
        Self { name: name.to_owned(), points, goal: None }
    }

    /// The same with what was promised of it, at each of its points.
    pub fn promised(mut self, label: &str, heights: Vec<f64>) -> Self {
        self.goal = Some(Goal { label: label.to_owned(), heights });
        self
    }
}

impl Point {
    pub fn height(&self) -> f64 {
        median(&self.samples)
    }

    /// The least and the greatest of the rounds.
    pub fn range(&self) -> (f64, f64) {
        let over = |begin, pick: fn(f64, f64) -> f64| self.samples.iter().copied().fold(begin, pick);
        (over(f64::INFINITY, f64::min), over(f64::NEG_INFINITY, f64::max))
    }
}

impl Figure {
    /// A figure without a floor and without a promise; its value is the median of `samples`.
    pub fn new(id: &str, what: &str, unit: Unit, samples: Vec<f64>) -> Self {
        let group = id.split('.').next().unwrap_or(id).to_owned();
        let value = median(&samples);
        Self {
            id: id.to_owned(),
            group,
            what: what.to_owned(),
            unit,
            value,
            samples,
            floor: None,
            promise: None,
        }
    }

    /// The same beside its floor.
    pub fn over(mut self, what: &str, samples: Vec<f64>) -> Self {
        let value = median(&samples);
        self.floor = Some(Floor { what: what.to_owned(), value, samples, ratio: self.value / value });
        self
    }

    /// The same with what was promised of it.
    pub const fn promised(mut self, promise: Promise) -> Self {
        self.promise = Some(promise);
        self
    }

    /// Whether the promise is kept; `None` without one. A promise about the ratio is broken where there is no floor.
    pub fn is_kept(&self) -> Option<bool> {
        let ratio = self.floor.as_ref().map(|floor| floor.ratio);
        Some(match self.promise? {
            Promise::AtMost(most) => self.value <= most,
            Promise::RatioAtLeast(least) => ratio.is_some_and(|ratio| ratio >= least),
            Promise::RatioAtMost(most) => ratio.is_some_and(|ratio| ratio <= most),
        })
    }
}

/// The middle sample, or the mean of the two middle ones; not a number without samples.
pub fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(samples: &[f64]) -> Figure {
        Figure::new("create.postgres.32", "create", Unit::PerSecond, samples.to_vec())
    }

    #[test]
    fn a_median_is_the_middle_whatever_the_order() {
        assert_eq!(median(&[9.0, 1.0, 5.0]), 5.0);
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn a_figure_belongs_to_the_group_its_id_begins_with() {
        assert_eq!(figure(&[1.0]).group, "create");
    }

    #[test]
    fn a_promise_is_judged_by_value_or_by_ratio() {
        let over = || figure(&[30.0]).over("floor", vec![100.0, 90.0, 110.0]);
        assert_eq!(over().is_kept(), None);
        assert_eq!(over().promised(Promise::RatioAtLeast(0.3)).is_kept(), Some(true));
        assert_eq!(over().promised(Promise::RatioAtLeast(0.31)).is_kept(), Some(false));
        assert_eq!(over().promised(Promise::RatioAtMost(0.29)).is_kept(), Some(false));
        assert_eq!(over().promised(Promise::AtMost(30.0)).is_kept(), Some(true));
        assert_eq!(over().promised(Promise::AtMost(29.0)).is_kept(), Some(false));
    }

    #[test]
    fn a_promise_about_a_ratio_is_broken_without_a_floor() {
        assert_eq!(figure(&[30.0]).promised(Promise::RatioAtLeast(0.1)).is_kept(), Some(false));
    }

    #[test]
    fn a_run_survives_being_written_down() {
        let figures = vec![figure(&[1.0, 2.0]).over("floor", vec![4.0]).promised(Promise::AtMost(1.0))];
        let series = Series::new("p50", vec![(1.0, vec![0.5, 0.7, 0.6])]).promised("less", vec![1.0]);
        assert_eq!((series.points[0].height(), series.points[0].range()), (0.6, (0.5, 0.7)));
        let text = || "text".to_owned();
        let (scale, series) = (Scale::Percentile, vec![series]);
        let curve = Curve { id: text(), title: text(), x: text(), y: text(), scale, series };
        let settings = vec![("TLS".to_owned(), "off".to_owned())];
        let run = Run {
            commit: text(),
            date: text(),
            quick: true,
            minutes: 4,
            machine: text(),
            settings,
            figures,
            curves: vec![curve],
        };
        let json = serde_json::to_string(&run).unwrap();
        assert_eq!(serde_json::from_str::<Run>(&json).unwrap(), run);
    }
}
