//! Listing fifty orders of a profile with a status.

use anyhow::Result;
use grpc_server::proto::OrderStatus;

use crate::api::Api;
use crate::bed::Bed;
use crate::findings::Findings;
use crate::floor::select::Single;
use crate::load::{Load, Until};
use crate::scripts::{LIST_ORDERS, Values};

const SELECT: &str = "sqlx alone, its statement";

/// Measures it beside its own statement.
pub async fn measure(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let postmaster = bed.site.postgres.postmaster;
    let select = Single::new(&bed.database, LIST_ORDERS, vec![Values::new()], postmaster).await?;
    let until = Until::Time(bed.site.plan.slice);
    let (mut loads, mut selects) = (Vec::new(), Vec::new());
    for _ in 0..bed.site.plan.rounds {
        loads.push(list(&bed.service.api, OrderStatus::Created, until).await?);
        // One more than asked for shows whether there is another page.
        selects.push(select.ask(8, until, 51).await?);
    }
    let what = "list of 50, PostgreSQL, 8 callers";
    findings.rate("list.postgres.8", what, &loads, (SELECT, &selects), None);
    findings.cpu("list", what, &loads, [None, Some((SELECT, &selects))], None);
    Ok(())
}

pub async fn list(api: &Api, status: OrderStatus, until: Until) -> Result<Load> {
    api.closed(8, until, move |api, call| async move { api.list(call.caller, status).await.map(drop) }).await
}
