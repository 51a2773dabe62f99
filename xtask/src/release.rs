//! The service as the container has it: optimised, without the simulator. Built, and kept aside, because other builds put
//! theirs in its place.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process;

/// Where the tests look for the program that [`provide`] gives.
pub const PROGRAM: &str = "ORDER_SERVICE_TEST_RELEASE";

/// Builds the service, and keeps it in `directory`.
pub fn service(directory: &Path) -> Result<PathBuf> {
    fs::create_dir_all(directory).with_context(|| format!("creating {}", directory.display()))?;
    let build = ["build", "--release", "--package", "grpc-server", "--no-default-features", "--bin"];
    process::run(process::cargo(build)?.arg("order-service"))?;
    let (built, kept) = (built("order-service")?, directory.join("order-service"));
    fs::copy(&built, &kept).with_context(|| format!("copying {}", built.display()))?;
    Ok(kept)
}

/// Builds the service as it is deployed, and the normal program beside it, which has the simulator.
pub fn provide() -> Result<PathBuf> {
    let program = service(&process::target()?.join("deployed"))?;
    process::run(&mut process::cargo(["build", "--workspace", "--bin", "order-service"])?)?;
    Ok(program)
}

/// Where cargo leaves a release build.
pub fn built(name: &str) -> Result<PathBuf> {
    Ok(process::target()?.join("release").join(name))
}

/// `cargo xtask bounds`: what the largest requests cost the service as it is deployed. The tests stand in
/// `tests/tests/service/bounds.rs`; without a release build they are left out.
pub fn bounds() -> Result<()> {
    let program = provide()?;
    // One by one: each measures what its own service spends, but they would fight over the processors.
    let tests = ["test", "--package", "tests", "--test", "service", "bounds::"];
    let arguments = ["--", "--test-threads", "1", "--nocapture"];
    process::run(process::cargo(tests)?.args(arguments).env(PROGRAM, program))
}
