//! Reading one order.

use std::sync::Arc;

use anyhow::Result;

use super::cpu::{self, Floors};
use super::create::who;
use crate::bed::Bed;
use crate::figures::{Figure, Promise, Unit};
use crate::findings::Findings;
use crate::floor::select::Single;
use crate::load::{Load, Until, closed};
use crate::scripts::{GET_ORDER, ORDER, Values};
use crate::service::Service;

/// Measures it beside the echo, and beside the select by primary key.
pub async fn measure(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let ids: Arc<[String]> = bed.orders(500).await?.into_iter().map(|order| order.id).collect();
    let each = ids.iter().map(|id| Values::from([(ORDER, id.clone())])).collect();
    let select = Single::new(&bed.database, GET_ORDER, each, bed.site.postgres.postmaster).await?;
    for callers in [1_u32, 8] {
        let (plan, many) = (bed.site.plan, callers as usize);
        let until = Until::Time(plan.slice);
        let (mut loads, mut echoes, mut selects) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..plan.rounds {
            loads.push(get(&bed.service, &ids, many, until).await?);
            echoes.push(echo(bed, &ids[0], many, until).await?);
            selects.push(select.ask(many, until, 1).await?);
        }
        let of = |loads: &[Load]| -> Vec<f64> { loads.iter().map(Load::rate).collect() };
        let (id, what) = (format!("get.postgres.{callers}"), format!("get, PostgreSQL, {}", who(callers)));
        let figure =
            Figure::new(&id, &what, Unit::PerSecond, of(&loads)).over("tonic echo of an order", of(&echoes));
        findings.note(if callers == 8 { figure.promised(Promise::RatioAtLeast(0.35)) } else { figure });
        let figure = Figure::new(&format!("{id}.select"), &what, Unit::PerSecond, of(&loads));
        findings.note(figure.over("sqlx alone, select by primary key", of(&selects)));
        if callers == 8 {
            let (echoed, selected) = (cpu::each(&echoes), cpu::each(&selects));
            let floors = Floors {
                service: Some(("tonic echo of an order", &echoed)),
                postgres: Some(("sqlx alone, select by primary key", &selected)),
                promised: None,
            };
            cpu::note("get", "get, PostgreSQL, 8 callers", &loads, &floors, findings);
        }
    }
    Ok(())
}

/// One turn of reading these orders.
pub async fn get(service: &Service, ids: &Arc<[String]>, callers: usize, until: Until) -> Result<Load> {
    let (api, ids) = (service.api.clone(), Arc::clone(ids));
    closed(callers, until, service.watched(), move |call| {
        let (api, ids) = (api.clone(), Arc::clone(&ids));
        async move { api.get(call.caller, &ids[call.number % ids.len()]).await.map(drop) }
    })
    .await
}

async fn echo(bed: &Bed<'_>, id: &str, callers: usize, until: Until) -> Result<Load> {
    let (api, id): (_, Arc<str>) = (bed.echo.api.clone(), id.into());
    closed(callers, until, &bed.echo.watched(), move |call| {
        let (api, id) = (api.clone(), Arc::clone(&id));
        async move { api.echo_get(call.caller, &id).await }
    })
    .await
}
