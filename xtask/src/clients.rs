//! Clients that are not ours (tests/clients). Against the service of a developer: one that knows nothing but reflection, and
//! those that read the longest answers, the stream of events and refusals for load at their defaults. Against the simulated Mollie: Mollie's own.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{debian, dev, process, python};

const REQUIREMENTS: &str = "tests/clients/requirements.txt";
const BY_REFLECTION: &str = "tests/clients/by_reflection.py";
const ANSWERS: &str = "tests/clients/answers.py";
const WATCH: &str = "tests/clients/watch.py";
const WATCH_IN_NODE: &str = "tests/clients/watch.mjs";
const SHEDDING: &str = "tests/clients/shedding.py";
const SHEDDING_IN_NODE: &str = "tests/clients/shedding.mjs";
const PACKAGES: &str = "tests/clients/package.json";
const ANSWERS_IN_NODE: &str = "tests/clients/answers.mjs";
const MOLLIES: [&str; 2] = ["tests/clients/mollie_orders.py", "tests/clients/mollie_changes.py"];
const MOLLIES_IN_NODE: [&str; 2] = ["tests/clients/mollie_orders.mjs", "tests/clients/mollie_changes.mjs"];
const ORDER: &str = "tests/orders/lego.json";

/// The client that knows nothing but reflection.
pub fn by_reflection() -> Result<()> {
    let python = python()?;
    dev::with("reflection", |grpc| process::run(process::command(&python, [BY_REFLECTION])?.arg(grpc)))
}

/// The longest answers reach Python's client and Node's.
pub fn answers() -> Result<()> {
    let (python, packages) = (python()?, node_packages()?);
    dev::with("answers", |grpc| {
        process::run(process::command(&python, ["-B", ANSWERS])?.arg(grpc))?;
        let mut node = process::command("node", [ANSWERS_IN_NODE])?;
        process::run(node.args([grpc, "proto", ORDER]).env("PACKAGES", &packages))
    })
}

/// Python's client and Node's follow the stream of events.
pub fn watch() -> Result<()> {
    let (python, packages) = (python()?, node_packages()?);
    dev::with("watch", |grpc| {
        process::run(process::command(&python, ["-B", WATCH])?.arg(grpc))?;
        let mut node = process::command("node", [WATCH_IN_NODE])?;
        process::run(node.args([grpc, "proto", ORDER]).env("PACKAGES", &packages))
    })
}

/// So few that a client can ask for more.
const PLACES: [(&str, &str); 2] =
    [("ORDER_SERVICE__GRPC__MAX_CHANGES", "1"), ("ORDER_SERVICE__EVENTS__MAX_STREAMS", "8")];

/// What is refused for load reaches Python's client and Node's whole.
pub fn shedding() -> Result<()> {
    let (python, packages) = (python()?, node_packages()?);
    dev::with_settings("shedding", &PLACES, |grpc, simulator| {
        process::run(process::command(&python, ["-B", SHEDDING])?.args([grpc, simulator]))?;
        let mut node = process::command("node", [SHEDDING_IN_NODE])?;
        process::run(node.args([grpc, "proto", ORDER, simulator]).env("PACKAGES", &packages))
    })
}

/// Mollie's own clients, for Python and for Node, find the simulated Mollie to be Mollie.
pub fn mollies() -> Result<()> {
    let (python, packages) = (python()?, node_packages()?);
    dev::with_simulator("mollies-clients", |simulator| {
        for script in MOLLIES {
            process::run(process::command(&python, ["-B", script])?.args([simulator, ORDER]))?;
        }
        for script in MOLLIES_IN_NODE {
            let mut node = process::command("node", [script])?;
            process::run(node.args([simulator, ORDER]).env("PACKAGES", &packages))?;
        }
        Ok(())
    })
}

/// A directory with Node's pinned packages, kept between runs.
fn node_packages() -> Result<PathBuf> {
    let wanted = std::fs::read_to_string(process::root()?.join(PACKAGES)).context(PACKAGES)?;
    let directory = process::target()?.join("tools").join("node");
    let stamp = directory.join("installed.json");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(directory);
    }
    debian::ensure("npm", &["nodejs", "npm"])?;
    std::fs::create_dir_all(&directory).with_context(|| format!("creating {}", directory.display()))?;
    std::fs::write(directory.join("package.json"), &wanted).context("writing package.json")?;
    let install = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"];
    process::run(process::command("npm", install)?.arg(&directory))?;
    std::fs::write(&stamp, wanted).context("noting what was installed")?;
    Ok(directory)
}

pub fn python() -> Result<PathBuf> {
    python::with("python", REQUIREMENTS, "grpc_reflection, grpc_status, mollie.api, rotel")
}
