//! The service with crash points: built, kept beside the normal program, and proven to be no part of that one.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process;

/// Where the tests look for the program that this provides.
pub const PROGRAM: &str = "ORDER_SERVICE_TEST_PROBES";
/// What only a build with crash points knows.
const VARIABLE: &str = "ORDER_SERVICE_PROBE";

/// Builds both programs, and gives the one with crash points. The normal one lies where cargo leaves it, with the features that
/// a build of the whole workspace gives it.
pub fn provide() -> Result<PathBuf> {
    let build = ["build", "--workspace", "--bin", "order-service"];
    process::run(process::cargo(build)?.args(["--features", "grpc-server/probes"]))?;
    let (normal, probed) = (process::service()?, process::target()?.join("probes").join("order-service"));
    let directory = probed.parent().context("a file lies in a directory")?;
    fs::create_dir_all(directory).with_context(|| format!("creating {}", directory.display()))?;
    fs::copy(&normal, &probed).with_context(|| format!("copying {}", normal.display()))?;
    process::run(&mut process::cargo(build)?)?;
    ensure!(knows_points(&probed)?, "the build with crash points has none");
    ensure!(!knows_points(&normal)?, "the normal build has crash points: {}", normal.display());
    println!("The normal program knows neither crash points nor what arms them.");
    Ok(probed)
}

/// Whether a program knows the variable that arms a point, or the command that names them all. It must be both or neither.
fn knows_points(program: &PathBuf) -> Result<bool> {
    let search = ["--quiet", "--text", "--fixed-strings", VARIABLE];
    let variable = process::succeeds(Command::new("grep").args(search).arg(program));
    let command = process::succeeds(Command::new(program).arg("probes"));
    ensure!(variable == command, "{} knows half of crash points", program.display());
    Ok(variable)
}
