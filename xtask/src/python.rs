//! Python with pinned packages: an environment for each list of them, kept between runs.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{debian, process};

/// The Python of the environment `name`, with what the file `requirements` lists. `imports`: what must be there if it is whole.
pub fn with(name: &str, requirements: &str, imports: &str) -> Result<PathBuf> {
    let wanted = std::fs::read_to_string(process::root()?.join(requirements))
        .with_context(|| requirements.to_owned())?;
    let directory = process::target()?.join("tools").join(name);
    let (python, stamp) = (directory.join("bin").join("python"), directory.join("installed.txt"));
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted)
        && process::succeeds(Command::new(&python).args(["-c", &format!("import {imports}")]))
    {
        return Ok(python);
    }
    debian::ensure("python3", &["python3", "python3-venv"])?;
    if !process::succeeds(Command::new("python3").args(["-c", "import ensurepip"])) {
        debian::install(&["python3-venv"])?;
    }
    process::run(process::command("python3", ["-m", "venv", "--clear"])?.arg(&directory))?;
    process::run(&mut process::command(
        &python,
        ["-m", "pip", "install", "--quiet", "--requirement", requirements],
    )?)?;
    std::fs::write(&stamp, wanted).context("noting what was installed")?;
    Ok(python)
}
