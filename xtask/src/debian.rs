//! Programs of the system, installed through apt where we may. On any other system the message says what is missing.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{is_installed, output, run};

/// Makes sure that `program` is there, installing `packages` otherwise.
pub fn ensure(program: &str, packages: &[&str]) -> Result<()> {
    if is_installed(program) {
        return Ok(());
    }
    install(packages).with_context(|| format!("`{program}` is missing"))
}

/// Installs packages through apt.
pub fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if !is_installed("apt-get") {
        bail!("there is no apt-get here; install by other means what Debian calls: {names}");
    }
    if output(Command::new("id").arg("-u"))?.trim() != "0" {
        bail!("only root can install packages; ask for: apt-get install {names}");
    }
    run(apt().arg("update"))?;
    run(apt().args(["install", "--yes", "--no-install-recommends"]).args(packages))
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet");
    command
}
