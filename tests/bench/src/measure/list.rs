//! Listing fifty orders of a profile with a status.

use anyhow::Result;
use grpc_server::proto::OrderStatus;

use super::cpu::{self, Floors};
use crate::bed::Bed;
use crate::figures::{Figure, Unit};
use crate::findings::Findings;
use crate::floor::select::Single;
use crate::load::{Load, Until, closed};
use crate::scripts::{LIST_ORDERS, Values};
use crate::service::Service;

/// Measures it beside its own first statement.
pub async fn measure(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let select =
        Single::new(&bed.database, LIST_ORDERS, vec![Values::new()], bed.site.postgres.postmaster).await?;
    let until = Until::Time(bed.site.plan.slice);
    let (mut loads, mut selects) = (Vec::new(), Vec::new());
    for _ in 0..bed.site.plan.rounds {
        loads.push(list(&bed.service, OrderStatus::Created, until).await?);
        // One more than asked for tells whether there is another page.
        selects.push(select.ask(8, until, 51).await?);
    }
    let rates = loads.iter().map(Load::rate).collect();
    let figure = Figure::new("list.postgres.8", "list of 50, PostgreSQL, 8 callers", Unit::PerSecond, rates);
    findings.note(figure.over("sqlx alone, its first statement", selects.iter().map(Load::rate).collect()));
    let selected = cpu::each(&selects);
    let postgres = Some(("sqlx alone, its first statement", selected.as_slice()));
    let floors = Floors { service: None, postgres, promised: None };
    cpu::note("list", "list of 50, PostgreSQL, 8 callers", &loads, &floors, findings);
    Ok(())
}

/// One turn of listing with eight callers.
pub async fn list(service: &Service, status: OrderStatus, until: Until) -> Result<Load> {
    let api = service.api.clone();
    closed(8, until, service.watched(), move |call| {
        let api = api.clone();
        async move { api.list(call.caller, status).await.map(drop) }
    })
    .await
}
