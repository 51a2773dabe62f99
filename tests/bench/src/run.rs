//! The order of measures, from the first program started to the figures written down.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::accounting::machine;
use crate::api::CONNECTIONS;
use crate::bed::Bed;
use crate::cli::RunArguments;
use crate::figures::Run;
use crate::findings::Findings;
use crate::measure::statements::Seen;
use crate::measure::{create, delay, get, growth, hooks, list, once, start, statements};
use crate::plan::Plan;
use crate::render::wording;
use crate::site::Site;

pub async fn run(arguments: RunArguments) -> Result<()> {
    let began = Instant::now();
    let plan = if arguments.quick { Plan::quick(arguments.orders) } else { Plan::full(arguments.orders) };
    ensure!(
        plan.many_orders > plan.few_orders,
        "--orders is too small to tell growth from {}",
        plan.few_orders
    );
    let site = Site::open(plan, &arguments.service, &arguments.pgbench).await?;
    let mut findings = Findings::default();
    let progress = Progress { began, wanted: arguments.only };
    progress.begins("statements");
    let seen = Box::pin(statements::measure(&site, &mut findings)).await?;
    let settings = settings(&site, &seen).await?;
    if progress.wants("start") {
        progress.begins("start");
        start::measure(&site, &seen.order, &mut findings).await?;
    }
    on_bed(&site, &seen, &progress, &mut findings).await?;
    if progress.wants("growth") {
        progress.begins("growth");
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

async fn on_bed(site: &Site, seen: &Seen, progress: &Progress, findings: &mut Findings) -> Result<()> {
    const NAMES: [&str; 8] = ["create", "get", "list", "ship", "cancel", "delay", "hooks", "memory"];
    let bed = Box::pin(Bed::make(site, seen)).await?;
    site.postgres.checkpoint().await?;
    for name in NAMES.into_iter().filter(|name| progress.wants(name)) {
        progress.begins(name);
        let measured: BoxFuture<'_, Result<()>> = match name {
            "create" => create::measure(&bed, findings).boxed(),
            "get" => get::measure(&bed, findings).boxed(),
            "list" => list::measure(&bed, findings).boxed(),
            "ship" => once::ship(&bed, findings).boxed(),
            "cancel" => once::cancel(&bed, findings).boxed(),
            "delay" => delay::measure(&bed, findings).boxed(),
            "hooks" => hooks::measure(&bed, findings).boxed(),
            _ => start::loaded(&bed, findings).boxed(),
        };
        measured.await?;
    }
    Ok(())
}

/// Says which measure begins, if it is wanted.
struct Progress {
    began: Instant,
    wanted: Vec<String>,
}

impl Progress {
    fn wants(&self, name: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|wanted| name.starts_with(wanted.as_str()))
    }

    fn begins(&self, name: &str) {
        println!("[{:>4} s] {name}", self.began.elapsed().as_secs());
    }
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
