//! The program itself: how soon it is ready, how much memory it holds, how large it is.

use std::time::{Duration, Instant};

use anyhow::Result;
use grpc_server::proto::Order;

use crate::accounting::resident;
use crate::bed::Bed;
use crate::figures::{Figure, Promise, Unit};
use crate::findings::Findings;
use crate::floor::echo::Echo;
use crate::load::Until;
use crate::process::Process;
use crate::service::{Says, Service};
use crate::site::Site;

/// After so long nothing of a start is under way any more.
const SETTLED: Duration = Duration::from_secs(2);

/// Measures what needs no load.
pub async fn measure(site: &Site, order: &Order, findings: &mut Findings) -> Result<()> {
    let size = std::fs::metadata(&site.service)?.len();
    let mebibytes = f64::from(u32::try_from(size)?) / f64::from(1 << 20);
    findings.note(Figure::new(
        "size.program",
        "size of the program, stripped",
        Unit::Mebibytes,
        vec![mebibytes],
    ));
    let database = site.postgres.create().await?;
    let file = format!("sqlite://{}", site.directory().join("start.db").display());
    for (engine, name, url) in
        [("postgres", "PostgreSQL", database.url()), ("sqlite", "SQLite", file.as_str())]
    {
        let (mut ready, mut alone) = (Vec::new(), Vec::new());
        for round in 0..=site.plan.rounds {
            let service = Service::start(site, url, Says::Usual).await?;
            let took = service.ready.as_secs_f64() * 1e3;
            service.stop().await?;
            // The first makes the schema.
            if round > 0 {
                ready.push(took);
                alone.push(version(site)?);
            }
        }
        let what = format!("start to ready, {name}, schema up to date");
        let figure = Figure::new(&format!("start.{engine}"), &what, Unit::Milliseconds, ready);
        let figure = figure.over("the program printing its version", alone);
        findings.note(figure.promised(Promise::AtMost(300.0)));
    }
    idle(site, order, database.url(), findings).await
}

/// How long the program takes to start and end.
fn version(site: &Site) -> Result<f64> {
    let began = Instant::now();
    Process::start("version", &site.service, &["--version".as_ref()], &[], site.directory())?.ended()?;
    Ok(began.elapsed().as_secs_f64() * 1e3)
}

async fn idle(site: &Site, order: &Order, url: &str, findings: &mut Findings) -> Result<()> {
    let (mut held, mut floor) = (Vec::new(), Vec::new());
    let rounds = if site.plan.quick { 1 } else { 3 };
    for _ in 0..rounds {
        let service = Service::start(site, url, Says::Usual).await?;
        let echo = Echo::start(site, order).await?;
        tokio::time::sleep(SETTLED).await;
        held.push(resident(service.process.id())?);
        floor.push(resident(echo.process.id())?);
        service.stop().await?;
    }
    let what = "memory, PostgreSQL, two seconds after ready";
    let figure = Figure::new("memory.idle", what, Unit::Mebibytes, held).over("tonic echo", floor);
    findings.note(figure.promised(Promise::AtMost(40.0)));
    Ok(())
}

/// Memory in the middle of a load.
pub async fn loaded(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let mut held = Vec::new();
    for _ in 0..bed.site.plan.rounds {
        let load = bed.service.create(32, Until::Time(bed.site.plan.slice));
        let look = async {
            tokio::time::sleep(bed.site.plan.slice / 2).await;
            resident(bed.service.process.id())
        };
        let (load, resident) = tokio::join!(load, look);
        load?;
        held.push(resident?);
    }
    let what = "memory, PostgreSQL, 32 callers creating";
    let figure = Figure::new("memory.loaded", what, Unit::Mebibytes, held);
    findings.note(figure.over("tonic echo after its load", vec![resident(bed.echo.process.id())?]));
    Ok(())
}
