//! Creating orders: how many, how fast, and at what cost.

use anyhow::Result;

use super::cpu::{self, Floors};
use crate::bed::Bed;
use crate::figures::{Figure, Point, Promise, Scale, Series, Unit, median};
use crate::findings::{Findings, by_percentile};
use crate::load::{Load, Timetable, Until, closed, open};

/// Measures it on both databases; gives the throughput at 32 callers on PostgreSQL.
pub async fn measure(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let mut points = [const { Vec::new() }; 3];
    for callers in [1_u32, 8, 32] {
        let rates = on_postgres(bed, callers, findings).await?;
        for (points, rates) in points.iter_mut().zip(rates) {
            points.push((f64::from(callers), rates));
        }
    }
    let [service, pgbench, sqlx] = points;
    let most = median(&service[2].1);
    let pgbench = Series::new("pgbench", pgbench);
    let floor = |point: &Point| {
        pgbench.points.iter().find(|floor| floor.x == point.x).map_or(f64::NAN, Point::height)
    };
    let service = Series::new("the service", service)
        .promised("promised at 32:\n0.3 of pgbench", |point| 0.3 * floor(point));
    let lines = vec![service, pgbench, Series::new("sqlx alone", sqlx)];
    let axes = ("callers", "orders a second");
    findings.draw("create.callers", "Orders created, PostgreSQL", axes, Scale::Logarithm, lines);
    on_sqlite(bed, findings).await?;
    latency(bed, most / 2.0, findings).await
}

async fn on_postgres(bed: &Bed<'_>, callers: u32, findings: &mut Findings) -> Result<[Vec<f64>; 3]> {
    let (plan, many) = (bed.site.plan, callers as usize);
    let until = Until::Time(plan.slice);
    let (mut loads, mut pgbench, mut sqlx, mut echoes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        loads.push(Bed::create(&bed.service, many, until).await?);
        pgbench.push(bed.pgbench.turn(many, plan.slice).await?);
        sqlx.push(bed.sqlx.turn(many, until).await?.rate());
        if callers == 32 {
            echoes.push(echo(bed, many).await?);
        }
    }
    let rates: Vec<f64> = loads.iter().map(Load::rate).collect();
    let floor: Vec<f64> = pgbench.iter().map(|turn| turn.rate).collect();
    let found = [rates.clone(), floor.clone(), sqlx.clone()];
    let (id, what) = (format!("create.postgres.{callers}"), format!("create, PostgreSQL, {}", who(callers)));
    let figure =
        Figure::new(&id, &what, Unit::PerSecond, rates.clone()).over("pgbench, the same statements", floor);
    findings.note(if callers == 32 { figure.promised(Promise::RatioAtLeast(0.3)) } else { figure });
    let figure = Figure::new(&format!("{id}.sqlx"), &what, Unit::PerSecond, rates);
    findings.note(figure.over("sqlx alone, the same statements", sqlx));
    if callers == 32 {
        let (echoed, floored) = (cpu::each(&echoes), pgbench.iter().map(|turn| turn.cpu).collect::<Vec<_>>());
        let floors = Floors {
            service: Some(("tonic echo of the request", &echoed)),
            postgres: Some(("pgbench, the same statements", &floored)),
            promised: Some(1.5),
        };
        cpu::note("create", "create, PostgreSQL, 32 callers", &loads, &floors, findings);
    }
    Ok(found)
}

async fn echo(bed: &Bed<'_>, callers: usize) -> Result<Load> {
    let api = bed.echo.api.clone();
    closed(callers, Until::Time(bed.site.plan.slice), &bed.echo.watched(), move |call| {
        let api = api.clone();
        async move { api.echo_create(call.caller).await }
    })
    .await
}

async fn on_sqlite(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let until = Until::Time(bed.site.plan.slice);
    let (mut rates, mut cpu, mut floor) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bed.site.plan.rounds {
        let load = Bed::create(&bed.on_sqlite, 8, until).await?;
        rates.push(load.rate());
        cpu.push(load.cpu.service / load.calls());
        floor.push(bed.sqlx_on_sqlite.turn(8, until).await?.rate());
    }
    let figure = Figure::new("create.sqlite.8", "create, SQLite, 8 callers", Unit::PerSecond, rates);
    findings.note(figure.over("sqlx alone, the same statements", floor));
    let what = "create, SQLite, 8 callers, CPU of the service with its database";
    findings.note(Figure::new("create.sqlite.cpu.service", what, Unit::CpuMilliseconds, cpu));
    Ok(())
}

/// An open loop at a fixed rate.
async fn latency(bed: &Bed<'_>, rate: f64, findings: &mut Findings) -> Result<()> {
    let timetable = Timetable::new(rate, bed.site.plan.slice * 2);
    let (mut loads, mut echoes) = (Vec::new(), Vec::new());
    for _ in 0..bed.site.plan.rounds {
        let api = bed.service.api.clone();
        let call = move |call: crate::load::Call| {
            let api = api.clone();
            async move { api.create(call.caller).await.map(drop) }
        };
        loads.push(open(timetable, bed.service.watched(), call).await?);
        let api = bed.echo.api.clone();
        let call = move |call: crate::load::Call| {
            let api = api.clone();
            async move { api.echo_create(call.caller).await }
        };
        echoes.push(open(timetable, &bed.echo.watched(), call).await?);
    }
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let of = |loads: &[Load]| loads.iter().map(|load| load.latency(share)).collect();
        let what = format!("create, PostgreSQL, latency {name} at {rate:.0} orders a second, open loop");
        let figure = Figure::new(&format!("create.latency.{name}"), &what, Unit::Milliseconds, of(&loads));
        findings.note(figure.over("tonic echo of the request", of(&echoes)));
    }
    let lines = vec![by_percentile("the service", &loads), by_percentile("tonic echo", &echoes)];
    let title = format!("Latency of a create at {rate:.0} orders a second");
    findings.draw("create.latency", &title, ("percentile", "milliseconds"), Scale::Percentile, lines);
    Ok(())
}

/// One caller, or several.
pub fn who(callers: u32) -> String {
    if callers == 1 { "1 caller".to_owned() } else { format!("{callers} callers") }
}
