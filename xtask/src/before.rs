//! The service of the previous commit, for what must hold while two versions run side by side. Built from the repository itself, in a
//! directory of its own: the work tree is not touched. What both versions stand on is built once.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process;
use crate::supply::git;

/// Where the tests look for the program that [`provide`] gives.
pub const PROGRAM: &str = "ORDER_SERVICE_TEST_BEFORE";

/// Builds it, and then the program of today, which lies where cargo leaves it.
pub fn provide() -> Result<PathBuf> {
    let (source, kept) = (process::scratch("before"), process::target()?.join("before"));
    let text = source.to_str().context("the scratch directory has no plain name")?;
    process::run(&mut git(&["worktree", "add", "--detach", text, "HEAD~1"])?)?;
    let build = ["build", "--workspace", "--bin", "order-service"];
    let built =
        process::run(process::cargo(build)?.current_dir(&source).env("CARGO_TARGET_DIR", process::target()?));
    process::run(&mut git(&["worktree", "remove", "--force", text])?)?;
    built?;
    fs::create_dir_all(&kept).with_context(|| format!("creating {}", kept.display()))?;
    let (built, program) = (process::service()?, kept.join("order-service"));
    fs::copy(&built, &program).with_context(|| format!("copying {}", built.display()))?;
    process::run(&mut process::cargo(build)?)?;
    Ok(program)
}
