//! Whether an operation costs more where there are more orders: two databases, each with its service, in turn.

use std::sync::Arc;

use anyhow::{Result, bail};
use grpc_server::proto::OrderStatus;
use sea_orm::sqlx::Row;

use super::get::get;
use super::list::list;
use crate::figures::{Figure, Promise, Scale, Series, Unit, median};
use crate::fill::fill;
use crate::findings::Findings;
use crate::load::{Load, Until};
use crate::postgres::{Database, rows};
use crate::service::{Says, Service};
use crate::site::Site;

/// Orders the service writes itself, of every kind; the others are cloned.
const MODELS: usize = 80;
/// What creating was promised to cost in the large database at most, as a multiple of the small one's.
const MOST: f64 = 1.1;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Create,
    Get,
    List,
}

/// Creating comes last: what is listed would lie below what was created.
const CASES: [(Case, &str, &str); 3] =
    [(Case::List, "list", "list of 50"), (Case::Get, "get", "get"), (Case::Create, "create", "create")];

struct Filled {
    orders: u64,
    database: Database,
    ids: Arc<[String]>,
}

pub async fn measure(site: &Site, findings: &mut Findings) -> Result<()> {
    let small = filled(site, site.plan.few_orders).await?;
    let large = filled(site, site.plan.many_orders).await?;
    let (mut cpu, mut touched) = (Vec::new(), Vec::new());
    for case in CASES {
        touched.push(buffers(site, case, [&small, &large], findings).await?);
        cpu.push(processor(site, case, [&small, &large], findings).await?);
    }
    let title = "CPU of a call by the number of orders kept, service and PostgreSQL";
    findings.draw("growth.cpu", title, ("orders kept", "milliseconds of CPU"), Scale::Linear, cpu);
    let title = "Buffers that a call touches in PostgreSQL by the number of orders kept";
    findings.draw("growth.buffers", title, ("orders kept", "buffers"), Scale::Linear, touched);
    Ok(())
}

async fn filled(site: &Site, orders: u64) -> Result<Filled> {
    let database = site.postgres.create().await?;
    let service = Service::start(site, database.url(), Says::Usual).await?;
    models(site, &service).await?;
    service.stop().await?;
    fill(&database, orders).await?;
    let mut connection = database.connect().await?;
    let mut ids = Vec::new();
    for row in rows(&mut connection, "SELECT id::text FROM orders ORDER BY md5(id::text) LIMIT 2000").await? {
        ids.push(row.try_get::<String, _>(0)?);
    }
    Ok(Filled { orders, database, ids: ids.into() })
}

/// A quarter each: created, authorized, shipped, canceled.
async fn models(site: &Site, service: &Service) -> Result<()> {
    let orders: Arc<[_]> = service.place(MODELS).await?.into();
    for order in &orders[MODELS / 4..] {
        site.mollie.authorize(Some(&order.mollie_id)).await?;
    }
    let make = service.api.closed(8, Until::Calls(MODELS), move |api, call| {
        let id = orders[call.number].id.clone();
        async move {
            let status = api.sync(call.caller, &id).await?.status();
            match call.number * 4 / MODELS {
                0 => Ok(()),
                1 if status != OrderStatus::Authorized => bail!("an order is {status:?}"),
                1 => Ok(()),
                2 => api.ship(call.caller, &id).await,
                _ => api.cancel(call.caller, &id).await,
            }
        }
    });
    make.await?;
    // What was shipped or canceled is read once more.
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    Ok(())
}

async fn turn(service: &Service, filled: &Filled, case: Case, until: Until) -> Result<Load> {
    match case {
        Case::Create => service.create(8, until).await,
        Case::Get => get(&service.api, &filled.ids, 8, until).await,
        Case::List => list(&service.api, OrderStatus::Authorized, until).await,
    }
}

async fn processor(
    site: &Site,
    (case, id, what): (Case, &str, &str),
    [small, large]: [&Filled; 2],
    findings: &mut Findings,
) -> Result<Series> {
    let few = Service::start(site, small.database.url(), Says::Usual).await?;
    let many = Service::start(site, large.database.url(), Says::Usual).await?;
    let until = Until::Time(site.plan.slice);
    let mut used = [const { Vec::new() }; 2];
    for round in 0..=site.plan.rounds {
        for (used, (service, filled)) in used.iter_mut().zip([(&few, small), (&many, large)]) {
            let load = turn(service, filled, case, until).await?;
            // The first fills caches.
            if round > 0 {
                let [service, postgres, ..] = load.cpu();
                used.push(service + postgres);
            }
        }
    }
    few.stop().await?;
    many.stop().await?;
    let promise = (case == Case::Create).then_some(MOST);
    let words = (format!("growth.{id}.cpu"), format!("{what}, 8 callers"), "CPU of service and PostgreSQL");
    Ok(compare(words, what, Unit::CpuMilliseconds, [small, large], used, promise, findings))
}

/// Buffers touched, exact because a server process reports them all when it ends: the service is started and stopped
/// around the calls. What it touches to start and to connect is the same for few calls and for many.
async fn buffers(
    site: &Site,
    (case, id, what): (Case, &str, &str),
    [small, large]: [&Filled; 2],
    findings: &mut Findings,
) -> Result<Series> {
    // A reading touches so little that a connection opened late would show.
    let calls = if case == Case::Get { 3 * site.plan.counted } else { site.plan.counted };
    let mut each = [const { Vec::new() }; 2];
    for (each, filled) in each.iter_mut().zip([small, large]) {
        let few = touched(site, filled, case, calls).await?;
        let many = touched(site, filled, case, 3 * calls).await?;
        each.push((many - few) / f64::from(u32::try_from(2 * calls)?));
    }
    let words = (format!("growth.{id}.buffers"), what.to_owned(), "buffers touched");
    Ok(compare(words, what, Unit::Buffers, [small, large], each, None, findings))
}

async fn touched(site: &Site, filled: &Filled, case: Case, calls: usize) -> Result<f64> {
    filled.database.is_left().await?;
    let before = filled.database.buffers().await?;
    let service = Service::start(site, filled.database.url(), Says::Usual).await?;
    turn(&service, filled, case, Until::Calls(calls)).await?;
    service.stop().await?;
    filled.database.is_left().await?;
    Ok(filled.database.buffers().await? - before)
}

/// Notes a figure of the large database beside that of the small one, and gives both as bars.
fn compare(
    (id, what, of): (String, String, &str),
    name: &str,
    unit: Unit,
    filled: [&Filled; 2],
    [few, many]: [Vec<f64>; 2],
    promise: Option<f64>,
    findings: &mut Findings,
) -> Series {
    let [small, large] = filled.map(|filled| filled.orders);
    let bars = [small, large].map(|orders| u32::try_from(orders).map_or(f64::INFINITY, f64::from));
    let bars = Series::new(name, bars.into_iter().zip([few.clone(), many.clone()]).collect());
    let most = promise.map(|most| vec![most * median(&few); 2]);
    let figure = Figure::new(&id, &format!("{what}, {large} orders, {of}"), unit, many);
    let figure = figure.over(&format!("at {small} orders"), few);
    findings.note(Figure { promise: promise.map(Promise::RatioAtMost), ..figure });
    match most {
        Some(most) => bars.promised("promised: at most\n1.1 times as much", most),
        None => bars,
    }
}
