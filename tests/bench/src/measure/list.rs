//! Listing fifty orders of a profile with a status.

use anyhow::{Context, Result};
use grpc_server::proto::OrderStatus;

use super::cpu::{self, Floors};
use crate::bed::Bed;
use crate::figures::{Figure, Unit};
use crate::findings::Findings;
use crate::floor::select::Single;
use crate::load::{Load, Until, closed};
use crate::service::Service;
use crate::statements::{Meaning, Source, Statement, Value, parse};

/// Measures it beside its own first statement.
///
/// # Errors
/// A call or the floor fails.
pub async fn measure(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let select = bed.captured.postgres.list.texts.first().context("ListOrders makes no statement")?;
    let select = Single::new(&bed.database, vec![filtered(select)?], 8, bed.site.postgres.postmaster).await?;
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
///
/// # Errors
/// A list is not full.
pub async fn list(service: &Service, status: OrderStatus, until: Until) -> Result<Load> {
    let api = service.api.clone();
    closed(8, until, service.watched(), move |call| {
        let api = api.clone();
        async move { api.list(call.caller, status).await.map(drop) }
    })
    .await
}

fn filtered(sql: &str) -> Result<Statement> {
    let parsed = parse(sql)?;
    let mut placements = ["placing", "placed"].into_iter();
    let mut sources = Vec::new();
    for meaning in &parsed.parameters {
        let column = match meaning {
            Meaning::Compared { column } => column.as_str(),
            Meaning::Limit => "limit",
            Meaning::Written { .. } | Meaning::Lease => "",
        };
        sources.push(Source::Same(match column {
            "placement" => Value::Text(placements.next().context("it selects more placements")?.to_owned()),
            "profile" => Value::Text("main".to_owned()),
            "status" => Value::Text("created".to_owned()),
            "limit" => Value::Integer(51),
            _ => anyhow::bail!("the benchmark must be taught how ListOrders selects: {sql}"),
        }));
    }
    Ok(Statement { sql: sql.to_owned(), table: parsed.table, sources, inserts: 0 })
}
