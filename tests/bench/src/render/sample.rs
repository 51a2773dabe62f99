//! A small run for the tests of the renderings: one promise kept, one broken, one figure without a floor.

use crate::figures::{Curve, Figure, Promise, Run, Series, Unit};

/// The run.
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
        curves: vec![callers(), line("cpu.orders", "CPU by orders, <1 million>", false)],
    }
}

fn callers() -> Curve {
    let mut curve = line("create.callers", "Throughput by callers", true);
    curve.series.push(Series { name: "pgbench & SQLite".to_owned(), points: vec![(1.0, 90.0), (32.0, 1e3)] });
    curve
}

fn line(id: &str, title: &str, log_x: bool) -> Curve {
    let points = vec![(1.0, 40.0), (8.0, 250.0), (32.0, 412.0), (128.0, 405.5)];
    let series = vec![Series { name: "PostgreSQL".to_owned(), points }];
    let (x, y) = ("callers".to_owned(), "orders per second".to_owned());
    Curve { id: id.to_owned(), title: title.to_owned(), x, y, log_x, series }
}
