//! What has been found so far, printed as it comes.

use crate::figures::{Curve, Figure, Scale, Series};
use crate::load::Load;
use crate::render::wording;

/// Figures and curves, in the order they were found.
#[derive(Default)]
pub struct Findings {
    pub figures: Vec<Figure>,
    pub curves: Vec<Curve>,
}

impl Findings {
    /// Keeps a figure, and prints it.
    pub fn note(&mut self, figure: Figure) {
        println!("  {}", line(&figure));
        self.figures.push(figure);
    }

    /// Keeps a picture.
    pub fn draw(&mut self, id: &str, title: &str, (x, y): (&str, &str), scale: Scale, series: Vec<Series>) {
        let [id, title, x, y] = [id, title, x, y].map(str::to_owned);
        self.curves.push(Curve { id, title, x, y, scale, series });
    }
}

/// Latency by percentile, in milliseconds.
pub fn by_percentile(name: &str, loads: &[Load]) -> Series {
    let percentiles = [50.0, 60.0, 70.0, 80.0, 90.0, 95.0, 98.0, 99.0, 99.5, 99.9];
    let at = |percentile: f64| loads.iter().map(|load| load.latency(percentile / 100.0)).collect();
    Series::new(name, percentiles.iter().map(|&percentile| (percentile, at(percentile))).collect())
}

/// The figure on one line, for who watches.
fn line(figure: &Figure) -> String {
    let amount = |value| wording::amount(value, figure.unit);
    let floor = figure.floor.as_ref().map(|floor| {
        format!(" · {} of {} ({})", wording::digits(floor.ratio), amount(floor.value), floor.what)
    });
    let promise = wording::verdict(figure).zip(figure.promise).map(|(verdict, promise)| {
        format!(" · promised {}: {verdict}", wording::promise(promise, figure.unit))
    });
    let value = amount(figure.value);
    format!("{}: {value}{}{}", figure.what, floor.unwrap_or_default(), promise.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Promise, Unit};

    #[test]
    fn a_figure_is_printed_with_its_floor_and_its_promise() {
        let figure = Figure::new("get.postgres.8", "get, 8 callers", Unit::PerSecond, vec![4000.0]);
        let figure = figure.over("echo", vec![8000.0]).promised(Promise::RatioAtLeast(0.35));
        assert_eq!(
            line(&figure),
            "get, 8 callers: 4,000 /s · 0.500 of 8,000 /s (echo) · promised ratio ≥ 0.35: kept"
        );
    }
}
