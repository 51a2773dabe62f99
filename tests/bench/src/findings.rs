//! What has been found so far, told as it comes.

use hdrhistogram::Histogram;

use crate::figures::{Curve, Figure, Promise, Series, Unit};
use crate::load::quantile;

/// Figures and curves, in the order they were found.
#[derive(Default)]
pub struct Findings {
    pub figures: Vec<Figure>,
    pub curves: Vec<Curve>,
}

impl Findings {
    /// Keeps a figure, and tells it.
    pub fn note(&mut self, figure: Figure) {
        println!("  {}", line(&figure));
        self.figures.push(figure);
    }

    /// Keeps a curve.
    pub fn draw(&mut self, id: &str, title: &str, (x, y): (&str, &str), log_x: bool, series: Vec<Series>) {
        let [id, title, x, y] = [id, title, x, y].map(str::to_owned);
        self.curves.push(Curve { id, title, x, y, log_x, series });
    }
}

/// One line of a curve.
#[must_use]
pub fn series(name: &str, points: Vec<(f64, f64)>) -> Series {
    Series { name: name.to_owned(), points }
}

/// Latency by percentile, in milliseconds.
#[must_use]
pub fn by_percentile(name: &str, latencies: &Histogram<u64>) -> Series {
    let shares = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
    series(name, shares.iter().map(|share| (share * 100.0, quantile(latencies, *share))).collect())
}

/// The figure on one line, for whoever watches.
fn line(figure: &Figure) -> String {
    let unit = match figure.unit {
        Unit::PerSecond => "/s",
        Unit::Milliseconds => " ms",
        Unit::CpuMilliseconds => " ms CPU",
        Unit::Mebibytes => " MiB",
        Unit::Count => "",
        Unit::Buffers => " buffers",
        Unit::Ratio => " times",
    };
    let floor = figure.floor.as_ref().map_or_else(String::new, |floor| {
        format!(" · {:.2} of {}{unit} ({})", floor.ratio, number(floor.value), floor.what)
    });
    let promise = match (figure.promise, figure.is_kept()) {
        (Some(promise), Some(is_kept)) => {
            let asked = match promise {
                Promise::AtMost(most) => format!("≤ {most}"),
                Promise::AtLeast(least) => format!("≥ {least}"),
                Promise::RatioAtLeast(least) => format!("ratio ≥ {least}"),
                Promise::RatioAtMost(most) => format!("ratio ≤ {most}"),
            };
            format!(" · promised {asked}: {}", if is_kept { "reached" } else { "NOT REACHED" })
        }
        (_, _) => String::new(),
    };
    format!("{}: {}{unit}{floor}{promise}", figure.what, number(figure.value))
}

fn number(value: f64) -> String {
    match value.abs() {
        0.0..10.0 => format!("{value:.3}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_told_with_its_floor_and_its_promise() {
        let figure = Figure::new("get.postgres.8", "get, 8 callers", Unit::PerSecond, vec![4000.0]);
        let figure = figure.over("echo", vec![8000.0]).promised(Promise::RatioAtLeast(0.35));
        assert_eq!(
            line(&figure),
            "get, 8 callers: 4000/s · 0.50 of 8000/s (echo) · promised ratio ≥ 0.35: reached"
        );
    }
}
