//! Creating orders: how many, how fast, and at what cost.

use anyhow::Result;

use crate::bed::Bed;
use crate::figures::{Figure, Promise, Scale, Series, Unit, median};
use crate::findings::{Findings, by_percentile};
use crate::load::{Load, Timetable, Until};

const PGBENCH: &str = "pgbench, the same statements";
const SQLX: &str = "sqlx alone, the same statements";
const ECHO: &str = "tonic echo of the request";
/// Of pgbench's rate with 32 callers.
const PROMISED: f64 = 0.3;

pub async fn measure(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let mut points = [const { Vec::new() }; 3];
    for callers in [1_u32, 8, 32] {
        for (points, loads) in points.iter_mut().zip(on_postgres(bed, callers, findings).await?) {
            points.push((f64::from(callers), loads.iter().map(Load::rate).collect::<Vec<_>>()));
        }
    }
    let [service, pgbench, sqlx] = points;
    let most = median(&service[2].1);
    let promised = pgbench.iter().map(|(_, rates)| PROMISED * median(rates)).collect();
    let service = Series::new("the service", service).promised("promised at 32:\n0.3 of pgbench", promised);
    let lines = vec![service, Series::new("pgbench", pgbench), Series::new("sqlx alone", sqlx)];
    let axes = ("callers", "orders a second");
    findings.draw("create.callers", "Orders created, PostgreSQL", axes, Scale::Logarithm, lines);
    on_sqlite(bed, findings).await?;
    latency(bed, most / 2.0, findings).await
}

/// The turns of the service, pgbench and sqlx.
async fn on_postgres(bed: &Bed<'_>, callers: u32, findings: &mut Findings) -> Result<[Vec<Load>; 3]> {
    let (plan, many) = (bed.site.plan, callers as usize);
    let until = Until::Time(plan.slice);
    let (mut loads, mut pgbench, mut sqlx, mut echoes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        loads.push(bed.service.create(many, until).await?);
        pgbench.push(bed.pgbench.turn(many, plan.slice).await?);
        sqlx.push(bed.sqlx.turn(many, until).await?);
        if callers == 32 {
            let echo = bed
                .echo
                .api
                .closed(many, until, |api, call| async move { api.echo_create(call.caller).await });
            echoes.push(echo.await?);
        }
    }
    let (id, what) = (format!("create.postgres.{callers}"), format!("create, PostgreSQL, {}", who(callers)));
    let promise = (callers == 32).then_some(Promise::RatioAtLeast(PROMISED));
    findings.rate(&id, &what, &loads, (PGBENCH, &pgbench), promise);
    findings.rate(&format!("{id}.sqlx"), &what, &loads, (SQLX, &sqlx), None);
    if callers == 32 {
        findings.cpu("create", &what, &loads, [Some((ECHO, &echoes)), Some((PGBENCH, &pgbench))], Some(1.5));
    }
    Ok([loads, pgbench, sqlx])
}

async fn on_sqlite(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let until = Until::Time(bed.site.plan.slice);
    let (mut loads, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..bed.site.plan.rounds {
        loads.push(bed.on_sqlite.create(8, until).await?);
        floor.push(bed.sqlx_on_sqlite.turn(8, until).await?);
    }
    findings.rate("create.sqlite.8", "create, SQLite, 8 callers", &loads, (SQLX, &floor), None);
    let what = "create, SQLite, 8 callers, CPU of the service with its database";
    let used = loads.iter().map(|load| load.cpu()[0]).collect();
    findings.note(Figure::new("create.sqlite.cpu.service", what, Unit::CpuMilliseconds, used));
    Ok(())
}

/// An open loop at a fixed rate.
async fn latency(bed: &Bed<'_>, rate: f64, findings: &mut Findings) -> Result<()> {
    let timetable = Timetable::new(rate, bed.site.plan.slice * 2);
    let (mut loads, mut echoes) = (Vec::new(), Vec::new());
    for _ in 0..bed.site.plan.rounds {
        let service = bed
            .service
            .api
            .open(timetable, |api, call| async move { api.create(call.caller).await.map(drop) });
        loads.push(service.await?);
        let echo =
            bed.echo.api.open(timetable, |api, call| async move { api.echo_create(call.caller).await });
        echoes.push(echo.await?);
    }
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let what = format!("create, PostgreSQL, latency {name} at {rate:.0} orders a second, open loop");
        findings.latency((&format!("create.latency.{name}"), &what, share), &loads, (ECHO, &echoes), None);
    }
    let lines = vec![by_percentile("the service", &loads), by_percentile("tonic echo", &echoes)];
    let title = format!("Latency of a create at {rate:.0} orders a second");
    findings.draw("create.latency", &title, ("percentile", "milliseconds"), Scale::Percentile, lines);
    Ok(())
}

pub fn who(callers: u32) -> String {
    if callers == 1 { "1 caller".to_owned() } else { format!("{callers} callers") }
}
