//! The order of measures, from the first program started to the figures written down.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::accounting::machine;
use crate::api::CONNECTIONS;
use crate::bed::Bed;
use crate::captured::{Captured, capture};
use crate::cli::RunArguments;
use crate::figures::Run;
use crate::findings::Findings;
use crate::measure::{cancel, create, delay, get, growth, hooks, list, ship, start, statements};
use crate::plan::Plan;
use crate::site::Site;

/// Measures everything.
///
/// # Errors
/// Whatever could not be measured: no figure is made up for it.
pub async fn run(arguments: RunArguments) -> Result<()> {
    let began = Instant::now();
    let plan = if arguments.quick { Plan::quick(arguments.orders) } else { Plan::full(arguments.orders) };
    ensure!(
        plan.many_orders > plan.few_orders,
        "--orders is too small to tell growth from {}",
        plan.few_orders
    );
    let site = Site::open(plan, &arguments.service, &arguments.pgbench, &arguments.database_url).await?;
    let mut findings = Findings::default();
    let told = Told { began, wanted: arguments.only };
    told.begins("statements");
    let captured = capture(&site).await.context("capturing the statements of each use case")?;
    statements::measure(&captured, &mut findings);
    let settings = settings(&site, &captured).await?;
    if told.is_wanted("start") {
        start::measure(&site, &captured, &mut findings).await?;
    }
    on_bed(&site, captured, &told, &mut findings).await?;
    if told.is_wanted("growth") {
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
    write(&run, &arguments.out)?;
    let judged = run.figures.iter().filter_map(crate::figures::Figure::is_kept);
    let (kept, broken): (Vec<bool>, Vec<bool>) = judged.partition(|is_kept| *is_kept);
    let seconds = began.elapsed().as_secs();
    println!(
        "{} figures in {seconds} s; promises reached {}, not reached {}",
        run.figures.len(),
        kept.len(),
        broken.len()
    );
    Ok(())
}

async fn on_bed(site: &Site, captured: Captured, told: &Told, findings: &mut Findings) -> Result<()> {
    if !["create", "get", "list", "ship", "cancel", "hooks", "delay", "memory"]
        .iter()
        .any(|name| told.wants(name))
    {
        return Ok(());
    }
    let bed = Box::pin(Bed::make(site, captured)).await?;
    site.postgres.checkpoint().await?;
    if told.is_wanted("create") {
        Box::pin(create::measure(&bed, findings)).await?;
    }
    if told.is_wanted("get") {
        Box::pin(get::measure(&bed, findings)).await?;
    }
    if told.is_wanted("list") {
        Box::pin(list::measure(&bed, findings)).await?;
    }
    if told.is_wanted("ship") {
        Box::pin(ship::measure(&bed, findings)).await?;
    }
    if told.is_wanted("cancel") {
        Box::pin(cancel::measure(&bed, findings)).await?;
    }
    if told.is_wanted("delay") {
        Box::pin(delay::measure(&bed, findings)).await?;
    }
    if told.is_wanted("hooks") {
        Box::pin(hooks::measure(&bed, findings)).await?;
    }
    if told.is_wanted("memory") {
        Box::pin(start::loaded(&bed, findings)).await?;
    }
    Ok(())
}

/// What is told, and what is wanted.
struct Told {
    began: Instant,
    wanted: Vec<String>,
}

impl Told {
    fn wants(&self, name: &str) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|wanted| name.starts_with(wanted.as_str()))
    }

    fn is_wanted(&self, name: &str) -> bool {
        let is_wanted = self.wants(name);
        if is_wanted {
            self.begins(name);
        }
        is_wanted
    }

    fn begins(&self, name: &str) {
        println!("[{:>4} s] {name}", self.began.elapsed().as_secs());
    }
}

/// Under what all of it was measured.
async fn settings(site: &Site, captured: &Captured) -> Result<Vec<(String, String)>> {
    let durable =
        |told: &Option<String>| told.clone().unwrap_or_else(|| "not stated by the service".to_owned());
    let plan = site.plan;
    let settings = [
        ("program", "release build without the feature `dev`".to_owned()),
        ("authentication", "none (security.insecure)".to_owned()),
        ("TLS", "none, on no connection".to_owned()),
        ("tracing", "none exported, hence no sampling; logs as by default, to a file".to_owned()),
        (
            "PostgreSQL",
            format!("{}, on loopback; {}", site.postgres.version, site.postgres.settings().await?),
        ),
        ("durability, PostgreSQL, as the service says", durable(&captured.postgres.durability)),
        ("durability, SQLite, as the service says", durable(&captured.sqlite.durability)),
        ("database.max_connections of the service", "10, the default".to_owned()),
        ("connections of callers", format!("{CONNECTIONS}, eight callers on each")),
        ("Mollie", "canned, in a process of its own, without delay but where one is named".to_owned()),
        (
            "rounds",
            format!(
                "{} of {} ms each, figures and floors in turn, medians",
                plan.rounds,
                plan.slice.as_millis()
            ),
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

fn write(run: &Run, out: &Path) -> Result<()> {
    let json = serde_json::to_string_pretty(run)?;
    std::fs::write(out, json).with_context(|| format!("writing {}", out.display()))
}
