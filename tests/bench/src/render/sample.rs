//! A small run for the tests of the renderings: one promise kept, one broken, one figure without a floor.

use crate::figures::{Curve, Figure, Promise, Run, Scale, Series, Unit};

pub fn run() -> Run {
    let create =
        Figure::new("create.postgres.32", "create, PostgreSQL, 32 callers", Unit::PerSecond, vec![412.0]);
    let cpu = Figure::new("create.cpu", "create, CPU of the service", Unit::CpuMilliseconds, vec![1.6, 1.7]);
    let get = Figure::new("get.sqlite.32", "get, SQLite | one order", Unit::Milliseconds, vec![0.25, 0.5]);
    Run {
        commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        date: "2026-11-22".to_owned(),
        quick: false,
        minutes: 38,
        machine: "2 cores, some CPU, 8 GiB".to_owned(),
        settings: vec![
            ("TLS".to_owned(), "off".to_owned()),
            ("durability".to_owned(), "fsync = on".to_owned()),
        ],
        figures: vec![
            create
                .over("pgbench, the same statements", vec![1_000.0, 1_100.0, 900.0])
                .promised(Promise::RatioAtLeast(0.35)),
            get,
            cpu.promised(Promise::AtMost(1.5)),
        ],
        curves: vec![callers(), orders()],
    }
}

/// The same with all that the opening of the page tells.
pub fn whole() -> Run {
    let mut run = run();
    let mut add = |id: &str, unit: Unit, value: f64| run.figures.push(Figure::new(id, id, unit, vec![value]));
    add("create.postgres.8", Unit::PerSecond, 400.0);
    add("create.latency.p50", Unit::Milliseconds, 3.7);
    add("create.latency.p99", Unit::Milliseconds, 21.0);
    add("delay.0", Unit::Milliseconds, 19.5);
    run.settings.push(("orders".to_owned(), "10000 and 200000".to_owned()));
    let growth = Figure::new("growth.create.cpu", "growth", Unit::CpuMilliseconds, vec![2.2]);
    run.figures.push(growth.over("at 10000 orders", vec![2.0]));
    run
}

fn callers() -> Curve {
    let service = vec![(1.0, vec![40.0, 50.0, 45.0]), (8.0, vec![250.0]), (32.0, vec![412.0, 400.0])];
    let floor = vec![(1.0, vec![90.0]), (8.0, vec![500.0]), (32.0, vec![1e3])];
    let service = Series::new("PostgreSQL", service).promised("promised:\n≥ 300", vec![300.0; 3]);
    let series = vec![service, Series::new("pgbench & SQLite", floor)];
    curve("create.callers", "Throughput by callers", Scale::Logarithm, series)
}

fn orders() -> Curve {
    let points = vec![(1e4, vec![40.0, 42.0, 41.0]), (1e6, vec![43.0])];
    let series = Series::new("create", points).promised("promised: ≤ 44", vec![44.0; 2]);
    curve("cpu.orders", "CPU by orders, <1 million>", Scale::Linear, vec![series])
}

fn curve(id: &str, title: &str, scale: Scale, series: Vec<Series>) -> Curve {
    let [id, title, x, y] = [id, title, "callers", "orders a second"].map(str::to_owned);
    Curve { id, title, x, y, scale, series }
}
