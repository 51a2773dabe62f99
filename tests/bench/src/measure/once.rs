//! Shipping and canceling authorized orders: each order can be shipped or canceled only once, so both need new ones.

use std::sync::Arc;

use anyhow::{Result, ensure};
use grpc_server::proto::OrderStatus;

use crate::api::Api;
use crate::bed::Bed;
use crate::findings::Findings;
use crate::load::{Call, Load, Until};

const CALLERS: usize = 8;
const FLOOR: &str = "pgbench, CreateOrder's two transactions";

/// Measures shipping beside two durable transactions, which it needs too.
pub async fn ship(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    measure(bed, "ship", |api, call, id| async move { api.ship(call.caller, &id).await }, findings).await
}

pub async fn cancel(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    measure(bed, "cancel", |api, call, id| async move { api.cancel(call.caller, &id).await }, findings).await
}

async fn measure<F, R>(bed: &Bed<'_>, name: &str, change: F, findings: &mut Findings) -> Result<()>
where
    F: Fn(Api, Call, String) -> R + Copy + Send + 'static,
    R: Future<Output = Result<()>> + Send + 'static,
{
    let plan = bed.site.plan;
    let (mut loads, mut floor): (Vec<Load>, _) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let ids = authorized(bed, plan.fates).await?;
        let call = move |api: Api, call: Call| change(api, call, ids[call.number].clone());
        loads.push(bed.service.api.closed(CALLERS, Until::Calls(plan.fates), call).await?);
        floor.push(bed.pgbench.turn(CALLERS, plan.slice).await?);
    }
    let what = format!("{name}, PostgreSQL, 8 callers");
    findings.rate(&format!("{name}.postgres.8"), &what, &loads, (FLOOR, &floor), None);
    findings.cpu(name, &what, &loads, [None, Some((FLOOR, &floor))], None);
    Ok(())
}

/// New orders whose shoppers have been to the checkout, and of which the service knows that.
pub async fn authorized(bed: &Bed<'_>, count: usize) -> Result<Arc<[String]>> {
    let ids: Arc<[String]> = bed.service.place(count).await?.into_iter().map(|order| order.id).collect();
    bed.site.mollie.authorize(None).await?;
    let all = Arc::clone(&ids);
    let sync = bed.service.api.closed(CALLERS, Until::Calls(count), move |api, call| {
        let ids = Arc::clone(&all);
        async move {
            let status = api.sync(call.caller, &ids[call.number]).await?.status();
            ensure!(status == OrderStatus::Authorized, "SyncOrder left an order {status:?}");
            Ok(())
        }
    });
    sync.await?;
    Ok(ids)
}
