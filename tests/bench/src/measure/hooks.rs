//! Hooks: how soon one is acknowledged, and how soon what it hints at is an event.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures_util::future::try_join_all;
use sea_orm::sqlx::Row;

use super::once::authorized;
use crate::bed::Bed;
use crate::figures::{Figure, Promise, Scale, Unit, median};
use crate::findings::{Findings, by_percentile};
use crate::floor::select::Single;
use crate::load::{Timetable, Until, histogram};
use crate::postgres::rows;
use crate::scripts::{ORDER, STORE_HOOK, Values};
use crate::service::Placed;

const FLOOR: &str = "sqlx alone, its statement";
/// What 99 of 100 hooks were promised to take at most, in milliseconds.
const MOST: f64 = 10.0;
/// Hooks a second.
const RATE: f64 = 500.0;
/// Orders that the hooks are about.
const ORDERS: usize = 400;
/// How long an event may take before something is wrong.
const LIMIT: Duration = Duration::from_secs(10);

pub async fn measure(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    acknowledged(bed, findings).await?;
    saved(bed, findings).await
}

async fn acknowledged(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let ids = authorized(bed, ORDERS).await?;
    let hooks: Arc<[(String, String)]> = addresses(bed, &ids).await?.into();
    let floor = floor(bed).await?;
    let timetable = Timetable::new(RATE, bed.site.plan.hook_slice);
    let (mut loads, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..bed.site.plan.rounds {
        let (web, hooks) = (bed.site.web.clone(), Arc::clone(&hooks));
        let send = bed.service.api.open(timetable, move |_, call| {
            let (address, body) = hooks[call.number % hooks.len()].clone();
            let sent = web.post(address).body(body).send();
            async move { sent.await?.error_for_status().map(drop).context("a hook is not acknowledged") }
        });
        loads.push(send.await?);
        floors.push(floor.write(timetable).await?);
    }
    for (name, share, promise) in [("p50", 0.5, None), ("p99", 0.99, Some(Promise::AtMost(MOST)))] {
        let (id, what) = (
            format!("hook.acknowledged.{name}"),
            format!("hook acknowledged, PostgreSQL, {name} at 500 a second, open loop"),
        );
        findings.latency((&id, &what, share), &loads, (FLOOR, &floors), promise);
    }
    let what = "hook at 500 a second, with the look-ups that follow";
    findings.cpu("hook", what, &loads, [None, Some((FLOOR, &floors))], None);
    let service = by_percentile("the service", &loads);
    let promised = vec![MOST; service.points.len()];
    let service = service.promised("promised:\np99 ≤ 10 ms", promised);
    let lines = vec![service, by_percentile("sqlx alone", &floors)];
    let (title, axes) = ("Time to acknowledge a hook, at 500 a second", ("percentile", "milliseconds"));
    findings.draw("hook.latency", title, axes, Scale::Percentile, lines);
    Ok(())
}

/// Addresses and bodies of the hooks about these orders.
async fn addresses(bed: &Bed<'_>, ids: &[String]) -> Result<Vec<(String, String)>> {
    let one = async |id: &String| {
        let order = bed.service.api.get(0, id).await?;
        anyhow::Ok((
            bed.site.mollie.hook(&order.mollie_order_id).await?,
            format!("id={}", order.mollie_order_id),
        ))
    };
    try_join_all(ids.iter().map(one)).await
}

/// The statement that stores a hook, about orders of the floor's own database, where nobody looks them up.
async fn floor(bed: &Bed<'_>) -> Result<Single> {
    bed.sqlx.turn(8, Until::Calls(ORDERS)).await?;
    let sql = format!("SELECT id::text FROM orders LIMIT {ORDERS}");
    let found = rows(&mut bed.floor.connect().await?, &sql).await?;
    ensure!(found.len() == ORDERS, "the floor has {} orders, not {ORDERS}", found.len());
    let each = found.iter().map(|row| anyhow::Ok(Values::from([(ORDER, row.try_get(0)?)])));
    let each = each.collect::<Result<_>>()?;
    Single::new(&bed.floor, STORE_HOOK, each, bed.site.postgres.postmaster).await
}

/// From sending a hook until the API lists the event, asked every millisecond.
async fn saved(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let (mut p50, mut p99, mut calls) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bed.site.plan.rounds {
        let (mut latencies, mut asked) = (histogram()?, histogram()?);
        for order in bed.service.place(bed.site.plan.followed).await? {
            latencies.record(u64::try_from(follow(bed, &order).await?.as_micros())?)?;
            let began = Instant::now();
            bed.service.api.events(&order.id).await?;
            asked.record(u64::try_from(began.elapsed().as_micros())?)?;
        }
        p50.push(crate::load::quantile(&latencies, 0.5));
        p99.push(crate::load::quantile(&latencies, 0.99));
        calls.push(crate::load::quantile(&asked, 0.5));
    }
    println!("  (asking for events takes {:.2} ms, which is part of what follows)", median(&calls));
    for (name, samples) in [("p50", p50), ("p99", p99)] {
        let what = format!("hook to event saved, PostgreSQL, {name}");
        let figure = Figure::new(&format!("hook.saved.{name}"), &what, Unit::Milliseconds, samples);
        findings.note(figure.over("asking for the events once, p50", calls.clone()));
    }
    Ok(())
}

async fn follow(bed: &Bed<'_>, order: &Placed) -> Result<Duration> {
    let hook = bed.site.mollie.hook(&order.mollie_id).await?;
    bed.site.mollie.authorize(Some(&order.mollie_id)).await?;
    let sent = bed.site.web.post(hook).body(format!("id={}", order.mollie_id));
    let began = Instant::now();
    sent.send().await?.error_for_status()?;
    while began.elapsed() < LIMIT {
        if bed.service.api.events(&order.id).await?.iter().any(|kind| kind == "order.authorized") {
            return Ok(began.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    bail!("order {} was authorized at Mollie and its hook acknowledged, but no event came", order.id)
}
