//! Canceling an authorized order; and what shipping and canceling have in common: each order can meet its fate only once.

use std::sync::Arc;

use anyhow::{Result, ensure};
use futures_util::future::BoxFuture;
use grpc_server::proto::OrderStatus;

use super::cpu::{self, Floors};
use crate::api::Api;
use crate::bed::Bed;
use crate::figures::{Figure, Unit};
use crate::findings::Findings;
use crate::load::{Load, Until, closed};

/// A call about an order: who calls, and the order's id.
pub type Fate = Arc<dyn Fn(Api, usize, String) -> BoxFuture<'static, Result<()>> + Send + Sync>;

const CALLERS: usize = 8;

/// Measures it beside two durable transactions, which it needs too.
pub async fn measure(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let fate: Fate = Arc::new(|api, caller, id| Box::pin(async move { api.cancel(caller, &id).await }));
    self::fate(bed, "cancel", fate, findings).await
}

/// Measures what is done to each order once.
pub async fn fate(bed: &Bed<'_>, name: &str, fate: Fate, findings: &mut Findings) -> Result<()> {
    let plan = bed.site.plan;
    let (mut loads, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let ids = authorized(bed, plan.fates).await?;
        let (api, fate) = (bed.service.api.clone(), Arc::clone(&fate));
        let call = move |call: crate::load::Call| fate(api.clone(), call.caller, ids[call.number].clone());
        loads.push(closed(CALLERS, Until::Calls(plan.fates), bed.service.watched(), call).await?);
        floor.push(bed.pgbench.turn(CALLERS, plan.slice).await?);
    }
    let rates = loads.iter().map(Load::rate).collect();
    let what = format!("{name}, PostgreSQL, 8 callers");
    let figure = Figure::new(&format!("{name}.postgres.8"), &what, Unit::PerSecond, rates);
    findings.note(
        figure.over("pgbench, CreateOrder's two transactions", floor.iter().map(|turn| turn.rate).collect()),
    );
    let floored: Vec<_> = floor.iter().map(|turn| turn.cpu).collect();
    let postgres = Some(("pgbench, CreateOrder's two transactions", floored.as_slice()));
    cpu::note(name, &what, &loads, &Floors { service: None, postgres, promised: None }, findings);
    Ok(())
}

/// New orders whose shoppers have been to the checkout, and of which the service knows that.
pub async fn authorized(bed: &Bed<'_>, count: usize) -> Result<Arc<[String]>> {
    let ids: Arc<[String]> = bed.orders(count).await?.into_iter().map(|order| order.id).collect();
    bed.site.mollie.authorize(None).await?;
    let (api, all) = (bed.service.api.clone(), Arc::clone(&ids));
    closed(CALLERS, Until::Calls(count), bed.service.watched(), move |call| {
        let (api, ids) = (api.clone(), Arc::clone(&all));
        async move {
            let order = api.sync(call.caller, &ids[call.number]).await?;
            ensure!(
                order.status() == OrderStatus::Authorized,
                "SyncOrder left an order {:?}",
                order.status()
            );
            Ok(())
        }
    })
    .await?;
    Ok(ids)
}
