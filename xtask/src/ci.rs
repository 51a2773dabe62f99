//! `cargo xtask ci`: all that must hold before a change is taken in. It installs nothing into the system but packages
//! that are missing, and leaves the working tree as it was.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::steps::Steps;
use crate::tally::Tally;
use crate::{
    alerts, bench, clients, deploy, direction, kept, process, readme, release, supply, test, traces,
};

const LIMIT: Duration = Duration::from_secs(45 * 60);
/// The order beside the built-in one: another currency, several VAT rates, a fee and a discount.
const SECOND_ORDER: &str = "tests/orders/second-order.json";

/// Every case of the demonstration.
const SCENARIOS: [&str; 12] = [
    "--scenario=partial-shipment",
    "--scenario=gift-card",
    "--scenario=held-parcels",
    "--scenario=return",
    "--scenario=gives-back-one",
    "--scenario=paid-twice",
    "--scenario=second-payment",
    "--scenario=line-exchange",
    "--scenario=supplier-decline",
    "--scenario=changed-cart",
    "--scenario=deadline",
    "--scenario=deadline-after-refusal",
];

/// Those about a deadline, for a profile that cancels what was not shipped.
const DEADLINES: [&str; 2] = ["--scenario=deadline", "--scenario=deadline-after-refusal"];
const POLICY: [(&str, &str); 2] = [
    ("ORDER_SERVICE__PROFILES__MAIN__DEADLINE_POLICY", "cancel_unshipped"),
    ("ORDER_SERVICE__PROFILES__MAIN__POLICY_DRY_RUN", "false"),
];

/// Runs every step and reports.
pub fn run() -> Result<()> {
    let mut steps = Steps::begin();
    let mut tally = None;
    steps.step("format", || {
        process::run(&mut process::cargo(["fmt", "--all", "--check"])?)?;
        // A workspace of its own.
        process::run(&mut process::cargo(["fmt", "--check", "--manifest-path", bench::PEERS])?)
    });
    steps.step("clippy", clippy);
    steps.step("dependency direction", direction::check);
    steps.step("kept proofs", kept::report);
    steps.step("the README's test command", || tests(&mut tally));
    steps.step("the largest requests, in a release build", release::bounds);
    steps.step("deploy/, and the image confined", deploy::check);
    steps.step("docs/performance.md", bench::check);
    steps.step("3,000 histories", || runner(&[], &["histories", "--count", "3000"]));
    steps.step("two wrong workflows", || runner(&["--features", "planted"], &["planted", "--draw", "2"]));
    steps.step("a ledger that is off by a cent", planted_ledger);
    steps.step("transactions as they were once", planted_store);
    steps.step("buf", supply::buf);
    steps.step("demo", || demo(&[]));
    steps.step("demo with a second order", || demo(&["--order", SECOND_ORDER]));
    steps.step("everyday cases", || demo(&SCENARIOS));
    steps.step("deadlines with a policy", || {
        process::run(process::cargo(["run", "--", "demo"])?.args(DEADLINES).envs(POLICY))
    });
    steps.step("a client by reflection only", clients::by_reflection);
    steps.step("answers at the defaults of Python and Node", clients::answers);
    steps.step("the stream of events at the defaults of Python and Node", clients::watch);
    steps.step("refusals for load at the defaults of Python and Node", clients::shedding);
    steps.step("Mollie's own clients on the simulated Mollie", clients::mollies);
    steps.step("a trace at a real collector", traces::check);
    steps.step("each alert by its cause, and the dashboard", alerts::check);
    steps.step("licences and sources", supply::licences);
    steps.step("clean tree", clean_tree);
    println!("\n{}", process::output(process::command("rustc", ["--version"])?.arg("--verbose"))?.trim_end());
    let verdict = steps.finish(LIMIT);
    if let Some(tally) = tally {
        println!("\n{tally}");
    }
    verdict
}

/// What is planted in tests, and the crash points: each in a package of its own, so that they are checked in one go. Of one package
/// alone cargo would check what others wrote anew, as it then has other features.
const EXTRAS: &str = "runner/planted,sequences/planted,store-faults/planted,grpc-server/probes";

/// All of the workspace, once more with what only some tests have, and the service as the container has it, without the simulator.
fn clippy() -> Result<()> {
    let made_up =
        ["--package=persistence", "--package=conformance", "--features", "made-up", "--all-targets"];
    let builds: [&[&str]; 4] = [
        &["--workspace", "--all-targets"],
        &["--workspace", "--all-targets", "--features", EXTRAS],
        // A kind of operation that others have no story for.
        &made_up,
        &["--package", "grpc-server", "--no-default-features"],
    ];
    for build in builds {
        process::run(process::cargo(["clippy"])?.args(build).args(["--", "--deny", "warnings"]))?;
    }
    Ok(())
}

fn tests(tally: &mut Option<Tally>) -> Result<()> {
    readme::names_the_test_command()?;
    println!("$ {}", readme::TEST_COMMAND);
    let (counted, verdict) = test::count(&[])?;
    println!("\n{counted}");
    *tally = Some(counted);
    verdict
}

/// Plays seeded histories; new seeds each time.
fn runner(features: &[&str], arguments: &[&str]) -> Result<()> {
    let run = ["run", "--quiet", "--package", "runner"];
    process::run(process::cargo(run)?.args(features).arg("--").args(arguments))
}

/// Random sequences must notice it, whichever pool it is.
fn planted_ledger() -> Result<()> {
    let test = ["test", "--quiet", "--package", "sequences", "--features", "planted", "planted::"];
    process::run(&mut process::cargo(test)?)
}

/// Some trials of the store's faults must fail on transactions as they were once.
fn planted_store() -> Result<()> {
    let run = ["run", "--quiet", "--package", "store-faults", "--features", "planted", "--"];
    process::run(process::cargo(run)?.args(["planted", "sqlite", "20"]))
}

fn demo(arguments: &[&str]) -> Result<()> {
    process::run(process::cargo(["run", "--", "demo"])?.args(arguments))
}

fn clean_tree() -> Result<()> {
    let changes = process::output(&mut supply::git(&["status", "--porcelain"])?)?;
    if !changes.is_empty() {
        bail!("the working tree is not clean:\n{changes}");
    }
    Ok(())
}
