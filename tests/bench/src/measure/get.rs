//! Reading one order.

use std::sync::Arc;

use anyhow::Result;

use super::create::who;
use crate::api::Api;
use crate::bed::Bed;
use crate::figures::Promise;
use crate::findings::Findings;
use crate::floor::select::Single;
use crate::load::{Load, Until};
use crate::scripts::{GET_ORDER, ORDER, Values};

const ECHO: &str = "tonic echo of an order";
const SELECT: &str = "sqlx alone, select by primary key";

/// Measures it beside the echo, and beside the select by primary key.
pub async fn measure(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let ids: Arc<[String]> = bed.service.place(500).await?.into_iter().map(|order| order.id).collect();
    let each = ids.iter().map(|id| Values::from([(ORDER, id.clone())])).collect();
    let select = Single::new(&bed.database, GET_ORDER, each, bed.site.postgres.postmaster).await?;
    for callers in [1_u32, 8] {
        let (plan, many) = (bed.site.plan, callers as usize);
        let until = Until::Time(plan.slice);
        let (mut loads, mut echoes, mut selects) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..plan.rounds {
            loads.push(get(&bed.service.api, &ids, many, until).await?);
            let echo =
                bed.echo.api.closed(many, until, |api, call| async move { api.echo_get(call.caller).await });
            echoes.push(echo.await?);
            selects.push(select.ask(many, until, 1).await?);
        }
        let (id, what) = (format!("get.postgres.{callers}"), format!("get, PostgreSQL, {}", who(callers)));
        let promise = (callers == 8).then_some(Promise::RatioAtLeast(0.35));
        findings.rate(&id, &what, &loads, (ECHO, &echoes), promise);
        findings.rate(&format!("{id}.select"), &what, &loads, (SELECT, &selects), None);
        if callers == 8 {
            findings.cpu("get", &what, &loads, [Some((ECHO, &echoes)), Some((SELECT, &selects))], None);
        }
    }
    Ok(())
}

pub async fn get(api: &Api, ids: &Arc<[String]>, callers: usize, until: Until) -> Result<Load> {
    let ids = Arc::clone(ids);
    api.closed(callers, until, move |api, call| {
        let ids = Arc::clone(&ids);
        async move { api.get(call.caller, &ids[call.number % ids.len()]).await.map(drop) }
    })
    .await
}
