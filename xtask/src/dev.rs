//! The service of a developer, `order-service dev`, or the simulated Mollie alone, in an empty directory, for as long as a client
//! needs it.

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process;

/// Settings on top of what a developer has.
type Settings<'a> = &'a [(&'a str, &'a str)];

/// Starts the service, lets `work` act on its gRPC address, and stops it.
pub fn with(name: &str, work: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    run(name, "dev", &[], |[grpc, _, _]| work(grpc))
}

/// The same with these settings, and `work` may act on the simulated Mollie's address, too.
pub fn with_settings(
    name: &str,
    settings: Settings<'_>,
    work: impl FnOnce(&str, &str) -> Result<()>,
) -> Result<()> {
    run(name, "dev", settings, |[grpc, _, simulator]| work(grpc, simulator))
}

/// Starts the simulated Mollie, lets `work` act on its address, and stops it.
pub fn with_simulator(name: &str, work: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    run(name, "simulator", &[], |[_, _, simulator]| work(simulator))
}

fn run(
    name: &str,
    command: &str,
    settings: Settings<'_>,
    work: impl FnOnce(&[String; 3]) -> Result<()>,
) -> Result<()> {
    process::run(&mut process::cargo(["build", "--package", "grpc-server", "--bin", "order-service"])?)?;
    let directory = process::scratch(name);
    std::fs::create_dir_all(&directory).with_context(|| format!("creating {}", directory.display()))?;
    let outcome = act(&directory, command, settings, work);
    let log = std::fs::read_to_string(directory.join("log")).unwrap_or_default();
    std::fs::remove_dir_all(&directory).with_context(|| format!("removing {}", directory.display()))?;
    outcome.with_context(|| format!("the service's last words:\n{}", last_lines(&log, 40)))
}

fn act(
    directory: &Path,
    command: &str,
    settings: Settings<'_>,
    work: impl FnOnce(&[String; 3]) -> Result<()>,
) -> Result<()> {
    let addresses = free_addresses()?;
    let [grpc, webhook, simulator] = &addresses;
    let log = File::create(directory.join("log")).context("creating the service's log")?;
    let service: Child = Command::new(process::service()?)
        .arg(command)
        .current_dir(directory)
        .env("ORDER_SERVICE__GRPC__LISTEN", grpc)
        .env("ORDER_SERVICE__WEBHOOK__LISTEN", webhook)
        .env("ORDER_SERVICE__MONITORING__LISTEN", "127.0.0.1:0")
        .env("ORDER_SERVICE__WEBHOOK__PUBLIC_URL", format!("http://{webhook}"))
        .env("ORDER_SERVICE__SIMULATOR__LISTEN", simulator)
        .envs(settings.iter().copied())
        .stdout(log.try_clone().context("sharing the service's log")?)
        .stderr(log)
        .spawn()
        .with_context(|| format!("starting order-service {command}"))?;
    let outcome = work(&addresses);
    let stopped = process::stop(service, Duration::from_secs(15))?;
    outcome?;
    if !stopped {
        bail!("order-service {command} did not stop well within 15 seconds after SIGTERM");
    }
    Ok(())
}

/// All three are held until all are known, so that none is given out twice.
fn free_addresses() -> Result<[String; 3]> {
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(TcpListener::bind(("127.0.0.1", 0)).context("finding a free port")?);
    }
    let addresses = held.iter().map(|listener| Ok(listener.local_addr()?.to_string()));
    let addresses: Vec<String> = addresses.collect::<std::io::Result<_>>().context("finding a free port")?;
    addresses.try_into().ok().context("finding free ports")
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
