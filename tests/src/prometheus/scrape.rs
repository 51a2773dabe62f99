//! What Prometheus reads of one replica: the text of its `/metrics`, by series, with the labels that Prometheus adds.

use std::collections::{BTreeMap, BTreeSet};

use crate::service::Service;
use crate::wait::{SOON, until};

use super::JOB;

/// What one look, or one at each of several replicas, has read.
#[derive(Clone, Debug, Default)]
pub struct Scrape {
    values: BTreeMap<String, f64>,
    /// The families that only grow.
    growing: BTreeSet<String>,
}

impl Scrape {
    /// Looks at a replica once. Where nothing answers, Prometheus says that the target is not up, and nothing else.
    pub async fn of(service: &Service, instance: &str) -> Self {
        let answer = service.probe("/metrics").await;
        let text = answer.filter(|(status, _)| *status == 200).map(|(_, text)| text);
        let mut scrape = Self::read(text.as_deref().unwrap_or_default(), instance);
        let up = if text.is_some() { 1.0 } else { 0.0 };
        scrape.values.insert(with_target("up", instance), up);
        scrape
    }

    /// Looks again and again until a condition holds.
    pub async fn when(service: &Service, what: &str, holds: impl Fn(&Self) -> bool) -> Self {
        until(what, SOON, async || Some(Self::of(service, "one").await).filter(&holds)).await
    }

    /// The same look at another replica.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.values.extend(other.values);
        self.growing.extend(other.growing);
        self
    }

    /// The sum of all series of a metric that have this among their labels.
    pub fn sum(&self, metric: &str, label: &str) -> f64 {
        self.series(metric).filter(|(series, _)| series.contains(label)).map(|(_, value)| value).sum()
    }

    /// Whether there is any series of a metric.
    pub fn has(&self, metric: &str) -> bool {
        self.series(metric).next().is_some()
    }

    fn series(&self, metric: &str) -> impl Iterator<Item = (&str, f64)> {
        let series = self.values.iter().map(|(series, value)| (series.as_str(), *value));
        series.filter(move |(series, _)| name(series) == metric)
    }

    /// The names of all metrics.
    pub fn metrics(&self) -> BTreeSet<String> {
        self.values.keys().map(|series| name(series).to_owned()).collect()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &String> {
        self.values.keys()
    }

    pub(super) fn value(&self, series: &str) -> Option<f64> {
        self.values.get(series).copied()
    }

    /// Whether a series only grows: a counter, or a part of a histogram.
    pub(super) fn grows(&self, series: &str) -> bool {
        let name = name(series);
        let family = ["_bucket", "_sum", "_count"].into_iter().find_map(|part| name.strip_suffix(part));
        self.growing.contains(name) || family.is_some_and(|family| self.growing.contains(family))
    }

    fn read(text: &str, instance: &str) -> Self {
        let mut scrape = Self::default();
        for line in text.lines() {
            if let Some(family) = line.strip_prefix("# TYPE ") {
                let (family, kind) = family.split_once(' ').unwrap_or_else(|| panic!("{line:?} has no type"));
                if ["counter", "histogram"].contains(&kind) {
                    scrape.growing.insert(family.to_owned());
                }
            } else if !line.starts_with('#') {
                let (series, value) =
                    line.rsplit_once(' ').unwrap_or_else(|| panic!("{line:?} has no value"));
                let value = value.parse().unwrap_or_else(|_| panic!("{line:?} has no number"));
                scrape.values.insert(with_target(series, instance), value);
            }
        }
        scrape
    }
}

/// The name in front of the labels.
fn name(series: &str) -> &str {
    series.split('{').next().unwrap_or_default()
}

/// A series as Prometheus keeps it.
fn with_target(series: &str, instance: &str) -> String {
    let target = format!("job=\"{JOB}\",instance=\"{instance}\"");
    match series.split_once('{') {
        Some((name, labels)) => format!("{name}{{{target},{labels}"),
        None => format!("{series}{{{target}}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_by_series_and_says_what_grows() {
        let text = "# HELP a_total What it is.\n# TYPE a_total counter\na_total{b=\"c d\"} 2\n# TYPE e histogram\n\
                    e_bucket{le=\"+Inf\"} 1\ne_count 1\n# TYPE f_count gauge\nf_count 3\n";
        let scrape = Scrape::read(text, "one");
        assert!((scrape.sum("a_total", "b=\"c d\"") - 2.0).abs() < f64::EPSILON && !scrape.has("a"));
        let grows: Vec<_> = scrape.all().map(|series| (name(series), scrape.grows(series))).collect();
        assert_eq!(grows, [("a_total", true), ("e_bucket", true), ("e_count", true), ("f_count", false)]);
        let series = "a_total{job=\"order-service-monitoring\",instance=\"one\",b=\"c d\"}";
        assert_eq!(scrape.value(series), Some(2.0));
    }
}
