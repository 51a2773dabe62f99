//! What has been found so far, printed as it comes.

use crate::figures::{Curve, Figure, Promise, Scale, Series, Unit, median};
use crate::load::Load;
use crate::render::wording;

/// What a floor is, and its turns.
pub type Floor<'a> = (&'a str, &'a [Load]);

/// Figures and curves, in the order they were found.
#[derive(Default)]
pub struct Findings {
    pub figures: Vec<Figure>,
    pub curves: Vec<Curve>,
}

impl Findings {
    pub fn note(&mut self, figure: Figure) {
        println!("  {}", wording::line(&figure));
        self.figures.push(figure);
    }

    /// Notes how many calls a second there were, beside a floor.
    pub fn rate(&mut self, id: &str, what: &str, loads: &[Load], floor: Floor<'_>, promise: Option<Promise>) {
        let of = |loads: &[Load]| loads.iter().map(Load::rate).collect();
        let figure = Figure::new(id, what, Unit::PerSecond, of(loads)).over(floor.0, of(floor.1));
        self.note(Figure { promise, ..figure });
    }

    /// Notes the latency that a share of the calls kept, beside a floor: `share` is 0.5 or 0.99.
    pub fn latency(
        &mut self,
        (id, what, share): (&str, &str, f64),
        loads: &[Load],
        floor: Floor<'_>,
        promise: Option<Promise>,
    ) {
        let of = |loads: &[Load]| loads.iter().map(|load| load.latency(share)).collect();
        let figure = Figure::new(id, what, Unit::Milliseconds, of(loads)).over(floor.0, of(floor.1));
        self.note(Figure { promise, ..figure });
    }

    /// Notes what each process used for each call of a measure, such as `get` with `get, 8 callers`.
    pub fn cpu(
        &mut self,
        id: &str,
        what: &str,
        loads: &[Load],
        floors: [Option<Floor<'_>>; 2],
        most: Option<f64>,
    ) {
        const PROCESSES: [(&str, &str); 4] = [
            ("service", "the service"),
            ("postgres", "PostgreSQL"),
            ("mollie", "the canned Mollie"),
            ("generator", "the load generator"),
        ];
        for (n, (name, process)) in PROCESSES.into_iter().enumerate() {
            let of = |loads: &[Load]| loads.iter().map(|load| load.cpu()[n]).collect::<Vec<_>>();
            let used = of(loads);
            // A process that takes no part is left out.
            if median(&used) < 1e-3 {
                continue;
            }
            let (id, what) = (format!("{id}.cpu.{name}"), format!("{what}, CPU of {process}"));
            let mut figure = Figure::new(&id, &what, Unit::CpuMilliseconds, used);
            if let Some((floor, loads)) = floors.get(n).copied().flatten() {
                figure = figure.over(floor, of(loads));
            }
            figure.promise = most.filter(|_| name == "service").map(Promise::AtMost);
            self.note(figure);
        }
    }

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
