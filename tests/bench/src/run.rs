//! The order of measures, from the first program started to the figures written down.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::accounting::machine;
use crate::api::CONNECTIONS;
use crate::bed::Bed;
use crate::cli::RunArguments;
use crate::figures::Run;
use crate::findings::Findings;
use crate::measure::statements::Seen;
use crate::measure::{create, delay, get, growth, hooks, list, once, peers, start, statements};
use crate::plan::Plan;
use crate::render::wording;
use crate::site::Site;

pub async fn run(arguments: RunArguments) -> Result<()> {
    let began = Instant::now();
    let plan = if arguments.quick { Plan::quick(arguments.orders) } else { Plan::full(arguments.orders) };
    ensure!(plan.many_orders > plan.few_orders, "--orders must be more than {}", plan.few_orders);
    let site = Site::open(plan, &arguments.service, &arguments.pgbench).await?;
    let mut findings = Findings::default();
    let begins = |name: &str| println!("[{:>4} s] {name}", began.elapsed().as_secs());
    begins("statements");
    let seen = Box::pin(statements::measure(&site, &mut findings)).await?;
    let settings = settings(&site, &seen).await?;
    if let Some(peer) = &arguments.peer {
        findings = Findings::default();
        begins("peers");
        let peer = std::path::absolute(peer)?;
        Box::pin(peers::measure(&site, &peer, &mut findings)).await?;
    } else {
        if arguments.growth {
            findings = Findings::default();
        } else {
            begins("start");
            start::measure(&site, &seen.order, &mut findings).await?;
            on_bed(&site, &seen, &begins, &mut findings).await?;
        }
        begins("growth");
        Box::pin(growth::measure(&site, &mut findings)).await?;
    }
    let run = Run {
        commit: output("git", &["rev-parse", "HEAD"])?,
        date: output("date", &["-u", "+%Y-%m-%d"])?,
        quick: plan.quick,
        minutes: began.elapsed().as_secs().div_ceil(60),
        machine: machine()?,
        settings,
        figures: findings.figures,
        curves: findings.curves,
    };
    let out = &arguments.out;
    std::fs::write(out, serde_json::to_string_pretty(&run)?)
        .with_context(|| format!("writing {}", out.display()))?;
    println!("{}", wording::summary(&run));
    Ok(())
}

async fn on_bed(site: &Site, seen: &Seen, begins: &dyn Fn(&str), findings: &mut Findings) -> Result<()> {
    let bed = Box::pin(Bed::make(site, seen)).await?;
    site.postgres.checkpoint().await?;
    begins("create");
    Box::pin(create::measure(&bed, findings)).await?;
    begins("get");
    Box::pin(get::measure(&bed, findings)).await?;
    begins("list");
    Box::pin(list::measure(&bed, findings)).await?;
    begins("ship and cancel");
    Box::pin(once::ship(&bed, findings)).await?;
    Box::pin(once::cancel(&bed, findings)).await?;
    begins("delay");
    Box::pin(delay::measure(&bed, findings)).await?;
    begins("hooks");
    Box::pin(hooks::measure(&bed, findings)).await?;
    begins("memory");
    Box::pin(start::loaded(&bed, findings)).await
}

/// The conditions of the run.
async fn settings(site: &Site, seen: &Seen) -> Result<Vec<(String, String)>> {
    let [on_postgres, on_sqlite] = seen.durability.clone();
    let plan = site.plan;
    let settings = [
        ("program", "release build without the feature `dev`".to_owned()),
        ("authentication", "none (security.insecure)".to_owned()),
        ("TLS", "none".to_owned()),
        ("tracing", "not exported; logs at the default level, to a file".to_owned()),
        (
            "PostgreSQL",
            format!("{}, on loopback; {}", site.postgres.version, site.postgres.settings().await?),
        ),
        ("durability of PostgreSQL, as the service reports it", on_postgres),
        ("durability of SQLite, as the service reports it", on_sqlite),
        ("database.max_connections of the service", "10, the default".to_owned()),
        ("callers' connections", format!("{CONNECTIONS}, each shared by up to eight callers")),
        ("Mollie", "canned answers from a separate process, at once unless a delay is named".to_owned()),
        (
            "rounds",
            format!("{} of {} ms each; figures and floors take turns", plan.rounds, plan.slice.as_millis()),
        ),
        ("orders", format!("{} and {}", plan.few_orders, plan.many_orders)),
    ];
    Ok(settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn output(program: &str, arguments: &[&str]) -> Result<String> {
    let output =
        Command::new(program).args(arguments).output().with_context(|| format!("starting {program}"))?;
    ensure!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
